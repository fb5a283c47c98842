"""The language-model judge: one call a reply, verdicts and quotes only, never a total."""

import json
import random
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator

import prompts
from interviewer.errors import JudgeFailed, ModelFailed
from interviewer.grading.grade import Findings, GradeTask, Judgement, MisconceptionFound, Verdict
from interviewer.grading.marking import marked, quotable
from interviewer.grading.quotes import locate_quote
from interviewer.llm.model import LanguageModel
from interviewer.llm.objects import with_backslashes
from knowledge.bank import Frozen
from knowledge.text import sentences

PROMPT, FOLLOW_UP_PROMPT = "grade", "grade_follow_up"
LONGEST_FEEDBACK = 300

RandomFor = Callable[[GradeTask, str], random.Random]
"""From a task and a reply to the random source of its delimiter and canary."""


class PointAnswer(Frozen):
    """One key point's verdict, as the model returns it; without a quote it holds only where it is 'missing'."""

    id: str
    quote: str | None = None
    verdict: Annotated[Verdict, BeforeValidator(lambda said: said.strip().lower() if isinstance(said, str) else said)]


class MisconceptionAnswer(Frozen):
    """One misconception that the reply asserts, as the model returns it; `feedback` is one sentence."""

    id: str
    quote: str
    feedback: str = ""


class JudgeAnswer(Frozen):
    """What the model returns for a whole reply."""

    points: tuple[PointAnswer, ...]
    misconceptions: tuple[MisconceptionAnswer, ...]


def unforeseeable(task: GradeTask, reply: str) -> random.Random:
    """A random source that nobody can foresee: for interviews."""
    return random.SystemRandom()


def seeded_by_case(task: GradeTask, reply: str) -> random.Random:
    """The same source for the same prompt: for evaluations, whose requests repeat byte for byte wherever they are made."""
    return random.Random(grading_prompt(task, reply, delimiter="=== reply ===", canary="canary"))


