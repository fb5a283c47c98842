"""What can go wrong in an evaluation.

EvalsError (an InterviewerError)
├── CasesInvalid     a file of cases does not validate; nothing was graded from it (an InputInvalid)
├── FolderInvalid    a results folder cannot be used for what was asked (an InputInvalid)
├── WriteFailed      results cannot be written; what was written before is whole
├── EngineFailed     the cluster that was to grade does not come up
└── ExtraMissing     an optional dependency is not installed
"""

from interviewer.errors import InputInvalid, InterviewerError


class EvalsError(InterviewerError):
    """Root of the package's errors; the message says what, which value, and what to do."""


class CasesInvalid(EvalsError, InputInvalid):
    """A file of cases does not validate."""


class FolderInvalid(EvalsError, InputInvalid):
    """A results folder is not what was asked for."""


class WriteFailed(EvalsError):
    """Results cannot be written."""


class EngineFailed(EvalsError):
    """An engine cannot be started."""


class ExtraMissing(EvalsError):
    """An optional dependency is not installed."""
