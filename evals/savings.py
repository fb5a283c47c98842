"""How many questions adaptive choice saves against random choice at the same precision of the ability estimate."""

import math
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interviewer.ability import DIFFICULTY, Observation, general_ability
from interviewer.events import Order, SessionConfig
from interviewer.selection import choose_question
from knowledge.bank import Bank, Frozen, Question

LONGEST = 12
"""Questions asked at random, whose precision the adaptive choice has to reach."""
RESAMPLES = 1000
Floats = NDArray[np.float64]


class Saving(Frozen):
    """Questions saved with its 95 % bootstrap interval over candidates, and the errors (logits) by number of questions."""

    candidates: int
    random_questions: int
    saved: float
    low: float
    high: float
    rmse_adaptive: tuple[float, ...]
    rmse_random: tuple[float, ...]


def questions_saved(bank: Bank, candidates: int, seed: int) -> Saving:
    """The saving over candidates whose abilities are spread evenly from -2.5 to 2.5 logits.

    The precision is the root mean squared error of the estimated general ability. A question's score is the share of its
    points that a Rasch candidate covers.
    """
    abilities = np.linspace(-2.5, 2.5, candidates)
    squares = {
        order: np.array([_errors(bank, ability, f"{seed}:{i}", order) for i, ability in enumerate(abilities)]) ** 2
        for order in Order
    }
    saved = _saved(squares[Order.ADAPTIVE], squares[Order.FIXED])
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(0, candidates, candidates) for _ in range(RESAMPLES)]
    low, high = np.quantile(
        [_saved(squares[Order.ADAPTIVE][i], squares[Order.FIXED][i]) for i in drawn], [0.025, 0.975]
    )
    return Saving(
        candidates=candidates,
        random_questions=LONGEST,
        saved=saved,
        low=float(low),
        high=float(high),
        rmse_adaptive=tuple(float(e) for e in np.sqrt(squares[Order.ADAPTIVE].mean(axis=0)).round(3)),
        rmse_random=tuple(float(e) for e in np.sqrt(squares[Order.FIXED].mean(axis=0)).round(3)),
    )


def _errors(bank: Bank, ability: float, seed: str, order: Order) -> list[float]:
    """Estimate minus ability after 1 to LONGEST questions, chosen adaptively, or at random where `order` is fixed."""
    rng = random.Random(seed)
    config = SessionConfig(questions=LONGEST, order=Order.ADAPTIVE, seed=rng.randrange(2**31))
    asked: list[str] = []
    seen: list[Observation] = []
    errors = []
    for _ in range(LONGEST):
        question = choose_question(bank, config, asked, seen) if order is Order.ADAPTIVE else _any(bank, asked, rng)
        assert question is not None
        asked.append(question.id)
        seen.append(Observation(topic=question.topic, level=question.level, score=_score(question, ability, rng)))
        errors.append(general_ability(seen, config.level).mean - ability)
    return errors


def _any(bank: Bank, asked: Sequence[str], rng: random.Random) -> Question:
    return rng.choice([question for question in bank.questions if question.id not in asked])


def _score(question: Question, ability: float, rng: random.Random) -> float:
    p = 1 / (1 + math.exp(DIFFICULTY[question.level] - ability))
    weights = [point.weight for point in question.key_points]
    return sum(weight for weight in weights if rng.random() < p) / sum(weights)


def _saved(adaptive: Floats, at_random: Floats) -> float:
    """Questions saved where the adaptive error first is as small as the random one after LONGEST; shapes (n, LONGEST)."""
    goal = math.sqrt(at_random[:, -1].mean())
    errors = np.sqrt(adaptive.mean(axis=0))
    reached = np.flatnonzero(errors <= goal)
    if not len(reached):
        return 0.0
    n = int(reached[0])
    if n == 0:
        return float(LONGEST - 1)
    # Between two whole numbers of questions the error is taken to fall in a straight line.
    return LONGEST - (n + float((errors[n - 1] - goal) / (errors[n - 1] - errors[n])))
