"""Returned mail from an IMAP mailbox (RFC 9051), named by a URL."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from importlib.util import find_spec
from socket import gaierror
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from digest.errors import IntakeError

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

SCHEMES = ("imap", "imaps")
TIMEOUT = 60
EXTRA = "bounces"

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


def can_read_imap() -> bool:
    """Whether the extra that speaks IMAP is installed; it is not loaded."""
    return find_spec("imap_tools") is not None


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
        message = f"IMAP needs the extra: pip install 'digest[{EXTRA}]'"
        raise IntakeError(str(account), message) from error
    try:
        with _logged_in(account, password) as box:
            for uid in box.uids(AND(seen=False)):
                yield from _raw(box.client.uid("fetch", uid, "(BODY.PEEK[])"))
                if account.move_to:
                    _move(box, uid, account)
                else:
                    # Not the library's flag(), which expunges what others marked as deleted.
                    box.client.uid("store", uid, "+FLAGS", r"(\Seen)")
    except (OSError, ValueError, ImapToolsError, IMAP4.error) as error:
        raise IntakeError(str(account), f"cannot be read: {_sentence(error)}") from error


@contextmanager
def _logged_in(account: ImapAccount, password: str) -> "Iterator[BaseMailBox]":
    """An open mailbox. That a server takes no goodbye is no failure of what was read."""
    box = _log_in(account, password)
    try:
        yield box
        with suppress(Exception):
            box.logout()
    finally:
        with suppress(OSError):
            box.client.shutdown()


def _log_in(account: ImapAccount, password: str) -> "BaseMailBox":
    from imap_tools import MailboxFolderSelectError, MailboxLoginError

    if not password:
        raise IntakeError(str(account), "needs a password; set DIGEST_IMAP_PASSWORD")
    box = _box(account)
    try:
        return box.login(account.user, password, account.folder)
    except BaseException as error:
        box.client.shutdown()
        if isinstance(error, (MailboxLoginError, UnicodeError)):
            message = f"the login of {account.user!r} was refused; check DIGEST_IMAP_PASSWORD"
            raise IntakeError(str(account), message) from None
        if isinstance(error, MailboxFolderSelectError):
            message = f"has no folder {account.folder!r} that can be opened"
            raise IntakeError(str(account), message) from error
        raise


def _move(box: "BaseMailBox", uid: str, account: ImapAccount) -> None:
    from imap_tools import ImapToolsError

    try:
        box.move(uid, account.move_to)
    except (ImapToolsError, IMAP4.error) as error:
        message = f"what was read cannot be moved to {account.move_to!r}: does that folder exist?"
        raise IntakeError(str(account), message) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or error}); check port, imap:// and imaps://"
    if isinstance(error, TimeoutError):
        return "the server did not answer in time; check host and port"
    if isinstance(error, ConnectionRefusedError):
        return "the server refused the connection; check host and port"
    if isinstance(error, gaierror):
        return "there is no such host"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


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
