"""How the interviewer goes on about a question: follow-ups in an interview, cues in practice. Pure.

Interview: expand ('go on', or the probe of a missing point), then clarify half a point, then challenge a wrong one; at
most two a question, each on the most important open point. Where the grader leaves it unsure which point that is, the
candidate is asked once what else there is to say. Practice: for the most important open point a hint, then a prompt, then
the assertion of it. The words are the bank's own hints and probes with a lead from `prompts/speech.yaml`.
Source: the moves of AutoTutor (Graesser et al. 2004), without its feedback in interviews.
"""

from collections.abc import Sequence

from interviewer.doubt import SURE_FROM, Doubt, chance_open, most_important
from interviewer.events import Move, Spoke
from interviewer.grading.grade import FollowUp, PointGrade, Verdict
from interviewer.grading.misconceptions import about
from interviewer.grading.scoring import BONUS_WEIGHT, merge, unaided_score
from interviewer.leaks import gives_away
from interviewer.speech import Speech
from interviewer.state import Asking, Attempt, State
from knowledge.bank import Misconception, Question
from knowledge.text import words

MAX_FOLLOW_UPS = 2
MAX_CUES = 3
"""Cues that practice gives on its own for one question."""
TERSE_WORDS = 12
"""A first answer of at most so many words is met with 'go on' before anything is asked about."""
QUOTED_WORDS = 12
_STAGE = {Verdict.MISSING: 0, Verdict.PARTIAL: 1, Verdict.CONTRADICTED: 2}
_MOVE = {Verdict.MISSING: Move.PROBE, Verdict.PARTIAL: Move.CLARIFY, Verdict.CONTRADICTED: Move.CHALLENGE}


def point_states(asking: Asking) -> tuple[PointGrade, ...]:
    """Where each key point stands after the replies graded so far."""
    return merge([(a.grade.key_points, a.aided) for a in asking.attempts if a.grade and a.grade.key_points])


def open_points(asking: Asking, question: Question) -> list[str]:
    """Ids of the essential and expected points that are not covered, the most important first.

    By weight, then missing before partial before contradicted (expand, clarify, challenge), then in the bank's order.
    """
    verdicts = _verdicts(asking, question)
    points = [
        (-point.weight, _STAGE[verdict], i, point.id)
        for i, point in enumerate(question.key_points)
        if point.weight > BONUS_WEIGHT and (verdict := verdicts[point.id]) is not Verdict.COVERED
    ]
    return [id for *_, id in sorted(points)]


def follow_up(state: State, question: Question, speech: Speech) -> Spoke | None:
    """The interview's next follow-up, or None where two were asked or there is no point to ask about.

    A point is asked about where it is sure enough that it is open and no weightier one is; else, once a question and where
    something seems to be open, what else there is to say.
    """
    asking = state.askings[-1]
    targets = [id for id in open_points(asking, question) if id not in asking.followed_up]
    if asking.follow_ups >= MAX_FOLLOW_UPS or not targets:
        return None
    chances = _chances(asking, question)
    sure = [id for id in targets if chances[id] >= SURE_FROM]
    if not sure:
        return None if asking.pumps else _spoke(state, speech, Move.PUMP, None, "anything_else")
    target = sure[0]
    verdict = _verdicts(asking, question)[target]
    if verdict is Verdict.MISSING and not asking.follow_ups and _is_terse(asking):
        return _spoke(state, speech, Move.PUMP, None)
    move = _MOVE[verdict]
    text = _probe(asking, question, target, move)
    quote = _quote(asking, target) if move is not Move.PROBE else None
    occasion = f"{move.value}_quoted" if quote else move.value
    return _spoke(state, speech, move, target, occasion, probe=text, quote=quote or "")


def _chances(asking: Asking, question: Question) -> dict[str, float]:
    """For each essential or expected point not asked about yet: the probability that it is the most important open one."""
    graded = {point.point_id: point for point in point_states(asking)}
    return most_important(
        {
            point.id: Doubt(point.weight, chance_open(graded.get(point.id)))
            for point in question.key_points
            if point.weight > BONUS_WEIGHT and point.id not in asking.followed_up
        }
    )


def cue(state: State, question: Question, speech: Speech) -> Spoke | None:
    """Practice's next cue: hint, prompt, assertion of the most important open point; None where there is none to give."""
    asking = state.askings[-1]
    targets = [id for id in open_points(asking, question) if id not in asking.asserted]
    if asking.cues >= MAX_CUES or not targets:
        return None
    point = question.key_point(targets[0])
    if point.id not in asking.hinted:
        return _spoke(state, speech, Move.HINT, point.id, hint=point.hint)
    if point.id not in asking.prompted:
        return _spoke(state, speech, Move.PROMPT, point.id, probe=point.probe)
    return _spoke(state, speech, Move.ASSERTION, point.id, point=point.text)


