"""Progress across sessions, from the graded replies of all of them. Pure; the clock and the time zone are passed in."""

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo

from interviewer.estimate import Estimate, estimate
from interviewer.grading.grade import Verdict
from interviewer.practice import GradedReply, local_day
from knowledge.bank import Bank, Frozen, Topic


class DayEstimate(Frozen):
    """An estimate as it stood at the end of a local day."""

    day: date
    estimate: Estimate


class PointCell(Frozen):
    """A key point with its verdict in the last first try at its question."""

    point_id: str
    text: str
    weight: int
    verdict: Verdict


class QuestionCells(Frozen):
    """A question with its key points, in the bank's order."""

    question_id: str
    question: str
    points: tuple[PointCell, ...]


class TopicCells(Frozen):
    """The answered questions of a topic, and how many the bank holds."""

    topic: Topic
    in_bank: int
    questions: tuple[QuestionCells, ...]

    @property
    def answered(self) -> int:
        """How many questions of the topic were answered."""
        return len(self.questions)


class SureLevel(Frozen):
    """Replies of one stated sureness in [0, 1], and what they were worth."""

    sure: float
    scores: Estimate


class Calibration(Frozen):
    """How a candidate's own sureness compares with the grades.

    `bias` in [-1, 1] is the mean of sureness less score: above 0 means surer than the answers were worth.
    """

    levels: tuple[SureLevel, ...]
    bias: float
    n: int


class Progress(Frozen):
    """All that the progress page shows."""

    replies: int
    mastery: dict[Topic, Estimate]
    over_time: dict[Topic, tuple[DayEstimate, ...]]
    trend: tuple[DayEstimate, ...]
    key_points: tuple[TopicCells, ...]
    calibration: Calibration | None


def progress(replies: Iterable[GradedReply], bank: Bank, zone: tzinfo) -> Progress:
    """Everything, from the replies in order of time. Second tries and questions no longer in the bank are left out."""
    first = [reply for reply in replies if not reply.second_try and reply.question_id in bank.by_id]
    over_time = mastery_over_time(first, bank, zone)
    return Progress(
        replies=len(first),
        mastery={topic: days[-1].estimate for topic, days in over_time.items()},
        over_time=over_time,
        trend=trend(first, zone),
        key_points=key_point_cells(first, bank),
        calibration=calibration(first),
    )


def mastery_over_time(replies: Sequence[GradedReply], bank: Bank, zone: tzinfo) -> dict[Topic, tuple[DayEstimate, ...]]:
    """For each topic answered, in the bank's order of topics, its mastery after each day on which it was answered.

    Mastery is the mean over the topic's answered questions of each one's last score, as far as it was earned without
    help.
    """
    last: dict[Topic, dict[str, float]] = {}
    days: dict[Topic, dict[date, Estimate]] = {}
    for reply in replies:
        topic = bank.by_id[reply.question_id].topic
        last.setdefault(topic, {})[reply.question_id] = reply.unaided
        days.setdefault(topic, {})[local_day(reply.at, zone)] = estimate(list(last[topic].values()))
    return {
        topic: tuple(DayEstimate(day=day, estimate=found) for day, found in days[topic].items())
        for topic in Topic
        if topic in days
    }


def trend(replies: Iterable[GradedReply], zone: tzinfo) -> tuple[DayEstimate, ...]:
    """The mean score, earned without help, of each day on which anything was answered."""
    scores: dict[date, list[float]] = {}
    for reply in replies:
        scores.setdefault(local_day(reply.at, zone), []).append(reply.unaided)
    return tuple(DayEstimate(day=day, estimate=estimate(found)) for day, found in sorted(scores.items()))


def key_point_cells(replies: Iterable[GradedReply], bank: Bank) -> tuple[TopicCells, ...]:
    """The key points of every topic: verdicts of the last reply to each question that was answered."""
    last = {reply.question_id: reply for reply in replies}
    rows = []
    for topic in Topic:
        of_topic = [question for question in bank.questions if question.topic is topic]
        cells = []
        for question in of_topic:
            if question.id not in last:
                continue
            verdicts = {point.point_id: point.verdict for point in last[question.id].points}
            points = tuple(
                PointCell(point_id=p.id, text=p.text, weight=p.weight, verdict=verdicts.get(p.id, Verdict.MISSING))
                for p in question.key_points
            )
            cells.append(QuestionCells(question_id=question.id, question=question.question, points=points))
        rows.append(TopicCells(topic=topic, in_bank=len(of_topic), questions=tuple(cells)))
    return tuple(rows)


def calibration(replies: Iterable[GradedReply]) -> Calibration | None:
    """The candidate's sureness against the grade of the reply it was said of; None where it was never given."""
    stated = [(r.sure, r.sure_of) for r in replies if r.sure is not None and r.sure_of is not None]
    if not stated:
        return None
    levels = tuple(
        SureLevel(sure=sure, scores=estimate([score for other, score in stated if other == sure]))
        for sure in sorted({sure for sure, _ in stated})
    )
    return Calibration(levels=levels, bias=sum(sure - score for sure, score in stated) / len(stated), n=len(stated))
