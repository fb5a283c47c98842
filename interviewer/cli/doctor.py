"""`doctor`: checks the model's files, the bank, the index, the database and the language-model server."""

import argparse
from collections.abc import Callable

from sqlalchemy.engine import make_url

from interviewer.cli.shared import Commands
from interviewer.errors import InterviewerError
from interviewer.settings import Settings, make_home, read_settings
from interviewer.store import database_fault, open_store
from interviewer.wiring import Interviewer
from knowledge.encoder import bundled_folder
from knowledge.errors import KnowledgeError
from knowledge.index import index_fault, index_homes, index_key

Check = Callable[[Interviewer], str]


class Fault(Exception):
    """What a check found wrong, and how to mend it."""


def add_commands(commands: Commands) -> None:
    """Adds the command to the parser."""
    doctor = commands.add_parser("doctor", help="check the installation and say how to mend it")
    doctor.set_defaults(run=run_doctor)


def run_doctor(_: argparse.Namespace) -> int:
    """Prints a line for each check. Exit status 1 where one failed."""
    interviewer = Interviewer(read_settings())
    checks: list[tuple[str, Check]] = [
        ("home", check_home),
        ("embedding model", check_model),
        ("local grader", check_grader),
        ("question bank", check_bank),
        ("index", check_index),
        ("database", check_database),
        ("language model", check_language_model),
    ]
    failed = False
    for name, check in checks:
        try:
            print(f"ok     {name}: {check(interviewer)}")
        except (Fault, InterviewerError, KnowledgeError) as error:
            failed = True
            print(f"FAULT  {name}: {' '.join(str(error).split())}")
    return int(failed)


def check_home(interviewer: Interviewer) -> str:
    """The home folder can be written."""
    home = make_home(interviewer.settings)
    probe = home / ".doctor"
    try:
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        raise Fault(
            f"{home} cannot be written ({error.strerror}); free space or rights, or set INTERVIEWER_HOME"
        ) from error
    return str(home)


def check_model(interviewer: Interviewer) -> str:
    """The embedding model's files are there and the official ones."""
    folder = interviewer.settings.embedding_model or bundled_folder()
    return f"{folder}, sha256 {interviewer.encoder.model_hash[:12]}…"


def check_grader(_: Interviewer) -> str:
    """The local grader's weights are there and the ones that were trained."""
    from interviewer.grading.local import LocalJudge

    judge = LocalJudge()
    judge.check()
    return judge.model


def check_bank(interviewer: Interviewer) -> str:
    """The bank validates."""
    return f"{len(interviewer.bank.questions)} questions, {len(interviewer.bank.statements)} statements"


def check_index(interviewer: Interviewer) -> str:
    """The index is sound; a missing or damaged one is rebuilt when it is next used."""
    homes = index_homes(interviewer.settings.index_folder, index_key(interviewer.shipped_bank, interviewer.encoder))
    if not homes:
        return "not built yet; the next `interviewer serve` or `search` builds it"
    faults = [fault for home in homes if (fault := index_fault(home)) is not None]
    if len(faults) == len(homes):
        raise Fault(f"{homes[0]}: {faults[0]}; the next `interviewer serve` or `search` rebuilds it")
    return str(homes[0])


def check_database(interviewer: Interviewer) -> str:
    """The database is sound and opens; a damaged file is left where it is."""
    url = make_url(interviewer.settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        from pathlib import Path

        fault = database_fault(Path(url.database))
        if fault:
            raise Fault(
                f"{url.database} is damaged ({fault}); `interviewer serve` keeps it under another name and begins a new one"
            )
    store, _ = open_store(interviewer.settings.database)
    count = len(store.session_ids())
    store.close()
    return f"{url.render_as_string(hide_password=True)}, {count} sessions"


def check_language_model(interviewer: Interviewer) -> str:
    """The server answers and knows the model."""
    settings = interviewer.settings
    if settings.model is None:
        return "not set; the local grader works alone (set INTERVIEWER_MODEL to use one)"
    where = probe(settings)
    can = interviewer.language_model.capabilities()
    limits = settings.llm_limits
    return f"{where}, {can.in_words()}; at most {limits.requests} requests and {limits.call_s:g} s a call"


def probe(settings: Settings) -> str:
    """Asks the server for its models. Raises: Fault saying what to set."""
    import openai

    key = settings.api_key.get_secret_value() if settings.api_key else "none"
    base = settings.base_url or "https://api.openai.com/v1"
    client = openai.OpenAI(api_key=key, base_url=base, max_retries=0, timeout=10.0)
    try:
        models = [model.id for model in client.models.list()]
    except openai.AuthenticationError as error:
        raise Fault(f"{base} refused the key; set OPENAI_API_KEY") from error
    except openai.APIConnectionError as error:
        raise Fault(f"{base} does not answer; is the server running, and is OPENAI_BASE_URL right?") from error
    except openai.OpenAIError as error:
        raise Fault(f"{base} answered with an error ({str(error).splitlines()[0][:160]})") from error
    if models and settings.model not in models:
        raise Fault(f"{base} does not list {settings.model!r}; it has {', '.join(models[:8])}; set INTERVIEWER_MODEL")
    return f"{settings.model} at {base}"
