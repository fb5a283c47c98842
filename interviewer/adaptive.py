"""The adaptive choice of the next question: new ones first, then coverage of topics, then what it tells. Pure."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from interviewer.ability import Observation, abilities, information
from interviewer.events import SessionConfig
from knowledge.bank import Bank, Kind, Level, Question, Topic

WARM_UP_FROM = 3
"""An adaptive session of at least so many questions begins with one that is a level easier than the one chosen."""
_WARM_UP_KINDS = (Kind.CONCEPT, Kind.EXPLAIN)
_ORDER = list(Level)


def observations(bank: Bank, scores: Iterable[tuple[str, float]]) -> list[Observation]:
    """What question ids with scores in [0, 1] say of the candidate; ids that the bank no longer holds say nothing."""
    return [
        Observation(topic=bank.by_id[id].topic, level=bank.by_id[id].level, score=score)
        for id, score in scores
        if id in bank.by_id
    ]


def most_telling(
    free: Sequence[Question],
    config: SessionConfig,
    used: Counter[Topic],
    seen: Sequence[Observation],
    recent: Collection[str],
    chance: random.Random,
) -> Question:
    """The question, of those that are free, whose reply is expected to tell most.

    Questions of earlier sessions come only when no other is left; topics take turns; of the topics whose turn it is, the
    topic and level with the highest expected information is taken.

    Args:
        used: how often each topic was asked about in this session.
        seen: this session's graded questions.
        recent: ids of earlier sessions' questions.
        chance: breaks ties.
    """
    fresh = [question for question in free if question.id not in recent] or list(free)
    fewest = min(used[question.topic] for question in fresh)
    turn = [question for question in fresh if used[question.topic] == fewest]
    if not used and config.questions >= WARM_UP_FROM:
        return chance.choice(_gentle(turn, config))
    ability = abilities(seen, config.level, {question.topic for question in turn})
    kinds = sorted({(question.topic, question.level) for question in turn})
    tie = {kind: chance.random() for kind in kinds}
    # Rounded, so that what differs by arithmetic alone is a tie.
    best = max(kinds, key=lambda kind: (round(information(ability[kind[0]], kind[1]), 9), tie[kind]))
    return chance.choice([question for question in turn if (question.topic, question.level) == best])


def _gentle(questions: Sequence[Question], config: SessionConfig) -> list[Question]:
    """Those to warm up with: a level easier than the one chosen where there is one, and of an explaining kind."""
    easier = max(0, _ORDER.index(config.level) - 1)
    nearest = min(abs(_ORDER.index(question.level) - easier) for question in questions)
    level = [question for question in questions if abs(_ORDER.index(question.level) - easier) == nearest]
    return [question for question in level if question.kind in _WARM_UP_KINDS] or level
