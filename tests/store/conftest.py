"""A real SQLite file for each test, copied from one that was migrated once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digest.store import SqlStore, open_store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """The file this test's store is in."""
    copy = tmp_path / "digest.db"
    shutil.copy(migrated, copy)
    return copy


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    """An open, empty store."""
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def reopen(path: Path) -> Iterator[Callable[[], SqlStore]]:
    """Opens the same file again, as another process would."""
    opened: list[SqlStore] = []

    def again() -> SqlStore:
        opened.append(open_store(f"sqlite:///{path}"))
        return opened[-1]

    yield again
    for one in opened:
        one.close()
