"""Which of the grader's defences are on: all of them, but where `evals.mutations` measures what each is worth."""

from typing import get_args

from interviewer.grading.guards import Rule
from knowledge.bank import Frozen


class Defences(Frozen):
    """The chain's defences.

    `rules`: the rules that may decide a grade before any judge. `quotes`: a quote that the reply does not hold voids its
    verdict. `merit`: where no point is covered or partial, doubt about the missing ones earns nothing.
    """

    rules: frozenset[Rule] = frozenset(get_args(Rule))
    quotes: bool = True
    merit: bool = True


ALL_ON = Defences()
