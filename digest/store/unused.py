"""Pictures that nothing shows any more: found, and deleted."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select

from digest.model import MediaPurged, PictureSlot
from digest.store.database import Database, portions
from digest.store.tables import issues, media, picture_visits, renderings

_NAMED = re.compile(r"/media/([0-9a-f]{64})")
# Where an issue may name a picture: what was approved, and what an editor wrote into a draft.
_FROZEN = (renderings.c.html, renderings.c.text, renderings.c.web)
_DRAFTED = (issues.c.document, issues.c.edits)


def purge_unused(
    database: Database, wanted: Collection[PictureSlot], *, before: datetime, dry_run: bool
) -> MediaPurged:
    """Delete the pictures that nothing names, and what is remembered of asking for them.

    ``wanted`` are the slots whose pictures stay; so do those that were made or asked for since
    ``before``. Issues are read one by one, so that nobody waits for it; what was asked for
    meanwhile is seen when it comes to deleting.
    """
    old = _old(database, before)
    candidates = set(old) - _of_slots(database, wanted)
    for names in _named(database):
        if not candidates:
            break
        candidates.difference_update(names)
    gone = {name: old[name] for name in candidates}
    if not dry_run:
        gone = {name: gone[name] for name in _delete(database, sorted(gone), before=before)}
    with database.reading() as connection:
        left = len(connection.scalars(select(media.c.hash)).all())
    return MediaPurged(
        pictures=len(gone),
        size=sum(gone.values()),
        left=left - dry_run * len(gone),
        dry_run=dry_run,
    )


def _old(database: Database, before: datetime) -> dict[str, int]:
    """The pictures that were neither made nor asked for since, and their sizes."""
    with database.reading() as connection:
        rows = connection.execute(select(media.c.hash, media.c.size).where(_is_old(before)))
        return {row.hash: row.size for row in rows}


def _is_old(before: datetime) -> ColumnElement[bool]:
    lately = exists().where(
        picture_visits.c.hash == media.c.hash, picture_visits.c.visited_at >= before
    )
    return (media.c.made_at < before) & ~lately


def _of_slots(database: Database, wanted: Collection[PictureSlot]) -> set[str]:
    slots = frozenset(wanted)
    found: set[str] = set()
    with database.reading() as connection:
        for urls in portions(sorted({slot.url for slot in slots})):
            rows = connection.execute(
                select(picture_visits).where(
                    picture_visits.c.url.in_(urls), picture_visits.c.hash.is_not(None)
                )
            )
            found |= {
                row.hash
                for row in rows
                if PictureSlot(url=row.url, width=row.box_width, height=row.box_height) in slots
            }
    return found


def _named(database: Database) -> Iterator[list[str]]:
    """The pictures that each issue and its rendering name."""
    with database.reading() as connection:
        ids = connection.scalars(select(issues.c.id)).all()
    for issue_id in ids:
        with database.reading() as connection:
            drafted = connection.execute(select(*_DRAFTED).where(issues.c.id == issue_id)).all()
            frozen = connection.execute(
                select(*_FROZEN).where(renderings.c.issue_id == issue_id)
            ).all()
        texts = (text for row in (*drafted, *frozen) for text in row)
        yield [name for text in texts for name in _NAMED.findall(text)]


def _delete(database: Database, names: list[str], *, before: datetime) -> list[str]:
    """Which were still old and are deleted, together with old visits that brought nothing."""
    gone: list[str] = []
    with database.writing() as connection:
        for some in portions(names):
            still = select(media.c.hash).where(media.c.hash.in_(some), _is_old(before))
            hashes = connection.scalars(still).all()
            connection.execute(delete(picture_visits).where(picture_visits.c.hash.in_(hashes)))
            connection.execute(delete(media).where(media.c.hash.in_(hashes)))
            gone += hashes
        failed = picture_visits.c.hash.is_(None) & (picture_visits.c.visited_at < before)
        connection.execute(delete(picture_visits).where(failed))
    return gone
