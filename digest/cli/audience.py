"""``subscribers`` and ``suppressions``: who gets mail, and who never does."""

import sys
from dataclasses import replace
from typing import TextIO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.app import App
from digest.cli.session import Session, json_option, pass_session
from digest.errors import UnknownNameError
from digest.model import Consent, NewSubscriber, Subscription, SuppressionReason, Variant, Volume

newsletter_option = click.option(
    "--newsletter", default="", help="Which newsletter. Needed where there are several."
)


@click.group()
def subscribers() -> None:
    """Subscribers: add, import, export, show, remove."""


@subscribers.command("add")
@click.argument("address")
@click.option("--name", default="", help="The person's name.")
@click.option("--pending", is_flag=True, help="Not confirmed yet: gets no issues.")
@click.option("--topic", "topics", multiple=True, help="A topic's id; repeat it. None: all.")
@click.option(
    "--volume", type=click.Choice([str(each) for each in Volume]), help="How much of each topic."
)
@click.option("--time-zone", default="", help="Where the person's clock is: Europe/Paris.")
@newsletter_option
@json_option
@pass_session
def add(  # noqa: PLR0913 - click passes each option as an argument
    session: Session,
    address: str,
    *,
    name: str,
    pending: bool,
    topics: tuple[str, ...],
    volume: str | None,
    time_zone: str,
    newsletter: str,
    as_json: bool,
) -> None:
    """Subscribe ADDRESS, confirmed unless --pending."""
    from digest.audience.exchange import address_refusal

    wish = Consent.PENDING if pending else Consent.CONFIRMED
    zone = _time_zone(time_zone)
    with session.open_app() as app:
        target = _newsletter(app, newsletter)
        utf8 = app.config.settings.smtp.utf8_addresses
        if problem := address_refusal(address, utf8=utf8):
            raise click.BadParameter(f"{address!r}: {problem}", param_hint="ADDRESS")
        subscription = app.store.audience.subscribe(
            address=address,
            name=name,
            newsletter=target,
            consent=wish,
            now=app.clock(),
            variant=_variant(app, target, topics, volume),
        )
        if zone:
            app.store.audience.locate(subscription.subscriber.id, time_zone=zone)
            person = replace(subscription.subscriber, time_zone=zone)
            subscription = replace(subscription, subscriber=person)
    session.show(
        _plain(subscription),
        as_json=as_json,
        human=lambda console: console.print(
            f"{escape(subscription.subscriber.address)} is {subscription.consent} for {target}"
        ),
    )


@subscribers.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--pending", is_flag=True, help="Rows without a status are not confirmed yet.")
@newsletter_option
@json_option
@pass_session
def import_(
    session: Session, file: TextIO, *, pending: bool, newsletter: str, as_json: bool
) -> None:
    """Subscribe the people of a CSV FILE: columns email, name, status, time_zone, topics,
    volume.

    Good rows are imported; each other row is named with its line and the reason, and the
    command exits 1.
    """
    from digest.audience.exchange import read_csv

    default = Consent.PENDING if pending else Consent.CONFIRMED
    with session.open_app() as app:
        target = _newsletter(app, newsletter)
        utf8 = app.config.settings.smtp.utf8_addresses
        read = read_csv(file.read(), topics=_topics(app, target), utf8=utf8)
        rows = [
            NewSubscriber(
                address=row.address,
                name=row.name,
                consent=row.consent or default,
                variant=row.variant,
                time_zone=row.time_zone,
            )
            for row in read.rows
        ]
        app.store.audience.subscribe_all(rows, newsletter=target, now=app.clock())

    def human(console: Console) -> None:
        for bad in read.rejected:
            console.print(f"[red]line {bad.line}[/] {escape(bad.value)}: {escape(bad.reason)}")
        console.print(f"{len(rows)} imported into {target}, {len(read.rejected)} rejected")

    session.show(
        {
            "imported": len(rows),
            "rejected": [
                {"line": bad.line, "value": bad.value, "reason": bad.reason}
                for bad in read.rejected
            ],
        },
        as_json=as_json,
        human=human,
    )
    if read.rejected:
        raise SystemExit(1)


@subscribers.command("export")
@newsletter_option
@json_option
@pass_session
def export(session: Session, *, newsletter: str, as_json: bool) -> None:
    """Print the subscribers as CSV, formulas neutralised; `subscribers import` reads it."""
    from digest.audience.exchange import write_csv

    with session.open_app() as app:
        target = _newsletter(app, newsletter)
        found = app.store.audience.subscriptions(newsletter=target)
        if as_json:
            session.show([_plain(one) for one in found], as_json=True, human=lambda _: None)
            return
        for line in write_csv(found):
            sys.stdout.write(line)


