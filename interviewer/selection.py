"""Which question comes next: a pure choice from the bank, the same for the same seed."""

import random
from collections import Counter
from collections.abc import Collection, Sequence

from interviewer.ability import Observation
from interviewer.adaptive import most_telling
from interviewer.errors import InputInvalid
from interviewer.events import Order, SessionConfig
from knowledge.bank import Bank, Level, Question, Standing, Topic

_ORDER = list(Level)


def check_config(bank: Bank, config: SessionConfig) -> None:
    """Raises: InputInvalid where the bank holds fewer questions in these topics than are asked for."""
    if unknown := [id for id in config.planned if id not in bank.by_id]:
        raise InputInvalid(f"{unknown[0]}: the bank has no question of this id; `interviewer bank` lists them")
    available = sum(_in_topics(question, config) for question in bank.questions)
    if not available and config.topics == (Topic.MINE,):
        raise InputInvalid("you have no accepted material yet; add some under Bank, or choose another topic")
    if available < config.questions:
        topics = ", ".join(config.topics) or "all topics"
        raise InputInvalid(
            f"{topics}: the bank has {available} questions here and {config.questions} were asked for; ask for fewer"
        )


def choose_question(
    bank: Bank,
    config: SessionConfig,
    asked: Collection[str],
    seen: Sequence[Observation] = (),
    recent: Collection[str] = (),
) -> Question | None:
    """The next question, or None when enough were asked.

    Topics take turns, so that a short session still spans them. In fixed order the level asked for comes first within a
    topic, then its neighbours; in adaptive order what the replies say of the candidate decides (`adaptive.py`).

    Args:
        asked: ids of this session's questions so far, in order.
        seen: this session's graded questions.
        recent: ids of earlier sessions' questions, which adaptive order asks last.
    """
    if len(asked) >= config.questions:
        return None
    if planned := [id for id in config.planned if id in bank.by_id and id not in asked]:
        return bank.by_id[planned[0]]
    free = [question for question in bank.questions if _in_topics(question, config) and question.id not in asked]
    if not free:
        return None
    used = Counter(bank.by_id[id].topic for id in asked if id in bank.by_id)
    # A generator of its own for each step: the choice depends on the seed and on what was asked, nothing else.
    chance = random.Random(f"{config.seed}:{len(asked)}")
    if config.order is Order.ADAPTIVE:
        return most_telling(free, config, used, seen, recent, chance)
    topic_order = {topic: chance.random() for topic in sorted({question.topic for question in free})}
    topic = min(topic_order, key=lambda topic: (used[topic], topic_order[topic]))
    pool = [question for question in free if question.topic == topic]
    nearest = min(_distance(question, config) for question in pool)
    return chance.choice([question for question in pool if _distance(question, config) == nearest])


def _in_topics(question: Question, config: SessionConfig) -> bool:
    return question.standing is Standing.ACCEPTED and (not config.topics or question.topic in config.topics)


def _distance(question: Question, config: SessionConfig) -> int:
    return abs(_ORDER.index(question.level) - _ORDER.index(config.level))