class LlmJudge:
    """Judges with a language model.

    Args:
        language_model: asks it.
        random_for: where delimiter and canary come from.
    """

    def __init__(self, language_model: LanguageModel, random_for: RandomFor = unforeseeable) -> None:
        self._model = language_model
        self._random_for = random_for

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._model.name

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Verdicts and quotes for each point of the task.

        Raises: JudgeFailed with the reason: no connection, a refusal, an answer that is not what was asked for.
        """
        rng = self._random_for(task, reply)
        canary = f"{rng.getrandbits(64):016x}"
        text = grading_prompt(task, reply, delimiter=f"=== {rng.getrandbits(64):016x} ===", canary=canary)
        try:
            asked = self._model.ask(text, answer_schema(task), lambda answer: read_answer(answer, task), canary)
        except ModelFailed as error:
            raise JudgeFailed(f"the language model gave no grade ({error})") from error
        answer: JudgeAnswer = asked.value
        source = quotable(reply)
        return Findings(
            judgements=_judgements(task, answer, source),
            misconceptions=_misconceptions(task, answer, source),
            model=self.model,
            prompt_version=prompts.version(PROMPT)
            + (f"+{prompts.version(FOLLOW_UP_PROMPT)}" if task.follow_up else ""),
            tokens_in=asked.tokens[0] if asked.tokens else None,
            tokens_out=asked.tokens[1] if asked.tokens else None,
        )


def grading_prompt(task: GradeTask, reply: str, delimiter: str, canary: str) -> str:
    """The whole prompt. The delimiter is taken out of the reply, so that a reply cannot end its own block."""
    points = "\n".join(f"- {point.id}: {point.text}" for point in task.points)
    wrong = "\n".join(f"- m{i}: {m.statement}" for i, m in enumerate(task.misconceptions, start=1)) or "(none listed)"
    return prompts.render(
        PROMPT,
        question=(task.question or "(not given)") + _asked_after(task),
        passages="\n\n".join(task.passages) or "(none; the key points say what is expected)",
        points=points,
        misconceptions=wrong,
        delimiter=delimiter,
        canary=canary,
        reply=marked(reply, (delimiter, delimiter.strip("= "), canary)).text,
    )


def _asked_after(task: GradeTask) -> str:
    """What tells that the reply answers a follow-up, or nothing."""
    if task.follow_up is None:
        return ""
    return (
        "\n\n" + prompts.render(FOLLOW_UP_PROMPT, point=task.follow_up.point_id, follow_up=task.follow_up.text).strip()
    )


def answer_schema(task: GradeTask) -> dict[str, Any]:
    """JSON Schema of the answer, with the ids of this task; of the form that strict servers take. Quotes come before
    verdicts: a model writes in this order, and is to look before it judges.
    """
    wrong = {"enum": [f"m{i}" for i, _ in enumerate(task.misconceptions, start=1)]} if task.misconceptions else {}
    point = {
        "id": {"type": "string", "enum": [point.id for point in task.points]},
        "quote": {"type": ["string", "null"]},
        "verdict": {"type": "string", "enum": [verdict.value for verdict in Verdict]},
    }
    misconception = {"id": {"type": "string"} | wrong, "quote": {"type": "string"}, "feedback": {"type": "string"}}
    return _object({"points": _array(_object(point)), "misconceptions": _array(_object(misconception))})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def read_answer(text: str, task: GradeTask) -> JudgeAnswer:
    """The answer that a JSON text holds; what models add to it (a total, remarks) is passed over.

    Raises: ValueError where it does not judge every point of the task once.
    """
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")
    answer = JudgeAnswer(
        points=_known(said.get("points"), PointAnswer),
        misconceptions=_known(said.get("misconceptions") or [], MisconceptionAnswer),
    )
    given = [point.id for point in answer.points]
    if missing := [point.id for point in task.points if point.id not in given]:
        raise ValueError(f"it left out {', '.join(missing)}")
    if len(set(given)) < len(given):
        raise ValueError("it judged a point twice")
    return answer


def _known(entries: Any, kind: type[Frozen]) -> Any:
    """The entries with the fields that are read."""
    if not isinstance(entries, list):
        return entries
    return [
        {k: v for k, v in one.items() if k in kind.model_fields} if isinstance(one, dict) else one for one in entries
    ]


def _as_said(quote: str, source: str) -> str:
    """The quote, with backslashes for its control characters where it is in the source so."""
    meant = with_backslashes(quote)
    return meant if meant != quote and locate_quote(meant, source) else quote


def _judgements(task: GradeTask, answer: JudgeAnswer, source: str) -> tuple[Judgement, ...]:
    found = {point.id: point for point in answer.points}
    return tuple(
        Judgement(
            point_id=point.id,
            probabilities={verdict: float(verdict == found[point.id].verdict) for verdict in Verdict},
            quote=None if (quote := found[point.id].quote) is None else _as_said(quote, source),
        )
        for point in task.points
    )


def _misconceptions(task: GradeTask, answer: JudgeAnswer, source: str) -> tuple[MisconceptionFound, ...]:
    """Those of the task that the model found in words that the reply holds: the bank's correction, with the model's
    sentence after it.
    """
    given = {m.id: m for m in reversed(answer.misconceptions) if locate_quote(_as_said(m.quote, source), source)}
    return tuple(
        MisconceptionFound(
            statement=m.statement,
            correction=f"{m.correction} {_sentence(found.feedback)}".strip(),
            evidence=_as_said(found.quote, source),
        )
        for i, m in enumerate(task.misconceptions, start=1)
        if (found := given.get(f"m{i}"))
    )


def _sentence(text: str) -> str:
    """The first sentence of a text, on one line and not too long."""
    line = " ".join(text.split())
    return line[: next((span.end for span in sentences(line)), 0)][:LONGEST_FEEDBACK]
