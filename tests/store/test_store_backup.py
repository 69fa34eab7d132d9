"""Backups: whole while others write, checked, and never sent from by themselves."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import StoreError, StoreVersionError
from digest.model import Consent
from digest.store import SqlStore, open_store
from digest.store.backup import back_up, look_into, restore

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)


def _subscribe(store: SqlStore, name: str) -> None:
    store.audience.subscribe(
        address=f"{name}@reader.example",
        name="",
        newsletter="weekly",
        consent=Consent.CONFIRMED,
        now=NOW,
    )


def _people(path: Path) -> list[str]:
    store = open_store(f"sqlite:///{path}")
    try:
        return [each.subscriber.address for each in store.audience.subscriptions()]
    finally:
        store.close()


def test_a_backup_of_a_database_in_use_is_whole(store: SqlStore, path: Path) -> None:
    """What was committed is in it, though only the journal had it yet, and it is one file."""
    _subscribe(store, "ann")
    target = path.with_name("copy.db")
    held = back_up(path, target, now=NOW)
    assert dict(held.counts)["subscribers"] == 1
    assert held.made_at == "2026-06-18T07:00:00+00:00"
    assert [found.name for found in path.parent.glob("copy.db*")] == ["copy.db"]
    assert target.stat().st_mode & 0o077 == 0
    _subscribe(store, "bob")
    assert _people(target) == ["ann@reader.example"]


def test_a_backup_overwrites_nothing(store: SqlStore, path: Path) -> None:
    """A file of that name stays as it is."""
    target = path.with_name("copy.db")
    target.write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        back_up(path, target, now=NOW)
    assert target.read_text() == "precious"
    assert store.life.doubt() == ""


def test_restoring_puts_the_copy_in_place_and_halts_sending(store: SqlStore, path: Path) -> None:
    """The database before it is kept, the copy is in doubt until a person trusts it."""
    _subscribe(store, "ann")
    copy = path.with_name("copy.db")
    back_up(path, copy, now=NOW)
    _subscribe(store, "bob")
    store.life.advance()
    store.close()
    aside = restore(copy, path, now=NOW)
    assert aside is not None
    assert _people(aside) == ["ann@reader.example", "bob@reader.example"]
    assert _people(path) == ["ann@reader.example"]
    restored = open_store(f"sqlite:///{path}")
    assert "is a backup, made 2026-06-18T07:00" in restored.life.doubt()
    restored.life.trust()
    assert restored.life.doubt() == ""
    restored.close()


def test_a_database_in_use_is_not_replaced(store: SqlStore, path: Path) -> None:
    """Whoever has it open would go on with the file that was moved away."""
    copy = path.with_name("copy.db")
    back_up(path, copy, now=NOW)
    store.audience.suppressions()
    with pytest.raises(StoreError, match="open in another program"):
        restore(copy, path, now=NOW)
    _subscribe(store, "ann")
    assert _people(path) == ["ann@reader.example"]
    assert not path.with_name(f"{path.name}.restoring").exists()


def test_a_damaged_database_can_be_replaced(store: SqlStore, path: Path) -> None:
    """That is what backups are for."""
    copy = path.with_name("copy.db")
    _subscribe(store, "ann")
    back_up(path, copy, now=NOW)
    store.close()
    path.write_bytes(b"not a database" * 1000)
    restore(copy, path, now=NOW)
    assert _people(path) == ["ann@reader.example"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no database of digest"),
        (b"plain text, long enough" * 99, "is damaged, or no database"),
        (b"SQLite format 3\x00" + b"\x10\x00\x01\x01" * 99, "is cut off"),
    ],
    ids=["empty", "text", "header-only"],
)
def test_what_is_no_backup_is_refused(path: Path, content: bytes, said: str) -> None:
    """The error names the file, and the database stays."""
    other = path.with_name("other")
    other.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"other: .*{said}"):
        restore(other, path, now=NOW)
    assert path.read_bytes() == before


def test_a_backup_of_a_newer_version_is_refused(store: SqlStore, path: Path) -> None:
    """Its tables are not this program's."""
    copy = path.with_name("copy.db")
    back_up(path, copy, now=NOW)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
    connection.close()
    with pytest.raises(StoreVersionError, match="newer version"):
        look_into(copy)
    assert store.life.doubt() == ""


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99, 0.999999])
def test_a_truncated_backup_is_refused(store: SqlStore, path: Path, share: float) -> None:
    """Cut off anywhere: named as damaged, and the database stays as it was."""
    _subscribe(store, "ann")
    copy = path.with_name("copy.db")
    back_up(path, copy, now=NOW)
    store.close()
    whole = copy.read_bytes()
    copy.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StoreError, match=r"copy\.db: is cut off: .* bytes are missing"):
        restore(copy, path, now=NOW)
    assert _people(path) == ["ann@reader.example"]
    assert not list(path.parent.glob("*.until-*"))


def test_what_is_a_database_of_something_else_is_refused(store: SqlStore, path: Path) -> None:
    """Another program's, and one of ours that was never finished."""
    other, ours = path.with_name("other.db"), path.with_name("ours.db")
    back_up(path, ours, now=NOW)
    for file, statement in ((other, "CREATE TABLE t (x)"), (ours, "DELETE FROM alembic_version")):
        connection = sqlite3.connect(file)
        connection.execute(statement)
        connection.commit()
        connection.close()
    for file, said in ((other, "is no database of digest"), (ours, "was never finished")):
        with pytest.raises(StoreError, match=said):
            look_into(file)
    assert store.life.doubt() == ""


def test_restoring_twice_in_a_second_keeps_both(store: SqlStore, path: Path) -> None:
    """Nobody's database is overwritten by the name of another; nor is one restored from itself."""
    copy = path.with_name("copy.db")
    back_up(path, copy, now=NOW)
    _subscribe(store, "ann")
    store.close()
    first, second = (restore(copy, path, now=NOW) for _ in range(2))
    assert first
    assert second
    assert first != second
    assert _people(first) == ["ann@reader.example"]
    with pytest.raises(StoreError, match="is the database itself"):
        restore(path, path, now=NOW)
    assert _people(path) == []


def test_a_backup_into_a_folder_that_is_not_there(store: SqlStore, path: Path) -> None:
    """The error says that it is the folder, and how to go on."""
    with pytest.raises(StoreError, match="its folder does not exist; make it"):
        back_up(path, path.with_name("none") / "copy.db", now=NOW)
    assert store.life.doubt() == ""
