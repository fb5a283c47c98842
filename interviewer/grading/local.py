"""The local judge: no key, no network. A small trained cross-encoder reads the reply with all key points beside each other,
then each sentence alone with the points it is nearest to.

What the reply resembles comes beside what it reads: the point, the question, the authored statements of the point where it
has some, whose words, right and wrong, its own are held against; where points were only derived from a reference, how much of its words the reply holds. An aggregation for each of these cases,
and one for references of fields that training did not know, fitted on development replies, turns all of it into calibrated probabilities. The sentence
that has most to do with a point is its quote.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from interviewer.errors import JudgeFailed
from interviewer.grading.addressed import without_addressed, without_question
from interviewer.grading.aggregation import Aggregation, plain
from interviewer.grading.batching import Batching
from interviewer.grading.crossencoder import POINT_TOKENS, VERDICTS, WHOLE, CrossEncoder, Floats, Read, Reading
from interviewer.grading.denial import Told, tell_apart
from interviewer.grading.features import (
    CONTRADICTED,
    COVERED,
    FEATURES,
    LEAST,
    LEAST_NEAR,
    MISSING,
    PARTIAL,
    SILENT,
    Alone,
    Heard,
    log_probabilities,
    loudest,
    same_for_all,
    to_read_alone,
    tone,
)
from interviewer.grading.follow_ups import FollowUps
from interviewer.grading.grade import Findings, GradeTask, Judgement, MisconceptionFound, Verdict
from interviewer.grading.memory import Memory, references_of
from interviewer.grading.quotes import normalise
from interviewer.grading.suspicion import steers
from interviewer.grading.tasks import by_reference
from interviewer.grading.windows import short_sentences
from interviewer.grading.wording import wording
from knowledge.bank import Frozen
from knowledge.encoder import bundled_folder, open_encoder
from knowledge.text import Span
from knowledge.vectors import BankVectors

Reader = Callable[[Sequence[Reading]], list[Read]]

FOLDER = Path(__file__).with_name("model")
WEIGHTS = "crossencoder.safetensors"
CARD = "crossencoder.json"
WRONG_FROM = 0.1
"""Misconceptions are looked for where some point is contradicted with at least this probability."""
EVIDENCE_WEIGHT, ALONE_WEIGHT = 0.2, 0.5
"""Weights of the cross-encoder's evidence, and of what a sentence says when it is read alone, beside nearness, to find the
sentence to quote. On 837 joined statements of questions that training never saw it is the right one in 0.73, without single
sentences in 0.66, by nearness in 0.60, by the evidence in 0.57; weights from 0.3 to 0.8 do as well."""
TURNED_FROM = 0.4
"""Least probability that a denied claim states a point, half for a part of it."""
SURE_FROM = 0.75
"""A reply that speaks to its grader has a credit only where its verdict is at least so probable."""
SILENT_FROM = 0.5
"""Least probability with which a denied claim says nothing of a point."""
HOME_FROM = 0.52
"""Nearness to what training knew from which a task with a reference is of a field that it knew, where what the network reads can be
trusted more than elsewhere. Of the bank's own questions 98 % are (with a reference of one sentence 96 %), by the
other questions of their set all of Beetle's and 82 % of SciEntsBank's, and of DT-Grade's 5 %."""
MISCONCEPTION_FROM = 0.6
"""Least probability that the reply states a misconception."""
PLAINLY_NEARER = 1.5
"""By so much, in log-odds, another reference has to be nearer than the first: the best of several is one by chance, too. On 500 answers of
DT-Grade r is 0.50 with the first alone, 0.53 with the nearest, 0.54 so; on 500 of Beetle's training answers 0.68, 0.67, 0.68."""
POINT_WORDS = POINT_TOKENS * 3 // 4
"""Of a longer point the end may not be read: English has about four tokens to three words."""
TOO_LONG = "the reference is longer than what is judged: the ends of its longest parts may count for nothing"
PROCESSORS: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ModelCard(Frozen):
    """What is known of a grader's weights.

    `sha256` and `data` are hashes of the weights and of their last stage's data. `stated` weighs what was found of questions
    with authored statements, `given` of other points, `derived` of points that are sentences of a reference, `foreign` of such
    points of a field that training did not know. `held_out` are
    the bank's questions that training never saw: they are judged without their statements, as anyone's own question is, so
    that what is measured on them holds for those. `encoder` is the sentence-transformers folder that training began with,
    None for the bundled one.
    """

    sha256: str
    encoder: str | None = None
    data: str
    held_out: tuple[str, ...] = ()
    stated: Aggregation
    given: Aggregation
    derived: Aggregation
    foreign: Aggregation


