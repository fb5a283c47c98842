"""Key points of an ingested answer, written by the language model where one is set; nothing that the answer does not say."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

import prompts
from interviewer.errors import ModelFailed
from knowledge.bank import Frozen
from knowledge.ingest.material import MaterialPoint
from knowledge.text import content_stems

if TYPE_CHECKING:
    from interviewer.llm.model import LanguageModel

PROMPT = "key_points"
FEWEST, MOST = 2, 7
STATED_SHARE = 0.5
"""A point is kept when at least this share of its content stems occurs in the answer, as for the bank's own points."""


class PointsAnswer(Frozen):
    """What the language model returns."""

    points: list[str] = Field(min_length=1, max_length=20)


Ask = Callable[[str], PointsAnswer]
"""Sends a prompt to the language model. Raises: ModelFailed."""


def asking_points(model: "LanguageModel") -> Ask:
    """Asks a language model for key points."""
    schema = PointsAnswer.model_json_schema()
    return lambda text: model.ask(text, schema, PointsAnswer.model_validate_json).value


def suggest_points(question: str, answer: str, ask: Ask) -> tuple[MaterialPoint, ...]:
    """At most seven points that the answer states, in the model's order.

    Raises: ModelFailed where the model fails, or none of its points stands in the answer.
    """
    texts = ask(prompts.render(PROMPT, question=question, answer=answer, fewest=str(FEWEST), most=str(MOST))).points
    said = content_stems(answer)
    kept = [" ".join(text.split()) for text in texts if _is_stated(text, said)]
    if not kept:
        raise ModelFailed("the language model wrote no point that the answer states")
    unique = list(dict.fromkeys(kept))[:MOST]
    return tuple(MaterialPoint(id=f"p{i}", text=text) for i, text in enumerate(unique, start=1))


def _is_stated(text: str, said: set[str]) -> bool:
    stems = content_stems(text)
    return bool(stems) and len(stems & said) >= STATED_SHARE * len(stems)
