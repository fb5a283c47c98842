"""Intervals by bootstrap over questions: replies to one question resemble one another, so questions are drawn, not cases.

Whole clusters are drawn with replacement; a replicate is then a row of counts, and every statistic of `evals.metrics`
follows from one matrix product. Percentiles are moved outwards for the number of clusters, since plain ones are too
narrow below about a hundred. Source: Davison and Hinkley 1997, section 3.8; Hesterberg 2015, section 5.3 ('expanded
percentile'). `python -m evals.coverage` simulates the coverage.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.metrics import Floats, Statistic
from knowledge.bank import Frozen

REPLICATES = 2000
FEWEST_CLUSTERS = 20
"""Under this many questions an interval is marked unreliable. Source: the contract."""
LEVEL = 0.95
MOST_UNDEFINED = 0.05
CHUNK = 100


class Figure(Frozen):
    """A statistic with its 95 % interval; a part that is undefined is None, and `reason` says why.

    `unreliable`: the interval rests on fewer than 20 questions.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    unreliable: bool = True
    reason: str | None = None


class Bootstrap:
    """Replicates over the clusters of one set of cases.

    Args:
        clusters: the question of each case, in the order in which columns are given later.
        seed: of the draws; the same seed and clusters give the same intervals.
    """

    def __init__(self, clusters: Sequence[str], seed: int = 0, replicates: int = REPLICATES) -> None:
        _, self._of = np.unique(np.array(clusters, dtype=str), return_inverse=True)
        self.clusters = int(self._of.max()) + 1 if len(clusters) else 0
        self._seed = seed
        self._replicates = replicates

    @property
    def is_unreliable(self) -> bool:
        """Whether there are too few questions for an interval to be trusted."""
        return self.clusters < FEWEST_CLUSTERS

    def weights(self) -> NDArray[np.int64]:
        """How often each cluster was drawn, shape (replicates, clusters)."""
        rng = np.random.default_rng(self._seed)
        even = np.full(self.clusters, 1 / self.clusters)
        return rng.multinomial(self.clusters, even, size=self._replicates)

    def figure(self, columns: Floats, statistic: Statistic, why: Callable[[Floats], str]) -> Figure:
        """A statistic of summed columns, shape (cases, columns), with its interval."""
        totals = columns.sum(axis=0)
        value = float(statistic(totals)) if len(columns) else float("nan")
        if np.isnan(value):
            return Figure(value=None, reason=why(totals))
        if self.clusters < 2:
            return self._around(value, np.empty(0))
        return self._around(value, statistic(self.weights() @ self.by_cluster(columns)))

    def by_cluster(self, columns: Floats) -> Floats:
        """Columns summed by cluster, shape (clusters, columns)."""
        sums = np.zeros((self.clusters, columns.shape[1]))
        np.add.at(sums, self._of, columns)
        return sums

    def figure_of_cases(self, statistic: Statistic, why: str) -> Figure:
        """A statistic of case weights: a function from shape (replicates, cases) to (replicates,)."""
        value = float(statistic(np.ones((1, len(self._of))))[0])
        if np.isnan(value):
            return Figure(value=None, reason=why)
        if self.clusters < 2:
            return self._around(value, np.empty(0))
        weights = self.weights()
        chunks = [weights[i : i + CHUNK][:, self._of].astype(float) for i in range(0, len(weights), CHUNK)]
        return self._around(value, np.concatenate([statistic(chunk) for chunk in chunks]))

    def _around(self, value: float, replicates: Floats) -> Figure:
        low, high, reason = interval(replicates, self.clusters)
        return Figure(value=value, low=low, high=high, unreliable=self.is_unreliable, reason=reason)


def interval(replicates: Floats, clusters: int) -> tuple[float | None, float | None, str | None]:
    """Low and high end at 95 %, or None for both and why there is no interval."""
    if clusters < 2:
        return None, None, "no interval: all cases belong to one question"
    kept = replicates[~np.isnan(replicates)]
    if len(kept) < (1 - MOST_UNDEFINED) * len(replicates):
        return None, None, f"no interval: undefined in {1 - len(kept) / len(replicates):.0%} of the resamples"
    tail = expanded_tail(clusters)
    low, high = np.quantile(kept, [tail, 1 - tail])
    return float(low), float(high), None


def expanded_tail(clusters: int) -> float:
    """The tail probability to cut at each end, 0.025 in the limit. Source: Hesterberg 2015, section 5.3."""
    from scipy.stats import norm, t

    reach = np.sqrt(clusters / (clusters - 1)) * t.ppf((1 + LEVEL) / 2, clusters - 1)
    return float(norm.cdf(-reach))
