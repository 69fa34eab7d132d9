"""What was put right in issues after they went out, and whom it concerns, in SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from digest.model import (
    EVERYTHING,
    Amendment,
    Consent,
    DeliveryState,
    EntryKey,
    Told,
    Variant,
)
from digest.store.codec import decode_variant, encode_topics
from digest.store.tables import amendments, deliveries, subscribers, subscriptions, suppressions

_row = deliveries.c
_suppressed = (
    select(suppressions.c.address_key)
    .where(suppressions.c.address_key == subscribers.c.address_key)
    .correlate(subscribers)
    .exists()
)
_got = or_(
    _row.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN)),
    _row.times_uncertain > literal_column("0"),
)


def keep_amendment(connection: Connection, amendment: Amendment) -> None:
    """Keep one; its correction has a slug of its own."""
    columns = {
        "issue_id": amendment.issue_id,
        "feed_url": amendment.entry.feed,
        "entry_id": amendment.entry.id,
        "headline": amendment.headline,
        "url": amendment.url,
        "title": amendment.title,
        "text": amendment.text,
        "made_at": amendment.at,
        "made_by": amendment.by,
        "correction": amendment.correction,
    }
    connection.execute(insert(amendments), columns)


def amendments_of(connection: Connection, issue_id: int) -> tuple[Amendment, ...]:
    """What was put right in an issue, oldest first."""
    wanted = select(amendments).where(amendments.c.issue_id == issue_id)
    return tuple(_amendment(row) for row in connection.execute(wanted.order_by(amendments.c.id)))


def amendment_by(connection: Connection, correction: str) -> Amendment | None:
    """What a correction, by its slug, tells."""
    wanted = select(amendments).where(amendments.c.correction == correction)
    row = connection.execute(wanted).one_or_none()
    return _amendment(row) if row else None


def variants_told(connection: Connection, issue_id: int) -> tuple[Variant, ...]:
    """The variants in which an issue reached anybody, or may have."""
    wanted = select(_row.topics, _row.volume).where(_row.issue_id == issue_id, _got).distinct()
    found = {decode_variant(row.topics, row.volume) for row in connection.execute(wanted)}
    return tuple(sorted(found, key=lambda variant: (variant.topics, variant.volume)))


def count_told(connection: Connection, told: Told, *, newsletter: str) -> int:
    """How many of those who got it would be told of a correction now."""
    those = readers_told(told, newsletter=newsletter).subquery()
    return connection.scalar(select(func.count()).select_from(those)) or 0


def readers_told(told: Told, *, newsletter: str) -> Select[Any]:
    """Those who got it and want the newsletter still: id, address and name, in order of id."""
    chosen = [(encode_topics(variant), variant.volume) for variant in told.variants]
    return (
        select(subscribers.c.id, subscribers.c.address, subscribers.c.name)
        .join_from(deliveries, subscribers, subscribers.c.id == _row.subscriber_id)
        .join(
            subscriptions,
            and_(
                subscriptions.c.subscriber_id == subscribers.c.id,
                subscriptions.c.newsletter == newsletter,
                subscriptions.c.consent == Consent.CONFIRMED,
            ),
        )
        .where(
            _row.issue_id == told.issue_id,
            _got,
            tuple_(_row.topics, _row.volume).in_(chosen),
            ~_suppressed,
        )
        .order_by(subscribers.c.id)
    )


def audience_told(told: Told, issue_id: int, *, newsletter: str, now: datetime) -> Select[Any]:
    """Those readers as rows of the ledger for a correction; all of them get all of it."""
    those = readers_told(told, newsletter=newsletter).subquery()
    return select(
        literal(issue_id),
        those.c.id,
        those.c.address,
        those.c.name,
        literal(DeliveryState.QUEUED, _row.state.type),
        literal(0),
        literal(now, _row.next_attempt_at.type),
        ~true(),
        literal(0),
        literal(""),
        literal(now, _row.updated_at.type),
        literal(encode_topics(EVERYTHING)),
        literal(EVERYTHING.volume, _row.volume.type),
        literal(None, _row.due_at.type),
    ).order_by(those.c.id)


def _amendment(row: Row[Any]) -> Amendment:
    return Amendment(
        issue_id=row.issue_id,
        entry=EntryKey(feed=row.feed_url, id=row.entry_id),
        headline=row.headline,
        url=row.url,
        title=row.title,
        text=row.text,
        at=row.made_at,
        by=row.made_by,
        correction=row.correction,
    )
