"""What is kept and told of the relays, around the runs that use them."""

from dataclasses import replace

import structlog

from digest.app import App
from digest.deliver.pacing.answers import Alert
from digest.deliver.pacing.breaker import Change
from digest.deliver.pacing.uses import REMEMBERED

log = structlog.get_logger(__name__)


def restore(app: App) -> None:
    """Take over what an earlier process knew of the relays; does nothing the second time."""
    if app.relays.fresh:
        now = app.clock()
        stored = app.store.relays
        app.relays.restore(stored.states(), stored.uses(since=now - REMEMBERED), now=now)


def keep_uses(app: App) -> None:
    """Keep what was used of the rates, for the next process."""
    uses = app.relays.take_uses()
    if uses:
        app.store.relays.add_uses(uses, since=app.clock() - REMEMBERED)


def tell(app: App, alert: Alert | None) -> None:
    """Say that a relay broke or is mended, and keep it for ``digest status``."""
    if alert is None:
        return
    state = alert.state
    if alert.change is Change.BROKEN:
        log.error("relay.broken", relay=state.name, reason=state.reason)
    else:
        state = replace(state, mended_at=app.clock())
        log.info("relay.mended", relay=state.name, reason=state.reason)
    app.store.relays.keep(state)
