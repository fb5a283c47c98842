"""The database's schema over time: Alembic revisions, applied when a database is opened.

One process migrates at a time, in one transaction: SQLite's write lock or an advisory lock of PostgreSQL holds the others,
who then find nothing left to do. A process killed in between leaves the schema as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from interviewer.errors import StoreUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
VERSION_TABLE = "interviewer_version"
"""A name of its own: the database may hold another program's `alembic_version`."""
UNNUMBERED = "0001"
"""The schema of databases made before revisions were kept: a table `events` and no version."""
LOCK = 0x696E7476
"""Number of the advisory lock on PostgreSQL ('intv')."""


def revisions() -> list[str]:
    """The revisions that this program knows, the oldest first: the numbers in the names of the files in `versions/`."""
    return sorted(file.stem[1:5] for file in (FOLDER / "versions").glob("r[0-9][0-9][0-9][0-9]_*.py"))


def migrate(engine: Engine) -> None:
    """Brings the database to the newest revision; does nothing, and takes no lock, where it is there already.

    Raises: StoreUnavailable where a newer program made the database; it is left as it is. SQLAlchemyError.
    """
    newest = revisions()[-1]
    with engine.connect() as connection:
        if _revision(connection) == newest:
            return
    with _locked(engine) as connection:
        found = _revision(connection)
        if found != newest:
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """The database's revision, None where none was noted. Raises: StoreUnavailable where it is unknown."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()
    known = revisions()
    if newer := sorted(set(found) - set(known)):
        raise StoreUnavailable(
            f"the database was made by a newer release (its schema is {newer[-1]}, this program knows up to {known[-1]}); "
            "install that release again, or set another INTERVIEWER_DATABASE_URL. Nothing was changed"
        )
    return max(found, default=None)


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that no other migration runs beside; committed at the end, rolled back on an error."""
    if engine.dialect.name == "sqlite":
        # By hand: sqlite3 itself would begin only at the first row written, after tables were made without a lock.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
    else:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = configuration(connection)
    tables = inspect(connection)
    if tables.has_table("events") and not tables.has_table(VERSION_TABLE):
        command.stamp(config, UNNUMBERED)
    command.upgrade(config, "head")


def configuration(connection: Connection) -> "Config":
    """Alembic's configuration over an open connection, in place of an `alembic.ini`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
