"""What only PostgreSQL does: several writers at the same time, and a database that moves."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
from sqlalchemy import create_engine, event, make_url, text

from digest.errors import StoreError
from digest.model import (
    Consent,
    Delivery,
    DeliveryState,
    FrequencyCap,
    Issue,
    IssueKey,
    IssueState,
    NewSubscriber,
    Period,
    RenderedIssue,
    Settlement,
    Wording,
)
from digest.store import SqlStore, open_store
from tests.own_postgres import programs

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
LETTER = "weekly"
RENDERING = RenderedIssue(subject="s", preheader="p", html="h", text="t", digest="d")
CAP = FrequencyCap(count=2, window=timedelta(days=7))
PAUSE = (IssueState.PAUSED, IssueState.SENDING)
RESUME = (IssueState.SENDING, IssueState.PAUSED)


@pytest.fixture
def store(emptied_url: str) -> Iterator[SqlStore]:
    """An open, empty store on PostgreSQL."""
    opened = open_store(emptied_url)
    yield opened
    opened.close()


@pytest.fixture
def other(emptied_url: str) -> Iterator[SqlStore]:
    """The same one, as another machine has it open."""
    opened = open_store(emptied_url)
    yield opened
    opened.close()


@contextmanager
def after_statement(store: SqlStore, number: int, act: Callable[[], object]) -> Iterator[None]:
    """Within the block, do something after that statement of the store, counted from 1."""
    count = 0

    def listen(*_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event
        nonlocal count
        count += 1
        if count == number:
            act()

    event.listen(store.database.engine, "after_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(store.database.engine, "after_cursor_execute", listen)
    assert count >= number


def sending(store: SqlStore, count: int, *, newsletter: str = LETTER) -> int:
    """An issue that is being sent to so many people."""
    rows = [NewSubscriber(address=f"reader{number}@example.org") for number in range(count)]
    store.audience.subscribe_all(rows, newsletter=newsletter, now=NOW)
    words = Wording(value="Words")
    issue = Issue(
        key=IssueKey(newsletter=newsletter, period=Period(start=NOW - HOUR, end=NOW)),
        slug=newsletter,
        title=words,
        subject=words,
        preheader=words,
    )
    kept = store.issues.add(issue, now=NOW)
    assert kept is not None
    issue_id = store.issues.approve(kept, RENDERING, by="Ada", now=NOW).id
    store.ledger.freeze(issue_id, newsletter=newsletter, now=NOW)
    return issue_id


def claim(store: SqlStore, issue: int, cap: FrequencyCap | None = None) -> tuple[Delivery, ...]:
    until = NOW + HOUR
    return store.ledger.claim(issue, limit=9, owner="me", until=until, now=NOW, cap=cap)


def sent(claimed: tuple[Delivery, ...]) -> list[Settlement]:
    return [Settlement(delivery_id=one.id, state=DeliveryState.SENT) for one in claimed]


def move(store: SqlStore, issue: int, states: tuple[IssueState, IssueState]) -> None:
    to, source = states
    assert store.issues.change_state(issue, to=to, allowed=(source,), now=NOW)


def test_what_was_begun_stays_begun_when_the_issue_is_paused_meanwhile(
    store: SqlStore, other: SqlStore
) -> None:
    """Whoever goes out is not queued again; a batch with one who left is where it could be."""
    issue = sending(store, 4)
    batch = claim(store, issue)
    store.audience.unsubscribe(batch[0].subscriber_id, newsletter=LETTER, now=NOW)
    with after_statement(store, 1, lambda: move(other, issue, PAUSE)):
        assert store.ledger.begin_all(batch, owner="me", now=NOW) == batch[1:]
    assert dict(store.ledger.tally(issue).counts) == {
        DeliveryState.CLAIMED: 3,
        DeliveryState.QUEUED: 1,
    }
    store.ledger.recover(["me"], now=NOW)
    assert store.ledger.tally(issue)[DeliveryState.UNCERTAIN] == 3


def test_nobody_is_dropped_when_the_issue_is_resumed_meanwhile(
    store: SqlStore, other: SqlStore
) -> None:
    """Who could not begin while it was paused waits for it, and is not taken to have left."""
    issue = sending(store, 4)
    batch = claim(store, issue)
    move(store, issue, PAUSE)
    with after_statement(store, 1, lambda: move(other, issue, RESUME)):
        assert store.ledger.begin_all(batch, owner="me", now=NOW) == ()
    assert dict(store.ledger.tally(issue).counts) == {DeliveryState.QUEUED: 4}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_mail_settled_while_the_cap_is_looked_at_counts(
    store: SqlStore, other: SqlStore, number: int
) -> None:
    """It counts as under way or as sent, and never as neither."""
    first = sending(store, 1, newsletter="first")
    store.ledger.settle(sent(claim(store, first, CAP)), now=NOW)
    second = sending(store, 1, newsletter="second")
    under_way = claim(other, second, CAP)
    third = sending(store, 1, newsletter="third")
    with after_statement(store, number, lambda: other.ledger.settle(sent(under_way), now=NOW)):
        assert claim(store, third, CAP) == ()


def test_claims_of_two_machines_share_an_issue(store: SqlStore, other: SqlStore) -> None:
    """One takes what the other left, without waiting for it."""
    issue = sending(store, 8)
    theirs: list[tuple[Delivery, ...]] = []

    def half(of: SqlStore, owner: str) -> tuple[Delivery, ...]:
        return of.ledger.claim(issue, limit=4, owner=owner, until=NOW + HOUR, now=NOW)

    with after_statement(store, 1, lambda: theirs.append(half(other, "you"))):
        mine = half(store, "me")
    assert len({one.id for one in (*mine, *theirs[0])}) == 8
    assert store.ledger.owners() == ("me", "you")


def test_a_row_that_is_being_settled_is_not_recovered(store: SqlStore, other: SqlStore) -> None:
    """Its owner lives, whatever the lease says; nobody waits for it."""
    issue = sending(store, 2)
    batch = claim(store, issue)
    recovered: list[int] = []
    late = NOW + 2 * HOUR

    with after_statement(store, 1, lambda: recovered.append(other.ledger.recover([], now=late))):
        store.ledger.settle(sent(batch[:1]), now=NOW)
    assert recovered == [1]
    assert store.ledger.tally(issue)[DeliveryState.SENT] == 1


def test_a_stranger_does_not_undo_an_import_under_way(store: SqlStore, other: SqlStore) -> None:
    """Confirmed by a list and asked for on the page in the same moment, it is confirmed."""
    address = "ann@example.org"

    def ask() -> None:
        other.audience.subscribe(
            address=address, name="", newsletter=LETTER, consent=Consent.PENDING, now=NOW
        )

    stranger = threading.Thread(target=ask)

    def meanwhile() -> None:
        stranger.start()
        stranger.join(timeout=0.3)

    with after_statement(store, 2, meanwhile):
        store.audience.subscribe_all([NewSubscriber(address=address)], newsletter=LETTER, now=NOW)
    stranger.join()
    assert [one.consent for one in store.audience.subscriptions()] == [Consent.CONFIRMED]


def test_machines_that_start_together_have_one_life(emptied_url: str) -> None:
    """The epoch is that of the first, and no turn is lost."""

    def start(_: int) -> str:
        mine = open_store(emptied_url)
        mine.life.advance()
        epoch = mine.epoch()
        mine.close()
        return epoch

    with ThreadPool(4) as pool:
        assert len(set(pool.map(start, range(8)))) == 1
    assert _fact(emptied_url, "turn") == "8"


def test_a_reader_sees_one_state(store: SqlStore, other: SqlStore) -> None:
    """What is written meanwhile is not in it."""
    query = text("SELECT count(*) FROM subscribers")
    with store.database.reading() as connection:
        assert connection.scalar(query) == 0
        sending(other, 1)
        assert connection.scalar(query) == 0
    with store.database.reading() as connection:
        assert connection.scalar(query) == 1


@pytest.mark.parametrize(
    ("database", "role"), [("nosuch", None), (None, "nosuch")], ids=["database", "role"]
)
def test_what_the_server_does_not_have_is_named_with_the_way_out(
    server: str, database: str | None, role: str | None
) -> None:
    """On one line, and without the password."""
    named = make_url(server).set(database=database, username=role, password="hunter2")
    url = named.render_as_string(hide_password=False)
    with pytest.raises(
        StoreError, match=r'"nosuch" does not exist – make it with create'
    ) as caught:
        open_store(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("server")
def test_a_server_that_is_not_there_is_a_store_error() -> None:
    """The message says where it was looked for, on one line."""
    with pytest.raises(StoreError, match=r"127\.0\.0\.1.*refused") as caught:
        open_store("postgresql://me@127.0.0.1:1/digest")
    assert "\n" not in str(caught.value)


def test_a_database_that_cannot_keep_every_letter_is_refused(server: str) -> None:
    """Other encodings than UTF-8 would fail at the first umlaut, or later."""
    making = "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    _run(server, f"CREATE DATABASE digest_ascii {making}")
    try:
        with pytest.raises(StoreError, match="SQL_ASCII, which has not all letters"):
            open_store(_url(server, "digest_ascii"))
    finally:
        _run(server, "DROP DATABASE digest_ascii WITH (FORCE)")


def test_a_database_that_stays_where_it_is_may_send(store: SqlStore, other: SqlStore) -> None:
    """Opened again, and rewritten in place, it is at home."""
    assert store.life.doubt() == ""
    store.life.advance()
    with store.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM FULL"))
    other.life.advance()
    assert store.life.doubt() == ""


@pytest.mark.parametrize("in_place", [False, True], ids=["elsewhere", "in-place"])
def test_a_dump_that_was_put_back_sends_nothing(
    server: str, emptied_url: str, *, in_place: bool
) -> None:
    """In another database or over the first, it waits for a person's word."""
    store = open_store(emptied_url)
    store.life.advance()
    store.close()
    found = programs()
    if found is None:
        pytest.skip("pg_dump is not there")
    dump = subprocess.run(
        [found / "pg_dump", "--format=custom", f"--dbname={emptied_url}"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    target = emptied_url if in_place else _url(server, "digest_copy")
    _run(server, "CREATE DATABASE digest_copy TEMPLATE template0")
    try:
        options = ["--clean"] if in_place else []
        subprocess.run(
            [found / "pg_restore", *options, "--single-transaction", f"--dbname={target}"],
            input=dump, check=True, capture_output=True,
        )  # fmt: skip
        restored = open_store(target)
        assert "restored from a dump" in restored.life.doubt()
        restored.life.trust()
        assert restored.life.doubt() == ""
        restored.close()
    finally:
        _run(server, "DROP DATABASE digest_copy WITH (FORCE)")


def test_another_timeline_is_in_doubt(store: SqlStore) -> None:
    """A standby that took over may lack the last that was sent."""
    store.life.advance()
    with store.database.writing() as connection:
        connection.execute(
            text("UPDATE instance SET value = left(value, -1) || 'F' WHERE key = 'home'")
        )
    assert "a standby took over" in store.life.doubt()


def _url(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _fact(url: str, key: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT value FROM instance WHERE key = :key"), {"key": key})
    engine.dispose()
    return str(found)
