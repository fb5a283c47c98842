"""The interviewer: dialogue policy over an event log, the grader chain, sessions and reports."""
