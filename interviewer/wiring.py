"""Builds the whole from settings. Everything heavy is made where it is first used, once."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock

import prompts
from interviewer.errors import SettingsInvalid
from interviewer.events import ReplyKind
from interviewer.grading.chain import Grader, Judge
from interviewer.grading.grade import GraderName, GradeTask
from interviewer.grading.guards import is_gibberish, vocabulary_of
from interviewer.grading.tasks import GradeRequest, bank_task, find_task
from interviewer.relevance import Relevance
from interviewer.sessions import Sessions
from interviewer.settings import Settings, make_home
from interviewer.speech import Speech
from interviewer.store import open_store
from interviewer.utterance import kind_of
from knowledge.bank import Bank
from knowledge.encoder import SentenceEncoder, open_encoder
from knowledge.errors import KnowledgeError
from knowledge.index import PassageIndex, Progress, open_index
from knowledge.load import load_bank


def keep_to_this_machine() -> None:
    """Turns the libraries' telemetry, tracing and model hubs off, whatever the environment says."""
    os.environ.update(
        ANONYMIZED_TELEMETRY="False",
        GRADIO_ANALYTICS_ENABLED="False",
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_OFFLINE="1",
        LANGCHAIN_TRACING_V2="false",
        LANGSMITH_TRACING="false",
        TOKENIZERS_PARALLELISM="false",
    )


class Interviewer:
    """The program's parts, made on first use.

    Args:
        settings: where and with what.
        progress: shown while the index is built.
        warn: told of what the person should know, one line at a time.
        clock: the time now, aware.
    """

    def __init__(
        self,
        settings: Settings,
        progress: Progress | None = None,
        warn: Callable[[str], None] = lambda line: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        keep_to_this_machine()
        self.settings = settings
        self._progress = progress
        self._warn = warn
        self._clock = clock
        self._index: PassageIndex | None = None
        self._index_lock = Lock()

    @cached_property
    def bank(self) -> Bank:
        """The question bank. Raises: BankInvalid."""
        return load_bank()

    @cached_property
    def encoder(self) -> SentenceEncoder:
        """The sentence encoder, its files checked. Raises: ModelUnavailable."""
        return open_encoder(self.settings.embedding_model)

    @property
    def index(self) -> PassageIndex:
        """The passage index, built where needed. Raises: IndexUnavailable, ModelUnavailable."""
        with self._index_lock:
            if self._index is None:
                make_home(self.settings)
                self._index = open_index(self.settings.index_folder, self.bank, self.encoder, self._progress)
            return self._index

    @cached_property
    def sessions(self) -> Sessions:
        """Interviews over the event log. Raises: StoreUnavailable, SettingsInvalid."""
        make_home(self.settings)
        store, warning = open_store(self.settings.database)
        if warning:
            self._warn(warning)
        return Sessions(store, self.bank, self.speech, self.understand, lambda: self.grader, self._clock)

    @cached_property
    def speech(self) -> Speech:
        """The interviewer's phrases."""
        return Speech(prompts.phrases("speech"))

    @cached_property
    def grader(self) -> Grader:
        """The grader of interviews: the language model's where one is set, with the local one behind it."""
        if self.settings.model is None:
            return self.make_grader(GraderName.LOCAL)
        return self.make_grader(GraderName.LLM, fall_back=True)

    def make_grader(self, name: GraderName, fall_back: bool = False) -> Grader:
        """A grader by name; without `fall_back` a failure stays a failure, as evaluations need it."""
        local = self._local_judge
        judge: Judge = self._llm_judge() if name is GraderName.LLM else local
        fallback = local if fall_back else None
        return Grader(name, judge, fallback, self.find_task, self.relevance, lambda: self.vocabulary)

    @cached_property
    def relevance(self) -> Relevance:
        """Tells whether a text is about a question."""
        return Relevance(self.encoder)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Stems that the bank knows."""
        texts = [q.answer for q in self.bank.questions] + [s.text for s in self.bank.statements]
        return vocabulary_of(tuple(texts + [q.question for q in self.bank.questions]))

    def find_task(self, request: GradeRequest) -> GradeTask:
        """What to grade against; the index is opened only where the question has to be looked up."""
        return find_task(request, self.bank, lambda: self.index)

    def understand(self, text: str, question_id: str) -> ReplyKind:
        """What kind of message a reply is: by its words, then by whether it is about the question at all."""
        kind = kind_of(text)
        question = self.bank.by_id.get(question_id)
        if kind is not ReplyKind.ANSWER or question is None:
            return kind
        if is_gibberish(text, self.vocabulary):
            return ReplyKind.NO_CONTENT
        try:
            off_topic = self.relevance.is_off_topic(bank_task(self.bank, question), text)
        except KnowledgeError:
            # Without the encoder nothing can be called off topic; the grade will say what is wrong.
            return ReplyKind.ANSWER
        return ReplyKind.OFF_TOPIC if off_topic else ReplyKind.ANSWER

    def warm_up(self) -> None:
        """Loads the models and the index, so that the first grade does not wait for them."""
        self.encoder.encode(["warm up"])
        _ = self.index
        _ = self.vocabulary
        _ = self.grader

    @cached_property
    def _local_judge(self) -> Judge:
        from interviewer.grading.local import LocalJudge

        return LocalJudge()

    def _llm_judge(self) -> Judge:
        from interviewer.grading.llm import LlmJudge, LlmSettings

        if self.settings.model is None:
            raise SettingsInvalid(
                "no language model is set; set INTERVIEWER_MODEL (and OPENAI_BASE_URL for a local server)"
            )
        return LlmJudge(
            LlmSettings(model=self.settings.model, base_url=self.settings.base_url, api_key=self.settings.api_key)
        )
