"""What feeds brought, measured over what is kept of them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, select

from digest.model import Entry, FeedMeasures
from digest.store.codec import decode_entry
from digest.store.database import portions
from digest.store.tables import entries

_WEEK = timedelta(weeks=1)
_WINDOW = 8 * _WEEK
_NEWEST = 25
_ARTICLE = 1_000
"""Characters of text from which on a content is an article and no summary."""
_TAG = re.compile(r"<[^>]*>")

# What an entry has is read in Python from its newest documents alone: the databases' JSON functions
# differ, PostgreSQL's refuse texts that are fine here, and the whole archive is not worth reading.
_DOCUMENTS = (
    select(entries.c.document)
    .where(entries.c.feed_url == bindparam("url"))
    .order_by(entries.c.dated_at.desc().nulls_last())
    .limit(_NEWEST)
)


def measures_of(
    connection: Connection, urls: Sequence[str], *, now: datetime
) -> dict[str, FeedMeasures]:
    """The measures of each feed; all zero for one that brought nothing."""
    found = {url: FeedMeasures() for url in urls}
    recent = entries.c.dated_at.between(now - _WINDOW, now)
    # Answered from the index of dates alone, without touching a document.
    counts = select(
        entries.c.feed_url,
        func.count().label("entries"),
        func.sum(case((recent, 1), else_=0)).label("recent"),
        func.min(entries.c.dated_at).label("oldest"),
    ).group_by(entries.c.feed_url)
    for some in portions(list(found)):
        for row in connection.execute(counts.where(entries.c.feed_url.in_(some))):
            newest = connection.scalars(_DOCUMENTS, {"url": row.feed_url})
            found[row.feed_url] = _measures(row, map(decode_entry, newest), now=now)
    return found


def _measures(row: Row[Any], newest: Iterable[Entry], *, now: datetime) -> FeedMeasures:
    traits = [(bool(one.published_at), bool(one.image), _is_full(one)) for one in newest]
    dated, with_image, full_text = (
        sum(column) / len(traits) for column in zip(*traits, strict=True)
    )
    known_for = now - row.oldest if row.oldest else _WINDOW
    return FeedMeasures(
        entries=row.entries,
        per_week=row.recent / (min(max(known_for, _WEEK), _WINDOW) / _WEEK),
        dated=dated,
        with_image=with_image,
        full_text=full_text,
    )


def _is_full(entry: Entry) -> bool:
    if entry.full_text:
        return True
    return len(entry.content) >= _ARTICLE and len(_TAG.sub("", entry.content)) >= _ARTICLE
