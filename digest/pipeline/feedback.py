"""Take what comes back: read a mail, prove whose it is, record it, and act on it once."""

import re
from dataclasses import dataclass
from enum import StrEnum

import structlog

from digest.app import App
from digest.audience.tokens import read_bounce_token, read_unsubscribe_token
from digest.deliver.feedback.consequences import report_about, suppression_for
from digest.deliver.feedback.reading import read_mail
from digest.deliver.verp import link_token, token_in
from digest.errors import TokenError, UnknownNameError
from digest.model import (
    BounceVerdict,
    FeedbackRecord,
    RecipientReport,
    ReturnedMail,
    SuppressionReason,
)
from digest.pipeline.guard import trip

log = structlog.get_logger(__name__)

_OUR_ID = re.compile(r"<([A-Za-z0-9_-]{1,100})\.(\d{1,19})@")


class Effect(StrEnum):
    """What a report changed."""

    NONE = "none"
    COUNTED = "counted"
    SUPPRESSED = "suppressed"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One report and what came of it. ``issue`` is a slug; empty where unknown."""

    report: RecipientReport
    effect: Effect
    issue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One mail, taken. ``known``: it had been read before, and changed nothing now.

    ``paused`` is the slug of the issue that its report was one too many for.
    """

    mail: ReturnedMail
    outcomes: tuple[Outcome, ...] = ()
    known: bool = False
    paused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """Whose mail came back, by a token of ours that it holds."""

    subscriber_id: int
    newsletter: str
    issue_id: int | None
    slug: str


def take_feedback(app: App, data: bytes) -> Taken:
    """Read one mail of the bounce mailbox and act on what it proves; twice does no harm.

    Suppressing and unsubscribing come before the record, so that a crash between them leaves a
    mail that is read again.
    """
    mail = read_mail(data)
    if not mail.reports:
        return Taken(mail=mail)
    if app.store.feedback.knows(mail.identity):
        return Taken(mail=mail, known=True)
    proof = _proof(app, mail)
    if proof is None:
        return Taken(mail=mail, outcomes=_keep_unproven(app, mail))
    outcome = _act(app, mail, proof)
    return Taken(mail=mail, outcomes=(outcome,), paused=_guarded(app, proof))


def _keep_unproven(app: App, mail: ReturnedMail) -> tuple[Outcome, ...]:
    now = app.clock()
    app.store.feedback.keep(
        [
            FeedbackRecord(identity=mail.identity, number=number, report=report, at=now)
            for number, report in enumerate(mail.reports)
        ]
    )
    log.warning("feedback.unproven", kind=str(mail.kind), reports=len(mail.reports))
    return tuple(Outcome(report=one, effect=Effect.UNPROVEN) for one in mail.reports)


def _act(app: App, mail: ReturnedMail, proof: _Proof) -> Outcome:
    person = app.store.audience.subscriber(proof.subscriber_id)
    address = person.address if person else ""
    report = report_about(mail.reports, address) or mail.reports[0]
    effect = _consequence(app, report, proof, address=address)
    app.store.feedback.keep(
        [
            FeedbackRecord(
                identity=mail.identity,
                number=0,
                report=report,
                at=app.clock(),
                proven=True,
                issue_id=proof.issue_id,
                subscriber_id=proof.subscriber_id,
            )
        ]
    )
    log.info(
        "feedback.taken",
        subscriber=proof.subscriber_id,
        issue=proof.slug,
        verdict=str(report.verdict),
        effect=str(effect),
    )
    return Outcome(report=report, effect=effect, issue=proof.slug)


def _consequence(app: App, report: RecipientReport, proof: _Proof, *, address: str) -> Effect:
    """Suppress and unsubscribe where it has come to that."""
    verdict, now = report.verdict, app.clock()
    if verdict is BounceVerdict.DELAYED or not address:
        return Effect.NONE
    rules = app.config.settings.feedback
    soft = 0
    if verdict is BounceVerdict.SOFT and proof.issue_id is not None:
        soft = 1 + app.store.feedback.soft_bounces(
            proof.subscriber_id,
            besides=proof.issue_id,
            since=now - rules.soft_window,
            settled=now - rules.settled_after,
        )
    reason = suppression_for(verdict, soft_bounces=soft, soft_limit=rules.soft_limit)
    if reason is None:
        return Effect.COUNTED
    app.store.audience.suppress(address, reason=reason, now=now)
    if reason is SuppressionReason.COMPLAINT and proof.newsletter:
        app.store.audience.unsubscribe(proof.subscriber_id, newsletter=proof.newsletter, now=now)
    return Effect.SUPPRESSED


def _guarded(app: App, proof: _Proof) -> str:
    """Pause the issue where too much came back; the slug of an issue that was paused just now."""
    if proof.issue_id is None:
        return ""
    rates = app.store.feedback.rates(proof.issue_id)
    return proof.slug if trip(app, proof.issue_id, slug=proof.slug, rates=rates).paused else ""


def _proof(app: App, mail: ReturnedMail) -> _Proof | None:
    """Whose mail it was, by the return path's token or the one of its unsubscribe link."""
    return _proof_by_path(app, mail) or _proof_by_link(app, mail)


def _proof_by_path(app: App, mail: ReturnedMail) -> _Proof | None:
    bounce_address = app.config.settings.feedback.bounce_address
    if not bounce_address:
        return None
    tokens = (token_in(bounce_address, address) for address in mail.envelope_addresses)
    for token in filter(None, tokens):
        try:
            claim = read_bounce_token(app.link_key, token)
        except TokenError:
            continue
        sent = app.store.feedback.sent_mail(claim.issue_id, claim.subscriber_id)
        if sent is not None:
            return _Proof(
                subscriber_id=sent.subscriber_id,
                newsletter=sent.newsletter,
                issue_id=sent.issue_id,
                slug=sent.slug,
            )
    return None


def _proof_by_link(app: App, mail: ReturnedMail) -> _Proof | None:
    """The link names person and newsletter; the Message-ID, which anybody can guess, the issue."""
    for token in filter(None, map(link_token, mail.unsubscribe_links)):
        try:
            claim = read_unsubscribe_token(app.link_key, token)
        except TokenError:
            continue
        issue_id, slug = _issue_by_message_id(app, mail, claim.subscriber_id, claim.newsletter)
        return _Proof(
            subscriber_id=claim.subscriber_id,
            newsletter=claim.newsletter,
            issue_id=issue_id,
            slug=slug,
        )
    return None


def _issue_by_message_id(
    app: App, mail: ReturnedMail, subscriber_id: int, newsletter: str
) -> tuple[int | None, str]:
    for identity in mail.message_ids:
        match = _OUR_ID.match(identity)
        if match is None or int(match[2]) != subscriber_id:
            continue
        try:
            kept = app.store.issues.get(match[1])
        except UnknownNameError:
            continue
        if kept.issue.key.newsletter == newsletter and kept.issue.slug == match[1]:
            return kept.id, kept.issue.slug
    return None, ""
