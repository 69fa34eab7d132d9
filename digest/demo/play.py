"""Play the demo: the same pipeline calls as ``digest run``, on the sample town."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from digest.app import App, open_app
from digest.audience.exchange import read_csv
from digest.config.load import load_config
from digest.demo.mailbox import mailbox
from digest.demo.town import CLOCK, Town
from digest.model import Consent, NewSubscriber
from digest.pipeline.handover import OnSettled
from digest.pipeline.once import Happening, run_once
from digest.service.run import Pages
from digest.web.public import create_public_app

NEWSLETTER = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """How many sample subscribers there are, and how many of them agreed to get mail."""

    total: int
    confirmed: int


@contextmanager
def opened_town(town: Town) -> Iterator[App]:
    """The town's app, its feeds and pages served, its mail server listening."""
    config = load_config(town.directory, environment={})
    app = open_app(config, clock=lambda: CLOCK)
    pages = Pages(app, create_public_app(app))
    pages.start()
    try:
        with mailbox(town.mail, port=town.mail_port):
            yield app
    finally:
        pages.stop()
        app.store.close()


def invite_audience(app: App, town: Town) -> Audience:
    """Import the sample subscribers."""
    read = read_csv(town.subscribers.read_text("utf-8"))
    rows = [
        NewSubscriber(address=row.address, name=row.name, consent=row.consent or Consent.CONFIRMED)
        for row in read.rows
    ]
    app.store.audience.subscribe_all(rows, newsletter=NEWSLETTER, now=app.clock())
    confirmed = sum(row.consent is Consent.CONFIRMED for row in rows)
    return Audience(total=len(rows), confirmed=confirmed)


def play(app: App, *, on_settled: OnSettled) -> Iterator[Happening]:
    """Collect, draft, approve and deliver."""
    yield from run_once(app, on_settled=on_settled)
