"""Interviews with simulated candidates, whose knowledge is known: does the dialogue do what it should?

`python -m evals.simulate --interviews 1000 --seed 0 [--grades known or local] [--order adaptive or fixed]`. The
interviews run in process through the real policy. With `--grades known` each reply is graded by what the simulator knows
of it; with `local` by the local grader, on the questions that it never saw in training. What a follow-up should have asked
is judged by what the simulator knows either way.
"""

import argparse
import json
import math
import re
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import prompts
from evals.candidates import ANSWERING, Candidate, Mind, Profile, Said, make_candidates
from evals.savings import Saving, questions_saved
from evals.utterances import HELD_OUT_FILE
from interviewer.ability import general_ability
from interviewer.adaptive import observations
from interviewer.events import (
    FOLLOW_UPS,
    Event,
    Graded,
    Move,
    Order,
    Record,
    Replied,
    ReplyKind,
    SessionConfig,
    Spoke,
)
from interviewer.grading.grade import Grade, GraderName, PointGrade, Verdict
from interviewer.grading.scoring import BONUS_WEIGHT, CREDIT, score
from interviewer.grading.tasks import GradeRequest
from interviewer.leaks import gives_away
from interviewer.moves import unaided_scores
from interviewer.policy import Need, need, open_session, respond
from interviewer.sessions import understood
from interviewer.settings import Settings
from interviewer.speech import Speech
from interviewer.state import State, apply, replay
from interviewer.utterance import kind_of
from interviewer.wiring import Interviewer
from knowledge.bank import Bank, Frozen, Question

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REPLY_TIME = timedelta(seconds=60)
MOST_REPLIES = 300
"""An interview that is not over after so many replies counts as one that does not end."""
QUESTIONS = 8
ENTAILED_FROM = 0.5
Grades = Callable[[Question, Said], Grade]
Understand = Callable[[str, Question], ReplyKind]


class Speaking(Frozen):
    """A text of the interviewer's that is no question, with the question it was said on."""

    question_id: str
    text: str


class Played(Frozen):
    """What came of one interview; `score` is the mean over its questions, `estimate` the estimated ability in logits.

    `open`, `most_important`: how many of the follow-ups asked about an open point, and about one that no other open
    point outweighs. `repeated`: questions and follow-ups that were put before.
    """

    profile: Profile
    ability: float
    ended: bool
    replies: int
    questions: int
    follow_ups: int
    open: int
    most_important: int
    repeated: int
    leaks: tuple[str, ...]
    said: tuple[Speaking, ...]
    score: float | None
    estimate: float


class Ranged(Frozen):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Results(Frozen):
    """What the interviews show together. Shares in [0, 1]; `entailed` is None where entailment was not judged.

    `most_faulty`: the highest share of interviews that do not end, repeat themselves or give a point away that is still
    likely at 95 % (exact binomial bound), by the interviews that did.
    """

    interviews: int
    not_ended: int
    repeated: int
    follow_ups: int
    share_open: Ranged
    share_most_important: Ranged
    texts: int
    leaks: int
    entailed: int | None
    most_faulty: float
    spearman_score: Ranged
    spearman_estimate: Ranged
    spearman_score_all: Ranged
    mean_score: dict[str, float]
    replies_per_interview: float
    seconds_per_interview: float