class LocalJudge:
    """Judges with a trained cross-encoder.

    Args:
        folder: holds the weights and their card, by default the shipped ones.
        reader: reads with them; by default each reply for itself.
        encoder: the bundled sentence encoder, where one is loaded already.
        follow_ups: what reads answers to follow-ups, by default what lies in the folder.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        reader: Reader | None = None,
        encoder: Callable[[], BankVectors] | None = None,
        follow_ups: FollowUps | None = None,
    ) -> None:
        self._folder = folder
        self._reader = reader or (lambda readings: self._encoder.read(readings))
        self._memory = Memory(encoder or (lambda: self._own_encoder))
        self.follow_ups = follow_ups or FollowUps(
            folder, lambda: (encoder_folder(self.card.encoder), folder / WEIGHTS, self.card.sha256)
        )

    def together(self) -> "LocalJudge":
        """The same judge over the same weights, which reads what comes at the same time in one pass. The last digits of a
        verdict then depend on who else asks: for people who wait, not for measuring.
        """
        together = Batching(self._reader, leaders=PROCESSORS).read
        return LocalJudge(self._folder, together, self._memory.opened, self.follow_ups)

    @cached_property
    def card(self) -> ModelCard:
        """The weights' card. Raises: JudgeFailed where it cannot be read."""
        try:
            return ModelCard.model_validate_json((self._folder / CARD).read_text())
        except (OSError, ValueError) as error:
            own = " or, where the folder is your own, train and calibrate it with this version"
            cure = f"reinstall the package{own if self._folder != FOLDER else ''}"
            raise JudgeFailed(f"the local grader's model in {self._folder} cannot be read; {cure}") from error

    @cached_property
    def model(self) -> str:
        """Name of the model with a hash of its weights, where these can be told."""
        try:
            return f"crossencoder-{self.card.sha256[:8]}"
        except JudgeFailed:
            return "crossencoder"

    def check(self) -> None:
        """Raises: JudgeFailed where the weights cannot be loaded, ModelUnavailable where the encoder is missing."""
        self.hear(("a",), ["b"])

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Verdict probabilities and the window they rest on, for each point of the task.

        Raises: JudgeFailed, knowledge.errors.ModelUnavailable.
        """
        said = self.shown(reply, task.wordings)
        if not said:
            silent = {verdict: float(verdict is Verdict.MISSING) for verdict in VERDICTS}
            nothing = tuple(Judgement(point_id=point.id, probabilities=silent, quote=None) for point in task.points)
            return Findings(judgements=nothing, model=self.model)
        heard = self.hear(said, [point.text for point in task.points])
        alone = self._read_alone(task, heard)
        aggregation = self.aggregation(task)
        found = aggregation.probabilities(self._features(task, heard, alone))
        if (told := tell_apart(said)).denied:
            found = self._turned(task, aggregation, told, found)
        found = self.follow_ups.weighed(task, said, found, self._remembers(task))
        if steers(reply):
            found = _without_doubtful(found)
        quoted = _quoted(heard, alone)
        judgements = tuple(
            Judgement(
                point_id=point.id,
                probabilities={name: float(p) for name, p in zip(VERDICTS, probabilities, strict=True)},
                quote=quote,
            )
            for point, probabilities, quote in zip(task.points, found, quoted, strict=True)
        )
        doubt = max(judgement.probabilities[Verdict.CONTRADICTED] for judgement in judgements)
        wrong = self._misconceptions(task, said) if doubt >= WRONG_FROM else ()
        return Findings(judgements=judgements, misconceptions=wrong, model=self.model, note=_note(task))

    def shown(self, reply: str, questions: Iterable[str] = ()) -> tuple[str, ...]:
        """The sentences of a reply that are judged, without what it gives back of these questions."""
        said = normalise(reply).text
        return cut(without_question(said, questions), said)

    def hear(self, said: tuple[str, ...], claims: Sequence[str]) -> Heard:
        """What is found of claims in sentences of a reply."""
        [read] = self._reader([Reading(said, tuple(claims))])
        return Heard(said, read, self._memory.encode(said))

    def by_nearest_reference(self, task: GradeTask, reply: str) -> GradeTask:
        """The task with the points of the reference that the reply is most like, where that is plainly not the first: each of them
        is a whole answer. As it is where its points are not a reference's sentences.

        Raises: JudgeFailed, knowledge.errors.ModelUnavailable.
        """
        said = self.shown(reply, task.wordings)
        if not task.derived or not said or len(references_of(task)) == 1:
            return task
        likeness = self._like_references(task, said)
        nearest = int(np.argmax(likeness))
        return by_reference(task, nearest) if likeness[nearest] > likeness[0] + PLAINLY_NEARER else task

    def aggregation(self, task: GradeTask) -> Aggregation:
        """The model that weighs what is found of this task's points."""
        if task.derived:
            return self.card.derived if self._memory.at_home(task) >= HOME_FROM else self.card.foreign
        return self.card.stated if self._remembers(task) else self.card.given

    def features(self, task: GradeTask, heard: Heard) -> Floats:
        """What the aggregation sees, shape (points, features): the log probabilities of the verdicts, on the piece of the
        reply that is least silent about the point; the logarithm of the number of words, since short replies resemble less
        and say as much; what single sentences say; the same over all points and sentences, since a reply that is wrong on
        the others is likely to be wrong on this; then what the reply resembles, and how it is worded. Derived points have no single sentences,
        since replies to them are mostly one; beside them come the whole reference, and how much of the words of both the reply holds.
        """
        return self._features(task, heard, self._read_alone(task, heard))

    def _features(self, task: GradeTask, heard: Heard, alone: Alone) -> Floats:
        lengths = np.array([max(1, len(text.split())) for text in heard.said])
        found = [log_probabilities(heard.read)]
        if task.derived:
            found.append(
                same_for_all(len(task.points), [np.log1p(lengths.sum()), max(self._like_references(task, heard.said))])
            )
            return np.concatenate([*found, self._memory.aligned(task, " ".join(heard.said))], axis=1)
        # Small talk around an answer, however long, changes nothing.
        telling = alone.near.max(axis=1) >= LEAST_NEAR
        words = lengths[telling].sum()
        said_alone = loudest(alone)
        found += [same_for_all(len(task.points), [np.log1p(words)]), said_alone]
        found.append(same_for_all(len(task.points), [*found[0].mean(axis=0), *said_alone.mean(axis=0), *tone(alone)]))
        if self._remembers(task):
            found.append(self._memory.stated(task, heard.vectors, lengths.tolist(), alone.near))
            told = [text for text, tells in zip(heard.said, telling, strict=True) if tells]
            found.append(wording(task, told, alone.near[telling]))
        else:
            found.append(self._memory.seen(task, heard.vectors))
        return np.concatenate(found, axis=1)

    def _read_alone(self, task: GradeTask, heard: Heard) -> Alone:
        near = self._memory.near(task, heard.vectors, self._remembers(task))
        chosen = [] if task.derived else to_read_alone(near)
        readings = [Reading((heard.said[at],), tuple(task.points[i].text for i in points)) for at, points in chosen]
        found = np.tile(SILENT, (*near.shape, 1))
        for (at, points), one in zip(chosen, self._reader(readings) if readings else [], strict=True):
            found[at, points] = one.probabilities.max(axis=0)
            found[at, points, MISSING] = one.probabilities[:, :, MISSING].min(axis=0)
        return Alone(near, found, len(chosen))

    def _turned(self, task: GradeTask, aggregation: Aggregation, told: Told, found: Floats) -> Floats:
        """The probabilities where claims are denied: a point that they state is contradicted, unless what the reply asserts
        beside them states it. Points on which they are silent are judged on the rest; the others on all of it, since to deny
        what is wrong may be right.
        """
        stated, beside = (self._alone(task, aggregation, said) for said in (told.denied, told.asserted))
        turned = (stated[:, COVERED] + stated[:, PARTIAL] / 2) * (1 - beside[:, COVERED])
        mixed = beside * (1 - turned[:, None])
        mixed[:, CONTRADICTED] += turned
        silent = stated[:, MISSING] >= SILENT_FROM
        return np.where((turned >= TURNED_FROM)[:, None], mixed, np.where(silent[:, None], beside, found))

    def _alone(self, task: GradeTask, aggregation: Aggregation, said: tuple[str, ...]) -> Floats:
        """The probabilities that these sentences alone would have."""
        if not said:
            return same_for_all(len(task.points), SILENT)
        heard = self.hear(said, [point.text for point in task.points])
        return aggregation.probabilities(self.features(task, heard))

    def _remembers(self, task: GradeTask) -> bool:
        return bool(task.statements) and not task.derived and task.question_id not in self.card.held_out

    def _like_references(self, task: GradeTask, said: tuple[str, ...]) -> list[float]:
        """For each reference the log-odds that the reply is as good."""
        read = self._reader([Reading(said, (WHOLE + reference,)) for reference in references_of(task)])
        return [float(one.whole.max()) for one in read]

    def _misconceptions(self, task: GradeTask, said: tuple[str, ...]) -> tuple[MisconceptionFound, ...]:
        if not task.misconceptions:
            return ()
        [found] = self._reader([Reading(said, tuple(wrong.statement for wrong in task.misconceptions))])
        return tuple(
            MisconceptionFound(
                statement=wrong.statement, correction=wrong.correction, evidence=said[int(found.evidence[i].argmax())]
            )
            for i, wrong in enumerate(task.misconceptions)
            if found.probabilities[:, i, COVERED].max() >= MISCONCEPTION_FROM
        )

    @cached_property
    def _own_encoder(self) -> BankVectors:
        return BankVectors(open_encoder())

    @cached_property
    def _encoder(self) -> CrossEncoder:
        return CrossEncoder(encoder_folder(self.card.encoder), self._folder / WEIGHTS, self.card.sha256)


