"""What recording a delivery costs: our ledger against the least that a ledger can do.

All sides claim and settle the same number of rows, in turns in one run, on the same disk. The
others are a bare table in sqlite3, WAL, synchronous=FULL, by row id: ``row_by_row`` commits each
claim and each mark; ``batched`` commits a claim for each batch and a mark for each window, as we
do. It does without the commit in between, by which we know after a crash who may have the message
already and look once more who still wants it, and without a witness against restored backups.
Prints one figure a line: ``name value``.

    python tests/bench/ledger.py [--recipients 5000] [--window 16] [--rounds 3]
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from digest.model import (
    Consent,
    DeliveryState,
    Issue,
    IssueKey,
    NewSubscriber,
    Period,
    RenderedIssue,
    Settlement,
    Wording,
)
from digest.store import SqlStore, open_store

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
REPLY = "2.0.0 Ok: queued as 4fX9k21Zz"
BATCH = 50
_MARK = "UPDATE d SET state = 'sent', owner = NULL, note = ? WHERE id = ?"


class Spent(NamedTuple):
    """Seconds, and CPU seconds."""

    wall: float
    cpu: float


def made_issue(number: int) -> Issue:
    """An issue with nothing in it; each has a week of its own."""
    end = NOW - timedelta(weeks=number)
    return Issue(
        key=IssueKey(newsletter="weekly", period=Period(start=end - timedelta(weeks=1), end=end)),
        slug=f"weekly-{number}",
        title=Wording(value="Weekly"),
        subject=Wording(value="Weekly"),
        preheader=Wording(value=""),
    )


def frozen(store: SqlStore, number: int) -> int:
    """An issue whose recipients are frozen; its id."""
    kept = store.issues.add(made_issue(number), now=NOW)
    assert kept is not None
    rendering = RenderedIssue(subject="Weekly", preheader="", html="", text="", digest=str(number))
    store.issues.approve(kept, rendering, by="bench", now=NOW)
    store.ledger.freeze(kept.id, newsletter="weekly", now=NOW)
    return kept.id


def in_groups(store: SqlStore, issue: int, window: int) -> int:
    """Claim, begin and settle everybody as a worker does; how many."""
    done = 0
    until = NOW + timedelta(minutes=10)
    while rows := store.ledger.claim(issue, limit=BATCH, owner="bench", until=until, now=NOW):
        store.life.advance()
        for start in range(0, len(rows), window):
            begun = store.ledger.begin_all(rows[start : start + window], owner="bench", now=NOW)
            store.ledger.settle(
                [
                    Settlement(
                        delivery_id=row.id, state=DeliveryState.SENT, note=REPLY, reply_code=250
                    )
                    for row in begun
                ],
                now=NOW,
            )
            done += len(begun)
    return done


def bare(file: Path, count: int, deliver: Callable[[sqlite3.Connection, int], None]) -> Spent:
    """What ``deliver`` takes for each of ``count`` rows of a bare table."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("DROP TABLE IF EXISTS d")
        connection.execute("CREATE TABLE d (id INTEGER PRIMARY KEY, address, state, owner, note)")
        rows = ((f"reader{number}@example.org",) for number in range(count))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO d (address, state) VALUES (?, 'queued')", rows)
        connection.execute("COMMIT")
        wall, cpu = time.perf_counter(), time.process_time()
        deliver(connection, count)
        spent = Spent(time.perf_counter() - wall, time.process_time() - cpu)
        (left,) = connection.execute("SELECT count(*) FROM d WHERE state <> 'sent'").fetchone()
        assert not left
    return spent


def row_by_row(connection: sqlite3.Connection, count: int) -> None:
    """Claim and mark each row, committed each time."""
    for number in range(1, count + 1):
        connection.execute(
            "UPDATE d SET state = 'claimed', owner = 'bench' WHERE id = ?", (number,)
        )
        connection.execute(_MARK, (REPLY, number))


def in_batches(window: int, connection: sqlite3.Connection, count: int) -> None:
    """Claim a batch of rows in one commit, and mark them a window at a time, a commit each."""
    for start in range(1, count + 1, BATCH):
        batch = connection.execute(
            "UPDATE d SET state = 'claimed', owner = 'bench' WHERE id BETWEEN ? AND ? RETURNING id",
            (start, start + BATCH - 1),
        ).fetchall()
        for first in range(0, len(batch), window):
            connection.execute("BEGIN")
            marks = [(REPLY, number) for (number,) in batch[first : first + window]]
            connection.executemany(_MARK, marks)
            connection.execute("COMMIT")


def timed(work: Callable[[], int], *, wanted: int) -> Spent:
    """What it takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    assert count == wanted
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def main() -> None:
    """Run all sides in turns and print the best of each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=5000)
    parser.add_argument("--window", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    count, window = arguments.recipients, arguments.window
    spent: dict[str, list[Spent]] = {"ledger": [], "batched": [], "row_by_row": []}
    with tempfile.TemporaryDirectory() as name:
        store = open_store(f"sqlite:///{name}/digest.db")
        people = [
            NewSubscriber(address=f"reader{number}@example.org", consent=Consent.CONFIRMED)
            for number in range(count)
        ]
        store.audience.subscribe_all(people, newsletter="weekly", now=NOW)
        file = Path(name) / "bare.db"
        for number in range(arguments.rounds):
            work = partial(in_groups, store, frozen(store, number), window)
            spent["ledger"].append(timed(work, wanted=count))
            spent["batched"].append(bare(file, count, partial(in_batches, window)))
            spent["row_by_row"].append(bare(file, count, row_by_row))
        store.close()
    best = {side: min(runs) for side, runs in spent.items()}
    for side, one in best.items():
        print(f"{side}_rows_per_s {count / one.wall:.0f}")
        print(f"{side}_cpu_ms_per_row {1000 * one.cpu / count:.4f}")
    print(f"ledger_times_row_by_row {best['row_by_row'].wall / best['ledger'].wall:.2f}")
    print(f"ledger_times_batched {best['batched'].wall / best['ledger'].wall:.2f}")


if __name__ == "__main__":
    main()
