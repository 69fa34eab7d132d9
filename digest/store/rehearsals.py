"""Runs of issues in test mode, in SQL."""

from dataclasses import fields

from sqlalchemy import Connection, select

from digest.model import Rehearsal
from digest.store.database import Database
from digest.store.tables import rehearsals

_COLUMNS = tuple(field.name for field in fields(Rehearsal))


def keep_rehearsal(connection: Connection, database: Database, rehearsal: Rehearsal) -> None:
    """Keep the last rehearsal of an issue, in place of the one before."""
    row = {name: getattr(rehearsal, name) for name in _COLUMNS}
    new = database.insert(rehearsals).values(row)
    connection.execute(new.on_conflict_do_update(index_elements=["issue_id"], set_=row))


def rehearsal_of(connection: Connection, issue_id: int) -> Rehearsal | None:
    """The last rehearsal of an issue."""
    wanted = select(rehearsals).where(rehearsals.c.issue_id == issue_id)
    row = connection.execute(wanted).mappings().one_or_none()
    return Rehearsal(**dict(row)) if row else None
