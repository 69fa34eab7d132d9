"""What became of an issue's entries, and editors' corrections, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from digest.model import Choice, Correction, EntryKey
from digest.store.codec import decode_choices, encode_choices
from digest.store.database import Database
from digest.store.tables import corrections as kept_corrections
from digest.store.tables import issue_choices


def keep_choices(
    connection: Connection, database: Database, issue_id: int, choices: Sequence[Choice]
) -> None:
    """Keep an issue's choices in place of those it had."""
    row = {"issue_id": issue_id, "document": encode_choices(choices)}
    new = database.insert(issue_choices).values(row)
    changes = {"document": new.excluded.document}
    connection.execute(new.on_conflict_do_update(index_elements=["issue_id"], set_=changes))


def choices_of(connection: Connection, issue_id: int) -> tuple[Choice, ...]:
    """An issue's choices in order of key; none where it was made without."""
    document = connection.scalar(
        select(issue_choices.c.document).where(issue_choices.c.issue_id == issue_id)
    )
    return decode_choices(document) if document else ()


def keep_corrections(
    connection: Connection, database: Database, corrections: Sequence[Correction]
) -> None:
    """Keep corrections, each in place of an earlier one of the same entry."""
    new = database.insert(kept_corrections)
    changed = ("topic", "title", "text", "made_at", "made_by")
    either = new.on_conflict_do_update(
        index_elements=["newsletter", "feed_url", "entry_id"],
        set_={name: new.excluded[name] for name in changed},
    )
    connection.execute(either, [_columns(correction) for correction in corrections])


def corrections_of(connection: Connection, newsletter: str) -> tuple[Correction, ...]:
    """A newsletter's corrections, oldest first."""
    columns = kept_corrections.c
    wanted = (
        select(kept_corrections)
        .where(columns.newsletter == newsletter)
        .order_by(columns.made_at, columns.feed_url, columns.entry_id)
    )
    return tuple(_correction(row) for row in connection.execute(wanted))


def _columns(correction: Correction) -> dict[str, object]:
    return {
        "newsletter": correction.newsletter,
        "feed_url": correction.entry.feed,
        "entry_id": correction.entry.id,
        "topic": correction.topic,
        "title": correction.title,
        "text": correction.text,
        "made_at": correction.at,
        "made_by": correction.by,
    }


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        newsletter=row.newsletter,
        entry=EntryKey(feed=row.feed_url, id=row.entry_id),
        topic=row.topic,
        title=row.title,
        text=row.text,
        at=row.made_at,
        by=row.made_by,
    )
