"""What is judged and what comes out: the types of a grade."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from knowledge.bank import Aspect, Frozen, Misconception, SourceRef, Statement


class Verdict(StrEnum):
    """What a reply does with a key point."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    CONTRADICTED = "contradicted"


class GraderName(StrEnum):
    """Which grader judged."""

    LOCAL = "local"
    LLM = "llm"


class Point(Frozen):
    """A key point to judge. `weight`: 3 essential, 2 expected, 1 bonus; `aspect` is None where unknown."""

    id: str
    text: str
    weight: int = Field(ge=1, le=3)
    aspect: Aspect | None = None


class FollowUp(Frozen):
    """What the candidate was asked about a key point, after a first answer: the reply answers this."""

    point_id: str
    text: str = Field(min_length=1)


class GradeTask(Frozen):
    """All that a grader is given beside the reply.

    `statements` are the bank's for this question (empty for a question the grader was not trained on); `passages` are
    the retrieved reference texts; `trained` tells whether the question is the bank's own, `derived` whether its points are
    no more than the sentences of one of its references; `follow_up` is what the reply answers, where that is not the
    question itself.
    """

    question_id: str | None
    question: str
    variants: tuple[str, ...] = ()
    passages: tuple[str, ...]
    points: tuple[Point, ...]
    misconceptions: tuple[Misconception, ...] = ()
    statements: tuple[Statement, ...] = ()
    sources: tuple[SourceRef, ...] = ()
    trained: bool
    derived: bool = False
    follow_up: FollowUp | None = None

    @property
    def wordings(self) -> tuple[str, ...]:
        """The question in each of its wordings."""
        return (self.question, *self.variants)

    @property
    def claims(self) -> str:
        """The texts of all key points."""
        return " ".join(point.text for point in self.points)


class Judgement(Frozen):
    """A grader's finding on one point: verdict probabilities that sum to 1, and the quote it rests on."""

    point_id: str
    probabilities: dict[Verdict, float]
    quote: str | None

    @property
    def verdict(self) -> Verdict:
        """The most probable verdict."""
        return max(self.probabilities, key=lambda verdict: self.probabilities[verdict])


class MisconceptionFound(Frozen):
    """A wrong belief that the reply shows, with its correction and the words that show it."""

    statement: str
    correction: str
    evidence: str | None


class Findings(Frozen):
    """What a judge returns for a whole reply; never a total.

    `stood_in`: why this judge replaced the one asked for. `note`: what the cross-check with the local grader found.
    """

    judgements: tuple[Judgement, ...]
    misconceptions: tuple[MisconceptionFound, ...] = ()
    model: str
    prompt_version: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    stood_in: str | None = None
    note: str | None = None


class PointGrade(Frozen):
    """The verdict on one key point.

    `confidence` in [0, 1]; `credit` in [-c, 1]; `evidence` is an exact slice of the reply, `start` its offset in code
    points, `reply` the index of the reply it stands in (0 is the first answer). `aided`: first covered after a hint.
    `unaided_credit`, in [-c, 1], is what counts of the credit where help does not; it is found when a question's replies are
    put together, and None (and never written) on a single reply's grade.
    """

    point_id: str
    point: str
    weight: int
    aspect: Aspect | None
    verdict: Verdict
    confidence: float = Field(ge=0, le=1)
    credit: float = Field(ge=-1, le=1)
    evidence: str | None = None
    start: int | None = None
    reply: int = 0
    aided: bool = False
    unaided_credit: float | None = Field(default=None, ge=-1, le=1, exclude=True)


class Rubric(Frozen):
    """The four dimensions, each in [0, 1], or None where nothing can be said."""

    correctness: float | None
    completeness: float | None
    depth: float | None
    focus: float | None


class Grade(Frozen):
    """The grade of a reply, or of a question over all its replies.

    Either `score` is in [0, 1] and `ungraded` is None, or `score` is None and `ungraded` says why. `rule` names the
    rule that decided without a judge (see `guards.Rule`). `note` is for the person:
    why the local grader stood in for the language model, say.
    """

    question_id: str | None
    score: float | None = Field(ge=0, le=1)
    ungraded: str | None = None
    grader: GraderName
    model: str | None = None
    prompt_version: str | None = None
    rule: (
        Literal[
            "empty",
            "dont_know",
            "parroted",
            "gibberish",
            "off_topic",
            "no_content",
            "bare_terms",
            "shuffled",
            "to_the_grader",
            "not_english",
            "skipped",
        ]
        | None
    ) = None
    note: str | None = None
    key_points: tuple[PointGrade, ...] = ()
    misconceptions: tuple[MisconceptionFound, ...] = ()
    rubric: Rubric | None = None
    sources: tuple[SourceRef, ...] = ()
    passages: tuple[str, ...] = ()
    trained_question: bool = True
    latency_ms: float = 0.0
    tokens_in: int | None = None
    tokens_out: int | None = None
