"""Measures graders: cases, metrics, runs, comparison; and fits the local one."""
