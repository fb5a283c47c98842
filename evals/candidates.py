"""Simulated candidates: what each of them knows of a question, and what it says when asked."""

import math
import random
from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from interviewer.ability import DIFFICULTY
from interviewer.events import Move, Spoke
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank, Frozen, Question

VOLUNTEERED = 0.7
"""Share of what a candidate has to say that it says without being asked on."""
PARTIAL_SHARE = 0.3
"""Share of what a candidate does not fully know that it half knows."""
LOWEST = -3.0
HIGHEST = 3.0
_FILLER = (
    "That is a nice question, I talked about this with a friend the other day.",
    "Let me think about how to put it, there are so many sides to it.",
    "In my last project we had long meetings about things like that.",
    "I could tell you a story about how we got there, but it would take all day.",
)
_DONT_KNOW = ("I don't know.", "no idea, sorry", "I can't remember.", "not sure, to be honest")
_SILENCE = ("", "...", "idk", "pass", "hm", "?", "...")
_HOSTILE = (
    "This is a stupid question.", "You are wasting my time.", "go to hell", "are you even a real person?", "next",
    "I love pizza", "whatever", "shut up and give me the job",
)  # fmt: skip


class Profile(StrEnum):
    """How a candidate behaves. The last three have nothing of their own to say."""

    EXPERT = "expert"
    PARTIAL = "partial"
    NOVICE = "novice"
    RAMBLER = "rambler"
    SILENT = "silent"
    HOSTILE = "hostile"
    COPY_PASTER = "copy-paster"


ANSWERING = (Profile.EXPERT, Profile.PARTIAL, Profile.NOVICE, Profile.RAMBLER)
_WRONG_SHARE = {Profile.EXPERT: 0.05, Profile.PARTIAL: 0.15, Profile.NOVICE: 0.4, Profile.RAMBLER: 0.15}
"""Share of what a candidate does not know that it has wrong."""


class Candidate(Frozen):
    """A candidate; `ability` in logits on the scale of question difficulties, LOWEST where there is nothing to say."""

    profile: Profile
    ability: float
    seed: int


class Said(Frozen):
    """A simulated reply with the verdicts that it deserves; none where it is no answer."""

    text: str
    verdicts: dict[str, Verdict] = Field(default_factory=dict)


def make_candidates(n: int, seed: int) -> list[Candidate]:
    """`n` candidates, shuffled: four in five answer, with abilities spread evenly over the range; the others do not."""
    answering = n - n // 5
    span = HIGHEST - LOWEST
    made = []
    for i in range(n):
        ability = LOWEST + span * (i + 0.5) / answering if i < answering else LOWEST
        made.append(Candidate(profile=_profile(i, i < answering, ability), ability=ability, seed=seed * 1_000_003 + i))
    random.Random(seed).shuffle(made)
    return made


def _profile(i: int, answers: bool, ability: float) -> Profile:
    if not answers:
        return (Profile.SILENT, Profile.HOSTILE, Profile.COPY_PASTER)[i % 3]
    if i % 4 == 3:
        return Profile.RAMBLER
    return Profile.EXPERT if ability > 1 else Profile.PARTIAL if ability > -1 else Profile.NOVICE


class Mind:
    """What one candidate knows of one question, and what of it was said."""

    def __init__(self, candidate: Candidate, question: Question, bank: Bank) -> None:
        self._candidate = candidate
        self._question = question
        self._bank = bank
        self._rng = random.Random(f"{candidate.seed}:{question.id}")
        self._knows = {point.id: self._knowledge() for point in question.key_points}
        self._unsaid = [id for id, verdict in self._knows.items() if verdict is not Verdict.MISSING]
        self._used: set[str] = set()
        self._turn = 0

    def reply(self, asked: Spoke | None) -> Said:
        """What the candidate says: to the question itself, or to what was last said about it."""
        self._turn += 1
        match self._candidate.profile:
            case Profile.SILENT:
                return Said(text=self._rng.choice(_SILENCE))
            case Profile.HOSTILE:
                return Said(text=self._rng.choice(_HOSTILE))
            case Profile.COPY_PASTER:
                return Said(text=self._pasted())
        told = self._answer(asked)
        if not told:
            return Said(text=self._rng.choice(_DONT_KNOW))
        texts = [self._statement(id) for id in told]
        if self._candidate.profile is Profile.RAMBLER:
            texts = [part for text in texts for part in (self._rng.choice(_FILLER), text)]
        return Said(text=" ".join(texts), verdicts={id: self._knows[id] for id in told})

    def _knowledge(self) -> Verdict:
        if self._candidate.profile not in ANSWERING:
            return Verdict.MISSING
        p = 1 / (1 + math.exp(DIFFICULTY[self._question.level] - self._candidate.ability))
        if self._rng.random() < p:
            return Verdict.COVERED
        if self._rng.random() < _WRONG_SHARE[self._candidate.profile]:
            return Verdict.CONTRADICTED
        return Verdict.PARTIAL if self._rng.random() < PARTIAL_SHARE else Verdict.MISSING

    def _answer(self, asked: Spoke | None) -> Sequence[str]:
        """Ids of the points that are spoken of now; who is asked about what was said already says it once more."""
        if asked is None or asked.move is Move.PUMP:
            told = [id for id in self._unsaid if self._rng.random() < VOLUNTEERED]
        else:
            told = [id for id in self._knows if id == asked.point_id and self._knows[id] is not Verdict.MISSING]
        self._unsaid = [id for id in self._unsaid if id not in told]
        return told

    def _statement(self, id: str) -> str:
        """What it says of a point, in other words each time while there are any."""
        known = sorted(
            statement.text
            for statement in self._bank.statements_of[self._question.id]
            if statement.key_point == id and statement.verdict == self._knows[id]
        )
        text = self._rng.choice([text for text in known if text not in self._used] or known)
        self._used.add(text)
        return text if text.endswith((".", "!", "?")) else f"{text}."

    def _pasted(self) -> str:
        other = self._rng.choice(self._bank.questions)
        return self._rng.choice((self._question.question, other.answer, f"{self._question.question} Good question."))
