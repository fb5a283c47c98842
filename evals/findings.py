"""What simulated interviews show together: shares and rank correlations, with their intervals."""

import math
import statistics
from collections.abc import Sequence

from evals.candidates import ANSWERING, Profile
from evals.interviews import Played
from knowledge.bank import Frozen


class Ranged(Frozen):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Results(Frozen):
    """What the interviews show together. Shares in [0, 1]; `entailed` is None where entailment was not judged.

    `share_open`, `share_most_important`: of the `follow_ups`, which ask about a point. `share_invited_open`: of the `invited`
    times that the candidate was only asked to go on, those at which a point was open.
    `most_faulty`: the highest share of interviews that do not end, repeat themselves or give a point away that is still
    likely at 95 % (exact binomial bound), by the interviews that did.
    """

    interviews: int
    not_ended: int
    repeated: int
    follow_ups: int
    share_open: Ranged
    share_most_important: Ranged
    invited: int
    share_invited_open: Ranged
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
        invited=(invited := sum(p.invited for p in played)),
        share_invited_open=_share(sum(p.invited_open for p in played), invited),
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
