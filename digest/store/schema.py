"""Which version of the tables a database has, and the way to the newest."""

from sqlalchemy import Connection, column, inspect, select, table

from digest.errors import StoreVersionError
from digest.store.database import Database, Turn, take_turn

REVISIONS = (
    "0001_first",
    "0002_feeds",
    "0003_entries",
    "0004_lists",
    "0005_websub",
    "0006_articles",
    "0007_editing",
    "0008_archive",
    "0009_preflight",
    "0010_choices",
    "0011_media",
    "0012_web",
    "0013_feedback",
    "0014_relays",
    "0015_timing",
    "0016_trials",
    "0017_afterwards",
    "0018_arms",
    "0019_inboxes",
)
"""Every migration, oldest first. Named here too, so that opening a database that is up to date
need not import Alembic; a test holds it against the scripts."""

_VERSION = table("alembic_version", column("version_num"))


def bring_up_to_date(database: Database) -> None:
    """Make or migrate the tables, in one transaction; does nothing when they are current.

    :raises StoreVersionError: when a newer program has already migrated them further.
    :raises StoreError: when the database cannot be used.
    """
    with database.reading() as connection:
        current = _revision(connection, database.name)
    if current == REVISIONS[-1]:
        return
    with database.writing() as connection:
        take_turn(connection, Turn.UPGRADE)
        # Another process may have been faster.
        if _revision(connection, database.name) != REVISIONS[-1]:
            _upgrade(connection)


def _revision(connection: Connection, name: str) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    revision: str | None = connection.scalar(select(_VERSION.c.version_num))
    if revision is not None and revision not in REVISIONS:
        message = (
            f"{name}: written by a newer version of digest (its tables are at {revision!r}, this"
            f" program knows up to {REVISIONS[-1]!r}) – install that version, or restore a backup"
            " made before the upgrade"
        )
        raise StoreVersionError(message)
    return revision


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "digest.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
