"""A real database for each test: one on SQLite, one on PostgreSQL, with the same claims.

SQLite's is a file copied from one that was migrated once. PostgreSQL's is emptied between tests; it
is on a server of the tests' own, or on the one that ``DIGEST_TEST_POSTGRES`` names, such as
``postgresql://me@/postgres?host=/run/postgresql``, whose user must be allowed to make databases.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from digest.store import SqlStore, open_store
from digest.store.tables import METADATA
from tests.fakes import FakeStore

SQLITE, POSTGRES, FAKE = "sqlite", "postgresql", "fake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """A PostgreSQL database that is emptied for each test."""

    url: str
    engine: Engine

    def empty(self) -> None:
        """Leave the tables as they were when they were made."""
        rows = "; ".join(
            f'DELETE FROM "{table.name}"' for table in reversed(METADATA.sorted_tables)
        )
        numbers = "SELECT setval(seqrelid, 1, false) FROM pg_sequence"
        with self.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            connection.exec_driver_sql(f"{rows}; {numbers}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for a store is tested on both; what asks for its file, on SQLite."""
    names = metafunc.fixturenames
    if "any_store" in names:
        metafunc.parametrize("backend", [SQLITE, POSTGRES, FAKE])
    elif "backend" in names:
        metafunc.parametrize("backend", [SQLITE] if "path" in names else [SQLITE, POSTGRES])


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> str:
    """The URL of a PostgreSQL database on a server where more can be made."""
    named = os.environ.get("DIGEST_TEST_POSTGRES", "")
    return named or str(request.getfixturevalue("own_postgres"))


@pytest.fixture(scope="session")
def emptied(server: str) -> Iterator[Emptied]:
    """A PostgreSQL database with all tables."""
    with _made_on(server) as url:
        open_store(url).close()
        engine = create_engine(url)
        yield Emptied(url=url, engine=engine)
        engine.dispose()


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """The file of this test's store, for what only SQLite does."""
    copy = tmp_path / "digest.db"
    shutil.copy(migrated, copy)
    return copy


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest) -> str:
    """Where this test's store is."""
    if backend == SQLITE:
        return f"sqlite:///{request.getfixturevalue('path')}"
    return str(request.getfixturevalue("emptied_url"))


@pytest.fixture
def emptied_url(emptied: Emptied) -> str:
    """Where this test's store is on PostgreSQL."""
    emptied.empty()
    return emptied.url


@pytest.fixture
def empty_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a database may be made that has no tables yet."""
    if backend == SQLITE:
        yield f"sqlite:///{tmp_path}/new.db"
        return
    with _made_on(request.getfixturevalue("server")) as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An open, empty store."""
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def any_store(backend: str, request: pytest.FixtureRequest) -> SqlStore | FakeStore:
    """A real store, or the one that tests of the pipeline put in its place."""
    if backend == FAKE:
        return FakeStore()
    found: SqlStore = request.getfixturevalue("store")
    return found


@pytest.fixture
def reopen(url: str) -> Iterator[Callable[[], SqlStore]]:
    """Opens the same database again, as another process would."""
    opened: list[SqlStore] = []

    def again() -> SqlStore:
        opened.append(open_store(url))
        return opened[-1]

    yield again
    for one in opened:
        one.close()


@contextmanager
def _made_on(server: str) -> Iterator[str]:
    """A database of its own on the server, for as long as the block lasts."""
    name = f"digest_test_{secrets.token_hex(6)}"
    engine = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
