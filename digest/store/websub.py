"""Subscriptions at hubs and the documents they pushed, in SQL."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from digest.model import HubSubscription, Push
from digest.store.database import Database
from digest.store.tables import hub_pushes, hub_subscriptions


class SqlHubs:
    """A :class:`digest.ports.HubStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def subscriptions(self) -> tuple[HubSubscription, ...]:
        """Every subscription, in order of feed."""
        wanted = select(hub_subscriptions).order_by(hub_subscriptions.c.feed_url)
        with self._database.reading() as connection:
            return tuple(_subscription(row) for row in connection.execute(wanted))

    def find(self, token: str) -> HubSubscription | None:
        """The subscription whose callback ends in this token."""
        wanted = select(hub_subscriptions).where(hub_subscriptions.c.token == token)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return _subscription(row) if row else None

    def add(self, subscription: HubSubscription) -> bool:
        """Keep a new subscription; False, and nothing kept, when its feed has one already."""
        insert = self._database.insert(hub_subscriptions).values(_columns(subscription))
        with self._database.writing() as connection:
            done = connection.execute(
                insert.on_conflict_do_nothing().returning(hub_subscriptions.c.token)
            )
            return done.one_or_none() is not None

    def change(
        self, token: str, decide: Callable[[HubSubscription], HubSubscription | None]
    ) -> HubSubscription | None:
        """Read, decide and write in one transaction; a decision of None forgets the subscription.

        Returns what is kept afterwards: None when it was forgotten, or not there.
        """
        mine = hub_subscriptions.c.token == token
        with self._database.writing() as connection:
            row = connection.execute(
                select(hub_subscriptions).where(mine).with_for_update()
            ).one_or_none()
            if row is None:
                return None
            after = decide(_subscription(row))
            connection.execute(
                delete(hub_subscriptions).where(mine)
                if after is None
                else update(hub_subscriptions).where(mine).values(_columns(after))
            )
            return after

    def keep_push(self, push: Push, *, most: int, most_bytes: int) -> bool:
        """Keep a document until it is worked off; False when there is no room for it.

        There is room below ``most`` documents of ``most_bytes`` bytes together.
        """
        held = select(func.count(), func.coalesce(func.sum(hub_pushes.c.size), 0)).select_from(
            hub_pushes
        )
        with self._database.writing() as connection:
            count, size = connection.execute(held).one()
            if count >= most or size + len(push.body) > most_bytes:
                return False
            connection.execute(
                self._database.insert(hub_pushes).values(
                    feed_url=push.feed_url,
                    content_type=push.content_type,
                    size=len(push.body),
                    body=push.body,
                    received_at=push.received_at,
                )
            )
            return True

    def next_push(self, *, after: int = 0) -> Push | None:
        """The oldest document whose id is above ``after``."""
        wanted = (
            select(hub_pushes).where(hub_pushes.c.id > after).order_by(hub_pushes.c.id).limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Push(
            id=row.id,
            feed_url=row.feed_url,
            body=row.body,
            content_type=row.content_type,
            received_at=row.received_at,
        )

    def drop_push(self, push_id: int) -> None:
        """Forget a document that was worked off."""
        with self._database.writing() as connection:
            connection.execute(delete(hub_pushes).where(hub_pushes.c.id == push_id))


_NAMES = tuple(field.name for field in fields(HubSubscription))


def _columns(subscription: HubSubscription) -> dict[str, object]:
    return {name: getattr(subscription, name) for name in _NAMES}


def _subscription(row: Row[Any]) -> HubSubscription:
    return HubSubscription(**{name: getattr(row, name) for name in _NAMES})
