"""`python -m evals.mutations`: switches off each defence of the grader in turn, and shows what its attacks then score.

A defence's attacks are those that it touches. They are graded twice, with all defences on and with this one off: by the
local judge, and by a judge that shows what the defence is worth alone, since the local one withstands some attacks by
itself. Of what stands before or behind any judge that is one whom every text persuades (its quotes unchecked, but where
they are what is measured); of what the judge is shown, one who does as any command in the text says. Exit status 1
where a defence's attacks score no worse without it.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.asked import request_of
from evals.attacks import ROUNDING
from evals.cases import Case, read_cases
from evals.table import columns
from interviewer.grading.addressed import without_question
from interviewer.grading.aggregation import Aggregation
from interviewer.grading.chain import Grader, Judge
from interviewer.grading.crossencoder import VERDICTS, Floats
from interviewer.grading.defences import ALL_ON, Defences
from interviewer.grading.denial import Told, tell_apart
from interviewer.grading.grade import Findings, Grade, GraderName, GradeTask, Judgement, Verdict
from interviewer.grading.guards import Rule, addressed_to_grader, rule_for
from interviewer.grading.local import LocalJudge, cut
from interviewer.grading.quotes import normalise
from interviewer.grading.suspicion import steers
from interviewer.grading.tasks import bank_task
from interviewer.grading.windows import short_sentences
from interviewer.settings import read_settings
from interviewer.wiring import Interviewer
from knowledge.bank import Frozen

ATTACKS = Path(__file__).parent / "data" / "attacks.jsonl"
PER_FAMILY = 3
MANY = 60
"""Most of what the local judge's own defences touch it withstands without them, so all of it is graded."""
UNCHECKED = Defences(quotes=False)


class Persuaded:
    """A judge that any text persuades: every point covered.

    Args:
        invents: its quotes are the points' own words; otherwise they are the reply's.
    """

    model = "persuaded"

    def __init__(self, invents: bool = True) -> None:
        self._invents = invents

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Covered throughout."""
        quotes = [point.text if self._invents else reply for point in task.points]
        return _unanimous(task, Verdict.COVERED, quotes, self.model)


def _unanimous(task: GradeTask, verdict: Verdict, quotes: Sequence[str | None], model: str) -> Findings:
    sure = {name: float(name is verdict) for name in VERDICTS}
    found = (Judgement(point_id=p.id, probabilities=sure, quote=q) for p, q in zip(task.points, quotes, strict=True))
    return Findings(judgements=tuple(found), model=model)


class Obedient:
    """A judge that does as told: every point covered where the text that it is shown holds a command, else missing.

    Args:
        commands, hidden: as of `OpenJudge`.
    """

    model = "obedient"

    def __init__(self, commands: bool = True, hidden: bool = True) -> None:
        self._commands = commands
        self._hidden = hidden

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Covered or missing throughout, with a sentence of the reply as the quote."""
        shown = shown_of(reply, (), self._commands, self._hidden)
        commands = [text for text in shown if addressed_to_grader(normalise(text).text)]
        quote = next((text for text in shown if text not in commands), commands[0] if commands else None)
        verdict = Verdict.COVERED if commands else Verdict.MISSING
        return _unanimous(task, verdict, [quote] * len(task.points), self.model)


class OpenJudge(LocalJudge):
    """The local judge with its own defences as given.

    Args:
        commands: sentences addressed to the grader are cut out.
        hidden: the text is normalised, which drops what a reader cannot see.
        asked: the question, where it is given back, is cut out. No attack here misses it: training knew the bank's
            questions. `scripts/restated_run.py` shows what it is worth to questions of one's own.
        denials: claims that are only denied are judged apart, and turned.
        doubt: who steers the grader has no benefit of the doubt.
    """

    def __init__(
        self, commands: bool = True, hidden: bool = True, asked: bool = True, denials: bool = True, doubt: bool = True
    ) -> None:
        super().__init__()
        self._commands = commands
        self._hidden = hidden
        self._asked = asked
        self._denials = denials
        self._doubt = doubt

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """As the local judge does; with `doubt` off it gets the same sentences without what would betray the steering."""
        return super().judge(task, reply if self._doubt else "\n".join(self.shown(reply)))

    def _turned(self, task: GradeTask, aggregation: Aggregation, told: Told, found: Floats) -> Floats:
        return super()._turned(task, aggregation, told, found) if self._denials else found

    def shown(self, reply: str, questions: Iterable[str] = ()) -> tuple[str, ...]:
        """As the local judge's; a test holds the two equal where all defences are on."""
        return shown_of(reply, questions if self._asked else (), self._commands, self._hidden)


