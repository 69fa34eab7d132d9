"""What is kept and told of the relays, around the runs that use them."""

from dataclasses import replace
from datetime import timedelta

import structlog

from digest.app import App
from digest.deliver.pacing.answers import Alert
from digest.deliver.pacing.breaker import Change
from digest.deliver.pacing.uses import REMEMBERED

_RECENTLY = timedelta(minutes=15)
"""How late another process may keep what it used; a run begins with all of it."""

log = structlog.get_logger(__name__)


def restore(app: App) -> None:
    """Take over what earlier processes knew of the relays; the second time, what they used."""
    now, stored = app.clock(), app.store.relays
    uses = stored.uses(since=now - REMEMBERED)
    if app.relays.fresh:
        app.relays.restore(stored.states(), uses, now=now)
    else:
        app.relays.learn_uses(uses, now=now)


def share_uses(app: App) -> None:
    """Keep what was used of the rates, for other processes, and learn what they have used."""
    if not app.relays.shares_rates:
        return
    now, stored = app.clock(), app.store.relays
    if uses := app.relays.pending_uses():
        stored.add_uses(uses, since=now - REMEMBERED)
        app.relays.uses_kept(uses)
    app.relays.learn_uses(stored.uses(since=now - _RECENTLY), now=now)


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
