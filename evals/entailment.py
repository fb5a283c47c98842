"""Whether what the interviewer says gives a key point away by its meaning: read as a reply, does it cover the point?"""

from collections.abc import Callable, Sequence

from evals.interviews import Played, Speaking
from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Read, Reading
from interviewer.grading.grade import Verdict
from knowledge.bank import Bank, Question

ENTAILED_FROM = 0.5
"""Least probability of 'covered' at which a text gives a point away."""
READ_TOGETHER = 256
"""Texts handed to the judge at once; it sorts them into batches of like length."""
_COVERED = VERDICTS.index(Verdict.COVERED)
Judge = Callable[[Sequence[Reading]], list[Read]]
"""Reads texts against claims, as `CrossEncoder.read` does."""
Told = Callable[[int, int], None]
"""Is told how many texts of how many have been read."""


def local_judge() -> Judge:
    """The network of the local grader."""
    from interviewer.grading.local import FOLDER, WEIGHTS
    from knowledge.encoder import bundled_folder

    return CrossEncoder(bundled_folder(), FOLDER / WEIGHTS).read


def distinct_texts(played: Sequence[Played], bank: Bank) -> list[Speaking]:
    """What was said, each text once for its question, without the phrase that leads up to a probe or question.

    Interviews share most of their texts: a thousand of them hold a few thousand different ones.
    """
    said = {(s.question_id, _core(s.text, bank.by_id[s.question_id])) for p in played for s in p.said}
    return [Speaking(question_id=id, text=text) for id, text in sorted(said)]


def entailments(texts: Sequence[Speaking], bank: Bank, judge: Judge, told: Told = lambda done, of: None) -> list[str]:
    """Texts that the judge takes to cover a point of their question, each with the point."""
    found: list[str] = []
    for start in range(0, len(texts), READ_TOGETHER):
        found += _entailed(texts[start : start + READ_TOGETHER], bank, judge)
        told(min(start + READ_TOGETHER, len(texts)), len(texts))
    return found


def _entailed(texts: Sequence[Speaking], bank: Bank, judge: Judge) -> list[str]:
    claims = [tuple(point.text for point in bank.by_id[said.question_id].key_points) for said in texts]
    read = judge([Reading((said.text,), points) for said, points in zip(texts, claims, strict=True)])
    return [
        f"{said.text} => {point}"
        for said, points, found in zip(texts, claims, read, strict=True)
        for point, covered in zip(points, found.probabilities[:, :, _COVERED].max(axis=0), strict=True)
        if covered >= ENTAILED_FROM
    ]


def _core(text: str, question: Question) -> str:
    """A text without the phrase that leads up to the probe or question in it."""
    authored = (
        question.question,
        *question.variants,
        *(point.probe for point in question.key_points),
        *(wrong.probe for wrong in question.misconceptions),
    )
    return max((found for found in authored if found in text), key=len, default=text)