class Interview:
    """One interview between the policy and a simulated candidate.

    Args:
        grades: grades a reply.
        understand: tells what kind of message it is.
    """

    def __init__(
        self,
        candidate: Candidate,
        config: SessionConfig,
        bank: Bank,
        speech: Speech,
        grades: Grades,
        understand: Understand,
    ) -> None:
        self._candidate = candidate
        self._bank = bank
        self._speech = speech
        self._grades = grades
        self._understand = understand
        self._at = START
        self._records = [Record(seq=0, at=START, event=open_session(config, bank))]
        self.state = replay(self._records)
        self._minds: dict[str, Mind] = {}
        self._known: dict[str, Verdict] = {}
        self._heard = ""
        self._asked: Spoke | None = None
        self._probed: set[str] = set()
        self._counts = {"follow_ups": 0, "open": 0, "most_important": 0}
        self._leaks: list[str] = []
        self._said: list[Speaking] = []
        self._replies = 0

    def play(self) -> Played:
        """Plays until the interview is over, or clearly never will be."""
        while need(self.state) is not Need.NOTHING and self._replies < MOST_REPLIES:
            if need(self.state) is Need.RESPONSE:
                for event in respond(self.state, self._bank, self._speech):
                    self._hear(event)
            else:
                self._reply()
        return self._outcome()

    @property
    def _question(self) -> Question:
        return self._bank.by_id[self.state.askings[-1].question_id]

    def _reply(self) -> None:
        self._replies += 1
        question = self._question
        if question.id not in self._minds:
            self._minds[question.id] = Mind(self._candidate, question, self._bank)
            self._known, self._heard, self._probed = {}, "", set()
            self._asked = None
        said = self._minds[question.id].reply(self._asked)
        self._at += REPLY_TIME
        self._add(Replied(text=said.text))
        self._add(understood(self.state, self._understand(said.text, question), said.text))
        if need(self.state) is Need.GRADE:
            self._add(Graded(grade=self._grades(question, said)))
            self._note(said)

    def _note(self, said: Said) -> None:
        """What is known of the points now: the best so far, but for a contradiction, which the last word makes."""
        self._heard += f" {said.text}"
        for id, verdict in said.verdicts.items():
            if verdict is Verdict.CONTRADICTED or CREDIT[verdict] > CREDIT[self._known.get(id, Verdict.CONTRADICTED)]:
                self._known[id] = verdict

    def _hear(self, event: Event) -> None:
        if isinstance(event, Spoke) and self.state.askings:
            own = re.sub("“[^”]*”", "", event.text)
            self._said.append(Speaking(question_id=self._question.id, text=own))
            leaked = gives_away(own, self._question, known=self._heard)
            self._leaks += [f"{leaked.id}: {event.text}"] if leaked else []
            if event.move in FOLLOW_UPS:
                self._judge(event)
        self._add(event)

    def _judge(self, spoke: Spoke) -> None:
        """Counts whether a follow-up asks about an open point that no other open one, not yet asked about, outweighs."""
        self._asked = spoke
        still = {
            point.id: point.weight
            for point in self._question.key_points
            if point.weight > BONUS_WEIGHT and self._known.get(point.id) is not Verdict.COVERED
        }
        fresh = {id: weight for id, weight in still.items() if id not in self._probed}
        self._counts["follow_ups"] += 1
        self._counts["open"] += spoke.point_id in still
        self._counts["most_important"] += spoke.point_id in fresh and fresh[spoke.point_id] == max(fresh.values())
        if spoke.move is not Move.PUMP and spoke.point_id:
            self._probed.add(spoke.point_id)

    def _add(self, event: Event) -> None:
        record = Record(seq=len(self._records), at=self._at, event=event)
        self._records.append(record)
        self.state = apply(self.state, record)

    def _outcome(self) -> Played:
        assert replay(self._records) == self.state, "replaying the log gives another state"
        scores = unaided_scores(self.state.askings)
        asked = [asking.question_id for asking in self.state.askings]
        return Played(
            profile=self._candidate.profile,
            ability=self._candidate.ability,
            ended=need(self.state) is Need.NOTHING,
            replies=self._replies,
            questions=len(asked),
            repeated=len(asked) - len(set(asked)) + _repeated_follow_ups(self.state),
            leaks=tuple(self._leaks),
            said=tuple(self._said),
            score=statistics.fmean(value for _, value in scores) if scores else None,
            estimate=general_ability(observations(self._bank, scores), self.state.config.level).mean,
            **self._counts,
        )


def _repeated_follow_ups(state: State) -> int:
    texts = [line.text for line in state.transcript if line.move in FOLLOW_UPS and line.move is not Move.PUMP]
    return len(texts) - len(set(texts))


def known_grade(question: Question, said: Said) -> Grade:
    """The grade that a reply deserves by what the simulator knows of it."""
    points = tuple(
        PointGrade(
            point_id=p.id, point=p.text, weight=p.weight, aspect=p.aspect, confidence=1.0,
            verdict=(verdict := said.verdicts.get(p.id, Verdict.MISSING)), credit=CREDIT[verdict],
        )
        for p in question.key_points
    )  # fmt: skip
    return Grade(
        question_id=question.id, score=score(points), grader=GraderName.LOCAL, model="known", key_points=points
    )


def known_kind(text: str, question: Question) -> ReplyKind:
    """The kind of a simulated reply by its words."""
    return kind_of(text, question.question)


def held_out(bank: Bank) -> Bank:
    """The bank of the questions that the local grader was not trained on."""
    ids = set(HELD_OUT_FILE.read_text().split())
    return Bank(
        questions=tuple(question for question in bank.questions if question.id in ids),
        statements=tuple(statement for statement in bank.statements if statement.question in ids),
    )


def simulate(
    candidates: Sequence[Candidate],
    bank: Bank,
    order: Order = Order.ADAPTIVE,
    grades: Grades = known_grade,
    understand: Understand = known_kind,
) -> list[Played]:
    """One interview with each candidate."""
    speech = Speech(prompts.phrases("speech"))
    return [
        Interview(
            candidate,
            SessionConfig(questions=QUESTIONS, order=order, seed=candidate.seed),
            bank,
            speech,
            grades,
            understand,
        ).play()
        for candidate in candidates
    ]


