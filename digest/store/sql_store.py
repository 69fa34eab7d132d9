"""The store as the program uses it: four aggregates over one database."""

import secrets

from sqlalchemy import Connection, select

from digest.store.articles import SqlArticles
from digest.store.audience import SqlAudience
from digest.store.database import Database, connect
from digest.store.feedback import SqlFeedback
from digest.store.feeds import SqlFeeds
from digest.store.issues import SqlIssues
from digest.store.ledger import SqlLedger
from digest.store.life import EPOCH, SqlLife
from digest.store.lists import SqlLists
from digest.store.media import SqlMedia
from digest.store.preflight import SqlPreflight
from digest.store.relays import SqlRelays
from digest.store.schema import bring_up_to_date
from digest.store.subjects import SqlSubjects
from digest.store.tables import instance
from digest.store.websub import SqlHubs

_LINK_KEY = "link_key"
_KEY_BYTES = 32


class SqlStore:
    """A :class:`digest.ports.Store`, safe to share between threads.

    Other processes may have the same database open.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.feeds = SqlFeeds(database)
        self.lists = SqlLists(database)
        self.articles = SqlArticles(database)
        self.media = SqlMedia(database)
        self.issues = SqlIssues(database)
        self.audience = SqlAudience(database)
        self.ledger = SqlLedger(database)
        self.life = SqlLife(database)
        self.hubs = SqlHubs(database)
        self.preflight = SqlPreflight(database)
        self.feedback = SqlFeedback(database)
        self.relays = SqlRelays(database)
        self.subjects = SqlSubjects(database)

    def link_key(self) -> bytes:
        """The key that signs links, 32 bytes: made on first use, then always the same."""
        return bytes.fromhex(self._fact(_LINK_KEY))

    def epoch(self) -> str:
        """What tells this database's life from that of a copy of it, in hexadecimal."""
        return self._fact(EPOCH)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _fact(self, key: str) -> str:
        with self.database.reading() as connection:
            known = _read(connection, key)
        if known is not None:
            return known
        with self.database.writing() as connection:
            connection.execute(
                self.database.insert(instance).on_conflict_do_nothing(),
                [{"key": k, "value": secrets.token_hex(_KEY_BYTES)} for k in (_LINK_KEY, EPOCH)],
            )
            return _read(connection, key) or ""


def open_store(url: str) -> SqlStore:
    """Open the database at an SQLAlchemy URL, making or migrating its tables where needed.

    A relative path in a SQLite URL is relative to the working directory.

    :raises StoreVersionError: when a newer version of the program wrote it.
    :raises StoreError: when it cannot be opened, read or written.
    """
    database = connect(url)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def _read(connection: Connection, key: str) -> str | None:
    value: str | None = connection.scalar(select(instance.c.value).where(instance.c.key == key))
    return value
