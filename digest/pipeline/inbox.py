"""The bounce mailbox of the configuration: read when it is due, and how it does is kept."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from digest.app import App
from digest.deliver.feedback.polling import after_failure, after_reading, is_due
from digest.deliver.intake.imap import is_imap_url, parse_imap_url, read_imap
from digest.deliver.intake.sources import read_maildir, read_source
from digest.errors import IntakeError
from digest.model import InboxState
from digest.pipeline.feedback import Effect, Taken, take_feedback

log = structlog.get_logger(__name__)

MOST = 1_000
"""How many mails are read at a time; the rest follows at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRead:
    """What a look into the mailbox brought. With an ``error``, it could not be read to the end.

    ``told``: it could not the last time either. ``mended``: the last time it could not.
    """

    name: str
    taken: tuple[Taken, ...] = ()
    error: str = ""
    told: bool = False
    mended: bool = False

    @property
    def suppressed(self) -> int:
        """How many addresses get no mail any more."""
        effects = (outcome.effect for one in self.taken for outcome in one.outcomes)
        return sum(effect is Effect.SUPPRESSED for effect in effects)

    @property
    def paused(self) -> tuple[str, ...]:
        """The issues that were paused for what came back."""
        return tuple(one.paused for one in self.taken if one.paused)


def mails_of(app: App, source: str) -> Iterator[bytes]:
    """Every mail of a file, a folder, a mailbox, standard input or an IMAP account.

    :raises IntakeError: when it cannot be read.
    """
    if is_imap_url(source):
        return read_imap(parse_imap_url(source), password=app.config.secrets.imap_password)
    return read_source(source)


def poll_inbox(app: App, *, stop: threading.Event | None = None) -> Iterator[InboxRead]:
    """Read the mailbox that is configured, if there is one and it is due.

    However long it fails, that is told once, and once when it is over.
    """
    if not app.config.settings.feedback.inbox:
        return
    before = app.store.feedback.inbox(inbox_name(app))
    if is_due(before, now=app.clock()):
        yield read_inbox(app, stop=stop)


def read_inbox(app: App, *, stop: threading.Event | None = None) -> InboxRead:
    """Read the mailbox that is configured, due or not, and keep how that went.

    ``stop`` ends it after the mail in hand; what was not read is read the next time.
    """
    name, every = inbox_name(app), app.config.settings.feedback.inbox_every
    before = app.store.feedback.inbox(name)
    was_failing = before is not None and before.failing_since is not None
    taken: list[Taken] = []
    try:
        for data in _configured(app):
            taken.append(take_feedback(app, data))
            if len(taken) == MOST or (stop and stop.is_set()):
                break
    except IntakeError as error:
        state = after_failure(name, before, error.reason, now=app.clock(), every=every)
        _keep(app, state, was_failing=was_failing)
        return InboxRead(name=name, taken=tuple(taken), error=error.reason, told=was_failing)
    state = after_reading(name, now=app.clock(), every=every, is_more=len(taken) == MOST)
    _keep(app, state, was_failing=was_failing)
    return InboxRead(name=name, taken=tuple(taken), mended=was_failing)


def inbox_name(app: App) -> str:
    """What the configured mailbox is called in logs and in ``digest status``."""
    inbox = app.config.settings.feedback.inbox
    return str(parse_imap_url(inbox)) if is_imap_url(inbox) else str(_folder(app))


def _configured(app: App) -> Iterator[bytes]:
    inbox = app.config.settings.feedback.inbox
    return mails_of(app, inbox) if is_imap_url(inbox) else read_maildir(_folder(app))


def _folder(app: App) -> Path:
    return app.config.directory / Path(app.config.settings.feedback.inbox).expanduser()


def _keep(app: App, state: InboxState, *, was_failing: bool) -> None:
    app.store.feedback.keep_inbox(state)
    if state.failing_since is None:
        if was_failing:
            log.info("inbox.mended", inbox=state.name)
    elif not was_failing:
        again = state.next_at.isoformat()
        log.error("inbox.failed", inbox=state.name, reason=state.reason, next_at=again)
