"""Opening, migrating and failing, on real files."""

import multiprocessing
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, exc

from digest.errors import StoreError, StoreVersionError
from digest.model import Consent, NewSubscriber, SuppressionReason
from digest.ports import Store
from digest.store import SqlStore, open_store
from digest.store.database import connect
from digest.store.schema import REVISIONS, bring_up_to_date
from digest.store.tables import METADATA

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)


def test_tables_and_migrations_describe_the_same_database(store: SqlStore) -> None:
    """A migrated database is what tables.py says."""
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_list_of_revisions_is_that_of_the_scripts() -> None:
    """schema.REVISIONS names every script, oldest first."""
    config = Config()
    config.set_main_option("script_location", "digest.store:migrations")
    scripts = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(scripts)) == REVISIONS


def test_migrating_twice_changes_nothing(store: SqlStore, path: Path) -> None:
    """A second upgrade leaves the schema as it was."""
    before = sqlite3.connect(path).execute("SELECT * FROM sqlite_master").fetchall()
    bring_up_to_date(store.database)
    assert sqlite3.connect(path).execute("SELECT * FROM sqlite_master").fetchall() == before


def test_the_store_is_what_the_ports_ask_for(store: SqlStore) -> None:
    """SqlStore satisfies the Store protocol (mypy holds the signatures to it)."""
    port: Store = store
    assert port.link_key()


@pytest.mark.usefixtures("path")
def test_pragmas_are_those_of_the_reliability_rules(store: SqlStore) -> None:
    """WAL, synchronous=FULL, foreign keys and patience hold on every connection."""
    with store.database.writing() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 10_000]


def test_a_newer_database_is_refused_with_the_way_out(path: Path) -> None:
    """An unknown revision names the file and what to do, and changes nothing."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999_future'")
    with pytest.raises(StoreVersionError, match="install that version") as caught:
        open_store(f"sqlite:///{path}")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda p: p.mkdir(), "unable to open database file", id="folder"),
        pytest.param(lambda p: p.write_bytes(b"no database " * 99), "not a database", id="text"),
    ],
)
def test_what_is_no_database_is_a_store_error(tmp_path: Path, make: object, words: str) -> None:
    """A path that cannot be opened is named, with the cause chained."""
    path = tmp_path / "odd"
    assert callable(make)
    make(path)
    with pytest.raises(StoreError, match=words) as caught:
        open_store(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert isinstance(caught.value.__cause__, exc.DBAPIError)


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    """The remedy stands in the sentence."""
    with pytest.raises(StoreError, match="does its folder exist"):
        open_store(f"sqlite:///{tmp_path}/nowhere/digest.db")


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "not a url", "nosuch://host/db"],
    ids=["memory", "memory-named", "garbage", "driver"],
)
def test_an_unusable_url_is_a_store_error(url: str) -> None:
    """URLs that cannot work are refused in words."""
    with pytest.raises(StoreError):
        open_store(url)


def test_a_read_only_database_can_be_read_and_says_why_it_cannot_be_written(
    store: SqlStore, path: Path
) -> None:
    """Writing to a read-only file is a StoreError that names file and remedy."""
    store.audience.suppress("a@example.org", reason=SuppressionReason.MANUAL, now=NOW)
    store.close()
    reader = SqlStore(connect(f"sqlite:///file:{path}?mode=ro&uri=true"))
    assert len(reader.audience.suppressions()) == 1
    with pytest.raises(StoreError, match="readonly database"):
        reader.audience.suppress("b@example.org", reason=SuppressionReason.MANUAL, now=NOW)
    reader.close()


@pytest.mark.usefixtures("path")
def test_a_full_disk_is_a_store_error_and_nothing_is_half_written(store: SqlStore) -> None:
    """When the disk fills up in the middle of an import, none of it was imported."""
    few = [NewSubscriber(address=f"early{n}@example.org") for n in range(10)]
    store.audience.subscribe_all(few, newsletter="weekly", now=NOW)
    _fill_disk(store)
    many = [NewSubscriber(address=f"late{n}@example.org") for n in range(20_000)]
    with pytest.raises(StoreError, match="database or disk is full – free some space"):
        store.audience.subscribe_all(many, newsletter="weekly", now=NOW)
    assert store.audience.count(newsletter="weekly", consent=Consent.CONFIRMED) == 10


def _fill_disk(store: SqlStore) -> None:
    """Let the file grow by no more than a few pages, on every connection from now on."""
    store.database.close()

    @event.listens_for(store.database.engine, "connect")
    def limit(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")


def test_a_lock_held_too_long_is_a_store_error(store: SqlStore, path: Path) -> None:
    """A database that another program keeps locked is reported, not waited for for ever."""
    with store.database.reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        store.link_key()
    other.execute("ROLLBACK")
    other.close()
    assert len(store.link_key()) == 32


def test_datetimes_come_back_in_utc(store: SqlStore) -> None:
    """A time of another zone is the same moment afterwards, in UTC."""
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    store.audience.suppress("a@example.org", reason=SuppressionReason.MANUAL, now=there)
    (kept,) = store.audience.suppressions()
    assert kept.since == NOW
    assert kept.since.tzinfo is UTC


def test_naive_datetimes_are_refused(store: SqlStore) -> None:
    """A datetime without a zone never reaches the database."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(exc.StatementError, match="has no time zone"):
        store.audience.suppress("a@example.org", reason=SuppressionReason.MANUAL, now=naive)


def test_the_link_key_is_made_once(store: SqlStore) -> None:
    """Many threads that ask for the key first all get the same 32 bytes."""
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(store.link_key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert store.epoch() != keys[0].hex()


def test_the_link_key_outlives_the_process(store: SqlStore, url: str) -> None:
    """A store opened later signs with the same key."""
    key, epoch = store.link_key(), store.epoch()
    later = open_store(url)
    assert (later.link_key(), later.epoch()) == (key, epoch)
    later.close()


def _open_and_ask(url: str) -> bytes:
    store = open_store(url)
    key = store.link_key()
    store.close()
    return key


def test_processes_that_open_a_new_database_together_agree(empty_url: str) -> None:
    """Several first starts at once migrate once, and nobody fails."""
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        keys = pool.map(_open_and_ask, [empty_url] * 3, chunksize=1)
    assert len(set(keys)) == 1
