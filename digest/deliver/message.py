"""Messages: one reader's copy as RFC 5322 bytes, with nothing in them that was not meant.

Every value is made harmless by its kind (text, address, identifier, URL), written by
:mod:`digest.deliver.headers`, and the finished header is read back with the standard library's
parser: a field more, less or different is an error for that recipient, never a mail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b

from digest.deliver.bodies import Body, alternative
from digest.deliver.headers import (
    list_field,
    mailbox_field,
    safe_header_text,
    text_field,
    token_field,
)
from digest.deliver.signing.canonical import body_hash
from digest.deliver.signing.dkim import DkimKey, signature_fields
from digest.errors import MessageError
from digest.model import ASCII_ONLY, Filled, Sender, Takes
from digest.model.address import (
    ascii_address,
    ascii_domain,
    international_address,
    is_international,
)

MAX_SUBJECT = 250
MAX_NAME = 100
MAX_TOKEN = 900

_DOT_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_MESSAGE_ID = re.compile(rf"<{_DOT_ATOM}@{_DOT_ATOM}>")
_LIST_ID = re.compile(_DOT_ATOM)
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SENDER_ID = re.compile(r"[A-Za-z0-9._-]{5,15}")
_FEEDBACK_ID = re.compile(rf"(?:[A-Za-z0-9._-]{{0,100}}:){{3}}{_SENDER_ID.pattern}")
# What differs from reader to reader; the other fields are read back once for all of them.
_OWN_FIELDS = ("To:", "Message-ID:", "List-Unsubscribe:", "DKIM-Signature:")
_URL = re.compile(r"(?:https?|mailto):[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one mail says, before it is bytes.

    ``date`` is aware. ``list_id`` (RFC 2919) comes with or without its angle brackets; where it or
    ``unsubscribe_url`` is empty, its fields are left out. ``list_unsubscribe_post`` promises that
    the URL takes a one-click POST (RFC 8058). ``feedback_id`` is as :func:`feedback_id` makes it,
    or empty. ``auto_submitted`` marks service mail (RFC 3834), which an issue is not. ``text`` is
    flowed: see :mod:`digest.deliver.flowed`.
    """

    sender: Sender
    recipient_address: str
    subject: str
    html: str | Filled
    text: str | Filled
    message_id: str
    date: datetime
    recipient_name: str = ""
    reply_to: Sender | None = None
    list_id: str = ""
    list_name: str = ""
    unsubscribe_url: str = ""
    list_unsubscribe_post: bool = True
    feedback_id: str = ""
    auto_submitted: bool = False


def pieces(
    letter: Letter, *, keys: Sequence[DkimKey] = (), takes: Takes = ASCII_ONLY
) -> tuple[bytes, ...]:
    """The letter as a message: CRLF, text before HTML, the same bytes every time.

    In pieces, so that what many readers' messages share is the same object in all of them. Each
    of ``keys`` signs it, at the time of its date. It is ASCII, but for what the server ``takes``:
    bodies that are not signed, as a later server may have to encode them (RFC 6376 section 5.3),
    and the recipient's address (RFC 6532).

    :raises MessageError: when no correct message can be made for this recipient.
    """
    body = alternative(letter.text, letter.html, eight_bit=takes.eight_bit and not keys)
    try:
        fields = (*_fields(letter, takes), *_mime_fields(body))
    except ValueError as error:
        raise MessageError(letter.recipient_address, str(error)) from error
    if keys:
        hashed = body_hash(body.chunks)
        fields = (*signature_fields(fields, hashed, keys=keys, at=letter.date), *fields)
    header = "".join(fields)
    _check(header, fields, recipient=letter.recipient_address)
    return (f"{header}\r\n".encode(), *body.chunks)


def message_id(issue_slug: str, subscriber_id: int, domain: str) -> str:
    """The Message-ID of an issue's mail to one subscriber: the same for every attempt.

    :raises ValueError: when ``domain`` is none.
    """
    slug = issue_slug
    if not _SLUG.fullmatch(slug):
        slug = _short(issue_slug)
    return f"<{slug}.{subscriber_id}@{ascii_domain(domain)}>"


def feedback_id(issue_slug: str, newsletter: str, kind: str, sender: str) -> str:
    """The name under which mailbox providers report complaints: three of ours and the sender's.

    ``sender`` is 5 to 15 characters, the same for all mail. Source: Gmail's Feedback-ID, whose
    fields stand between colons.
    """
    slug = issue_slug if _SLUG.fullmatch(issue_slug) else _short(issue_slug)
    return f"{slug}:{newsletter}:{kind}:{sender}"


