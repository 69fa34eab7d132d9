"""Send approved issues: freeze the recipients, run the workers, say where everybody stands."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.app import App
from digest.errors import StateError, StoreError
from digest.model import (
    Accepted,
    IssueState,
    KeptIssue,
    Newsletter,
    RenderedIssue,
    SendOutcome,
    Tally,
    Trial,
)
from digest.pipeline.claims import claiming, is_dead
from digest.pipeline.handover import Handover, OnSettled, ignore
from digest.pipeline.holds import is_kept_back
from digest.pipeline.letters import sample_envelope, signing_keys
from digest.pipeline.relays import restore, share_uses
from digest.pipeline.subjects import decide_in_time, trial_plan
from digest.pipeline.timing import reader_times
from digest.pipeline.told import told_of
from digest.pipeline.variants import Variants
from digest.pipeline.worker import work

SENDABLE = (IssueState.APPROVED, IssueState.SENDING)

PATIENCE = timedelta(minutes=10)
"""How long a run waits for a rate to let somebody through, before it leaves the rest to a later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Where an issue's recipients stand after a run. ``stopped`` says why it ended early.

    ``next_at`` is when the next of those who wait is due, None when nobody waits; ``told`` when
    why it stopped was so before, and has been told.
    """

    slug: str
    tally: Tally
    finished: bool
    stopped: str = ""
    next_at: datetime | None = None
    told: bool = False


def deliver_issue(
    app: App,
    kept: KeptIssue,
    *,
    stop: threading.Event | None = None,
    on_settled: OnSettled = ignore,
    patience: timedelta = PATIENCE,
) -> Delivered:
    """Send an issue to everybody who is due, and say where all of them stand.

    Freezes the recipients first; takes up what an earlier run left, its claims too when that
    process is dead. ``stop`` drains: messages in flight are settled, the rest goes back.
    ``on_settled`` is called from the workers' threads. ``patience`` is how long it waits when the
    relays' rates let nobody through; whoever has to wait longer gets it by a later run.

    :raises StateError: when the issue is not approved, or test mode is on.
    :raises ConfigError: when a key that should sign the mail cannot be used.
    :raises StoreError: when the ledger cannot be written; the next run goes on from what it holds.
    """
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    _refuse_unsendable(app, kept, newsletter)
    ledger = app.store.ledger
    if doubt := app.store.life.doubt():
        return Delivered(
            slug=kept.issue.slug,
            tally=ledger.tally(kept.id),
            finished=False,
            stopped=f"the database {doubt}; who got this already may not be in it – see "
            "`digest status`, then say `digest resume --after-restore`",
        )
    _freeze(app, kept)
    decide_in_time(app, kept)
    ledger.recover([name for name in ledger.owners() if is_dead(name)], now=app.clock())
    variants = Variants(
        kept=kept,
        newsletter=newsletter,
        rendering=app.store.issues.rendering(kept.id),
    )
    with claiming() as owner:
        run = Handover(
            app=app,
            kept=kept,
            variants=variants,
            owner=owner,
            stop=stop or threading.Event(),
            on_settled=on_settled,
            patience=patience,
        )
        restore(app)
        if reason := app.relays.down_reason(now=app.clock()):
            run.halt(reason)
            return replace(_conclude(run), told=True)
        with run.recorder:
            _run_workers(run)
    if run.error:
        raise run.error
    return _conclude(run)


def _refuse_unsendable(app: App, kept: KeptIssue, newsletter: Newsletter) -> None:
    if address := app.config.settings.deliver.test_mode:
        what = f"goes to no reader while [deliver] test_mode sends everything to {address}"
        raise StateError(kept.issue.slug, what)
    if kept.state not in SENDABLE:
        raise StateError(kept.issue.slug, f"is {kept.state}; only approved issues are sent")
    # What cannot be signed must not begin to go out.
    signing_keys(app, newsletter)


def _freeze(app: App, kept: KeptIssue) -> None:
    """Freeze the recipients, unless an earlier run did."""
    ledger, newsletter = app.store.ledger, kept.issue.key.newsletter
    begun = kept.state is IssueState.SENDING and ledger.tally(kept.id).counts
    times = None if begun else reader_times(app, kept)
    told = None if begun else told_of(app, kept)
    trial = None if begun else trial_plan(app, kept)
    ledger.freeze(
        kept.id, newsletter=newsletter, now=app.clock(), times=times, told=told, trial=trial
    )


def deliver_waiting(
    app: App,
    *,
    stop: threading.Event | None = None,
    on_settled: OnSettled = ignore,
    patience: timedelta = PATIENCE,
) -> Iterator[Delivered]:
    """Send every issue that may go out: those under way, and approved ones whose time it is.

    Not before their time of sending, not when they are late, not when their last look holds them,
    and not while all of their readers wait for later.
    """
    for kept in reversed(app.store.issues.issues(states=SENDABLE)):
        if not is_kept_back(app, kept):
            yield deliver_issue(app, kept, stop=stop, on_settled=on_settled, patience=patience)


def send_test(
    app: App, kept: KeptIssue, rendering: RenderedIssue, *, address: str, by: str = ""
) -> SendOutcome:
    """Send one marked copy to one address, outside the ledger; that it was sent is kept.

    Where a second subject is to be tried, a copy under that follows.

    :raises HandOffError: when the mail server cannot be used.
    :raises MessageError: when no correct message can be made for this address.
    """
    both = [rendering, *([rendering.second] if rendering.second else [])]
    session = app.mailer.connect(app.relays.relay_for(address, now=app.clock()))
    try:
        takes = session.takes
        envelopes = [
            sample_envelope(app, kept, each, recipient=address, takes=takes) for each in both
        ]
        outcomes = [session.send(envelope) for envelope in envelopes]
    finally:
        session.close()
    outcome = next((one for one in outcomes if not isinstance(one, Accepted)), outcomes[0])
    if isinstance(outcome, Accepted):
        trial = Trial(digest=rendering.digest, by=by, at=app.clock())
        app.store.preflight.keep_trial(kept.id, trial)
    return outcome


def _run_workers(run: Handover) -> None:
    """One worker for each connection; in the end nobody is left in hand."""
    places = [relay for relay in run.app.relays.all for _ in range(relay.connections)]
    try:
        with ThreadPoolExecutor(max_workers=len(places), thread_name_prefix="deliver") as pool:
            jobs = [pool.submit(work, run, relay) for relay in places]
            for job in jobs:
                job.result()
    finally:
        _leave(run)


def _leave(run: Handover) -> None:
    if run.error:
        # The next run finds those rows by their claims.
        return
    try:
        run.dispatcher.give_back()
        share_uses(run.app)
    except StoreError as error:
        run.fail(error)


def _conclude(run: Handover) -> Delivered:
    """Count, and close the issue when nobody is left open."""
    app, kept = run.app, run.kept
    tally = app.store.ledger.tally(kept.id)
    finished = tally.open == 0
    if finished:
        app.store.issues.change_state(
            kept.id, to=IssueState.SENT, allowed=(IssueState.SENDING,), now=app.clock()
        )
    return Delivered(
        slug=kept.issue.slug,
        tally=tally,
        finished=finished,
        stopped=run.reasons[0] if run.reasons else "",
        next_at=app.store.ledger.next_due(kept.id),
    )
