"""Send approved issues: freeze the recipients, run the workers, say where everybody stands."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from digest.app import App
from digest.errors import StateError
from digest.model import (
    IssueState,
    KeptIssue,
    LookOutcome,
    RenderedIssue,
    SendOutcome,
    Tally,
)
from digest.pipeline.claims import is_dead, this_process
from digest.pipeline.handover import Handover, OnSettled, ignore, work
from digest.pipeline.letters import sample_envelope
from digest.pipeline.told import told_of
from digest.pipeline.variants import Variants

SENDABLE = (IssueState.APPROVED, IssueState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Where an issue's recipients stand after a run. ``stopped`` says why it ended early."""

    slug: str
    tally: Tally
    finished: bool
    stopped: str = ""


def deliver_issue(
    app: App,
    kept: KeptIssue,
    *,
    stop: threading.Event | None = None,
    on_settled: OnSettled = ignore,
) -> Delivered:
    """Send an issue to everybody who is due, and say where all of them stand.

    Freezes the recipients first; takes up what an earlier run left, its claims too when that
    process is dead. ``stop`` drains: messages in flight are settled, the rest goes back.
    ``on_settled`` is called from the workers' threads.

    :raises StateError: when the issue is not approved, or test mode is on.
    """
    if address := app.config.settings.deliver.test_mode:
        what = f"goes to no reader while [deliver] test_mode sends everything to {address}"
        raise StateError(kept.issue.slug, what)
    if kept.state not in SENDABLE:
        raise StateError(kept.issue.slug, f"is {kept.state}; only approved issues are sent")
    ledger = app.store.ledger
    told, newsletter = told_of(app, kept), kept.issue.key.newsletter
    ledger.freeze(kept.id, newsletter=newsletter, now=app.clock(), told=told)
    ledger.recover([name for name in ledger.owners() if is_dead(name)], now=app.clock())
    run = Handover(
        app=app,
        kept=kept,
        variants=Variants(
            kept=kept,
            newsletter=app.config.newsletter(kept.issue.key.newsletter),
            rendering=app.store.issues.rendering(kept.id),
        ),
        owner=this_process(),
        stop=stop or threading.Event(),
        on_settled=on_settled,
    )
    _run_workers(run, app.config.settings.smtp.connections)
    return _conclude(run)


def deliver_waiting(
    app: App, *, stop: threading.Event | None = None, on_settled: OnSettled = ignore
) -> Iterator[Delivered]:
    """Send every issue that may go out: those under way, and approved ones whose time it is.

    Not before their time of sending, not when they are late, and not when their last look holds
    them.
    """
    for kept in reversed(app.store.issues.issues(states=SENDABLE)):
        if not is_late(app, kept) and not is_early(app, kept) and not is_held(app, kept):
            yield deliver_issue(app, kept, stop=stop, on_settled=on_settled)


def is_early(app: App, kept: KeptIssue) -> bool:
    """Whether an issue waits for its time of sending.

    One that somebody began to send before goes on; one that was only paused and resumed waits.
    """
    send_at = kept.issue.send_at
    if send_at is None or app.clock() >= send_at:
        return False
    return not app.store.ledger.tally(kept.id).counts


def is_held(app: App, kept: KeptIssue) -> bool:
    """Whether the last look at an approved issue found what a person must decide on."""
    if kept.state is not IssueState.APPROVED:
        return False
    look = app.store.preflight.look(kept.id)
    return (
        look is not None
        and look.outcome is LookOutcome.HELD
        and look.approved_at == kept.approved_at
    )


def is_late(app: App, kept: KeptIssue) -> bool:
    """Whether an approved issue has waited so long that a person must say ``digest send``."""
    if kept.state is not IssueState.APPROVED or kept.approved_at is None:
        return False
    ready = max(kept.approved_at, kept.issue.due_at)
    return app.clock() - ready > app.config.settings.deliver.late_after


def send_test(app: App, kept: KeptIssue, rendering: RenderedIssue, *, address: str) -> SendOutcome:
    """Send one marked copy to one address, outside the ledger.

    :raises HandOffError: when the mail server cannot be used.
    :raises MessageError: when no correct message can be made for this address.
    """
    envelope = sample_envelope(app, kept, rendering, recipient=address)
    session = app.mailer.connect()
    try:
        return session.send(envelope)
    finally:
        session.close()


def _run_workers(run: Handover, count: int) -> None:
    with ThreadPoolExecutor(max_workers=count, thread_name_prefix="deliver") as pool:
        jobs = [pool.submit(work, run) for _ in range(count)]
        for job in jobs:
            job.result()


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
    )
