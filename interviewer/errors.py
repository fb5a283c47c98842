"""What can go wrong in an interview.

InterviewerError
├── InputInvalid       what the person gave is wrong; nothing was changed
│   ├── ReplyTooLong   over the limit of characters
│   ├── UnknownSession no session has this id
│   ├── NotAllowed     the one who acts may not do this
│   └── NoReference    nothing to grade against: no bank question is near, and no reference was given
├── SettingsInvalid    a setting cannot be used
├── HomeInUse          another `serve` works on this home folder
├── StoreUnavailable   the database cannot be opened or written
├── SessionDamaged     a session's events are not those that were written; others can be read
├── Busy               too much to do just now; what was given is kept
├── StoreConflict      another process wrote to this session first; read it again
├── JudgeFailed        a grader gave no judgement; the reason is the message
└── ModelFailed        a language model gave no usable answer; the reason is the message
"""


class InterviewerError(Exception):
    """Root of the package's errors; the message says what, which value, and what to do."""


class InputInvalid(InterviewerError):
    """The person's input cannot be used."""


class ReplyTooLong(InputInvalid):
    """A reply over the limit."""


class UnknownSession(InputInvalid):
    """No session has this id."""


class NotAllowed(InputInvalid):
    """The one who acts may not do this."""


class NoReference(InputInvalid):
    """Nothing to grade against."""


class SettingsInvalid(InterviewerError):
    """A setting cannot be used."""


class HomeInUse(InterviewerError):
    """Another app serves this home folder."""


class StoreUnavailable(InterviewerError):
    """The database cannot be opened, read or written."""


class Busy(InterviewerError):
    """Too much is to be done just now; what was given is kept and done in its turn."""


class SessionDamaged(InterviewerError):
    """A session's events are not those that were written."""


class StoreConflict(InterviewerError):
    """Another process appended to the session first."""


class JudgeFailed(InterviewerError):
    """A grader gave no judgement."""


class ModelFailed(InterviewerError):
    """A language model gave no usable answer."""
