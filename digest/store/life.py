"""Whether this database knows all that was sent from it: its life, told from that of a copy.

A ledger that was put back from yesterday sends today's mail again. So the database counts its turns
of sending, and a small file beside it, its *witness*, keeps the count as well. A database that is
behind its witness, is not the file the witness saw, or has lost it, is in doubt until a person says
otherwise; so is every backup. PostgreSQL has no file of ours beside it: the database notes its own
*home* there, and finds itself in another once a dump of it was put back.
"""

import json
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select, text

from digest.errors import StoreError
from digest.store.database import Database, Turn, take_turn
from digest.store.tables import instance

BACKUP_MADE = "backup_made_at"
"""The fact that marks a backup: when it was made."""
EPOCH = "epoch"
"""The fact that tells one life of a database from the next, 64 hexadecimal digits."""

_TURN = "turn"
_HOME = "home"
# Which server, database and table, none of them ever the same after a restore; and the timeline,
# which is new whenever a standby took over, or the server went back to an earlier state.
_WHERE = text("""
    SELECT concat_ws('/', system_identifier, datoid, 'deliveries'::regclass::oid, CASE
        WHEN pg_is_in_recovery() THEN ''
        ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END)
    FROM pg_control_system(), (
        SELECT oid AS datoid FROM pg_database WHERE datname = current_database()) AS ours
""")
_WITNESS_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the witness saw last."""

    epoch: str
    turn: int
    inode: int


class SqlLife:
    """A :class:`digest.ports.LifeStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = database.file
        self._order = threading.Lock()

    def doubt(self) -> str:
        """Why the ledger may not know all that was sent, as a clause; empty where it does."""
        with self._database.reading() as connection:
            facts, home = _facts(connection), _home(connection)
        if made := facts.get(BACKUP_MADE):
            return f"is a backup, made {made}"
        turn = int(facts.get(_TURN, 0))
        if not turn:
            return ""
        if self._file is None:
            return _moved(facts.get(_HOME, ""), home)
        return self._difference(facts[EPOCH], turn, self._file)

    def advance(self) -> None:
        """Count a turn of sending, in the database and then in its witness; both durable.

        :raises StoreError: when either cannot be written.
        """
        with self._order:
            with self._database.writing() as connection:
                take_turn(connection, Turn.LIFE)
                facts = _facts(connection)
                epoch = facts.get(EPOCH) or secrets.token_hex(32)
                turn = int(facts.get(_TURN, 0)) + 1
                self._write(connection, epoch, turn)
            self._witness(epoch, turn)

    def trust(self) -> None:
        """Begin a new life: what the ledger says is right, on a person's word.

        :raises StoreError: when it cannot be written down.
        """
        with self._order:
            epoch = secrets.token_hex(32)
            with self._database.writing() as connection:
                take_turn(connection, Turn.LIFE)
                turn = int(_facts(connection).get(_TURN, 0)) + 1
                connection.execute(delete(instance).where(instance.c.key == BACKUP_MADE))
                self._write(connection, epoch, turn)
            self._witness(epoch, turn)

    def _difference(self, epoch: str, turn: int, file: Path) -> str:
        path = witness_of(file)
        seen = _read(path)
        if seen is None:
            return f"has sent mail, and its {path.name} is not beside it: it was copied or moved"
        if seen.epoch != epoch:
            return f"is not the one that its {path.name} is about: another was put in its place"
        if seen.turn > turn:
            return f"is older than its {path.name}: an earlier copy was put in its place"
        if seen.inode != file.stat().st_ino:
            return f"is not the file that its {path.name} is about: it was copied or moved"
        return ""

    def _write(self, connection: Connection, epoch: str, turn: int) -> None:
        facts = {EPOCH: epoch, _TURN: str(turn), _HOME: _home(connection)}
        insert = self._database.insert(instance)
        upsert = insert.on_conflict_do_update(
            index_elements=[instance.c.key], set_={"value": insert.excluded.value}
        )
        connection.execute(upsert, [{"key": key, "value": facts[key]} for key in facts])

    def _witness(self, epoch: str, turn: int) -> None:
        if self._file is None:
            return
        path = witness_of(self._file)
        facts = {"epoch": epoch, "turn": turn, "inode": self._file.stat().st_ino}
        # One write of one length: whoever reads, or dies, meets the whole of the old or the new.
        line = (json.dumps(facts).ljust(_WITNESS_BYTES - 1) + "\n").encode()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(handle, line, 0)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            message = f"{path}: cannot be written ({error.strerror}); nothing is sent without it"
            raise StoreError(message) from error


def witness_of(file: Path) -> Path:
    """The witness of a database in that file."""
    return file.with_name(f"{file.name}-witness")


def _facts(connection: Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(select(instance))}


def _home(connection: Connection) -> str:
    """Where a database on PostgreSQL is; empty on SQLite."""
    if connection.dialect.name != "postgresql":
        return ""
    home: str = connection.scalar(_WHERE) or ""
    return home


def _moved(was: str, now: str) -> str:
    """What a database's home has to do with the one it sent from, as a clause of doubt."""
    is_standby = now.endswith("/")
    if was == now or is_standby:
        return ""
    if was.rpartition("/")[0] == now.rpartition("/")[0]:
        return "is on another timeline: a standby took over, or an earlier state was put back"
    return "has sent mail from another place: it was restored from a dump, or copied"


def _read(path: Path) -> _Seen | None:
    """What a witness saw; None where there is none, or nobody can read it."""
    try:
        facts = json.loads(path.read_bytes())
        return _Seen(epoch=facts["epoch"], turn=facts["turn"], inode=facts["inode"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
