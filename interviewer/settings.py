"""Settings from the environment or `.env`; the names are the contract's."""

from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from interviewer.damage import OWN_NAME
from interviewer.errors import SettingsInvalid
from interviewer.llm.limits import Format, Limits, Prices
from interviewer.saved import LARGEST_GOAL, read_saved
from knowledge.disk import sync_folder


def _limit(name: str, variable: str) -> Any:
    """A setting with the default and the bounds of the limit of that name."""
    field = Limits.model_fields[name]
    bounds = {
        bound: value
        for meta in field.metadata
        for bound in ("gt", "ge", "le")
        if (value := getattr(meta, bound, None)) is not None
    }
    return Field(default=field.default, validation_alias=variable, **bounds)


DATABASES = ("sqlite", "postgresql")


class Settings(BaseSettings):
    """What can be set. An empty variable counts as unset."""

    # Where fields may be given by name, variables of the bare names are read, too: `HOME` and `PORT` mean something else.
    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        env_prefix="INTERVIEWER_",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("interviewer", appauthor=False)),
        validation_alias="INTERVIEWER_HOME",
    )
    database_url: str | None = Field(default=None, validation_alias="INTERVIEWER_DATABASE_URL")
    model: str | None = Field(default=None, validation_alias="INTERVIEWER_MODEL")
    api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    embedding_model: str | None = Field(default=None, validation_alias="INTERVIEWER_EMBEDDING_MODEL")
    grader_folder: Path | None = Field(default=None, validation_alias="INTERVIEWER_GRADER")
    port: int = Field(default=7860, ge=1, le=65535, validation_alias="INTERVIEWER_PORT")
    hosts: str = Field(default="", validation_alias="INTERVIEWER_HOSTS")
    auth: Literal["accounts"] | None = Field(default=None, validation_alias="INTERVIEWER_AUTH")

    llm_format: Format | None = Field(default=None, validation_alias="INTERVIEWER_LLM_FORMAT")
    llm_connect_s: float = _limit("connect_s", "INTERVIEWER_LLM_CONNECT_S")
    llm_read_s: float = _limit("read_s", "INTERVIEWER_LLM_READ_S")
    llm_call_s: float = _limit("call_s", "INTERVIEWER_LLM_CALL_S")
    llm_requests: int = _limit("requests", "INTERVIEWER_LLM_REQUESTS")
    llm_concurrent: int = _limit("concurrent", "INTERVIEWER_LLM_CONCURRENT")
    llm_session_tokens: int = _limit("session_tokens", "INTERVIEWER_LLM_SESSION_TOKENS")
    llm_total_tokens: int = _limit("total_tokens", "INTERVIEWER_LLM_TOTAL_TOKENS")
    daily_goal: int | None = Field(default=None, ge=1, le=LARGEST_GOAL, validation_alias="INTERVIEWER_DAILY_GOAL")
    price_in: float | None = Field(default=None, ge=0, validation_alias="INTERVIEWER_PRICE_IN")
    price_out: float | None = Field(default=None, ge=0, validation_alias="INTERVIEWER_PRICE_OUT")

    @field_validator("database_url")
    @classmethod
    def _is_url(cls, url: str | None) -> str | None:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            if url and make_url(url).get_backend_name() not in DATABASES:
                raise ValueError
            return url
        except (ArgumentError, ValueError):
            # The cause may quote a piece of the password.
            raise ValueError(
                "this is no database's address; write postgresql://USER:PASSWORD@HOST:5432/NAME (with @ : / of the password "
                "as %40 %3A %2F) or sqlite:////FOLDER/FILE.db"
            ) from None

    @property
    def llm_limits(self) -> Limits:
        """How long, how often and how much a language model may be asked."""
        return Limits(
            connect_s=self.llm_connect_s,
            read_s=self.llm_read_s,
            call_s=self.llm_call_s,
            requests=self.llm_requests,
            concurrent=self.llm_concurrent,
            session_tokens=self.llm_session_tokens,
            total_tokens=self.llm_total_tokens,
        )

    @property
    def llm_prices(self) -> Prices:
        """What the language model's tokens cost."""
        return Prices(tokens_in=self.price_in, tokens_out=self.price_out)

    @property
    def host_names(self) -> frozenset[str]:
        """Names under which the page may be reached, beside this machine's own."""
        return frozenset(name.strip().lower() for name in self.hosts.split(",") if name.strip())

    @property
    def index_folder(self) -> Path:
        """Where the index lies."""
        return self.home / "index"

    @property
    def database(self) -> str:
        """URL of the database: the one set, or a SQLite file in the home folder."""
        return self.database_url or f"sqlite:///{self.home / OWN_NAME}"


def read_settings() -> Settings:
    """The settings of this process: the environment, then `.env`, then what was saved in the home.

    Raises: SettingsInvalid naming the variable and what is wrong with it.
    """
    settings = _read_outside()
    try:
        home = settings.home.expanduser().absolute()
    except RuntimeError as error:
        raise SettingsInvalid(
            f"INTERVIEWER_HOME: there is no user whose folder {settings.home.parts[0]} would be; write the folder in full"
        ) from error
    saved = read_saved(home).values()
    kept = {name: value for name, value in saved.items() if name not in settings.model_fields_set}
    return settings.model_copy(update={"home": home} | kept)


def set_outside() -> frozenset[str]:
    """Names of the fields that the environment or `.env` sets, which what is saved in the home cannot change."""
    return frozenset(_read_outside().model_fields_set)


def _read_outside() -> Settings:
    try:
        return Settings()
    except UnicodeDecodeError as error:
        raise SettingsInvalid(f".env is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except ValidationError as error:
        problem = error.errors()[0]
        raise SettingsInvalid(
            f"{problem['loc'][0]}: {problem['msg'].removeprefix('Value error, ')}; mend it in the environment or in .env"
        ) from error


def make_home(settings: Settings) -> Path:
    """The home folder, made where it is missing. Raises: SettingsInvalid where it cannot be used."""
    try:
        missing = [folder for folder in (settings.home, *settings.home.parents) if not folder.exists()]
        settings.home.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            sync_folder(folder.parent)
    except OSError as error:
        raise SettingsInvalid(
            f"INTERVIEWER_HOME: {settings.home} cannot be made ({error.strerror}); set another folder"
        ) from error
    return settings.home
