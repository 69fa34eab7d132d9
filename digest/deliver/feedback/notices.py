"""Notices of sending services: bounces and complaints as JSON, mailed by a notification service.

The shape is Amazon's (SES through SNS), which several other services took over. A mail may break
the document's lines or cut its end, so what cannot be parsed is searched.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_START = re.compile(r'\{\s*"(?:notificationType|eventType|Type)"')
_KIND = re.compile(r'"(?:notificationType|eventType)"\s*:\s*"(\w{1,20})"')
_ADDRESS = re.compile(r'"emailAddress"\s*:\s*"([^"\s]{3,320})"')
_TEXT = re.compile(
    r'"(?:diagnosticCode|status|bounceType|complaintFeedbackType)"\s*:\s*"([^"]{1,800})"'
)
_MAX_NESTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticedRecipient:
    """One recipient of a notice; empty where nothing is said."""

    address: str
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``kind`` is Bounce, Complaint or Delivery; ``permanent`` is what the service says."""

    kind: str
    recipients: tuple[NoticedRecipient, ...]
    permanent: bool = False
    feedback_type: str = ""
    message_id: str = ""


def notice_in(text: str) -> Notice | None:
    """The notice that a text is, if it is one."""
    start = _START.search(text)
    if start is None:
        return None
    body = text[start.start() :].replace("\n", "")
    try:
        document, _ = json.JSONDecoder().raw_decode(body)
    except (ValueError, RecursionError):
        return _searched(body)
    return _from_document(document, nesting=0)


def _from_document(document: object, *, nesting: int) -> Notice | None:
    if not isinstance(document, dict):
        return None
    inner = document.get("Message")
    if isinstance(inner, str) and nesting < _MAX_NESTING:
        try:
            return _from_document(json.loads(inner), nesting=nesting + 1)
        except (ValueError, RecursionError):
            return None
    kind = _string(document, "notificationType") or _string(document, "eventType")
    bounce, complaint = _table(document, "bounce"), _table(document, "complaint")
    if not kind:
        return None
    people = _list(bounce, "bouncedRecipients") or _list(complaint, "complainedRecipients")
    return Notice(
        kind=kind,
        recipients=tuple(_recipient(person) for person in people),
        permanent=_string(bounce, "bounceType") == "Permanent",
        feedback_type=_string(complaint, "complaintFeedbackType") or "abuse",
        message_id=_string(_table(_table(document, "mail"), "commonHeaders"), "messageId"),
    )


def _searched(body: str) -> Notice | None:
    kind = _KIND.search(body)
    if kind is None:
        return None
    said = " ".join(_TEXT.findall(body))
    people = tuple(
        NoticedRecipient(address=address, diagnostic=said)
        for address in dict.fromkeys(_ADDRESS.findall(body))
    )
    return Notice(
        kind=kind[1],
        recipients=people,
        permanent="Permanent" in said,
        feedback_type="abuse",
    )


def _recipient(person: Mapping[str, object]) -> NoticedRecipient:
    return NoticedRecipient(
        address=_string(person, "emailAddress"),
        status=_string(person, "status"),
        diagnostic=_string(person, "diagnosticCode"),
    )


def _table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _list(document: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    value = document.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(document: Mapping[str, object], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""
