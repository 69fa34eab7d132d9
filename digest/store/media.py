"""The pictures that the service hands out, and what came of asking for them, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, select

from digest.model import (
    HostedPicture,
    Media,
    MediaPurged,
    PictureSlot,
    PictureVisit,
    PreparedPicture,
)
from digest.store.database import Database, portions
from digest.store.tables import media, picture_visits
from digest.store.unused import purge_unused

_KEY = ("url", "box_width", "box_height")


class SqlMedia:
    """A :class:`digest.ports.MediaStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def visits(self, slots: Sequence[PictureSlot]) -> dict[PictureSlot, PictureVisit]:
        """What is remembered of these slots; nothing of one never asked for."""
        wanted = frozenset(slots)
        remembered = select(
            picture_visits, media.c.media_type, media.c.width, media.c.height, media.c.size
        ).select_from(picture_visits.outerjoin(media, media.c.hash == picture_visits.c.hash))
        with self._database.reading() as connection:
            found = [
                _read(row)
                for urls in portions(sorted({slot.url for slot in wanted}))
                for row in connection.execute(remembered.where(picture_visits.c.url.in_(urls)))
            ]
        return {visit.slot: visit for visit in found if visit.slot in wanted}

    def keep(self, visit: PictureVisit, picture: PreparedPicture | None = None) -> None:
        """Remember a visit in place of the slot's earlier one, and its picture if it is new.

        One that found the picture unchanged, which was deleted meanwhile, is forgotten.
        """
        values = {
            "url": visit.slot.url,
            "box_width": visit.slot.width,
            "box_height": visit.slot.height,
            "visited_at": visit.visited_at,
            "hash": visit.picture.hash if visit.picture else None,
            "remark": visit.remark,
            "attempts": visit.attempts,
            "retry_at": visit.retry_at,
            "etag": visit.etag,
            "last_modified": visit.last_modified,
        }
        remember = self._database.insert(picture_visits).values(values)
        with self._database.writing() as connection:
            if picture:
                # The same bytes may be another slot's, or this one's from the day before.
                connection.execute(
                    self._database.insert(media).on_conflict_do_nothing(),
                    {
                        "hash": picture.hash,
                        "media_type": picture.media_type,
                        "width": picture.width,
                        "height": picture.height,
                        "size": len(picture.body),
                        "body": picture.body,
                        "made_at": visit.visited_at,
                    },
                )
            elif visit.picture and not _is_there(connection, visit.picture.hash):
                return
            connection.execute(remember.on_conflict_do_update(index_elements=_KEY, set_=values))

    def file(self, hash_: str) -> Media | None:
        """The file with that hash."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(media.c.media_type, media.c.body).where(media.c.hash == hash_)
            ).first()
        return Media(media_type=row.media_type, body=row.body) if row else None

    def purge(
        self, wanted: Collection[PictureSlot], *, before: datetime, dry_run: bool
    ) -> MediaPurged:
        """Delete what :func:`digest.store.unused.purge_unused` finds."""
        return purge_unused(self._database, wanted, before=before, dry_run=dry_run)


def _is_there(connection: Connection, hash_: str) -> bool:
    return connection.scalar(select(media.c.hash).where(media.c.hash == hash_)) is not None


def _read(row: Row[tuple[object, ...]]) -> PictureVisit:
    known = row.hash is not None
    picture = HostedPicture(
        hash=row.hash,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        size=row.size,
    )
    return PictureVisit(
        slot=PictureSlot(url=row.url, width=row.box_width, height=row.box_height),
        visited_at=row.visited_at,
        picture=picture if known else None,
        remark=row.remark,
        attempts=row.attempts,
        retry_at=row.retry_at,
        etag=row.etag,
        last_modified=row.last_modified,
    )