@subscribers.command("show")
@click.argument("address", required=False)
@json_option
@pass_session
def show(session: Session, address: str | None, *, as_json: bool) -> None:
    """What ADDRESS is subscribed to; without one, everybody."""
    from digest.model.address import normalise_address

    with session.open_app() as app:
        found = [
            one
            for one in app.store.audience.subscriptions()
            if not address
            or normalise_address(one.subscriber.address) == normalise_address(address)
        ]
    if address and not found:
        raise UnknownNameError("subscriber", address)

    def human(console: Console) -> None:
        table = Table(box=None)
        for heading in ("address", "name", "newsletter", "consent", "since", "gets", "time zone"):
            # People and places may run over two lines; a state or a day is read at a glance.
            at_a_glance = heading in {"newsletter", "consent", "since"}
            table.add_column(heading, overflow="fold", no_wrap=at_a_glance)
        for one in found:
            table.add_row(
                escape(one.subscriber.address),
                escape(one.subscriber.name),
                one.newsletter,
                one.consent,
                one.since.strftime("%Y-%m-%d"),
                escape(f"{' '.join(one.variant.topics) or 'all topics'}, {one.variant.volume}"),
                one.subscriber.time_zone,
            )
        console.print(table)

    session.show([_plain(one) for one in found], as_json=as_json, human=human)


@subscribers.command("remove")
@click.argument("address")
@newsletter_option
@json_option
@pass_session
def remove(session: Session, address: str, *, newsletter: str, as_json: bool) -> None:
    """End ADDRESS's subscription. A later import does not revive it."""
    from digest.model.address import normalise_address

    with session.open_app() as app:
        target = _newsletter(app, newsletter)
        key = normalise_address(address)
        found = [
            one.subscriber
            for one in app.store.audience.subscriptions(newsletter=target)
            if normalise_address(one.subscriber.address) == key
        ]
        if not found:
            raise UnknownNameError("subscriber", address)
        app.store.audience.unsubscribe(found[0].id, newsletter=target, now=app.clock())
    session.show(
        {"removed": address, "newsletter": target},
        as_json=as_json,
        human=lambda console: console.print(f"{escape(address)} gets {target} no more"),
    )


@click.group()
def suppressions() -> None:
    """Addresses that never get mail again, whatever is imported."""


@suppressions.command("list")
@json_option
@pass_session
def list_(session: Session, *, as_json: bool) -> None:
    """Every suppressed address, since when and why."""
    with session.open_app() as app:
        found = app.store.audience.suppressions()

    def human(console: Console) -> None:
        table = Table("address", "reason", "since", box=None)
        for one in found:
            table.add_row(escape(one.address), one.reason, one.since.strftime("%Y-%m-%d"))
        console.print(table if found else "Nobody is suppressed.")

    rows = [{"address": s.address, "reason": s.reason, "since": s.since} for s in found]
    session.show(rows, as_json=as_json, human=human)


@suppressions.command("add")
@click.argument("address")
@json_option
@pass_session
def suppress(session: Session, address: str, *, as_json: bool) -> None:
    """Keep ADDRESS from all mail."""
    with session.open_app() as app:
        app.store.audience.suppress(address, reason=SuppressionReason.MANUAL, now=app.clock())
    session.show(
        {"suppressed": address},
        as_json=as_json,
        human=lambda console: console.print(f"{escape(address)} gets no mail any more"),
    )


@suppressions.command("remove")
@click.argument("address")
@json_option
@pass_session
def release(session: Session, address: str, *, as_json: bool) -> None:
    """Take ADDRESS off the list."""
    with session.open_app() as app:
        if not app.store.audience.release(address):
            raise UnknownNameError("suppression", address)
    session.show(
        {"released": address},
        as_json=as_json,
        human=lambda console: console.print(f"{escape(address)} may get mail again"),
    )


def _newsletter(app: App, name: str) -> str:
    """The newsletter that is meant: the one named, or the only one there is."""
    if not name and len(app.config.newsletters) == 1:
        return next(iter(app.config.newsletters))
    return app.config.newsletter(name).id


def _topics(app: App, newsletter: str) -> tuple[str, ...]:
    return tuple(topic.id for topic in app.config.newsletter(newsletter).topics)


def _time_zone(name: str) -> str:
    """The zone's name, if there is such a zone."""
    from digest.config.notations import check_zone
    from digest.config.wording import UnfitError

    try:
        return check_zone(name) if name else ""
    except UnfitError as error:
        message = f"{error}; {error.fix}"
        raise click.BadParameter(message, param_hint="--time-zone") from error


def _variant(
    app: App, newsletter: str, topics: tuple[str, ...], volume: str | None
) -> Variant | None:
    """What was asked for; None where nothing was.

    :raises UnknownNameError: for a topic that the newsletter does not have.
    """
    known = _topics(app, newsletter)
    for topic in topics:
        if topic not in known:
            raise UnknownNameError("topic", topic, known=known)
    if not topics and volume is None:
        return None
    return Variant(topics=topics, volume=Volume(volume or Volume.FULL))


def _plain(subscription: Subscription) -> dict[str, object]:
    return {
        "address": subscription.subscriber.address,
        "name": subscription.subscriber.name,
        "newsletter": subscription.newsletter,
        "consent": subscription.consent,
        "since": subscription.since.isoformat(),
        "time_zone": subscription.subscriber.time_zone,
        "topics": list(subscription.variant.topics),
        "volume": subscription.variant.volume,
    }