def sender_id(domain: str) -> str:
    """The sender's part of a Feedback-ID, from a domain in ASCII: readable where that fits."""
    plain = domain.replace(".", "-")
    return plain if _SENDER_ID.fullmatch(plain) else _short(domain)[:15]


def _short(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _fields(letter: Letter, takes: Takes) -> tuple[str, ...]:
    reply_to = letter.reply_to
    name = safe_header_text(letter.recipient_name, MAX_NAME)
    return (
        _sender_field("From", letter.sender.address, letter.sender.name),
        mailbox_field("To", _recipient(letter.recipient_address, takes), name),
        *((_sender_field("Reply-To", reply_to.address, reply_to.name),) if reply_to else ()),
        _subject_field(letter.subject),
        token_field("Date", _date(letter.date)),
        token_field("Message-ID", _token(letter.message_id, _MESSAGE_ID, "Message-ID")),
        *_list_fields(letter),
        *_feedback_fields(letter.feedback_id),
        *((token_field("Auto-Submitted", "auto-generated"),) if letter.auto_submitted else ()),
    )


def _recipient(address: str, takes: Takes) -> str:
    """The address as it stands in To.

    :raises ValueError: when it is none, or needs what the server does not offer.
    """
    if is_international(address):
        if not takes.utf8:
            message = "this address needs SMTPUTF8, which the mail server does not offer"
            raise ValueError(message)
        return international_address(address)
    return ascii_address(address)


# An issue has one sender and few subjects: these are written once, not once a recipient.
@lru_cache(maxsize=64)
def _sender_field(field: str, address: str, name: str) -> str:
    return mailbox_field(field, ascii_address(address), safe_header_text(name, MAX_NAME))


@lru_cache(maxsize=64)
def _subject_field(subject: str) -> str:
    return text_field("Subject", safe_header_text(subject, MAX_SUBJECT))


def _list_fields(letter: Letter) -> tuple[str, ...]:
    fields: tuple[str, ...] = ()
    if letter.list_id:
        bare = letter.list_id.strip().removeprefix("<").removesuffix(">")
        name = safe_header_text(letter.list_name, MAX_NAME)
        fields += (list_field("List-Id", name, _token(bare, _LIST_ID, "List-Id")),)
        fields += (token_field("List-Post", "NO"),)
    if letter.unsubscribe_url:
        url = _token(letter.unsubscribe_url, _URL, "unsubscribe link")
        fields += (token_field("List-Unsubscribe", f"<{url}>"),)
        if letter.list_unsubscribe_post:
            fields += (token_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),)
    return fields


def _feedback_fields(value: str) -> tuple[str, ...]:
    return (
        (token_field("Feedback-ID", _token(value, _FEEDBACK_ID, "Feedback-ID")),) if value else ()
    )


def _mime_fields(body: Body) -> tuple[str, ...]:
    content_type = f'multipart/alternative;\r\n boundary="{body.boundary}"'
    # Of a whole with parts, no less may be said than of its parts (RFC 2045 section 6.4).
    encoding = (token_field("Content-Transfer-Encoding", "8bit"),) if body.eight_bit else ()
    return (
        token_field("MIME-Version", "1.0"),
        token_field("Content-Type", content_type),
        *encoding,
    )


def _token(value: str, pattern: re.Pattern[str], kind: str) -> str:
    # "=?" is within the grammar of identifiers, but readers take it for an encoded word.
    if len(value) > MAX_TOKEN or "=?" in value or not pattern.fullmatch(value):
        message = f"{value[:80]!r} cannot be used as {kind}"
        raise ValueError(message)
    return value


def _date(moment: datetime) -> str:
    if moment.utcoffset() is None:
        message = "the date has no time zone"
        raise ValueError(message)
    return format_datetime(moment)


def _check(header: str, fields: tuple[str, ...], *, recipient: str) -> None:
    own = tuple(field for field in fields if field.startswith(_OWN_FIELDS))
    shared = tuple(field for field in fields if not field.startswith(_OWN_FIELDS))
    plain = header.isascii() or is_international(recipient)
    if not (plain and _read_back_once(shared) and _read_back(own)):
        message = "the header does not read back as it was meant; the message was not made"
        raise MessageError(recipient, message)


def _read_back(fields: tuple[str, ...]) -> bool:
    """Whether a parser finds these fields and nothing else, wherever in a header they stand."""
    if not all(field.endswith("\r\n") for field in fields):
        return False
    meant = [tuple(field.removesuffix("\r\n").split(": ", 1)) for field in fields]
    parsed = HeaderParser(policy=compat32).parsestr("".join(fields) + "\r\n")
    return not parsed.defects and meant == [(name, str(value)) for name, value in parsed.items()]


_read_back_once = lru_cache(maxsize=64)(_read_back)
