"""Whether a misconception that was found in a reply stands beside what the reply got right. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from interviewer.grading.grade import MisconceptionFound, PointGrade, Verdict
from knowledge.text import content_stems


class Belief(Protocol):
    """A wrong belief and what corrects it."""

    @property
    def statement(self) -> str: ...

    @property
    def correction(self) -> str: ...


def about(wrong: Belief, points: Mapping[str, str]) -> str:
    """Id of the key point that a misconception is about: the one that shares most words with it.

    Args:
        points: texts by id, at least one.
    """
    stems = content_stems(f"{wrong.statement} {wrong.correction}")
    shared = {id: len(stems & content_stems(text)) for id, text in points.items()}
    return max(shared, key=lambda id: shared[id])


def still_held(found: Iterable[MisconceptionFound], points: Sequence[PointGrade]) -> tuple[MisconceptionFound, ...]:
    """Those that are not about a covered point: who has said what is right there does not believe the opposite, or no longer.

    Of 79 replies of the golden development half without a contradicted point 5 had a misconception, all about a covered one.
    """
    texts = {point.point_id: point.point for point in points}
    covered = {point.point_id for point in points if point.verdict is Verdict.COVERED}
    return tuple(wrong for wrong in found if not texts or about(wrong, texts) not in covered)
