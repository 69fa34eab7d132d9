"""The database behind the store: connections, transactions, and the words for what goes wrong."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import IntEnum
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, exc, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from digest.errors import StoreError

PORTION = 1000
"""How many keys one statement names: well under every database's limit of parameters."""

_PATIENCE_SECONDS = 10
_BEGIN = "digest_begin"
_REMEDIES = {
    "database or disk is full": "free some space and run it again; nothing was half-written",
    "database is locked": f"another program has been writing for {_PATIENCE_SECONDS} seconds",
    "unable to open database file": "does its folder exist, and may this user write there?",
    "attempt to write a readonly database": "give this user the right to write file and folder",
    "file is not a database": "move it away, or restore a backup",
    "database disk image is malformed": "restore a backup",
    "FATAL: database": "make it with createdb --encoding=UTF8",
    "FATAL: role": "make it with createuser, or name another in the URL",
}

_T = TypeVar("_T")


class Turn(IntEnum):
    """What only one transaction at a time does, by its advisory lock's key on PostgreSQL."""

    UPGRADE = 0x64696765
    CAP = 0x64696766
    LIFE = 0x64696767
    ENROL = 0x64696768


class Database:
    """One database, used by any number of threads and processes at the same time."""

    def __init__(self, url: URL) -> None:
        self.name = url.database or "" if _is_sqlite(url) else url.render_as_string()
        self.file = _file(url)
        """Where a SQLite database is; None for any other, and for one that is named by a URI."""
        self._engine = _engine(url)
        self._reader, self._writer = _roles(self._engine)
        # SQLite polls for its one write lock; threads of one process queue up here instead.
        self._turn: AbstractContextManager[object] = (
            threading.Lock() if _is_sqlite(url) else nullcontext()
        )

    @property
    def engine(self) -> Engine:
        """The engine that reads."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout.

        :raises StoreError: when the database cannot be read.
        """
        with self._explained(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it is alone from its first statement on.

        Taking the write lock at once, not at the first change, is what rules out deadlocks. On
        PostgreSQL every statement sees what others have committed by then, and rows are locked;
        what must not happen twice at once takes a :class:`Turn`.

        :raises StoreError: when the database cannot be written; nothing was changed then.
        """
        with self._turn, self._explained(), self._writer.begin() as connection:
            yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that knows ON CONFLICT, in this database's dialect."""
        if self._engine.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except exc.DBAPIError as error:
            raise StoreError(_explain(self.name, " ".join(str(error.orig).split()))) from error
        except exc.TimeoutError as error:
            raise StoreError(_explain(self.name, "no connection became free")) from error
        except UnicodeEncodeError as error:
            raise StoreError(_explain(self.name, f"cannot keep this text: {error}")) from error


def connect(url: str) -> Database:
    """The database at an SQLAlchemy URL; SQLite and PostgreSQL are known.

    :raises StoreError: when the URL is none, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if _is_sqlite(parsed) and parsed.database in {None, "", ":memory:"}:
            message = "the database must be a file, such as sqlite:///digest.db"
            raise StoreError(message)
        return Database(parsed)
    except (exc.ArgumentError, exc.NoSuchModuleError) as error:
        message = f"the database URL is not understood: {error}"
        raise StoreError(message) from error
    except ImportError as error:
        message = f"{error.name} is not installed, which {parsed.drivername}:// needs"
        if not _is_sqlite(parsed):
            message += "; install digest[postgres] and write postgresql://"
        raise StoreError(message) from error


def take_turn(connection: Connection, turn: Turn) -> None:
    """Wait until no other transaction is at that, and keep it from all until this one ends.

    On SQLite, where whoever writes is alone, there is nothing to wait for.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(turn)})


def portions(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut a long sequence into pieces that fit into one statement each."""
    for start in range(0, len(items), PORTION):
        yield items[start : start + PORTION]


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _file(url: URL) -> Path | None:
    by_name = _is_sqlite(url) and url.database and not url.database.startswith("file:")
    return Path(url.database) if by_name and url.database else None


def _engine(url: URL) -> Engine:
    if not _is_sqlite(url):
        named = {"fallback_application_name": "digest"}
        engine = create_engine(url, connect_args=named, pool_pre_ping=True)
        # First: SQLAlchemy's own first look at the server fails where text comes as bytes.
        event.listen(engine, "connect", _check_postgres, insert=True)
        return engine
    engine = create_engine(url, connect_args={"timeout": _PATIENCE_SECONDS}, max_overflow=-1)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _roles(engine: Engine) -> tuple[Engine, Engine]:
    """The engine for reading and the one for writing; they share their connections."""
    if engine.dialect.name == "postgresql":
        # Whoever reads sees one state throughout; whoever writes, the newest.
        return engine.execution_options(isolation_level="REPEATABLE READ"), engine
    return engine, engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


def _check_postgres(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        message = (
            f"the database {connection.info.dbname} keeps its text in {encoding}, which has not all"
            " letters; make another with createdb --encoding=UTF8 --template=template0"
        )
        raise StoreError(message)


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins late and commits before DDL: switch it off.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _explain(name: str, cause: str) -> str:
    remedy = next((words for key, words in _REMEDIES.items() if key in cause), "")
    return f"{name}: {cause} – {remedy}" if remedy else f"{name}: {cause}"
