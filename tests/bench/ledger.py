"""What recording a delivery costs: our ledger's groups against one commit for each row.

Both sides claim and settle the same number of rows, in turns in one run, on the same disk. The
other side is the least a ledger can do: sqlite3, WAL, synchronous=FULL, a claim and a mark by row
id, each committed. Prints one figure a line: ``name value``.

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


def row_by_row(file: Path, count: int) -> tuple[float, float]:
    """Claim and mark each of ``count`` rows of a bare table, committed each time.

    Returns seconds, and CPU seconds.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("DROP TABLE IF EXISTS d")
        connection.execute("CREATE TABLE d (id INTEGER PRIMARY KEY, address, state, owner, note)")
        rows = ((f"reader{number}@example.org",) for number in range(count))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO d (address, state) VALUES (?, 'queued')", rows)
        connection.execute("COMMIT")
        started = time.perf_counter(), time.process_time()
        for number in range(1, count + 1):
            connection.execute(
                "UPDATE d SET state = 'claimed', owner = 'bench' WHERE id = ?", (number,)
            )
            connection.execute(
                "UPDATE d SET state = 'sent', owner = NULL, note = ? WHERE id = ?", (REPLY, number)
            )
        return time.perf_counter() - started[0], time.process_time() - started[1]


def timed(work: Callable[[], int]) -> tuple[int, float, float]:
    """How many rows, in how many seconds, and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    return count, time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Run both sides in turns and print the best of each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=5000)
    parser.add_argument("--window", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        store = open_store(f"sqlite:///{name}/digest.db")
        people = [
            NewSubscriber(address=f"reader{number}@example.org", consent=Consent.CONFIRMED)
            for number in range(arguments.recipients)
        ]
        store.audience.subscribe_all(people, newsletter="weekly", now=NOW)
        for number in range(arguments.rounds):
            issue = frozen(store, number)
            count, wall, cpu = timed(partial(in_groups, store, issue, arguments.window))
            assert count == arguments.recipients
            ours.append((wall, cpu))
            bare.append(row_by_row(Path(name) / "bare.db", arguments.recipients))
        store.close()
    best, other = min(ours), min(bare)
    print(f"ledger_rows_per_s {arguments.recipients / best[0]:.0f}")
    print(f"ledger_cpu_ms_per_row {1000 * best[1] / arguments.recipients:.4f}")
    print(f"row_by_row_rows_per_s {arguments.recipients / other[0]:.0f}")
    print(f"row_by_row_cpu_ms_per_row {1000 * other[1] / arguments.recipients:.4f}")
    print(f"ledger_times_row_by_row {other[0] / best[0]:.2f}")


if __name__ == "__main__":
    main()