def requested_hint(state: State, question: Question, speech: Speech) -> Spoke | None:
    """The hint of the most important open point that had none yet, or None."""
    asking = state.askings[-1]
    fresh = [id for id in open_points(asking, question) if id not in asking.hinted]
    return _spoke(state, speech, Move.HINT, fresh[0], hint=question.key_point(fresh[0]).hint) if fresh else None


def without_lead(text: str, question: Question) -> str:
    """The bank's own words in a follow-up or cue, without what led up to them; the whole of it where it holds none."""
    authored = (
        *(text for point in question.key_points for text in (point.probe, point.hint, point.text)),
        *(wrong.probe for wrong in question.misconceptions),
    )
    return max((words for words in authored if words in text), key=len, default=text)


def answered(attempt: Attempt, question: Question) -> FollowUp | None:
    """The follow-up that a reply answers, as it is told to the grader: in the bank's words alone, since what leads up to them may
    quote the candidate. None where it answers the question, or its point is gone from the bank.
    """
    asked = attempt.answers
    point = next((point for point in question.key_points if asked and point.id == asked.point_id), None)
    if asked is None or point is None:
        return None
    probes = (point.probe, *(wrong.probe for wrong in question.misconceptions))
    return FollowUp(point_id=point.id, text=next((probe for probe in probes if probe in asked.text), point.probe))


def said_lately(state: State) -> list[str]:
    """The interviewer's last two questions with what led up to them, and its last lines: words not to be said again yet."""
    said = [line for line in state.transcript if line.role == "interviewer"]
    questions = [line for line in said if line.move is None]
    return [line.text for line in (*questions[-2:], *said[-4:])]


def _spoke(
    state: State, speech: Speech, move: Move, point_id: str | None, occasion: str | None = None, **values: str
) -> Spoke:
    text = speech.pick(occasion or move.value, f"{state.config.seed}:{state.seq}", said_lately(state), **values)
    return Spoke(move=move, text=text, point_id=point_id)


def _verdicts(asking: Asking, question: Question) -> dict[str, Verdict]:
    """The verdict on each point; an open point is contradicted too where a misconception about it was stated last."""
    found = {point.point_id: point.verdict for point in point_states(asking)}
    verdicts = {point.id: found.get(point.id, Verdict.MISSING) for point in question.key_points}
    for wrong in _stated(asking, question):
        if verdicts[id := _about(wrong, question)] is not Verdict.COVERED:
            verdicts[id] = Verdict.CONTRADICTED
    return verdicts


def _stated(asking: Asking, question: Question) -> list[Misconception]:
    """The misconceptions that the last graded reply states."""
    grade = next((attempt.grade for attempt in reversed(asking.attempts) if attempt.grade), None)
    statements = {found.statement for found in grade.misconceptions} if grade else set()
    return [wrong for wrong in question.misconceptions if wrong.statement in statements]


def _about(wrong: Misconception, question: Question) -> str:
    return about(wrong, {point.id: point.text for point in question.key_points})


def _probe(asking: Asking, question: Question, target: str, move: Move) -> str:
    """The question to ask: a misconception's own where one is challenged and it gives nothing away, else the point's."""
    if move is Move.CHALLENGE:
        for wrong in _stated(asking, question):
            if _about(wrong, question) == target and gives_away(wrong.probe, question) is None:
                return wrong.probe
    return question.key_point(target).probe


def _quote(asking: Asking, target: str) -> str | None:
    """The candidate's own words on a point, cut short; None where there are none, or they are code."""
    evidence = next((point.evidence for point in point_states(asking) if point.point_id == target), None)
    if not evidence or any(sign in evidence for sign in '`<>{}“”"\n'):
        return None
    found = evidence.strip().rstrip(".;,!?").split()
    return " ".join(found[:QUOTED_WORDS]) + ("…" if len(found) > QUOTED_WORDS else "")


def _is_terse(asking: Asking) -> bool:
    return len(words(asking.attempts[-1].text)) <= TERSE_WORDS


def unaided_scores(askings: Sequence[Asking]) -> list[tuple[str, float]]:
    """For each question that was tried and graded, or skipped: its id and the score that it earned without help."""
    found = []
    for asking in askings:
        if asking.second_try:
            continue
        points = point_states(asking)
        if points:
            found.append((asking.question_id, unaided_score(points) or 0.0))
        elif asking.skipped or any(attempt.grade and attempt.grade.ungraded is None for attempt in asking.attempts):
            found.append((asking.question_id, 0.0))
    return found
