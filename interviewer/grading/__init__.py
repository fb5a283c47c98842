"""Grading: judge each key point with a quote, then compute the score in code."""
