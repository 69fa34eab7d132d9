"""Returned mail from an IMAP mailbox (RFC 9051), named by a URL."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from imaplib import IMAP4
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from digest.errors import IntakeError

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

SCHEMES = ("imap", "imaps")
TIMEOUT = 60

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"imap": 143, "imaps": 993}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """``imaps://user@host:port/FOLDER?move=FOLDER``: where mail is read, and where it then goes.

    Without ``move`` it stays, marked as seen. ``imap://`` asks for STARTTLS, unless it is this very
    machine. The password comes from the environment.
    """

    host: str
    port: int
    user: str
    folder: str
    move_to: str
    tls: bool

    def __str__(self) -> str:
        return f"{self.user}@{self.host}/{self.folder}"


def is_imap_url(source: str) -> bool:
    """Whether a source is a mailbox on a server."""
    return source.partition("://")[0].lower() in SCHEMES and "://" in source


def parse_imap_url(url: str) -> ImapAccount:
    """The account that a URL names.

    :raises IntakeError: when it is no such URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme.lower()]
    except ValueError as error:
        raise IntakeError(url, f"is no IMAP URL: {error}") from error
    if not parts.hostname or not parts.username:
        example = "imaps://bounces%40example.org@mail.example.org/INBOX"
        raise IntakeError(parts.hostname or url, f"needs a user and a host, such as {example}")
    if parts.password:
        raise IntakeError(parts.hostname, "no password in the URL; set DIGEST_IMAP_PASSWORD")
    return ImapAccount(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        move_to=next(iter(parse_qs(parts.query).get("move", ())), ""),
        tls=parts.scheme.lower() == "imaps",
    )


def read_imap(account: ImapAccount, *, password: str) -> Iterator[bytes]:
    """Every unseen mail; each is marked as seen, or moved, once the next is asked for.

    :raises IntakeError: when the server cannot be used, or the extra is missing.
    """
    try:
        from imap_tools import AND, ImapToolsError
    except ImportError as error:
        message = "IMAP needs the extra: pip install 'digest[bounces]'"
        raise IntakeError(str(account), message) from error
    try:
        with _logged_in(account, password) as box:
            for uid in box.uids(AND(seen=False)):
                yield from _raw(box.client.uid("fetch", uid, "(BODY.PEEK[])"))
                if account.move_to:
                    box.move(uid, account.move_to)
                else:
                    # Not the library's flag(), which expunges what others marked as deleted.
                    box.client.uid("store", uid, "+FLAGS", r"(\Seen)")
    except (OSError, ImapToolsError, IMAP4.error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise IntakeError(str(account), f"cannot be read: {reason}") from error


def _logged_in(account: ImapAccount, password: str) -> "BaseMailBox":
    box = _box(account)
    try:
        return box.login(account.user, password, account.folder)
    except Exception:
        box.client.shutdown()
        raise


def _box(account: ImapAccount) -> "BaseMailBox":
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

    context = ssl.create_default_context()
    if account.tls:
        return MailBox(account.host, account.port, timeout=TIMEOUT, ssl_context=context)
    if account.host in _THIS_MACHINE:
        return MailBoxUnencrypted(account.host, account.port, timeout=TIMEOUT)
    return MailBoxStartTls(account.host, account.port, timeout=TIMEOUT, ssl_context=context)


def _raw(answer: tuple[str, list[object]]) -> Iterator[bytes]:
    """The bytes of a mail as they are on the server: the library itself would take them apart."""
    for item in answer[1]:
        if isinstance(item, tuple):
            yield item[1]
