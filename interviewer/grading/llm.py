"""The language-model judge: any OpenAI-compatible server, one call a reply, verdicts and quotes only."""

import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

import prompts
from interviewer.errors import JudgeFailed
from interviewer.grading.grade import Findings, GradeTask, Judgement, MisconceptionFound, Verdict
from knowledge.bank import Frozen

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

PROMPT = "grade"
CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 20.0


class LlmSettings(Frozen):
    """Where the model is. `base_url` None means OpenAI's own service; a local server may need no key."""

    model: str
    base_url: str | None = None
    api_key: SecretStr | None = None


class PointAnswer(BaseModel):
    """One key point's verdict, as the model returns it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    verdict: Literal["covered", "partial", "missing", "contradicted"]
    quote: str | None


class MisconceptionAnswer(BaseModel):
    """One misconception that the reply asserts, as the model returns it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    quote: str
    correction: str


class JudgeAnswer(BaseModel):
    """What the model returns for a whole reply."""

    model_config = ConfigDict(extra="forbid")

    points: list[PointAnswer]
    misconceptions: list[MisconceptionAnswer]


class LlmJudge:
    """Judges with a chat model.

    Args:
        settings: which model and where.
        rng: makes a random source for each call, from which delimiter and canary are drawn.
    """

    def __init__(self, settings: LlmSettings, rng: Callable[[], random.Random] = random.SystemRandom) -> None:
        self._settings = settings
        self._rng = rng
        self._chat: ChatOpenAI | None = None

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._settings.model

    def judge(self, task: GradeTask, reply: str) -> Findings:
        """Verdicts and quotes for each point of the task.

        Raises: JudgeFailed with the reason: no connection, a refusal, an answer that is not what was asked for.
        """
        rng = self._rng()
        canary = f"{rng.getrandbits(64):016x}"
        text = grading_prompt(task, reply, delimiter=f"=== {rng.getrandbits(64):016x} ===", canary=canary)
        answer, tokens_in, tokens_out = self._ask(text)
        if canary in answer.model_dump_json():
            raise JudgeFailed("the model repeated text that it must not, so its answer was discarded")
        return Findings(
            judgements=_judgements(task, answer),
            misconceptions=_misconceptions(task, answer),
            model=self.model,
            prompt_version=prompts.version(PROMPT),
            tokens_in=tokens_in,
            tokens_out=tokens_out,
        )

    def _ask(self, text: str) -> tuple[JudgeAnswer, int | None, int | None]:
        from openai import OpenAIError

        structured = self._model().with_structured_output(JudgeAnswer, method="json_schema", include_raw=True)
        try:
            result = structured.invoke(text)
        except (OpenAIError, ValidationError, ValueError) as error:
            raise JudgeFailed(f"the language model gave no grade ({_reason(error)})") from error
        if not isinstance(result, dict):
            raise JudgeFailed("the language model gave no grade (an answer of an unknown form)")
        answer, raw = result.get("parsed"), result["raw"]
        if not isinstance(answer, JudgeAnswer):
            refusal = raw.additional_kwargs.get("refusal")
            why = f"it refused: {refusal}" if refusal else f"its answer was not valid ({result.get('parsing_error')})"
            raise JudgeFailed(f"the language model gave no grade ({why[:200]})")
        usage = raw.usage_metadata or {}
        return answer, usage.get("input_tokens"), usage.get("output_tokens")

    def _model(self) -> "ChatOpenAI":
        if self._chat is None:
            import httpx
            from langchain_openai import ChatOpenAI

            # Passed explicitly: the class otherwise reads other variables first, retries on its own, and picks
            # another API for some model names.
            self._chat = ChatOpenAI(
                model=self._settings.model,
                base_url=self._settings.base_url or "https://api.openai.com/v1",
                api_key=self._settings.api_key or SecretStr("none"),
                max_retries=0,
                timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                use_responses_api=False,
            )
        return self._chat


def grading_prompt(task: GradeTask, reply: str, delimiter: str, canary: str) -> str:
    """The whole prompt; the delimiter is taken out of the reply, so that a reply cannot end its own block."""
    points = "\n".join(f"- {point.id}: {point.text}" for point in task.points)
    wrong = "\n".join(f"- m{i}: {m.statement}" for i, m in enumerate(task.misconceptions, start=1)) or "(none listed)"
    return prompts.render(
        PROMPT,
        question=task.question or "(not given)",
        passages="\n\n".join(task.passages) or "(none; the key points say what is expected)",
        points=points,
        misconceptions=wrong,
        delimiter=delimiter,
        canary=canary,
        reply=reply.replace(delimiter, "").replace(canary, ""),
    )


def _judgements(task: GradeTask, answer: JudgeAnswer) -> tuple[Judgement, ...]:
    found = {point.id: point for point in answer.points}
    missing = [point.id for point in task.points if point.id not in found]
    if missing:
        raise JudgeFailed(f"the language model gave no grade (it left out {', '.join(missing)})")
    return tuple(
        Judgement(
            point_id=point.id,
            probabilities={verdict: float(verdict == found[point.id].verdict) for verdict in Verdict},
            quote=found[point.id].quote,
        )
        for point in task.points
    )


def _misconceptions(task: GradeTask, answer: JudgeAnswer) -> tuple[MisconceptionFound, ...]:
    known = {f"m{i}": m for i, m in enumerate(task.misconceptions, start=1)}
    return tuple(
        MisconceptionFound(statement=known[m.id].statement, correction=known[m.id].correction, evidence=m.quote)
        for m in answer.misconceptions
        if m.id in known
    )


def _reason(error: Exception) -> str:
    """The error's first line, without anything that looks like a key."""
    line = (str(error).splitlines() or [""])[0][:200] or type(error).__name__
    return re.sub(r"\b(sk|key)-[\w-]{6,}", "[key]", line)
