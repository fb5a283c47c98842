"""A whole grader without torch: the real chain over a local judge that counts words, and an encoder of letters."""

import json
import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

import prompts
from interviewer.events import ReplyKind
from interviewer.grading.chain import Grader
from interviewer.grading.grade import Findings, GraderName, GradeTask, Judgement, Point, Verdict
from interviewer.grading.llm import LlmJudge, RandomFor, unforeseeable
from interviewer.grading.marking import MARK, STRUCK, quotable
from interviewer.grading.tasks import GradeRequest, find_task
from interviewer.llm.ledger import Ledger
from interviewer.llm.limits import Endpoint, Format, Limits, Prices
from interviewer.llm.model import LanguageModel
from interviewer.llm.recorder import Exchange
from interviewer.phrasing import as_authored
from interviewer.relevance import Relevance
from interviewer.sessions import Phrase, Sessions
from interviewer.speech import Speech
from interviewer.store import open_store
from knowledge.bank import Bank
from knowledge.encoder import Vectors
from knowledge.text import content_stems, sentence_texts, sentences
from tests.conftest import Clock
from tests.openai_server import Request, completion, prompt_of

QUICK = Limits(connect_s=1.0, read_s=0.7, call_s=5.0)
"""Deadlines a tenth or so of the true ones, to meet faults with."""
PATIENT = Limits(breaker_failures=0)
"""For tests in which nothing is to be cut off, on however busy a machine."""


class WordsJudge:
    """Credits a point by the share of its words that one sentence of the reply holds."""

    model = "words"

    def judge(self, task: GradeTask, reply: str) -> Findings:
        return Findings(judgements=tuple(_judgement(point, reply) for point in task.points), model=self.model)

    def by_nearest_reference(self, task: GradeTask, reply: str) -> GradeTask:
        return task

    def together(self) -> "WordsJudge":
        return self


def _judgement(point: Point, reply: str) -> Judgement:
    wanted = content_stems(point.text)
    found = sentence_texts(reply) or [""]
    shares = [len(wanted & content_stems(text)) / len(wanted) for text in found]
    best = max(range(len(found)), key=lambda i: shares[i])
    covered = min(1.0, shares[best] * 1.5)
    chances = {Verdict.COVERED: covered, Verdict.MISSING: 1 - covered, Verdict.PARTIAL: 0.0, Verdict.CONTRADICTED: 0.0}
    return Judgement(point_id=point.id, probabilities=chances, quote=found[best] or None)


class LettersEncoder:
    """Vectors of letter counts."""

    model_hash = "letters"

    def encode(self, texts: list[str]) -> Vectors:
        counts = np.array(
            [[text.lower().count(letter) + 0.01 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        )
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), dtype=np.float32)


def language_model(
    url: str, limits: Limits = PATIENT, exchange: Exchange | None = None, format: Format | None = None, **named: Any
) -> LanguageModel:
    """The model of a test's server, ready to be asked."""
    endpoint = Endpoint(model="test-model", base_url=url, answer_format=format)
    ledger = Ledger(limits, Prices(tokens_in=1.0, tokens_out=2.0))
    model = LanguageModel(endpoint, limits, ledger, exchange, **named)
    model.open()
    return model


def no_index() -> NoReturn:
    raise AssertionError("every question of these tests is looked up by its id")


def grader(model: LanguageModel, bank: Bank, fall_back: bool = True, random_for: RandomFor = unforeseeable) -> Grader:
    """The chain of interviews over that model."""
    known = frozenset(content_stems(" ".join(question.answer for question in bank.questions)))

    def task(request: GradeRequest) -> GradeTask:
        return find_task(request, bank, no_index)

    return Grader(
        GraderName.LLM, LlmJudge(model, random_for), WordsJudge(), task, Relevance(LettersEncoder()), lambda: known,
        fall_back=fall_back,
    )  # fmt: skip


def sessions(home: Path, bank: Bank, grade: Grader, phrase: Phrase = as_authored) -> Sessions:
    """Interviews over a real store in which every message is an answer."""
    home.mkdir(parents=True, exist_ok=True)
    store, _ = open_store(f"sqlite:///{home / 'test.db'}")
    speech = Speech(prompts.phrases("speech"))
    return Sessions(
        store, lambda: bank, speech, lambda *_: ReplyKind.ANSWER, lambda: grade, Clock(), phrase=lambda: phrase
    )


def reply_of(request: Request) -> str:
    """The candidate's reply as a grading request holds it."""
    found = re.search(r"\n(=== [0-9a-f]{16} ===)\n(.*)\n\1\n", prompt_of(request), re.DOTALL)
    assert found is not None
    return found.group(2)


def points_of(request: Request) -> dict[str, str]:
    """The points of a grading request by id."""
    listed = prompt_of(request).split("# The key points")[1].split("# Misconceptions")[0]
    return dict(re.findall(r"^- ([\w-]+): (.*)$", listed, re.MULTILINE))


def judged(request: Request, verdict: str, quote: str | None) -> str:
    """The answer that gives every point the same verdict and quote, as JSON."""

    points = [{"id": id, "verdict": verdict, "quote": quote} for id in points_of(request)]
    return json.dumps({"points": points, "misconceptions": []})


def obedient(request: Request) -> tuple[int, Any]:
    """A model that does as any reply tells it: every point covered, each by the words of the reply that fit it best and
    that may be quoted.
    """
    said = quotable(reply_of(request).replace(f"{MARK} ", ""))
    told = [piece for span in sentences(said) for piece in said[span.start : span.end].split(STRUCK) if piece.strip()]
    points = [
        {"id": id, "verdict": "covered", "quote": max(told, key=lambda text: _shared(text, point), default="")}
        for id, point in points_of(request).items()
    ]
    return 200, completion(json.dumps({"points": points, "misconceptions": []}))


def _shared(text: str, point: str) -> int:
    return len(content_stems(text) & content_stems(point))
