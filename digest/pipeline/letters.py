"""One reader's message: the frozen rendering, its slots filled, in an envelope."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from digest.app import App
from digest.audience.tokens import (
    bounce_token,
    preferences_token,
    preferences_url,
    unsubscribe_token,
    unsubscribe_url,
)
from digest.compose.edition import plain
from digest.compose.personalise import ReaderSlots, fill, filled
from digest.deliver.message import Letter, feedback_id, message_id, pieces, sender_id
from digest.deliver.signing.dkim import DkimKey
from digest.deliver.verp import return_path
from digest.model import (
    ASCII_ONLY,
    Delivery,
    Envelope,
    KeptIssue,
    Newsletter,
    PersonalCopy,
    RenderedIssue,
    Takes,
)
from digest.model.address import ascii_domain

TEST_SUBSCRIBER = 0
"""No subscriber has this id: the unsubscribe link of a test message changes nothing."""

_BODY = re.compile(r"<body[^>]*>", re.IGNORECASE)
_BANNER = (
    '<div style="background-color:#8c1d18;color:#ffffff;padding:12px 16px;text-align:center;'
    'font-family:Arial,sans-serif;font-size:16px;line-height:24px">{text}</div>'
)


def envelope_for(
    app: App,
    kept: KeptIssue,
    rendering: RenderedIssue,
    delivery: Delivery,
    *,
    takes: Takes = ASCII_ONLY,
) -> Envelope:
    """The message of one delivery, from its variant's rendering, for a server that ``takes`` that.

    Its Message-ID is the same at every attempt.

    :raises MessageError: when no correct message can be made for this recipient.
    """
    domain = message_domain(app, _newsletter(app, kept))
    identity = message_id(kept.issue.slug, delivery.subscriber_id, domain)
    return _envelope(app, kept, rendering, delivery, stamp=_Stamp(identity=identity), takes=takes)


def sample_envelope(
    app: App,
    kept: KeptIssue,
    rendering: RenderedIssue,
    *,
    recipient: str,
    takes: Takes = ASCII_ONLY,
) -> Envelope:
    """A test message, made as :func:`envelope_for` makes the real ones, marked in its subject.

    :raises MessageError: when no correct message can be made for this recipient.
    """
    delivery = Delivery(
        id=0, issue_id=kept.id, subscriber_id=TEST_SUBSCRIBER, address=recipient, name=""
    )
    domain = message_domain(app, _newsletter(app, kept))
    seed = f"{kept.issue.slug}/test/{recipient}/{rendering.digest}/{app.clock().isoformat()}"
    unique = hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()
    stamp = _Stamp(identity=f"<test.{unique}@{domain}>", prefix="[TEST] ")
    return _envelope(app, kept, rendering, delivery, stamp=stamp, takes=takes)


def rehearsal_envelope(
    app: App,
    kept: KeptIssue,
    rendering: RenderedIssue,
    delivery: Delivery,
    *,
    address: str,
    takes: Takes = ASCII_ONLY,
) -> Envelope:
    """The message of one delivery, to another address, saying on top whom it is meant for.

    Its links are those of a test: whoever follows them ends nobody's subscription. It is as
    :func:`envelope_for` makes it in all else, but for its Message-ID and what marks its subject.

    :raises MessageError: when no correct message can be made.
    """
    domain = message_domain(app, _newsletter(app, kept))
    meant_for = f"{delivery.name} <{delivery.address}>" if delivery.name else delivery.address
    seed = f"{kept.issue.slug}/{delivery.subscriber_id}/{address}/{app.clock().isoformat()}"
    unique = hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()
    return _envelope(
        app,
        kept,
        _bannered(rendering, f"TEST MODE: this message is meant for {meant_for}"),
        replace(delivery, subscriber_id=TEST_SUBSCRIBER, address=address),
        stamp=_Stamp(identity=f"<test.{unique}@{domain}>", prefix="[TEST MODE] "),
        takes=takes,
    )


def _bannered(rendering: RenderedIssue, said: str) -> RenderedIssue:
    said, body = plain(said), _BODY.search(rendering.html)
    at = body.end() if body else 0
    banner = _BANNER.format(text=escape(said))
    return replace(
        rendering,
        html=f"{rendering.html[:at]}{banner}{rendering.html[at:]}",
        text=f"{said}\n\n{rendering.text}",
    )


def sample_copy(
    app: App, kept: KeptIssue, rendering: RenderedIssue, *, name: str = ""
) -> PersonalCopy:
    """A reader's copy for looking at; its unsubscribe link changes nothing."""
    return fill(rendering, _slots(app, kept, TEST_SUBSCRIBER, name=name))