def encoder_folder(name: str | None) -> Path:
    """The folder of the encoder that a grader is made from. Raises: ModelUnavailable where the bundled one is missing."""
    return bundled_folder() if name is None else Path(name)


def cut(text: str, said: str | None = None) -> tuple[str, ...]:
    """The sentences of a normalised reply, without what is addressed to the grader; each a slice of what was said, so that
    it can be quoted: a fence, which is one sentence, is cut where something in it was struck.

    Args:
        said: the text before anything in it was struck, of the same length; by default nothing was yet.
    """
    left, said = without_addressed(text), text if said is None else said
    return tuple(part for span in short_sentences(left) for part in _unstruck(left, said, span))


def _unstruck(left: str, said: str, span: Span) -> list[str]:
    """The sentence, or where something in it was struck the parts beside that which hold a letter or digit."""
    struck = [at for at in range(span.start, span.end) if left[at] != said[at]]
    if not struck:
        return [left[span.start : span.end]]
    parts = [left[start + 1 : end].strip() for start, end in pairwise([span.start - 1, *struck, span.end])]
    return [part for part in parts if any(character.isalnum() for character in part)]


def _note(task: GradeTask) -> str | None:
    """What the person should know of a reference that is not read whole."""
    long = any(len(point.text.split()) > POINT_WORDS for point in task.points)
    return TOO_LONG if task.derived and long else None


