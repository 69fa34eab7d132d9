"""Subscribers, their consent, and the suppression list, in SQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)

from digest.audience.consent import next_consent
from digest.model import (
    EVERYTHING,
    Consent,
    Enrolment,
    NewSubscriber,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
    Variant,
)
from digest.model.address import normalise_address
from digest.store.codec import decode_variant, encode_topics
from digest.store.database import PORTION, Database, Turn, portions, take_turn
from digest.store.tables import subscribers, subscriptions, suppressions

_DESCRIBE = (
    update(subscribers)
    .where(subscribers.c.id == bindparam("person"))
    .values(name=bindparam("new_name"), time_zone=bindparam("new_zone"))
)
_CHANGE = (
    update(subscriptions)
    .where(
        subscriptions.c.subscriber_id == bindparam("person"),
        subscriptions.c.newsletter == bindparam("letter"),
        subscriptions.c.consent == bindparam("before"),
    )
    .values(consent=bindparam("after"), since=bindparam("at"))
)
_CHOOSE = (
    update(subscriptions)
    .where(
        subscriptions.c.subscriber_id == bindparam("person"),
        subscriptions.c.newsletter == bindparam("letter"),
    )
    .values(topics=bindparam("wanted"), volume=bindparam("much"))
)

_Keyed = tuple[str, NewSubscriber]  # a row under its address's key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Who has an address already; ``consent`` is None where they have not met the newsletter."""

    id: int
    name: str
    time_zone: str
    consent: Consent | None
    variant: Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """Where a row of the list leaves its person; ``before`` is None for a new subscription."""

    row: NewSubscriber
    before: Consent | None
    after: Consent
    rechosen: bool = False

    @property
    def ended(self) -> bool:
        """Whether the person had left, and stays away against the list's wish."""
        return self.after is Consent.UNSUBSCRIBED and self.row.consent is not self.after

    @property
    def changed(self) -> bool:
        """Whether the person, known before, stands elsewhere now or gets something else."""
        moved = self.before is not None and self.before is not self.after
        return moved or (self.rechosen and not self.ended)