def results(played: Sequence[Played], seconds: float = 0.0, entailed: int | None = None) -> Results:
    """The figures over all interviews."""
    answering = [p for p in played if p.profile in ANSWERING and p.score is not None]
    scored = [p for p in played if p.score is not None]
    follow_ups = sum(p.follow_ups for p in played)
    return Results(
        interviews=len(played),
        not_ended=sum(not p.ended for p in played),
        repeated=sum(p.repeated for p in played),
        follow_ups=follow_ups,
        share_open=_share(sum(p.open for p in played), follow_ups),
        share_most_important=_share(sum(p.most_important for p in played), follow_ups),
        texts=sum(len(p.said) for p in played),
        leaks=sum(len(p.leaks) for p in played),
        entailed=entailed,
        most_faulty=_share(sum(not p.ended or p.repeated > 0 or bool(p.leaks) for p in played), len(played)).high,
        spearman_score=_spearman([(p.ability, p.score or 0.0) for p in answering]),
        spearman_estimate=_spearman([(p.ability, p.estimate) for p in answering]),
        spearman_score_all=_spearman([(p.ability, p.score or 0.0) for p in scored]),
        mean_score={
            profile.value: round(statistics.fmean(found), 3)
            for profile in Profile
            if (found := [p.score for p in played if p.profile is profile and p.score is not None])
        },
        replies_per_interview=statistics.fmean(p.replies for p in played),
        seconds_per_interview=seconds / len(played),
    )


def _share(hits: int, n: int) -> Ranged:
    """A share with its exact binomial interval (Clopper and Pearson 1934)."""
    from scipy.stats import binomtest

    if n == 0:
        return Ranged(value=0.0, low=0.0, high=1.0)
    found = binomtest(hits, n).proportion_ci(0.95)
    return Ranged(value=hits / n, low=float(found.low), high=float(found.high))


def _spearman(pairs: Sequence[tuple[float, float]]) -> Ranged:
    """Rank correlation; the interval by Fisher's z with the standard error of Bonett and Wright (2000)."""
    from scipy.stats import spearmanr

    r = float(spearmanr([one for one, _ in pairs], [other for _, other in pairs]).statistic)
    if len(pairs) <= 3 or abs(r) >= 1:
        return Ranged(value=r, low=-1.0, high=1.0)
    reach = 1.96 * math.sqrt((1 + r * r / 2) / (len(pairs) - 3))
    return Ranged(value=r, low=math.tanh(math.atanh(r) - reach), high=math.tanh(math.atanh(r) + reach))


def entailments(played: Sequence[Played], bank: Bank, interviewer: Interviewer) -> list[str]:
    """Texts that, read as a candidate's reply, the local judge takes to cover a point of the question.

    What leads up to a probe is the same few phrases everywhere: the probe is judged once, without them.
    """
    from interviewer.grading.crossencoder import VERDICTS, CrossEncoder, Reading
    from interviewer.grading.local import FOLDER, WEIGHTS
    from knowledge.encoder import bundled_folder

    said = sorted({(s.question_id, _core(s.text, bank.by_id[s.question_id])) for p in played for s in p.said})
    points = [tuple(point.text for point in bank.by_id[id].key_points) for id, _ in said]
    readings = [Reading((text,), claims) for (_, text), claims in zip(said, points, strict=True)]
    found = CrossEncoder(bundled_folder(), FOLDER / WEIGHTS).read(readings)
    covered = [read.probabilities[:, :, VERDICTS.index(Verdict.COVERED)].max(axis=0) for read in found]
    return [
        f"{text} => {claim}"
        for (_, text), claims, shares in zip(said, points, covered, strict=True)
        for claim, share in zip(claims, shares, strict=True)
        if share >= ENTAILED_FROM
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


def main() -> None:
    """Plays the interviews and prints the figures as JSON, then the questions that adaptive choice saves."""
    parser = argparse.ArgumentParser(prog="python -m evals.simulate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--interviews", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--grades", choices=["known", "local"], default="local")
    parser.add_argument("--order", type=Order, choices=list(Order), default=Order.ADAPTIVE)
    parser.add_argument("--entailment", action="store_true", help="judge leaks with the local judge too (slow)")
    parser.add_argument("--savings", type=int, default=400, help="candidates for the adaptive-against-random figure")
    arguments = parser.parse_args()
    interviewer = Interviewer(Settings())
    bank, grades, understand = interviewer.bank, known_grade, known_kind
    if arguments.grades == "local":
        bank = held_out(bank)

        def grades(question: Question, said: Said) -> Grade:
            return interviewer.grader.grade(GradeRequest(question_id=question.id), said.text)

        def understand(text: str, question: Question) -> ReplyKind:
            return interviewer.understand(text, question.id)

    began = time.perf_counter()
    candidates = make_candidates(arguments.interviews, arguments.seed)
    played = simulate(candidates, bank, arguments.order, grades, understand)
    seconds = time.perf_counter() - began
    leaked = entailments(played, bank, interviewer) if arguments.entailment else None
    print(results(played, seconds, None if leaked is None else len(leaked)).model_dump_json(indent=1))
    for line in [*(leak for p in played for leak in p.leaks), *(leaked or [])][:20]:
        print(f"leak: {line}")
    if arguments.savings:
        saving: Saving = questions_saved(interviewer.bank, arguments.savings, arguments.seed)
        print(json.dumps({"saving": saving.model_dump()}, indent=1))


if __name__ == "__main__":
    main()
