"""What a question is: the types of the bank, as they stand in `knowledge/bank/*.yaml`."""

import hashlib
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=6000)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
MOST_KEY_POINTS = 12


class Topic(StrEnum):
    """The fifteen topics of the bank, and that of the person's own material."""

    FUNDAMENTALS = "fundamentals"
    ACTIVATIONS = "activations"
    LOSSES_OPTIMISERS = "losses-optimisers"
    REGULARISATION = "regularisation"
    INITIALISATION_NORMALISATION = "initialisation-normalisation"
    CNN = "cnn"
    RNN = "rnn"
    ATTENTION_TRANSFORMERS = "attention-transformers"
    GENERATIVE = "generative"
    TRANSFER = "transfer"
    TRAINING_EVALUATION = "training-evaluation"
    DEPLOYMENT = "deployment"
    FRAMEWORKS = "frameworks"
    LLM = "llm"
    DATA = "data"
    MINE = "my-material"


BANK_TOPICS = tuple(topic for topic in Topic if topic is not Topic.MINE)
"""The topics that the bank itself fills."""


class Level(StrEnum):
    """Whom a question is for, easiest first."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


class Kind(StrEnum):
    """What a question asks the candidate to do."""

    CONCEPT = "concept"
    COMPARE = "compare"
    EXPLAIN = "explain"
    DERIVE = "derive"
    CODE = "code"
    DEBUG = "debug"
    DESIGN = "design"


class Aspect(StrEnum):
    """Which side of the matter a key point is about."""

    DEFINITION = "definition"
    MECHANISM = "mechanism"
    EXAMPLE = "example"
    TRADE_OFF = "trade-off"
    LIMITATION = "limitation"
    CODE = "code"


class Frozen(BaseModel):
    """A value: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyPoint(Frozen):
    """One checkable claim of a reference answer.

    `weight`: 3 essential, 2 expected, 1 bonus. `hint` nudges and `probe` asks, and neither gives the point away.
    """

    id: Slug
    text: Text
    weight: Literal[1, 2, 3]
    aspect: Aspect
    hint: Text
    probe: Text


class Misconception(Frozen):
    """A wrong belief that candidates hold, with what corrects it and the question that challenges it."""

    statement: Text
    cues: tuple[Text, ...]
    correction: Text
    probe: Text


class SourceRef(Frozen):
    """An item of a source article that a question covers."""

    article: str
    item: str


class Standing(StrEnum):
    """Where a question stands: accepted ones are asked; unreviewed ones are only found; discarded ones live on in logs."""

    ACCEPTED = "accepted"
    UNREVIEWED = "unreviewed"
    DISCARDED = "discarded"


class Question(Frozen):
    """An interview question with its reference answer. Only the person's own material may be other than accepted.

    `variants` are other ways to ask it in full; `aliases` are how people type it, for retrieval alone.
    """

    id: Slug
    topic: Topic
    level: Level
    kind: Kind
    question: Text
    variants: tuple[Text, ...] = ()
    aliases: tuple[Text, ...] = ()
    answer: LongText
    key_points: tuple[KeyPoint, ...] = Field(min_length=1, max_length=MOST_KEY_POINTS)
    misconceptions: tuple[Misconception, ...] = ()
    sources: tuple[SourceRef, ...] = ()
    notes: str = ""
    standing: Standing = Standing.ACCEPTED

    @property
    def is_own(self) -> bool:
        """Whether the question comes from the person's own material, so that no grader was trained on it."""
        return self.topic is Topic.MINE

    def key_point(self, id: str) -> KeyPoint:
        """The key point with this id. Raises: KeyError."""
        for point in self.key_points:
            if point.id == id:
                return point
        raise KeyError(id)


class Statement(Frozen):
    """What a candidate might say about one key point, with the verdict it deserves."""

    question: Slug
    key_point: Slug
    verdict: Literal["covered", "partial", "contradicted"]
    text: Text


class Bank(BaseModel):
    """All questions and statements, in file order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: tuple[Question, ...]
    statements: tuple[Statement, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """Questions by id."""
        return {question.id: question for question in self.questions}

    @cached_property
    def statements_of(self) -> dict[str, tuple[Statement, ...]]:
        """Statements by question id."""
        grouped: dict[str, list[Statement]] = {}
        for statement in self.statements:
            grouped.setdefault(statement.question, []).append(statement)
        return {id: tuple(found) for id, found in grouped.items()}

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of everything in the bank, in hex: it changes when any text does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
