"""What can go wrong with the bank, the model, the index and an article to ingest.

KnowledgeError
├── BankInvalid       a bank or statements file does not validate (all faults, with file and line)
├── ModelUnavailable  the embedding model is missing or its file is not the expected one
├── IndexUnavailable  the index cannot be built or opened, even after a rebuild
├── SourceUnreadable  an article cannot be read: too large, no text in it, another encoding, another kind of file
└── MaterialInvalid   a file of ingested material is damaged or cannot be written
"""


class KnowledgeError(Exception):
    """Root of the package's errors; the message says what, which value, and what to do."""


class BankInvalid(KnowledgeError):
    """The bank does not validate.

    Attributes:
        faults: one line for each fault, `file:line: what is wrong`.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        more = f" (and {len(faults) - 1} more; `interviewer bank` lists them)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}")


class ModelUnavailable(KnowledgeError):
    """The embedding model cannot be used."""


class IndexUnavailable(KnowledgeError):
    """The index can be neither opened nor rebuilt."""


class SourceUnreadable(KnowledgeError):
    """An article cannot be read; nothing was taken from it."""


class MaterialInvalid(KnowledgeError):
    """Ingested material cannot be read or written."""