class SqlAudience:
    """A :class:`digest.ports.AudienceStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def subscribe(
        self,
        *,
        address: str,
        name: str,
        newsletter: str,
        consent: Consent,
        now: datetime,
        variant: Variant | None = None,
    ) -> Subscription:
        """Add or update one subscription. Never revives one that was ended.

        An existing ``UNSUBSCRIBED`` stays; ``CONFIRMED`` is not lowered to ``PENDING``. What was
        chosen stays too, where ``variant`` is None.
        """
        row = NewSubscriber(address=address, name=name, consent=consent, variant=variant)
        key = normalise_address(address)
        wanted = _subscriptions(newsletter).where(subscribers.c.address_key == key)
        with self._database.writing() as connection:
            self._enrol(connection, [(key, row)], newsletter=newsletter, now=now)
            return _subscription(connection.execute(wanted).one())

    def subscribe_all(
        self, rows: Sequence[NewSubscriber], *, newsletter: str, now: datetime
    ) -> Enrolment:
        """Subscribe a whole list by the rules of :meth:`subscribe`, in one transaction."""
        added = changed = unchanged = 0
        ended: list[str] = []
        suppressed: list[str] = []
        with self._database.writing() as connection:
            for some in portions(rows):
                keyed = [(normalise_address(row.address), row) for row in some]
                outcomes = self._enrol(connection, keyed, newsletter=newsletter, now=now)
                left = [outcome.row.address for outcome in outcomes if outcome.ended]
                new = sum(outcome.before is None for outcome in outcomes)
                moved = sum(outcome.changed for outcome in outcomes)
                added, changed = added + new, changed + moved
                unchanged += len(outcomes) - new - moved - len(left)
                ended += left
                suppressed += _suppressed(connection, keyed)
        return Enrolment(
            added=added,
            changed=changed,
            unchanged=unchanged,
            ended=tuple(ended),
            suppressed=tuple(suppressed),
        )

    def subscriptions(self, *, newsletter: str = "") -> Iterator[Subscription]:
        """Every subscription, streamed in order of address.

        No transaction stays open between two of them, so a slow reader holds up nobody.
        """
        place = tuple_(subscribers.c.address_key, subscriptions.c.newsletter)
        page = _subscriptions(newsletter).order_by(*place).limit(PORTION)
        after: tuple[str, str] | None = ("", "")
        while after is not None:
            with self._database.reading() as connection:
                rows = connection.execute(page.where(place > after)).all()
            yield from map(_subscription, rows)
            full = len(rows) == PORTION
            after = (rows[-1].address_key, rows[-1].newsletter) if full else None

    def subscription(self, subscriber_id: int, *, newsletter: str) -> Subscription | None:
        """One person's subscription to one newsletter, whatever became of it."""
        wanted = _subscriptions(newsletter).where(subscribers.c.id == subscriber_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return _subscription(row) if row else None

    def choose(self, subscriber_id: int, *, newsletter: str, variant: Variant) -> bool:
        """Keep what a subscriber wants from now on; whether there is such a subscription."""
        choice = _choice(subscriber_id, newsletter, variant)
        with self._database.writing() as connection:
            return connection.execute(_CHOOSE, choice).rowcount == 1

    def locate(self, subscriber_id: int, *, time_zone: str) -> bool:
        """Keep a subscriber's time zone, an IANA name or nothing; whether there is such one."""
        move = update(subscribers).where(subscribers.c.id == subscriber_id)
        with self._database.writing() as connection:
            return connection.execute(move.values(time_zone=time_zone)).rowcount == 1

    def time_zones(self, *, newsletter: str) -> tuple[str, ...]:
        """The time zones that confirmed readers of a newsletter are known to be in, sorted."""
        wanted = (
            select(subscribers.c.time_zone)
            .join_from(subscribers, subscriptions)
            .where(
                subscriptions.c.newsletter == newsletter,
                subscriptions.c.consent == Consent.CONFIRMED,
                subscribers.c.time_zone != "",
            )
            .distinct()
            .order_by(subscribers.c.time_zone)
        )
        with self._database.reading() as connection:
            return tuple(connection.scalars(wanted))

    def count(self, *, newsletter: str, consent: Consent) -> int:
        """How many subscriptions of a newsletter are in one state of consent."""
        wanted = (
            select(func.count())
            .select_from(subscriptions)
            .where(subscriptions.c.newsletter == newsletter, subscriptions.c.consent == consent)
        )
        with self._database.reading() as connection:
            return connection.scalar(wanted) or 0

    def subscriber(self, subscriber_id: int) -> Subscriber | None:
        """One person."""
        wanted = select(subscribers).where(subscribers.c.id == subscriber_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return _subscriber(row) if row else None

    def unsubscribe(self, subscriber_id: int, *, newsletter: str, now: datetime) -> bool:
        """End a subscription; whether there was one that had not ended yet."""
        end = (
            update(subscriptions)
            .where(
                subscriptions.c.subscriber_id == subscriber_id,
                subscriptions.c.newsletter == newsletter,
                subscriptions.c.consent != Consent.UNSUBSCRIBED,
            )
            .values(consent=Consent.UNSUBSCRIBED, since=now)
        )
        with self._database.writing() as connection:
            return connection.execute(end).rowcount == 1

    def suppress(self, address: str, *, reason: SuppressionReason, now: datetime) -> None:
        """Keep an address from all mail. One that is kept already keeps its reason."""
        row = {
            "address_key": normalise_address(address),
            "address": address.strip(),
            "reason": reason,
            "since": now,
        }
        insert = self._database.insert(suppressions).values(row).on_conflict_do_nothing()
        with self._database.writing() as connection:
            connection.execute(insert)

    def release(self, address: str) -> bool:
        """Take an address off the suppression list; whether it was on it."""
        off = delete(suppressions).where(suppressions.c.address_key == normalise_address(address))
        with self._database.writing() as connection:
            return connection.execute(off).rowcount == 1

    def suppressions(self) -> tuple[Suppression, ...]:
        """The suppression list, in order of address."""
        wanted = select(suppressions).order_by(suppressions.c.address_key)
        with self._database.reading() as connection:
            return tuple(
                Suppression(address=row.address, reason=row.reason, since=row.since)
                for row in connection.execute(wanted)
            )

    def _enrol(
        self,
        connection: Connection,
        keyed: Sequence[_Keyed],
        *,
        newsletter: str,
        now: datetime,
    ) -> list[_Outcome]:
        """Add people and subscriptions that are missing, change those that must; one outcome a row.

        A few statements for the whole portion: this is what makes imports fast.
        """
        # What is known must hold until it is changed.
        take_turn(connection, Turn.ENROL)
        known = _known(connection, {key for key, _ in keyed}, newsletter)
        outcomes, last = _decide(keyed, known)
        self._add_people(connection, [(k, r) for k, r in keyed if k not in known], now=now)
        new = {key: after for key, after in last.items() if _consent(known, key) is None}
        self._add_subscriptions(connection, new, newsletter=newsletter, now=now)
        _choose(connection, outcomes, newsletter=newsletter)
        _change(connection, known, last, newsletter=newsletter, now=now)
        _describe(connection, known, keyed)
        return outcomes

    def _add_people(
        self, connection: Connection, keyed: Iterable[_Keyed], *, now: datetime
    ) -> None:
        rows = [
            {
                "address": row.address.strip(),
                "address_key": key,
                "name": row.name,
                "created_at": now,
                "time_zone": row.time_zone,
            }
            for key, row in keyed
        ]
        if rows:
            connection.execute(self._database.insert(subscribers).on_conflict_do_nothing(), rows)

    def _add_subscriptions(
        self,
        connection: Connection,
        new: Mapping[str, Consent],
        *,
        newsletter: str,
        now: datetime,
    ) -> None:
        columns = subscriptions.c
        names = [columns.subscriber_id, columns.newsletter, columns.consent, columns.since]
        for consent in set(new.values()):
            keys = [key for key, its_consent in new.items() if its_consent is consent]
            people = select(
                subscribers.c.id,
                literal(newsletter),
                literal(consent, columns.consent.type),
                literal(now, columns.since.type),
            ).where(subscribers.c.address_key.in_(keys))
            insert = self._database.insert(subscriptions).from_select(names, people)
            connection.execute(insert.on_conflict_do_nothing())


def _known(connection: Connection, keys: set[str], newsletter: str) -> dict[str, _Known]:
    this_one = and_(
        subscriptions.c.subscriber_id == subscribers.c.id, subscriptions.c.newsletter == newsletter
    )
    rows = connection.execute(
        select(
            subscribers.c.id,
            subscribers.c.address_key,
            subscribers.c.name,
            subscribers.c.time_zone,
            subscriptions.c.consent,
            subscriptions.c.topics,
            subscriptions.c.volume,
        )
        .select_from(subscribers.outerjoin(subscriptions, this_one))
        .where(subscribers.c.address_key.in_(keys))
    )
    return {
        row.address_key: _Known(
            id=row.id,
            name=row.name,
            time_zone=row.time_zone,
            consent=row.consent,
            variant=decode_variant(row.topics, row.volume) if row.consent else EVERYTHING,
        )
        for row in rows
    }


def _consent(known: Mapping[str, _Known], key: str) -> Consent | None:
    return known[key].consent if key in known else None


def _decide(
    keyed: Iterable[_Keyed], known: Mapping[str, _Known]
) -> tuple[list[_Outcome], dict[str, Consent]]:
    """What each row comes to, in order, and where each address stands after the last of them."""
    outcomes: list[_Outcome] = []
    last: dict[str, Consent] = {}
    for key, row in keyed:
        before = last.get(key) or _consent(known, key)
        last[key] = next_consent(before, row.consent)
        rechosen = _is_rechosen(row, known.get(key))
        outcomes.append(_Outcome(row=row, before=before, after=last[key], rechosen=rechosen))
    return outcomes, last


def _is_rechosen(row: NewSubscriber, known: _Known | None) -> bool:
    """Whether a row asks for something else; nobody's choice is changed on a stranger's word."""
    asks = row.variant is not None and row.consent is Consent.CONFIRMED
    return asks and row.variant != (known.variant if known else EVERYTHING)


def _change(
    connection: Connection,
    known: Mapping[str, _Known],
    last: Mapping[str, Consent],
    *,
    newsletter: str,
    now: datetime,
) -> None:
    rows = [
        {
            "person": person.id,
            "letter": newsletter,
            "before": person.consent,
            "after": last[key],
            "at": now,
        }
        for key, person in known.items()
        if person.consent is not None and person.consent is not last[key]
    ]
    if rows:
        connection.execute(_CHANGE, rows)


def _choose(connection: Connection, outcomes: Iterable[_Outcome], *, newsletter: str) -> None:
    wishes = {
        normalise_address(outcome.row.address): outcome.row.variant
        for outcome in outcomes
        if outcome.row.variant is not None and (outcome.rechosen or outcome.before is None)
    }
    if not wishes:
        return
    people = select(subscribers.c.id, subscribers.c.address_key)
    found = connection.execute(people.where(subscribers.c.address_key.in_(wishes)))
    rows = [_choice(row.id, newsletter, wishes[row.address_key]) for row in found]
    connection.execute(_CHOOSE, rows)


def _choice(subscriber_id: int, newsletter: str, variant: Variant) -> dict[str, object]:
    return {
        "person": subscriber_id,
        "letter": newsletter,
        "wanted": encode_topics(variant),
        "much": variant.volume,
    }


def _describe(
    connection: Connection,
    known: Mapping[str, _Known],
    keyed: Iterable[_Keyed],
) -> None:
    """Keep names and time zones that are new, each where the list has one."""
    # Anybody can ask for a pending subscription, so it must not rename somebody else.
    told = [(key, row) for key, row in keyed if row.consent is Consent.CONFIRMED and key in known]
    names = {key: row.name for key, row in told if row.name}
    zones = {key: row.time_zone for key, row in told if row.time_zone}
    rows = [
        {
            "person": known[key].id,
            "new_name": names.get(key, known[key].name),
            "new_zone": zones.get(key, known[key].time_zone),
        }
        for key in {**names, **zones}
        if names.get(key, known[key].name) != known[key].name
        or zones.get(key, known[key].time_zone) != known[key].time_zone
    ]
    if rows:
        connection.execute(_DESCRIBE, rows)


def _suppressed(connection: Connection, keyed: Iterable[_Keyed]) -> list[str]:
    addresses = {key: row.address for key, row in keyed}
    wanted = select(suppressions.c.address_key).where(suppressions.c.address_key.in_(addresses))
    return [addresses[key] for key in connection.scalars(wanted)]


def _subscriptions(newsletter: str) -> Select[Any]:
    wanted = select(
        subscribers.c.id,
        subscribers.c.address,
        subscribers.c.address_key,
        subscribers.c.name,
        subscribers.c.time_zone,
        subscriptions.c.newsletter,
        subscriptions.c.consent,
        subscriptions.c.since,
        subscriptions.c.topics,
        subscriptions.c.volume,
    ).join_from(subscribers, subscriptions)
    return wanted.where(subscriptions.c.newsletter == newsletter) if newsletter else wanted


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(id=row.id, address=row.address, name=row.name, time_zone=row.time_zone)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        subscriber=_subscriber(row),
        newsletter=row.newsletter,
        consent=row.consent,
        since=row.since,
        variant=decode_variant(row.topics, row.volume),
    )
