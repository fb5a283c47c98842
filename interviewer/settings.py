"""Settings from the environment or `.env`; the names are the contract's."""

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from interviewer.errors import SettingsInvalid


class Settings(BaseSettings):
    """What can be set. An empty variable counts as unset."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
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
    port: int = Field(default=7860, ge=1, le=65535, validation_alias="INTERVIEWER_PORT")

    @property
    def index_folder(self) -> Path:
        """Where the index lies."""
        return self.home / "index"

    @property
    def database(self) -> str:
        """URL of the database: the one set, or a SQLite file in the home folder."""
        return self.database_url or f"sqlite:///{self.home / 'interviewer.db'}"


def read_settings() -> Settings:
    """The settings of this process.

    Raises: SettingsInvalid naming the variable and what is wrong with it.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        raise SettingsInvalid(
            f"{problem['loc'][0]}: {problem['msg']}; mend it in the environment or in .env"
        ) from error
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()})


def make_home(settings: Settings) -> Path:
    """The home folder, made where it is missing. Raises: SettingsInvalid where it cannot be used."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsInvalid(
            f"INTERVIEWER_HOME: {settings.home} cannot be made ({error.strerror}); set another folder"
        ) from error
    return settings.home
