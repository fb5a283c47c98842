"""Content rules that the types cannot say: leaks, answers that miss a point, counts.

Each rule yields `(field path, what is wrong)`; the path leads to the line in the file.
"""

from collections import Counter
from collections.abc import Iterator

from knowledge.bank import KeyPoint, Question, Standing, Statement
from knowledge.text import content_stems, shares_run, without_code, words

Path = tuple[str | int, ...]

ANSWER_WORDS = (60, 180)
KEY_POINTS = (3, 7)
LEAK_RUN = 4
LEAK_SHARE = 0.5
STATED_SHARE = 0.5
STATEMENTS_NEEDED = {"covered": 3, "partial": 1, "contradicted": 2}


def question_faults(question: Question) -> Iterator[tuple[Path, str]]:
    """Faults of one question.

    A hint or probe leaks when it shares a run of four words with its point, or more than half of the point's
    distinctive stems (those the question itself does not hold). An answer states a point when at least half of the
    point's content stems occur in it.
    """
    length = len(words(without_code(question.answer)))
    low, high = ANSWER_WORDS
    if not low <= length <= high:
        yield ("answer",), f"the answer has {length} words; it needs {low} to {high} outside code"
    fewest, most = KEY_POINTS
    if not fewest <= len(question.key_points) <= most:
        yield ("key_points",), f"key_points: {len(question.key_points)} stand here; {fewest} to {most} are needed"
    if question.standing is not Standing.ACCEPTED:
        yield ("standing",), f"a question of the bank is accepted, not {question.standing}"
    ids = Counter(point.id for point in question.key_points)
    answer, asked = content_stems(question.answer), content_stems(question.question)
    for i, point in enumerate(question.key_points):
        if ids[point.id] > 1:
            yield ("key_points", i, "id"), f"key point id {point.id!r} stands twice"
        stated = content_stems(point.text)
        if len(stated & answer) < STATED_SHARE * len(stated):
            yield ("key_points", i, "text"), f"the answer does not state key point {point.id!r}"
        yield from _leaks(i, point, stated - asked)
    if all(point.weight < 3 for point in question.key_points):
        yield ("key_points",), "no key point is essential (weight 3)"
    for i, misconception in enumerate(question.misconceptions):
        if not misconception.probe.endswith("?"):
            yield ("misconceptions", i, "probe"), "the probe is not a question (no '?' at its end)"


def _leaks(i: int, point: KeyPoint, distinctive: set[str]) -> Iterator[tuple[Path, str]]:
    for field, text in (("hint", point.hint), ("probe", point.probe)):
        run = shares_run(text, point.text, LEAK_RUN)
        shared = distinctive & content_stems(text)
        if run:
            yield ("key_points", i, field), f"the {field} gives {point.id!r} away: it repeats {run!r}"
        elif len(shared) >= 2 and len(shared) > LEAK_SHARE * len(distinctive):
            yield ("key_points", i, field), f"the {field} gives {point.id!r} away: {', '.join(sorted(shared))}"
    if not point.probe.endswith("?"):
        yield ("key_points", i, "probe"), "the probe is not a question (no '?' at its end)"


def statement_faults(statements: list[Statement], questions: dict[str, Question]) -> Iterator[tuple[int, str]]:
    """Faults of one file's statements as `(index of the statement, what is wrong)`."""
    seen: dict[str, int] = {}
    for i, statement in enumerate(statements):
        question = questions.get(statement.question)
        if question is None:
            yield i, f"unknown question {statement.question!r}"
        elif statement.key_point not in {point.id for point in question.key_points}:
            yield i, f"question {statement.question!r} has no key point {statement.key_point!r}"
        key = " ".join(words(statement.text)) or statement.text
        if key in seen:
            yield i, f"the same text as statement {seen[key] + 1} of this file"
        seen[key] = i


def missing_statements(question: Question, statements: tuple[Statement, ...]) -> Iterator[str]:
    """Key points of a question that have fewer statements than the grader's knowledge needs."""
    have: Counter[tuple[str, str]] = Counter((statement.key_point, statement.verdict) for statement in statements)
    for point in question.key_points:
        for verdict, needed in STATEMENTS_NEEDED.items():
            if have[point.id, verdict] < needed:
                yield f"key point {point.id!r} has {have[point.id, verdict]} {verdict} statements; {needed} are needed"
