"""What the index holds: each question's phrasings, and its answer in passages."""

from typing import Literal

from knowledge.bank import Bank, Frozen, Question, SourceRef
from knowledge.text import sentences, words

PASSAGE_WORDS = 60


class Passage(Frozen):
    """A text to embed: a phrasing of a question, or a piece of its answer."""

    question_id: str
    kind: Literal["phrasing", "answer"]
    text: str


class Hit(Frozen):
    """A retrieved question with the answer passage nearest to the query.

    `similarity` is the cosine of the query and the question's nearest phrasing or passage, in [-1, 1]. Hits are ranked
    by more than it (`knowledge.ranking`), so a later hit can be the more similar one.
    """

    question_id: str
    question: str
    passage: str
    sources: tuple[SourceRef, ...]
    similarity: float


def passages_of(question: Question) -> list[Passage]:
    """Phrasings first, then the answer's passages in order."""
    phrasings = [question.question, *question.variants, *question.aliases]
    return [Passage(question_id=question.id, kind="phrasing", text=text) for text in phrasings] + [
        Passage(question_id=question.id, kind="answer", text=text) for text in split_answer(question.answer)
    ]


def bank_passages(bank: Bank) -> list[Passage]:
    """All passages of the bank in its order."""
    return [passage for question in bank.questions for passage in passages_of(question)]


def split_answer(answer: str) -> list[str]:
    """Whole sentences gathered into passages of about 60 words; every character of a sentence is kept."""
    spans = sentences(answer)
    groups: list[list[int]] = []
    length = 0
    for i, span in enumerate(spans):
        size = len(words(answer[span.start : span.end]))
        if not groups or length + size > PASSAGE_WORDS:
            groups.append([])
            length = 0
        groups[-1].append(i)
        length += size
    return [answer[spans[group[0]].start : spans[group[-1]].end] for group in groups]
