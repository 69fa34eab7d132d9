"""The entries of an issue that is yet to be made, and where they stand."""

from dataclasses import dataclass

from digest.app import App
from digest.curate.states import Standing, candidates, state_of
from digest.model import EntryState, KeptEntry, Newsletter, Period
from digest.pipeline.due import upcoming_period
from digest.pipeline.sources import newsletter_feeds

_WAITING = (EntryState.NEW, EntryState.HELD, EntryState.SKIPPED, EntryState.BROKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry that waits for a newsletter's next issue, or is kept out of it."""

    kept: KeptEntry
    standing: Standing


def period_entries(app: App, newsletter: Newsletter, period: Period) -> tuple[KeptEntry, ...]:
    """The entries that may concern a newsletter's issue of that period."""
    feeds = newsletter_feeds(app, newsletter)
    return app.store.feeds.entries_in(
        feeds, period, newsletter=newsletter.id, clock=newsletter.clock
    )


def upcoming_entries(app: App, newsletter: Newsletter) -> tuple[KeptEntry, ...]:
    """The entries that the newsletter's next issue could draw on, as of now."""
    period = upcoming_period(app, newsletter)
    return candidates(period_entries(app, newsletter, period), period, clock=newsletter.clock)


def waiting_entries(app: App, newsletter: Newsletter) -> tuple[Waiting, ...]:
    """The entries of the next issue's period, as of now: new ones, and those kept back, and why."""
    period = upcoming_period(app, newsletter)
    found = (
        Waiting(kept=kept, standing=state_of(kept, newsletter, period, now=app.clock()))
        for kept in period_entries(app, newsletter, period)
    )
    return tuple(waiting for waiting in found if waiting.standing.state in _WAITING)
