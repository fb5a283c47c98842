"""`doctor`: checks the model's files, the bank, the index, the database and the language-model server."""

import argparse
from collections.abc import Callable

from sqlalchemy.engine import make_url

from interviewer.cli.shared import Commands
from interviewer.connection import check_connection
from interviewer.damage import database_fault, log_fault
from interviewer.errors import InterviewerError, SessionDamaged
from interviewer.settings import make_home, read_settings
from interviewer.shipped import changed_files
from interviewer.store import Store, open_store
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
        ("language model", check_connection),
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


def check_grader(interviewer: Interviewer) -> str:
    """The local grader's weights are there and the ones that were trained."""
    from interviewer.grading.local import FOLDER, LocalJudge

    judge = LocalJudge(interviewer.settings.grader_folder or FOLDER)
    judge.check()
    return judge.model


def check_bank(interviewer: Interviewer) -> str:
    """The bank validates, and it and the other files that came with the program are as they came."""
    _ = interviewer.bank
    try:
        changed = changed_files()
    except (OSError, ValueError) as error:
        raise Fault(
            f"the files that came with the program cannot be checked ({error}); reinstall the package"
        ) from error
    if changed:
        raise Fault(
            f"{changed[0]}{f' and {len(changed) - 1} more' if changed[1:] else ''} is not as it came; reinstall the package, "
            "or run `python -m interviewer.shipped` where the change is meant"
        )
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


def _damage(store: Store, id: str) -> str | None:
    try:
        store.load(id)
    except SessionDamaged as error:
        return str(error)
    return None


def check_database(interviewer: Interviewer) -> str:
    """The database is sound and opens; a damaged file is left where it is."""
    url = make_url(interviewer.settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        from pathlib import Path

        file = Path(url.database)
        fault = log_fault(file) or database_fault(file)
        if fault:
            raise Fault(
                f"{url.database} is damaged ({fault}); `interviewer serve` keeps it under another name and begins a new one"
            )
    store, warning = open_store(interviewer.settings.database)
    try:
        ids = store.session_ids()
        damaged = [error for id in ids if (error := _damage(store, id))]
    finally:
        store.close()
    if damaged or warning:
        raise Fault(f"{len(damaged)} of {len(ids)} sessions are damaged; {damaged[0]}" if damaged else str(warning))
    return f"{url.render_as_string(hide_password=True)}, {len(ids)} sessions"
