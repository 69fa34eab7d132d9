"""Test mode: an approved issue's whole run, sent to one address; the real run can follow."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from digest.app import App
from digest.errors import HandOffError, MessageError, StateError
from digest.model import Accepted, Delivery, IssueState, KeptIssue, Lost, Rehearsal, SendOutcome
from digest.pipeline.delivery import PATIENCE, Delivered, deliver_waiting
from digest.pipeline.handover import OnSettled, ignore
from digest.pipeline.holds import is_early, is_held, is_late
from digest.pipeline.letters import rehearsal_envelope, signing_keys
from digest.pipeline.line import Line
from digest.pipeline.subjects import sample_of
from digest.pipeline.told import told_of
from digest.pipeline.variants import Variants

_MOST_FAILURES = 10  # in a row: the address, or the server, takes none of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """An issue was sent to the test address, as each of its readers would get it."""

    slug: str
    rehearsal: Rehearsal


def send_waiting(
    app: App,
    *,
    stop: threading.Event | None = None,
    on_settled: OnSettled = ignore,
    patience: timedelta = PATIENCE,
) -> Iterator[Delivered | Rehearsed]:
    """Send every issue that may go out; in test mode, rehearse those not rehearsed yet."""
    if app.config.settings.deliver.test_mode:
        yield from _rehearse_waiting(app, stop or threading.Event())
    else:
        yield from deliver_waiting(app, stop=stop, on_settled=on_settled, patience=patience)


def rehearse(
    app: App, kept: KeptIssue, *, address: str, stop: threading.Event | None = None
) -> Rehearsed:
    """Send every message of an approved issue to ``address``, and leave it as it is.

    The readers are those a run would freeze now. ``stop`` ends it after the message in hand.

    :raises StateError: when the issue is not approved, or has begun to go out.
    :raises ConfigError: when a key that should sign the mail cannot be used.
    """
    if kept.state is not IssueState.APPROVED or kept.approved_at is None:
        what = f"is {kept.state}; only approved issues that have not begun to go out are rehearsed"
        raise StateError(kept.issue.slug, what)
    # What cannot be signed must not begin to go out.
    signing_keys(app, app.config.newsletter(kept.issue.key.newsletter))
    begun = Rehearsal(
        issue_id=kept.id, approved_at=kept.approved_at, address=address, at=app.clock()
    )
    app.store.ledger.keep_rehearsal(begun)
    done = _run(app, kept, begun, stop or threading.Event())
    app.store.ledger.keep_rehearsal(done)
    return Rehearsed(slug=kept.issue.slug, rehearsal=done)


def _rehearse_waiting(app: App, stop: threading.Event) -> Iterator[Rehearsed]:
    """Each approval is rehearsed once for each address, however often this runs."""
    address = app.config.settings.deliver.test_mode
    for kept in reversed(app.store.issues.issues(states=(IssueState.APPROVED,))):
        if is_late(app, kept) or is_early(app, kept) or is_held(app, kept):
            continue
        before = app.store.ledger.rehearsal(kept.id)
        if before and (before.approved_at, before.address) == (kept.approved_at, address):
            continue
        yield rehearse(app, kept, address=address, stop=stop)


def _run(app: App, kept: KeptIssue, begun: Rehearsal, stop: threading.Event) -> Rehearsal:
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    rendering = app.store.issues.rendering(kept.id)
    variants = Variants(kept=kept, newsletter=newsletter, rendering=rendering)
    told, now = told_of(app, kept), app.clock()
    relay = app.relays.relay_for(begun.address, now=now)
    prospects = app.store.ledger.prospects(kept.id, newsletter=newsletter.id, now=now, told=told)
    arms = sample_of(app, kept, [prospect.subscriber_id for prospect in prospects])
    line, done, in_a_row = Line(app.mailer, relay), begun, 0
    try:
        for prospect in prospects:
            delivery = replace(prospect, arm=arms.get(prospect.subscriber_id))
            if stop.is_set():
                return replace(done, stopped="it was asked to end")
            outcome = _send(app, kept, variants, delivery, line=line, address=begun.address)
            if outcome is None:
                continue
            accepted = isinstance(outcome, Accepted)
            in_a_row = 0 if accepted else in_a_row + 1
            done = replace(done, sent=done.sent + accepted, failed=done.failed + (not accepted))
            if in_a_row == _MOST_FAILURES:
                return replace(done, stopped=f"{in_a_row} in a row were refused: {_said(outcome)}")
    except HandOffError as error:
        return replace(done, stopped=str(error))
    finally:
        line.close()
    return replace(done, finished=True)


def _send(
    app: App,
    kept: KeptIssue,
    variants: Variants,
    delivery: Delivery,
    *,
    line: Line,
    address: str,
) -> SendOutcome | None:
    """Send one reader's message; None where they would get none."""
    rendering = variants.of(delivery.variant, delivery.arm)
    if rendering is None:
        return None
    session = line.open()
    try:
        envelope = rehearsal_envelope(
            app, kept, rendering, delivery, address=address, takes=session.takes
        )
    except MessageError as error:
        return Lost(reason=str(error))
    outcome = session.send(envelope)
    if isinstance(outcome, Lost):
        line.close()
    return outcome


def _said(outcome: SendOutcome) -> str:
    return outcome.reason if isinstance(outcome, Lost) else str(getattr(outcome, "reply", outcome))