def sample_slots(app: App, kept: KeptIssue) -> ReaderSlots:
    """What is one reader's own in that copy."""
    return _slots(app, kept, TEST_SUBSCRIBER)


def message_domain(app: App, newsletter: Newsletter) -> str:
    """The domain that Message-IDs and List-Ids are made under, in ASCII (RFC 5890)."""
    configured = app.config.settings.deliver.message_domain
    return ascii_domain(configured or newsletter.sender.address.rpartition("@")[2])


def signing_keys(app: App, newsletter: Newsletter) -> tuple[DkimKey, ...]:
    """The keys that sign this newsletter's mail; none where none is configured for its domain.

    :raises ConfigError: when a configured key cannot be used.
    """
    return app.keyring.keys_for(ascii_domain(newsletter.sender.address.rpartition("@")[2]))


def _newsletter(app: App, kept: KeptIssue) -> Newsletter:
    return app.config.newsletter(kept.issue.key.newsletter)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    """One message's Message-ID, and what its subject begins with where it is a test."""

    identity: str
    prefix: str = ""


def _envelope(
    app: App,
    kept: KeptIssue,
    rendering: RenderedIssue,
    delivery: Delivery,
    *,
    stamp: _Stamp,
    takes: Takes,
) -> Envelope:
    newsletter = _newsletter(app, kept)
    slots = _slots(app, kept, delivery.subscriber_id, name=delivery.name)
    copy = filled(rendering, slots)
    letter = Letter(
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
        recipient_address=delivery.address,
        recipient_name=delivery.name,
        subject=stamp.prefix + rendering.subject,
        html=copy.html,
        text=copy.text,
        message_id=stamp.identity,
        date=_date(app, kept, delivery),
        list_id=f"<{newsletter.id}.{message_domain(app, newsletter)}>",
        list_name=newsletter.name,
        unsubscribe_url=slots.unsubscribe_url,
        feedback_id=feedback_id(
            kept.issue.slug,
            newsletter.id,
            "test" if stamp.prefix else "digest",
            _feedback_sender(app, newsletter),
        ),
    )
    parts = pieces(letter, keys=signing_keys(app, newsletter), takes=takes)
    return Envelope(
        sender=_return_path(app, newsletter, delivery),
        recipient=delivery.address,
        content=b"".join(parts),
        parts=parts,
    )


def _return_path(app: App, newsletter: Newsletter, delivery: Delivery) -> str:
    """Where this one mail's bounces go."""
    feedback = app.config.settings.feedback
    if not feedback.bounce_address:
        return newsletter.sender.address
    if not feedback.verp or delivery.subscriber_id == TEST_SUBSCRIBER:
        return feedback.bounce_address
    token = bounce_token(
        app.link_key, issue_id=delivery.issue_id, subscriber_id=delivery.subscriber_id
    )
    return return_path(feedback.bounce_address, token)


def _feedback_sender(app: App, newsletter: Newsletter) -> str:
    configured = app.config.settings.deliver.feedback_sender
    return configured or sender_id(message_domain(app, newsletter))


def _date(app: App, kept: KeptIssue, delivery: Delivery) -> datetime:
    """When the message was ready to go: approved and, unless it is sent before, its time come.

    The same at every attempt; a Date days old or ahead is a mark of spam.
    """
    now = app.clock()
    approved = kept.approved_at or now
    due_at = delivery.due_at or kept.issue.due_at
    return max(approved, due_at) if due_at <= now else approved


def _slots(app: App, kept: KeptIssue, subscriber_id: int, *, name: str = "") -> ReaderSlots:
    newsletter, public_url = kept.issue.key.newsletter, app.config.settings.web.public_url
    leave = unsubscribe_token(app.link_key, subscriber_id=subscriber_id, newsletter=newsletter)
    choose = preferences_token(app.link_key, subscriber_id=subscriber_id, newsletter=newsletter)
    return ReaderSlots(
        unsubscribe_url=unsubscribe_url(public_url, leave),
        preferences_url=preferences_url(public_url, choose),
        name=name,
    )
