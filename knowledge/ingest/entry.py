"""What ingest yields: questions with answers, and what could not be taken."""

from knowledge.bank import Frozen


class Entry(Frozen):
    """A question with its answer, as found in an article.

    `n` counts from 1 in the article; `recovered` says that the question was made from the answer.
    """

    file: str
    n: int
    question: str
    recovered: bool
    answer: str
    warnings: tuple[str, ...] = ()


class Extraction(Frozen):
    """All that one article gave. `left_out`: one line for each thing that looked like a question but could not be taken."""

    file: str
    sha256: str
    entries: tuple[Entry, ...]
    left_out: tuple[str, ...] = ()