def _quoted(heard: Heard, alone: Alone) -> list[str]:
    """For each point the sentence that has most to do with it."""
    evidence = heard.read.evidence / np.maximum(heard.read.evidence.max(axis=1, keepdims=True), LEAST)
    spoken = 1 - alone.read[:, :, MISSING]
    which = alone.near + EVIDENCE_WEIGHT * evidence.T + ALONE_WEIGHT * spoken
    return [heard.said[int(at)] for at in which.argmax(axis=0)]


def _without_doubtful(found: Floats) -> Floats:
    """The probabilities with credits below SURE_FROM taken as missing: who steers the grader has no benefit of the doubt."""
    credit = found[:, [COVERED, PARTIAL]]
    doubtful = (credit.max(axis=1) == found.max(axis=1)) & (found.max(axis=1) < SURE_FROM)
    changed = found.copy()
    changed[:, MISSING] += credit.sum(axis=1)
    changed[:, [COVERED, PARTIAL]] = 0.0
    return np.where(doubtful[:, None], changed, found)


def write_card(
    folder: Path,
    data: str,
    held_out: Iterable[str],
    fitted: Mapping[str, Aggregation] | None = None,
    encoder: str | None = None,
) -> None:
    """Writes the card of the weights that lie in the folder; without fitted aggregations plain ones."""
    found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    weighed = fitted or {name: plain(count) for name, count in FEATURES.items()}
    card = ModelCard(sha256=found, data=data, held_out=tuple(sorted(held_out)), encoder=encoder, **weighed)
    (folder / CARD).write_text(card.model_dump_json() + "\n")
