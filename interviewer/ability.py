"""How able a candidate is by topic, from graded replies and the questions' levels. Pure.

A Rasch model: the expected score on a question is the logistic of ability minus difficulty, both in logits. A topic's
ability is a general one plus a deviation of the topic's own, so that a reply on one topic says a little of the others.
Sources: Rasch (1960); the split into a general and a topic part follows Pelánek (2016), "Applications of the Elo rating
system in adaptive educational systems"; mode and curvature of the posterior stand for its mean and spread (Laplace).
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from knowledge.bank import Frozen, Level, Topic

DIFFICULTY: Mapping[Level, float] = {Level.JUNIOR: -1.0, Level.MID: 0.0, Level.SENIOR: 1.0}
"""Difficulty of a level in logits: set, not fitted; one logit a level is the distance at which odds grow by e."""
GENERAL_SD = 1.5
"""Spread in logits of general ability around the level that the candidate chose."""
TOPIC_SD = 0.5
"""Spread in logits of a topic's ability around the general one."""
TRIALS = 2.0
"""Independent trials that a graded question counts for: more than one, as it has several points, and fewer than its
points, as these hang together."""
_STEPS = 25


class Observation(Frozen):
    """A graded question: its topic, its level and the score in [0, 1]."""

    topic: Topic
    level: Level
    score: float


class Ability(Frozen):
    """Ability in logits: 0 is at home with mid-level questions. `sd` is the posterior's standard deviation."""

    mean: float
    sd: float


def expected_score(ability: float, level: Level) -> float:
    """The score in (0, 1) that is expected on a question of this level."""
    return 1 / (1 + math.exp(DIFFICULTY[level] - ability))


def information(ability: Ability, level: Level) -> float:
    """What a question of this level is expected to tell: nats of the topic's uncertainty that its reply takes away.

    Source: for a Gaussian posterior, half the log of one plus prior variance times Fisher information.
    """
    p = expected_score(ability.mean, level)
    return 0.5 * math.log1p(ability.sd**2 * TRIALS * p * (1 - p))


def abilities(seen: Sequence[Observation], start: Level, topics: Iterable[Topic]) -> dict[Topic, Ability]:
    """The ability in each topic.

    Args:
        start: the level that the candidate chose: where ability is thought to be before any reply.
        topics: those to tell of; topics of the observations need not be among them.
    """
    order = sorted({*topics, *(observation.topic for observation in seen)})
    mode, covariance = _posterior(seen, DIFFICULTY[start], order)
    found = {}
    for i, topic in enumerate(order, start=1):
        pick = np.zeros(len(order) + 1)
        pick[[0, i]] = 1.0
        found[topic] = Ability(mean=float(pick @ mode), sd=float(np.sqrt(pick @ covariance @ pick)))
    return found


def general_ability(seen: Sequence[Observation], start: Level) -> Ability:
    """Ability over all topics."""
    mode, covariance = _posterior(seen, DIFFICULTY[start], sorted({observation.topic for observation in seen}))
    return Ability(mean=float(mode[0]), sd=float(np.sqrt(covariance[0, 0])))


def _posterior(seen: Sequence[Observation], centre: float, order: list[Topic]) -> tuple[np.ndarray, np.ndarray]:
    """Mode and covariance over (general, topic deviations), shapes (1 + topics,) and (1 + topics, 1 + topics)."""
    design = np.zeros((len(seen), 1 + len(order)))
    design[:, 0] = 1.0
    for row, observation in zip(design, seen, strict=True):
        row[1 + order.index(observation.topic)] = 1.0
    difficulty = np.array([DIFFICULTY[observation.level] for observation in seen])
    score = np.array([observation.score for observation in seen])
    prior = np.diag([GENERAL_SD**-2] + [TOPIC_SD**-2] * len(order))
    mean = np.zeros(1 + len(order))
    mean[0] = centre
    mode = mean.copy()
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(difficulty - design @ mode))
        precision = prior + TRIALS * design.T @ (design * (p * (1 - p))[:, None])
        step = np.linalg.solve(precision, TRIALS * design.T @ (score - p) - prior @ (mode - mean))
        # Newton's step, cut short where the curve is flat and it would overshoot.
        mode = mode + step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-9:
            break
    return mode, np.linalg.inv(precision)
