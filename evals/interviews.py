"""One interview between the dialogue policy and a simulated candidate, and what came of it."""

import re
import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from evals.candidates import Candidate, Mind, Profile, Said
from interviewer.ability import general_ability
from interviewer.adaptive import observations
from interviewer.events import FOLLOW_UPS, Asked, Event, Graded, Move, Record, Replied, ReplyKind, SessionConfig, Spoke
from interviewer.grading.grade import FollowUp, Grade, GraderName, PointGrade, Verdict
from interviewer.grading.scoring import BONUS_WEIGHT, CREDIT, score
from interviewer.leaks import gives_away
from interviewer.moves import answered, unaided_scores
from interviewer.policy import Need, need, open_session, respond
from interviewer.sessions import understood
from interviewer.speech import Speech
from interviewer.state import State, apply, replay
from interviewer.utterance import kind_of
from knowledge.bank import Bank, Frozen, Question

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REPLY_TIME = timedelta(seconds=60)
MOST_REPLIES = 300
"""An interview that is not over after so many replies counts as one that does not end."""
_QUOTED = re.compile("“[^”]*”")
Grades = Callable[[Question, Said, FollowUp | None], Grade]
Understand = Callable[[str, Question], ReplyKind]


class Speaking(Frozen):
    """A text of the interviewer's that is no question, without what it quotes, and the question it was said on."""

    question_id: str
    text: str


class Played(Frozen):
    """What came of one interview; `score` is the mean over its questions, `estimate` the estimated ability in logits.

    `follow_ups` are those that ask about a point; `open`, `most_important`: how many of these asked about an open one, and
    about one that no other open point outweighs. `invited`: how often the candidate was only asked to go on, and
    `invited_open`, how often something was open then. `repeated`: questions and follow-ups that were put before.
    """

    profile: Profile
    ability: float
    ended: bool
    replies: int
    questions: int
    follow_ups: int
    open: int
    most_important: int
    invited: int
    invited_open: int
    repeated: int
    leaks: tuple[str, ...]
    said: tuple[Speaking, ...]
    score: float | None
    estimate: float


class Target(NamedTuple):
    """What a follow-up asked about: whether the point is open, and none that was not asked about yet outweighs it.

    One that `names_none` only asks to go on: about whatever is open.
    """

    is_open: bool
    is_most_important: bool
    names_none: bool = False


class Asking:
    """A question on the table: what the candidate knows of it, and what has been said."""

    def __init__(self, question: Question, mind: Mind) -> None:
        self.question = question
        self.heard = ""
        self._mind = mind
        self._known: dict[str, Verdict] = {}
        self._probed: set[str] = set()
        self._follow_up: Spoke | None = None

    def reply(self) -> Said:
        """What the candidate says now."""
        return self._mind.reply(self._follow_up)

    def note(self, said: Said) -> None:
        """What is known of the points now: the best so far, but for a contradiction, which the last word makes."""
        self.heard += f" {said.text}"
        for id, verdict in said.verdicts.items():
            if verdict is Verdict.CONTRADICTED or CREDIT[verdict] > CREDIT[self._known.get(id, Verdict.CONTRADICTED)]:
                self._known[id] = verdict

    def follow_up(self, spoke: Spoke) -> Target:
        """The candidate hears a follow-up; what it asks about, by what is known."""
        self._follow_up = spoke
        still = {
            point.id: point.weight
            for point in self.question.key_points
            if point.weight > BONUS_WEIGHT and self._known.get(point.id) is not Verdict.COVERED
        }
        if spoke.point_id is None:
            return Target(bool(still), bool(still), names_none=True)
        fresh = {id: weight for id, weight in still.items() if id not in self._probed}
        self._probed.add(spoke.point_id)
        return Target(spoke.point_id in still, spoke.point_id in fresh and fresh[spoke.point_id] == max(fresh.values()))


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
        self._asking: Asking | None = None
        self._targets: list[Target] = []
        self._leaks: list[str] = []
        self._said: list[Speaking] = []
        self._replies = 0

    def play(self) -> Played:
        """Plays until the interview is over, or clearly never will be."""
        while need(self.state) is not Need.NOTHING and self._replies < MOST_REPLIES:
            if self._asking is None or need(self.state) is Need.RESPONSE:
                for event in respond(self.state, self._bank, self._speech):
                    self._hear(event)
            else:
                self._reply(self._asking)
        return self._outcome()

    def _reply(self, asking: Asking) -> None:
        self._replies += 1
        said = asking.reply()
        self._at += REPLY_TIME
        self._add(Replied(text=said.text))
        self._add(understood(self.state, self._understand(said.text, asking.question), said.text))
        if need(self.state) is Need.GRADE:
            follow_up = answered(self.state.askings[self.state.replying_to].attempts[-1], asking.question)
            self._add(Graded(grade=self._grades(asking.question, said, follow_up)))
            asking.note(said)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Asked):
            question = self._bank.by_id[event.question_id]
            self._asking = Asking(question, Mind(self._candidate, question, self._bank))
            self._check(event.lead, self._asking)
        elif isinstance(event, Spoke) and self._asking is not None:
            self._listen(event, self._asking)
        self._add(event)

    def _listen(self, spoke: Spoke, asking: Asking) -> None:
        own = _QUOTED.sub("", spoke.text)
        self._said.append(Speaking(question_id=asking.question.id, text=own))
        self._check(own, asking)
        if spoke.move in FOLLOW_UPS:
            self._targets.append(asking.follow_up(spoke))

    def _check(self, text: str, asking: Asking) -> None:
        if leaked := gives_away(text, asking.question, known=asking.heard):
            self._leaks.append(f"{leaked.id}: {text}")

    def _add(self, event: Event) -> None:
        record = Record(seq=len(self._records), at=self._at, event=event)
        self._records.append(record)
        self.state = apply(self.state, record)

    def _outcome(self) -> Played:
        assert replay(self._records) == self.state, "replaying the log gives another state"
        scores = unaided_scores(self.state.askings)
        named = [target for target in self._targets if not target.names_none]
        invited = [target for target in self._targets if target.names_none]
        asked = [asking.question_id for asking in self.state.askings]
        return Played(
            profile=self._candidate.profile,
            ability=self._candidate.ability,
            ended=need(self.state) is Need.NOTHING,
            replies=self._replies,
            questions=len(asked),
            follow_ups=len(named),
            open=sum(target.is_open for target in named),
            most_important=sum(target.is_most_important for target in named),
            invited=len(invited),
            invited_open=sum(target.is_open for target in invited),
            repeated=len(asked) - len(set(asked)) + _repeated_follow_ups(self.state),
            leaks=tuple(self._leaks),
            said=tuple(self._said),
            score=statistics.fmean(value for _, value in scores) if scores else None,
            estimate=general_ability(observations(self._bank, scores), self.state.config.level).mean,
        )


def _repeated_follow_ups(state: State) -> int:
    texts = [line.text for line in state.transcript if line.move in FOLLOW_UPS and line.move is not Move.PUMP]
    return len(texts) - len(set(texts))


def known_grade(question: Question, said: Said, _: FollowUp | None = None) -> Grade:
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