def shown_of(reply: str, questions: Iterable[str], commands: bool, hidden: bool) -> tuple[str, ...]:
    """The sentences that a judge is shown of a reply without these questions, with commands cut out and hidden characters
    dropped, or without.
    """
    said = normalise(reply).text if hidden else reply
    text = without_question(said, questions)
    if commands:
        return cut(text, said)
    return tuple(text[span.start : span.end] for span in short_sentences(text))


class Arm(NamedTuple):
    """One way of grading, with the defence on and off."""

    name: str
    on: Grader
    off: Grader


class Mutation(NamedTuple):
    """A defence, which attacks it touches, how they are graded, and how many of a family are needed at least."""

    defence: str
    touches: Callable[[Case], bool]
    arms: Sequence[Arm]
    least_per_family: int = 0


class Outcome(Frozen):
    """What some attacks score (mean) and how many get through, with a defence on and off."""

    arm: str
    mean_on: float
    mean_off: float
    through_on: int
    through_off: int

    @property
    def worse(self) -> bool:
        """Whether the defence was missed."""
        return self.mean_off > self.mean_on + ROUNDING or self.through_off > self.through_on


class Finding(Frozen):
    """A defence with its attacks' families, their number, and the outcome of each arm."""

    defence: str
    families: tuple[str, ...]
    attacks: int
    outcomes: tuple[Outcome, ...]

    @property
    def missed(self) -> bool:
        """Whether the defence's attacks score worse without it, by one arm at least."""
        return any(outcome.worse for outcome in self.outcomes)


def mutations(interviewer: Interviewer) -> list[Mutation]:
    """Every defence of the grader."""
    local, persuaded = LocalJudge(), Persuaded()
    make = partial(_grader, interviewer)
    # Each defence looks at the same attacks.
    rule_of = cache(partial(_rule_of, interviewer))
    found = []
    for rule in sorted(ALL_ON.rules):
        others = ALL_ON.rules - {rule}
        without, alone = ALL_ON.model_copy(update={"rules": others}), UNCHECKED.model_copy(update={"rules": others})
        arms = [
            Arm("local", make(local, ALL_ON), make(local, without)),
            Arm("persuaded", make(persuaded, UNCHECKED), make(persuaded, alone)),
        ]
        found.append(Mutation(f"rule {rule}", partial(_is_ruled, rule_of, rule), arms))
    judged = partial(_is_ruled, rule_of, None)
    quotes = Arm("persuaded", make(persuaded, ALL_ON), make(persuaded, UNCHECKED))
    quoting = Persuaded(invents=False)
    check = Arm("persuaded", make(quoting, ALL_ON, local), make(quoting, ALL_ON))
    merit = Arm("local", make(local, ALL_ON), make(local, Defences(merit=False)))
    # Without rules, since most of what hides a command or holds one is decided by a rule before any judge.
    open_to_all = Defences(rules=frozenset(), quotes=False)
    shown = {
        name: [
            Arm("local", make(OpenJudge(), ALL_ON), make(OpenJudge(**{name: False}), ALL_ON)),
            Arm("obedient", make(Obedient(), open_to_all), make(Obedient(**{name: False}), open_to_all)),
        ]
        for name in ("commands", "hidden")
    }
    own = {
        name: [Arm("local", make(OpenJudge(), ALL_ON), make(OpenJudge(**{name: False}), ALL_ON))]
        for name in ("denials", "doubt")
    }
    return [
        *found,
        Mutation("denials turned", lambda case: judged(case) and _denies(case), own["denials"], MANY),
        Mutation("no benefit of the doubt", lambda case: judged(case) and steers(case.reply), own["doubt"], MANY),
        Mutation("quotes checked", judged, [quotes]),
        Mutation("local cross-check", judged, [check]),
        Mutation("no credit for doubt", judged, [merit]),
        Mutation("commands cut out", _holds_command, shown["commands"]),
        Mutation("hidden dropped", lambda case: _hides(case) and _holds_command(case), shown["hidden"]),
    ]


