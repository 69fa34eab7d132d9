"""Repute: what came back of the last mails by the store, who vouches for ours, where they lead."""

from dataclasses import replace
from datetime import timedelta

from digest.app import App
from digest.compose.preflight.circumstances import Door, SendingRecord, Vouching
from digest.deliver.signing.dkim import aligned
from digest.model import IssueState, KeptIssue, Newsletter
from digest.model.address import ascii_domain
from digest.pipeline.letters import sample_slots
from digest.pipeline.links import ask_links, known_links

_WENT_OUT = (IssueState.SENDING, IssueState.PAUSED, IssueState.SENT, IssueState.CANCELLED)
_LOOKED_BACK = 12
_MISSPELT = "x"


def sending_record(app: App, newsletter: Newsletter) -> SendingRecord | None:
    """What came back of the newsletter's last mails; None where none went out.

    As many issues are taken together as make the number that the guard of issues on their way asks
    for: of a few mails, a share says little.
    """
    settings = app.config.settings.feedback
    record = None
    for kept in app.store.issues.issues(newsletter=newsletter.id, states=_WENT_OUT)[:_LOOKED_BACK]:
        rates = app.store.feedback.rates(kept.id)
        if not rates.sent:
            continue
        record = record or SendingRecord(
            issues=(),
            last_at=kept.sent_at or kept.approved_at or kept.created_at,
            mailed=0,
            minimum=settings.guard_minimum,
            dead_limit=settings.guard_hard,
            complaints_limit=settings.guard_complaints,
        )
        record = replace(
            record,
            issues=(*record.issues, kept.issue.slug),
            mailed=record.mailed + rates.sent,
            dead=record.dead + rates.hard,
            complaints=record.complaints + rates.complaints,
        )
        if record.mailed >= record.minimum:
            break
    return record


def vouching_for(app: App, newsletter: Newsletter, *, envelope: str) -> Vouching:
    """Who vouches for a newsletter's mail that goes out from that envelope sender."""
    sender = ascii_domain(newsletter.sender.address.rpartition("@")[2])
    returning = ascii_domain(envelope.rpartition("@")[2])
    return Vouching(
        sender=sender,
        envelope=returning,
        keys=tuple(sorted({key.domain for key in app.keyring.keys})),
        by_envelope=aligned(returning, sender),
        by_key=bool(app.keyring.keys_for(sender)),
    )


def knock(app: App, kept: KeptIssue) -> Door:
    """Ask the public pages for a test's unsubscribe link, and for one that is not ours.

    Both are GETs, which change nothing (RFC 8058 section 3), and no reader's token is in them.
    """
    link, misspelt = _links(app, kept)
    answers = ask_links(app, [link, misspelt])
    return Door(link=answers[link].check, misspelt=answers[misspelt].check)


def remembered_door(app: App, kept: KeptIssue, *, failures_for: timedelta) -> Door | None:
    """What came of asking the last time, where that is known."""
    link, misspelt = _links(app, kept)
    known = known_links(app, [link, misspelt], failures_for=failures_for)
    return Door(link=known[link], misspelt=known.get(misspelt)) if link in known else None


def _links(app: App, kept: KeptIssue) -> tuple[str, str]:
    link = sample_slots(app, kept).unsubscribe_url
    return link, link + _MISSPELT
