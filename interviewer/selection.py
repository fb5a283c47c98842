"""Which question comes next: a pure choice from the bank, the same for the same seed."""

import random
from collections import Counter
from collections.abc import Collection

from interviewer.errors import InputInvalid
from interviewer.events import SessionConfig
from knowledge.bank import Bank, Level, Question

_ORDER = list(Level)


def check_config(bank: Bank, config: SessionConfig) -> None:
    """Raises: InputInvalid where the bank holds fewer questions in these topics than are asked for."""
    available = sum(_in_topics(question, config) for question in bank.questions)
    if available < config.questions:
        topics = ", ".join(config.topics) or "all topics"
        raise InputInvalid(
            f"{topics}: the bank has {available} questions here and {config.questions} were asked for; ask for fewer"
        )


def choose_question(bank: Bank, config: SessionConfig, asked: Collection[str]) -> Question | None:
    """The next question, or None when enough were asked.

    Topics take turns, so that a short session still spans them; within a topic the level asked for comes first, then
    its neighbours.

    Args:
        asked: ids of this session's questions so far, in order.
    """
    if len(asked) >= config.questions:
        return None
    free = [question for question in bank.questions if _in_topics(question, config) and question.id not in asked]
    if not free:
        return None
    used = Counter(bank.by_id[id].topic for id in asked if id in bank.by_id)
    # A generator of its own for each step: the choice depends on the seed and on what was asked, nothing else.
    chance = random.Random(f"{config.seed}:{len(asked)}")
    topic_order = {topic: chance.random() for topic in sorted({question.topic for question in free})}
    topic = min(topic_order, key=lambda topic: (used[topic], topic_order[topic]))
    pool = [question for question in free if question.topic == topic]
    nearest = min(_distance(question, config) for question in pool)
    return chance.choice([question for question in pool if _distance(question, config) == nearest])


def _in_topics(question: Question, config: SessionConfig) -> bool:
    return not config.topics or question.topic in config.topics


def _distance(question: Question, config: SessionConfig) -> int:
    return abs(_ORDER.index(question.level) - _ORDER.index(config.level))