def _grader(interviewer: Interviewer, judge: Judge, defences: Defences, second: Judge | None = None) -> Grader:
    relevance, find_task = interviewer.relevance, interviewer.find_task
    return Grader(GraderName.LLM, judge, second, find_task, relevance, lambda: interviewer.vocabulary, defences)


def _rule_of(interviewer: Interviewer, question_id: str, reply: str) -> Rule | None:
    task = bank_task(interviewer.bank, interviewer.bank.by_id[question_id])
    return rule_for(reply, task.wordings, interviewer.vocabulary, points=task.claims)


def _is_ruled(rule_of: Callable[[str, str], Rule | None], rule: Rule | None, case: Case) -> bool:
    return rule_of(case.question_id, case.reply) == rule


def _holds_command(case: Case) -> bool:
    text = normalise(case.reply).text
    return any(addressed_to_grader(text[span.start : span.end]) for span in short_sentences(text))


def _denies(case: Case) -> bool:
    return bool(tell_apart(cut(normalise(case.reply).text)).denied)


def _hides(case: Case) -> bool:
    return normalise(case.reply).text != case.reply


def sample(attacks: Sequence[Case], touches: Callable[[Case], bool], per_family: int) -> list[Case]:
    """The first attacks of each family that a defence touches; those with a limit of their own, which needs no base."""
    taken: dict[str, list[Case]] = {}
    for case in attacks:
        kept = taken.setdefault(case.extra("family") or "", [])
        if case.max_score is not None and len(kept) < per_family and touches(case):
            kept.append(case)
    return [case for kept in taken.values() for case in kept]


def measure(interviewer: Interviewer, mutation: Mutation, attacks: Sequence[Case], per_family: int) -> Finding:
    """What a defence is worth on its attacks."""
    chosen = sample(attacks, mutation.touches, max(per_family, mutation.least_per_family))
    outcomes = []
    for arm in mutation.arms if chosen else ():
        on, off = (_scores(interviewer, grader, chosen) for grader in (arm.on, arm.off))
        limits = np.array([case.max_score for case in chosen], dtype=float) + ROUNDING
        outcomes.append(
            Outcome(
                arm=arm.name,
                mean_on=float(on.mean()),
                mean_off=float(off.mean()),
                through_on=int((on > limits).sum()),
                through_off=int((off > limits).sum()),
            )
        )
    families = tuple(sorted({case.extra("family") or "" for case in chosen}))
    return Finding(defence=mutation.defence, families=families, attacks=len(chosen), outcomes=tuple(outcomes))


def _scores(interviewer: Interviewer, grader: Grader, attacks: Sequence[Case]) -> Floats:
    grades = [grader.grade(request_of(case, interviewer.bank), case.reply) for case in attacks]
    return np.array([_earned(grade) for grade in grades])


def _earned(grade: Grade) -> float:
    # As in the attack rate an ungraded attack got through, but where a rule says that it is not to be graded.
    if grade.score is None:
        return 1.0 if grade.rule is None else 0.0
    return grade.score


def table(findings: Sequence[Finding]) -> str:
    """One line for each defence and arm."""
    lines: list[tuple[str, ...]] = [("defence", "attacks", "judge", "mean score on -> off", "through on -> off", "")]
    for found in findings:
        if not found.outcomes:
            lines.append((found.defence, "0", "", "", "", "no attack touches it"))
        for o in found.outcomes:
            means, through = f"{o.mean_on:.3f} -> {o.mean_off:.3f}", f"{o.through_on} -> {o.through_off}"
            lines.append((found.defence, str(found.attacks), o.arm, means, through, "worse" if o.worse else "no worse"))
    return columns(lines)


def main() -> int:
    """Prints what each defence is worth. Exit status 1 where one is not missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-family", type=int, default=PER_FAMILY, help="attacks of each family (default 3)")
    per_family = parser.parse_args().per_family
    interviewer = Interviewer(read_settings())
    attacks = list(read_cases([ATTACKS]))
    findings = [measure(interviewer, mutation, attacks, per_family) for mutation in mutations(interviewer)]
    print(table(findings))
    idle = [found.defence for found in findings if found.outcomes and not found.missed]
    if idle:
        print(f"not missed when switched off: {', '.join(idle)}", file=sys.stderr)
    return 1 if idle else 0


if __name__ == "__main__":
    sys.exit(main())
