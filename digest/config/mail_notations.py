"""Values of mail settings as people write them: selectors, key files, sender names."""

import re
from urllib.parse import urlsplit

from digest.config.wording import UnfitError, shown

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAX_SELECTOR = 120
_IMAP = frozenset({"imap", "imaps"})
_INBOX = 'for example "imaps://bounces%40example.org@mail.example.org/INBOX"'
_FEEDBACK_SENDER = re.compile(r"[A-Za-z0-9._-]{5,15}")


def check_selector(value: str) -> str:
    """A DKIM selector (RFC 6376 section 3.1): a name that can stand in the DNS.

    :raises UnfitError: for anything else.
    """
    if len(value) > _MAX_SELECTOR or not _SELECTOR.fullmatch(value):
        message = f"should be a name of letters, digits and hyphens, not {shown(value)}"
        raise UnfitError(message, fix='for example "digest2026"')
    return value


def check_key_file(value: str) -> str:
    """The name of a file. No finding repeats a key that was put here instead.

    :raises UnfitError: for anything else.
    """
    if "-----BEGIN" in value or "\n" in value:
        message = "a private key does not belong in this file"
        raise UnfitError(message, fix="put the key in a file of its own, and name that file here")
    if not value.strip() or not value.isprintable():
        raise UnfitError("should be the name of a file", fix='for example "dkim/digest2026.pem"')
    return value


def check_feedback_sender(value: str) -> str:
    """The sender's part of a Feedback-ID, or an empty text.

    :raises UnfitError: for anything else.
    """
    if value and not _FEEDBACK_SENDER.fullmatch(value):
        message = f"should be 5 to 15 letters, digits, dots or hyphens, not {shown(value)}"
        raise UnfitError(message, fix='for example "newsletter-org"')
    return value


def check_inbox(value: str) -> str:
    """The path of a Maildir, or ``imaps://USER@HOST/FOLDER`` without a password; or empty.

    :raises UnfitError: for anything else. What may hold a password is not repeated.
    """
    scheme, is_url, _ = value.partition("://")
    if not is_url:
        return value
    if scheme.lower() not in _IMAP:
        message = f"should be a Maildir's path or an IMAP URL, not one of {shown(scheme + '://')}"
        raise UnfitError(message, fix=_INBOX)
    try:
        parts = urlsplit(value)
        has_port = parts.port != 0
    except ValueError:
        has_port = False
    if not has_port:
        raise UnfitError("is no IMAP URL that can be read", fix=_INBOX)
    if parts.password:
        message = "holds a password"
        raise UnfitError(message, fix="take it out, and set DIGEST_IMAP_PASSWORD instead")
    if not parts.hostname or not parts.username:
        raise UnfitError("should name a user and a host", fix=_INBOX)
    return value
