"""Builds the whole from settings. Everything heavy is made where it is first used, once."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import SecretStr

import prompts
from interviewer.access import Access, Everything
from interviewer.accounts import Accounts, OwnSessions
from interviewer.errors import SettingsInvalid
from interviewer.events import ReplyKind
from interviewer.grading.grade import FollowUp, GraderName, GradeTask
from interviewer.grading.guards import vocabulary_of
from interviewer.grading.tasks import GradeRequest, bank_task, find_task
from interviewer.job import Proposal, asking, propose
from interviewer.material import OwnMaterial
from interviewer.phrasing import Phraser, as_authored
from interviewer.relevance import Relevance
from interviewer.sessions import Phrase, Sessions
from interviewer.settings import Settings, make_home
from interviewer.speech import Speech
from interviewer.store import Store, open_store
from interviewer.suggest import asking_points, suggest_points
from interviewer.turns import Turns
from interviewer.understanding import Understanding
from interviewer.utterance import kind_of
from interviewer.waiting import WaitingRoom
from knowledge.bank import Bank, Question
from knowledge.encoder import open_encoder
from knowledge.index import PassageIndex, Progress, open_index
from knowledge.ingest.material import MaterialPoint
from knowledge.load import load_bank
from knowledge.search import JoinedSearch, Searchable
from knowledge.vectors import BankVectors

if TYPE_CHECKING:
    from interviewer.grading.chain import Grader, Judge
    from interviewer.grading.local import LocalJudge
    from interviewer.llm.ledger import Ledger
    from interviewer.llm.limits import Limits
    from interviewer.llm.model import LanguageModel
    from interviewer.llm.recorder import Exchange


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
        serving: for visitors of the page, who see what is theirs where there are accounts.
    """

    def __init__(
        self,
        settings: Settings,
        progress: Progress | None = None,
        warn: Callable[[str], None] = lambda line: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        serving: bool = False,
    ) -> None:
        keep_to_this_machine()
        self.settings = settings
        self.serving = serving
        self._progress = progress
        self._warn = warn
        self._clock = clock
        self._index: PassageIndex | None = None
        self._index_lock = Lock()
        self._joined: tuple[tuple[Question, ...], Bank, frozenset[str] | None] | None = None

    @cached_property
    def shipped_bank(self) -> Bank:
        """The bank that comes with the program. Raises: BankInvalid."""
        return load_bank()

    @cached_property
    def material(self) -> OwnMaterial:
        """The person's own material."""
        return OwnMaterial(self.settings.home, lambda: self.encoder, self._warn)

    @property
    def bank(self) -> Bank:
        """All questions: the bank's, and the person's own as they stand now. Raises: BankInvalid."""
        own = self.material.questions
        if self._joined is None or self._joined[0] is not own:
            shipped = self.shipped_bank
            bank = Bank(questions=(*shipped.questions, *own), statements=shipped.statements) if own else shipped
            self._joined = (own, bank, None)
        return self._joined[1]

    @cached_property
    def encoder(self) -> BankVectors:
        """The sentence encoder, its files checked, with the vectors of the bank. Raises: ModelUnavailable."""
        return BankVectors(open_encoder(self.settings.embedding_model))

    def drop_remembered(self) -> None:
        """Forgets what is held in memory of people's texts."""
        self.sessions.drop_remembered()
        for name in ("encoder", "_judges_encoder"):
            if (opened := vars(self).get(name)) is not None:
                opened.forget()

    @property
    def index(self) -> Searchable:
        """The passages of all questions, indexed where needed. Raises: IndexUnavailable, ModelUnavailable."""
        with self._index_lock:
            if self._index is None:
                make_home(self.settings)
                self._index = open_index(self.settings.index_folder, self.shipped_bank, self.encoder, self._progress)
            return JoinedSearch((self._index, self.material))

    @cached_property
    def store(self) -> Store:
        """The event log. Raises: StoreUnavailable, SettingsInvalid."""
        make_home(self.settings)
        store, warning = open_store(self.settings.database)
        if warning:
            self._warn(warning)
        return store

    @cached_property
    def accounts(self) -> Accounts:
        """Users and whose each session is, in the same database. Raises: StoreUnavailable, SettingsInvalid."""
        return Accounts(self.store.engine, self._clock)

    @cached_property
    def access(self) -> Access:
        """Who may see which session on the page; commands on this machine see all."""
        return OwnSessions(self.accounts) if self.serving and self.settings.auth else Everything()

    @cached_property
    def sessions(self) -> Sessions:
        """Interviews over the event log. Raises: StoreUnavailable, SettingsInvalid."""
        return Sessions(
            self.store,
            lambda: self.bank,
            self.speech,
            self.understand,
            lambda: self.grader,
            self._clock,
            phrase=lambda: self.phrase,
            access=self.access,
            turns=Turns(self.store.engine),
        )

    @cached_property
    def waiting(self) -> WaitingRoom:
        """Where the page's replies wait for their answer."""
        return WaitingRoom(self.sessions.advance, check=self.sessions.check)

    @cached_property
    def speech(self) -> Speech:
        """The interviewer's phrases."""
        return Speech(prompts.phrases("speech"))

    @cached_property
    def phrase(self) -> Phrase:
        """How the interviewer speaks: in the language model's words where one is set, else as it is written."""
        if self.settings.model is None:
            return as_authored
        return Phraser(self.language_model, self._alike)

    def _alike(self, one: str, other: str) -> float:
        first, second = self.encoder.encode([one, other])
        return float(first @ second)

    @cached_property
    def grader(self) -> "Grader":
        """The grader of interviews: the language model's where one is set, with the local one behind it."""
        if self.settings.model is None:
            return self.make_grader(GraderName.LOCAL, together=True)
        return self.make_grader(GraderName.LLM, fall_back=True, together=True)

    def make_grader(
        self,
        name: GraderName,
        fall_back: bool = False,
        exchange: "Exchange | None" = None,
        checked: bool = True,
        together: bool = False,
    ) -> "Grader":
        """A grader by name; without `fall_back` a failure stays a failure, as evaluations need it.

        Args:
            exchange: stands in for the language model's server; a recorder or a replayer.
            checked: let the local grader look over the language model's credits.
            together: replies that are graded at the same time share a forward pass, as interviews want it; a grade's last
                digits then depend on them.
        """
        # LangChain takes seconds to load, and the page is up before a grade is wanted.
        from interviewer.grading.chain import Grader

        local = self._shared_judge if together else self._local_judge
        is_local = name is GraderName.LOCAL
        return Grader(
            name,
            local if is_local else self._llm_judge(fall_back, exchange),
            local if checked and not is_local else None,
            self.find_task,
            self.relevance,
            lambda: self.vocabulary,
            fall_back=fall_back and not is_local,
            choose=local.by_nearest_reference,
        )

    @cached_property
    def relevance(self) -> Relevance:
        """Tells whether a text is about a question."""
        return Relevance(self.encoder)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Stems that the questions know."""
        _ = self.bank
        assert self._joined is not None
        own, bank, known = self._joined
        if known is None:
            texts = [q.answer for q in bank.questions] + [s.text for s in bank.statements]
            known = vocabulary_of(tuple(texts + [q.question for q in bank.questions]))
            self._joined = (own, bank, known)
        return known

    def find_task(self, request: GradeRequest) -> GradeTask:
        """What to grade against; the index is opened only where the question has to be looked up."""
        return find_task(request, self.bank, lambda: self.index)

    @cached_property
    def understanding(self) -> Understanding:
        """Tells what kind of message a reply is."""
        return Understanding(self.encoder, self.relevance, lambda: self.vocabulary)

    def understand(self, text: str, question_id: str) -> ReplyKind:
        """What kind of message a reply is: by its words, then by its meaning and whether it is about the question."""
        question = self.bank.by_id.get(question_id)
        return kind_of(text) if question is None else self.understanding.kind(text, bank_task(self.bank, question))

    def suggest_points(self, question: str, answer: str) -> tuple[MaterialPoint, ...]:
        """Key points for an answer, by the language model. Raises: ModelFailed, SettingsInvalid where none is set."""
        return suggest_points(question, answer, asking_points(self.language_model))

    def propose(self, text: str) -> Proposal:
        """Topics and level that a job description or CV suggests. Raises: InputInvalid, ModelUnavailable."""
        ask = asking(self.language_model) if self.settings.model else None
        return propose(text, self.bank, self.encoder, ask)

    def use(self, settings: Settings) -> None:
        """Takes other settings of the language model and of practice, from the next reply on; the home stays as it is."""
        self.settings = settings
        for made in ("language_model", "grader", "phrase"):
            vars(self).pop(made, None)

    def now(self) -> datetime:
        """The time now, aware."""
        return self._clock()

    def warm_up(self) -> None:
        """Loads what every grade needs, by grading something; searches need the `index` besides. Raises: ModelUnavailable."""
        question = self.bank.questions[0]
        local = self.grader if self.settings.model is None else self.make_grader(GraderName.LOCAL, together=True)
        self.understand("so, to begin with", question.id)
        point = question.key_points[0]
        follow_up = FollowUp(point_id=point.id, text=point.probe)
        local.grade(GradeRequest(question_id=question.id, follow_up=follow_up), point.text)
        if self.settings.model is not None:
            self.language_model.open()

    @cached_property
    def _local_judge(self) -> "LocalJudge":
        from interviewer.grading.local import FOLDER, LocalJudge

        return LocalJudge(self.settings.grader_folder or FOLDER, encoder=lambda: self._judges_encoder)

    @cached_property
    def _judges_encoder(self) -> BankVectors:
        # The judge's figures were fitted with the bundled encoder, whichever one retrieves.
        return self.encoder if self.settings.embedding_model is None else BankVectors(open_encoder())

    @cached_property
    def _shared_judge(self) -> "LocalJudge":
        return self._local_judge.together()

    @cached_property
    def ledger(self) -> "Ledger":
        """What the language model has cost."""
        from interviewer.llm.ledger import Ledger

        return Ledger(self.settings.llm_limits, self.settings.llm_prices)

    @cached_property
    def language_model(self) -> "LanguageModel":
        """The language model of interviews, its server left alone after failures. Raises: SettingsInvalid."""
        return self._open_model(self.settings.llm_limits)

    def _open_model(self, limits: "Limits", exchange: "Exchange | None" = None) -> "LanguageModel":
        from interviewer.llm.limits import OPENAI, Endpoint, Format
        from interviewer.llm.model import LanguageModel

        settings = self.settings
        if settings.model is None:
            raise SettingsInvalid(
                "no language model is set; set INTERVIEWER_MODEL (and OPENAI_BASE_URL for a local server)"
            )
        endpoint = Endpoint(
            model=settings.model,
            base_url=settings.base_url or OPENAI,
            api_key=settings.api_key or SecretStr("none"),
            # A recorder cannot be asked what it can do.
            answer_format=settings.llm_format or (Format.SCHEMA if exchange else None),
        )
        return LanguageModel(endpoint, limits, self.ledger, exchange)

    def _llm_judge(self, shared: bool, exchange: "Exchange | None") -> "Judge":
        from interviewer.grading.llm import LlmJudge, seeded_by_case

        if shared:
            return LlmJudge(self.language_model)
        # An evaluation asks for every case anew, whatever became of the last one, and recorded answers do not change.
        off = {"breaker_failures": 0} | ({"requests": 1} if exchange else {})
        limits = self.settings.llm_limits.model_copy(update=off)
        return LlmJudge(self._open_model(limits, exchange), seeded_by_case)
