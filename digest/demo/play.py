"""Play the demo: the same pipeline calls as ``digest run``, on the sample town."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from digest.app import App, open_app
from digest.audience.exchange import read_csv
from digest.config.load import load_config
from digest.demo.mailbox import mailbox
from digest.demo.town import CLOCK, Town, prepare_town
from digest.errors import ListenError
from digest.model import Consent, NewSubscriber
from digest.pipeline.handover import OnSettled
from digest.pipeline.once import Happening, run_once
from digest.service.run import Pages
from digest.web.public import create_public_app

NEWSLETTER = "weekly"
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """How many sample subscribers there are, and how many of them agreed to get mail."""

    total: int
    confirmed: int


@contextmanager
def opened_town(directory: Path) -> Iterator[tuple[Town, App]]:
    """The town in ``directory`` and its app; its feeds and pages served, its mail server listening.

    :raises StateError: when something else is in ``directory``.
    """
    with ExitStack() as stack:
        yield _settled(directory, stack)


def _settled(directory: Path, stack: ExitStack) -> tuple[Town, App]:
    """Open the town, elsewhere when somebody took a port since it was seen to be free."""
    for _ in range(_TRIES - 1):
        with suppress(ListenError, OSError):
            return _opened(prepare_town(directory), stack)
    return _opened(prepare_town(directory), stack)


def _opened(town: Town, stack: ExitStack) -> tuple[Town, App]:
    with ExitStack() as opening:
        config = load_config(town.directory, environment={})
        app = open_app(config, clock=lambda: CLOCK)
        opening.callback(app.close)
        pages = Pages(app, create_public_app(app))
        pages.start()
        opening.callback(pages.stop)
        opening.enter_context(mailbox(town.mail, port=town.mail_port))
        stack.push(opening.pop_all())
    return town, app


def invite_audience(app: App, town: Town) -> Audience:
    """Import the sample subscribers."""
    read = read_csv(town.subscribers.read_text("utf-8"))
    rows = [
        NewSubscriber(
            address=row.address,
            name=row.name,
            consent=row.consent or Consent.CONFIRMED,
            variant=row.variant,
            time_zone=row.time_zone,
        )
        for row in read.rows
    ]
    app.store.audience.subscribe_all(rows, newsletter=NEWSLETTER, now=app.clock())
    confirmed = sum(row.consent is Consent.CONFIRMED for row in rows)
    return Audience(total=len(rows), confirmed=confirmed)


def play(app: App, *, on_settled: OnSettled) -> Iterator[Happening]:
    """Collect, draft, approve and deliver."""
    yield from run_once(app, on_settled=on_settled)
