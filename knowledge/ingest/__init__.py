"""Turns an article (txt, md, html, pdf) into questions with answers: readers, segmentation, the person's material."""
