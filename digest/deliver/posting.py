"""Messages as signed posts, and what answers to them mean. No network.

The frame is that of Standard Webhooks 1.0: the headers ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature``, over a body of JSON with ``type``, ``timestamp`` and ``data``. The id is that
of the message, the same for every attempt, so that the receiver can tell a repetition.
"""

import hmac
import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as parsed
from hashlib import sha256

from digest.deliver.framing import checked
from digest.deliver.transaction import Extensions, paths
from digest.model import (
    Accepted,
    Attribute,
    Envelope,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Lost,
    NotModified,
    Refused,
    Reply,
    SendOutcome,
)

KIND = "message.send"
"""The type of every post."""

_TAKES = Extensions(eight_bit=True, utf8=True)
_LATER = frozenset({408, 425, 429})
_ABOUT_THE_URL = frozenset({401, 403, 404, 405, 407, 410, 421, 451})
_TOO_LARGE = 413
_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where messages are posted to, and the key that signs them."""

    url: str
    key: bytes


def post(envelope: Envelope, *, hook: Hook, now: datetime) -> FetchRequest:
    """The request that hands a message over, signed at ``now``.

    :raises ValueError: when the message cannot go to anybody, with the reason.
    """
    identity, content = _told(envelope, now=now)
    stamp = str(int(now.timestamp()))
    return FetchRequest(
        url=hook.url,
        headers=(
            Attribute(name="Content-Type", value="application/json"),
            Attribute(name="webhook-id", value=identity),
            Attribute(name="webhook-timestamp", value=stamp),
            Attribute(name="webhook-signature", value=_signature(hook, identity, stamp, content)),
        ),
        content=content,
        accept="*/*",
    )


def outcome(result: FetchResult) -> SendOutcome:
    """What an answer says of the message.

    What is about the URL, not about one message, is said as a refused login is in SMTP: it takes
    the relay out of service, and nobody is marked as failed for it.
    """
    match result:
        case Fetched():
            return Accepted(reply=Reply(code=250, text="2.0.0 the webhook took it"))
        case NotModified():
            return Refused(reply=_about_the_url("the server answered 304"))
        case FetchFailed(status=None):
            return Lost(reason=result.reason, uncertain=result.unanswered)
    return Refused(reply=_reply(result, result.status or 0))


def _reply(failed: FetchFailed, status: int) -> Reply:
    """An HTTP status in the words of SMTP, which all rules of delivery are about."""
    if status in _LATER or status >= _SERVER_ERRORS:
        wait = failed.retry_after
        asked = f"; try again in {int(wait.total_seconds())} seconds" if wait else ""
        return Reply(code=450, text=f"{failed.reason}{asked}")
    if status in _ABOUT_THE_URL or status < 400:  # noqa: PLR2004 - RFC 9110 section 15.4
        return _about_the_url(failed.reason)
    if status == _TOO_LARGE:
        return Reply(code=552, text=f"5.3.4 {failed.reason}")
    return Reply(code=554, text=f"5.6.0 {failed.reason}")


def _about_the_url(reason: str) -> Reply:
    return Reply(code=535, text=f"{reason}; check the webhook's url and secret")


def _told(envelope: Envelope, *, now: datetime) -> tuple[str, bytes]:
    """The post's id, and its body."""
    checked((envelope.content,))
    sender, recipient = paths(envelope, offered=_TAKES)
    header = message_from_bytes(envelope.content.partition(b"\r\n\r\n")[0], policy=parsed)
    message_id = str(header["Message-ID"] or "")
    issue, newsletter, purpose, *_ = f"{header['Feedback-ID'] or ''}:::".split(":")
    data = {
        "message_id": message_id,
        "sender": sender,
        "recipient": recipient,
        "subject": str(header["Subject"] or ""),
        "issue": issue,
        "newsletter": newsletter,
        "purpose": purpose,
        "raw": b64encode(envelope.content).decode("ascii"),
    }
    at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    body = json.dumps({"type": KIND, "timestamp": at, "data": data}, ensure_ascii=False)
    identity = message_id.strip("<>") or sha256(envelope.content).hexdigest()
    return identity, body.encode()


def _signature(hook: Hook, identity: str, stamp: str, content: bytes) -> str:
    signed = f"{identity}.{stamp}.".encode() + content
    return "v1," + b64encode(hmac.digest(hook.key, signed, "sha256")).decode("ascii")
