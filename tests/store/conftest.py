"""A real database for each test: a SQLite file copied from one that was migrated once.

``DIGEST_TEST_POSTGRES`` names a PostgreSQL server instead, such as
``postgresql://me@/postgres?host=/run/postgresql``; its user must be allowed to make databases.
Tests of what only SQLite does are left out then.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from digest.store import SqlStore, open_store

SERVER = os.environ.get("DIGEST_TEST_POSTGRES", "")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The name of such a database on the PostgreSQL server; empty where none is tested."""
    if not SERVER:
        yield ""
        return
    with _on_server() as name:
        open_store(_url_of(name)).close()
        yield name


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """The file of this test's store, for what only SQLite does."""
    if SERVER:
        pytest.skip("of SQLite alone")
    copy = tmp_path / "digest.db"
    shutil.copy(migrated, copy)
    return copy


@pytest.fixture
def url(template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where this test's store is."""
    if not template:
        yield f"sqlite:///{request.getfixturevalue('path')}"
        return
    with _on_server(template) as name:
        yield _url_of(name)


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """Where a database may be made that has no tables yet."""
    if not SERVER:
        yield f"sqlite:///{tmp_path}/new.db"
        return
    with _on_server() as name:
        yield _url_of(name)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An open, empty store."""
    opened = open_store(url)
    yield opened
    opened.close()


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
def _on_server(template: str = "template0") -> Iterator[str]:
    """A database of its own on the server, for as long as the block lasts."""
    name = f"digest_test_{secrets.token_hex(6)}"
    engine = create_engine(make_url(SERVER), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        try:
            yield name
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def _url_of(database: str) -> str:
    return make_url(SERVER).set(database=database).render_as_string(hide_password=False)
