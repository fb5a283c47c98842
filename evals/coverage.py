"""`python -m evals.coverage`: how often the 95 % intervals hold the truth, on simulated questions and replies.

Each simulated set has questions of unequal size, with a grader whose error has a part that all replies to a question
share. The truth is the statistic over a very large set of the same kind.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from evals.bootstrap import Bootstrap
from evals.metrics import STATISTICS, Floats, moments, why_undefined

SHOWN = ("qwk", "pearson", "rmse", "mae", "bias")


def simulate(rng: np.random.Generator, questions: int) -> tuple[Floats, Floats, list[str]]:
    """Human scores, grades (both in [0, 1]) and the question of each case."""
    sizes = rng.integers(6, 13, questions)
    of = np.repeat(np.arange(questions), sizes)
    ease = rng.normal(0.55, 0.1, questions)[of]
    human = np.clip(ease + rng.normal(0, 0.25, len(of)), 0, 1)
    shared = rng.normal(0.02, 0.06, questions)[of]
    grade = np.clip(0.15 + 0.7 * human + shared + rng.normal(0, 0.15, len(of)), 0, 1)
    return human, grade, [str(q) for q in of]


def coverage(clusters: int, runs: int, replicates: int, seed: int, names: Sequence[str] = SHOWN) -> dict[str, float]:
    """Share of `runs` simulated sets whose interval holds the truth, for each statistic."""
    rng = np.random.default_rng(seed)
    human, grade, _ = simulate(rng, 200_000)
    totals = moments(human, grade).sum(axis=0)
    truth = {name: float(STATISTICS[name](totals)) for name in names}
    held = dict.fromkeys(names, 0)
    for run in range(runs):
        human, grade, of = simulate(rng, clusters)
        bootstrap = Bootstrap(of, seed=seed + run, replicates=replicates)
        columns = moments(human, grade)
        for name in names:
            figure = bootstrap.figure(columns, STATISTICS[name], why_undefined)
            assert figure.low is not None
            assert figure.high is not None
            held[name] += figure.low <= truth[name] <= figure.high
    return {name: count / runs for name, count in held.items()}


def main() -> None:
    """Prints the coverage at several numbers of questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--clusters", type=int, nargs="+", default=[10, 20, 40, 80, 150])
    arguments = parser.parse_args()
    for clusters in arguments.clusters:
        found = coverage(clusters, arguments.runs, replicates=1000, seed=1)
        print(f"{clusters:4d} questions: " + ", ".join(f"{name} {share:.1%}" for name, share in found.items()))


if __name__ == "__main__":
    main()
