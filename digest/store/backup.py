"""Copies of a SQLite database: made while it is in use, and put back in its place.

A backup is one file, complete and checked, and marked as what it is: mail is sent from it only
after a person said so (see :mod:`digest.store.life`).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from digest.errors import StoreError, StoreVersionError
from digest.store.database import connect
from digest.store.life import BACKUP_MADE
from digest.store.schema import REVISIONS

_COUNTED = ("feeds", "entries", "issues", "subscribers", "suppressions", "deliveries")
_OWNER_ONLY = 0o600
_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What is in a copy: how many rows of what, and when it was made where that is known."""

    file: Path
    size: int
    made_at: str
    counts: tuple[tuple[str, int], ...]


def file_of(url: str) -> Path:
    """The file of the SQLite database at an SQLAlchemy URL.

    :raises StoreError: when it is none.
    """
    database = connect(url)
    database.close()
    if database.file is None:
        message = (
            "only SQLite databases are copied; for PostgreSQL there are pg_dump and pg_restore"
        )
        raise StoreError(message)
    return database.file


def back_up(source: Path, target: Path, *, now: datetime) -> Holdings:
    """Copy a database to a new file, durable when this returns; others go on writing meanwhile.

    :raises StoreError: when there is such a file, or it cannot be written.
    """
    if target.exists():
        message = f"{target}: exists already; a backup overwrites nothing"
        raise StoreError(message)
    if not source.exists():
        message = f"{source}: there is no database yet"
        raise StoreError(message)
    if not target.absolute().parent.is_dir():
        message = f"{target}: its folder does not exist; make it, or name another"
        raise StoreError(message)
    _copy(source, target, made_at=now.isoformat(timespec="seconds"))
    return look_into(target)


def look_into(backup: Path) -> Holdings:
    """Check a copy and count what is in it.

    :raises StoreVersionError: when a newer version of the program wrote it.
    :raises StoreError: when it is damaged, or no database of this program.
    """
    if not backup.is_file():
        message = f"{backup}: there is no such file"
        raise StoreError(message)
    with _explained(backup):
        missing = _missing(backup)
    if missing > 0:
        message = f"{backup}: is cut off: {missing} bytes are missing; take another backup"
        raise StoreError(message)
    with _explained(backup), closing(_opened(backup)) as connection:
        _check(connection, backup)
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row is None:
            message = f"{backup}: was never finished; take another backup"
            raise StoreError(message)
        if row[0] not in REVISIONS:
            message = f"{backup}: written by a newer version of digest; install that version"
            raise StoreVersionError(message)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        counts = [(name, _count(connection, name)) for name in _COUNTED if name in tables]
        made = connection.execute("SELECT value FROM instance WHERE key = ?", (BACKUP_MADE,))
        (made_at,) = made.fetchone() or ("",)
    return Holdings(file=backup, size=backup.stat().st_size, made_at=made_at, counts=tuple(counts))


def restore(backup: Path, target: Path, *, now: datetime) -> Path | None:
    """Put a checked copy in a database's place; where the one before it is now, if there was one.

    :raises StoreError: when a program has the database open, or the disk cannot take the copy.
    """
    if target.exists() and target.samefile(backup):
        message = f"{backup}: is the database itself; name a backup"
        raise StoreError(message)
    made_at = look_into(backup).made_at or f"before {now.isoformat(timespec='seconds')}"
    fresh = target.with_name(f"{target.name}.restoring")
    aside = None
    if target.exists():
        _leave(target)
    _copy(backup, fresh, made_at=made_at)
    with _explained(target):
        if target.exists():
            aside = _unused(target.with_name(f"{target.name}.until-{now:%Y%m%dT%H%M%SZ}"))
            target.rename(aside)
        for ending in ("-wal", "-shm"):
            # A journal that could not be folded in is part of the damaged database.
            leftover = target.with_name(target.name + ending)
            if leftover.exists():
                leftover.rename((aside or target).with_name((aside or target).name + ending))
        fresh.rename(target)
        _sync(target.parent)
    return aside


def _missing(backup: Path) -> int:
    """How many bytes a file is too short, by its header (https://sqlite.org/fileformat2.html).

    SQLite itself reads what is missing as zeros, and need not notice.
    """
    with backup.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        return 0
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    # A size that does not fit into its field is kept as 1.
    return pages * (65_536 if page_size == 1 else page_size) - backup.stat().st_size


def _check(connection: sqlite3.Connection, backup: Path) -> None:
    """See that a file is a whole database of this program."""
    try:
        whole = connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    except sqlite3.DatabaseError as error:
        message = f"{backup}: is damaged, or no database ({error}); take another backup"
        raise StoreError(message) from error
    if not {"alembic_version", "instance"} <= tables:
        message = f"{backup}: is no database of digest; name a file that `digest backup` made"
        raise StoreError(message)
    if not whole:
        message = f"{backup}: is damaged; take another backup"
        raise StoreError(message)


def _unused(path: Path) -> Path:
    """That path, or one like it at which there is nothing: nobody's database is overwritten."""
    for number in count(2):
        if not path.exists():
            break
        path = path.with_name(f"{path.name.partition('Z')[0]}Z-{number}")
    return path


def _copy(source: Path, target: Path, *, made_at: str) -> None:
    """Write a marked copy beside its final name, and give it that name when it is durable."""
    partial = target.with_name(f"{target.name}.part")
    with _explained(target):
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
        try:
            with (
                closing(sqlite3.connect(source)) as there,
                closing(sqlite3.connect(partial)) as here,
            ):
                # In one step: by steps it begins anew whenever another process writes.
                there.backup(here)
                here.execute("PRAGMA journal_mode = DELETE")
                mark = "INSERT OR REPLACE INTO instance (key, value) VALUES (?, ?)"
                here.execute(mark, (BACKUP_MADE, made_at))
                here.commit()
            _sync(partial)
            partial.rename(target)
            _sync(target.parent)
        finally:
            partial.unlink(missing_ok=True)


def _leave(database: Path) -> None:
    """Fold the journal into the file, which SQLite does only when nobody else has it open."""
    try:
        with closing(sqlite3.connect(database, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            message = f"{database}: is open in another program; stop `digest serve` first"
            raise StoreError(message) from error
    except sqlite3.DatabaseError:
        # A damaged one is what restoring is for.
        return


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - ours
    return int(count)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        message = f"{path}: {error}"
        raise StoreError(message) from error
    except OSError as error:
        message = f"{path}: {error.strerror or error}"
        raise StoreError(message) from error
