"""Mailboxes on disk in place of a mail server: a dry run's messages, for any mail program to read.

The format is a Maildir or an mbox, by the standard library, with line ends as on this system. A
message starts with ``Return-Path`` and ``Delivered-To``, as a server writes them that delivers into
a mailbox.
"""

import mailbox
from collections.abc import Iterable, Iterator
from errno import ENOTDIR
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from digest.config import SmtpProtocol, SmtpSettings
from digest.deliver.framing import checked
from digest.deliver.transaction import Extensions, paths
from digest.errors import HandOffError
from digest.model import Accepted, Envelope, Refused, Reply, SendOutcome, Takes, Unbuildable

_TAKES = Extensions(eight_bit=True, utf8=True)
_Tag = TypeVar("_Tag")


class MailboxMailer:
    """A mailbox at ``[smtp] path``: a :class:`digest.ports.Mailer`.

    ``folder`` is where a relative path starts. Sessions of several threads share the mailbox.
    """

    def __init__(self, settings: SmtpSettings, *, folder: Path) -> None:
        self._kind = settings.protocol
        self._path = folder / settings.path
        self._lock = Lock()

    def connect(self) -> "MailboxSession":
        """Open the mailbox; it is made where there is none.

        :raises HandOffError: when it cannot be written.
        """
        with self._lock:
            try:
                return MailboxSession(self._open(), lock=self._lock)
            except (OSError, mailbox.Error) as error:
                reason = error.strerror if isinstance(error, OSError) else error
                message = f"it cannot be opened ({reason}); check [smtp] path and protocol"
                raise HandOffError(str(self._path), message) from error

    def _open(self) -> "mailbox.Mailbox[Any]":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._kind is SmtpProtocol.MBOX:
            return mailbox.mbox(self._path)
        if self._path.exists() and not (self._path / "new").is_dir():
            raise NotADirectoryError(ENOTDIR, "there is something that is no Maildir")
        return mailbox.Maildir(self._path)


class MailboxSession:
    """Writes into a mailbox: a :class:`digest.ports.MailSession`."""

    takes = Takes(eight_bit=True, utf8=True)

    def __init__(self, target: "mailbox.Mailbox[Any]", *, lock: Lock) -> None:
        self._mailbox = target
        self._lock = lock

    def send(self, envelope: Envelope) -> SendOutcome:
        """Put one message into the mailbox, on disk before it is said to be there."""
        try:
            message = _as_delivered(envelope)
        except ValueError as error:
            return Unbuildable(reason=str(error))
        try:
            with self._lock:
                key = self._write(message)
        except (OSError, mailbox.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            reply = Reply(code=452, text=f"4.3.1 the mailbox cannot be written: {reason}")
            return Refused(reply=reply)
        return Accepted(reply=Reply(code=250, text=f"2.0.0 written to the mailbox as {key}"))

    def stream(self, jobs: Iterable[tuple[_Tag, Envelope]]) -> Iterator[tuple[_Tag, SendOutcome]]:
        """Put messages into the mailbox, one by one."""
        for tag, envelope in jobs:
            yield tag, self.send(envelope)

    def close(self) -> None:
        """Let go of the mailbox; each message is on disk since it was accepted."""
        with self._lock:
            self._mailbox.close()

    def _write(self, message: bytes) -> str:
        self._mailbox.lock()
        try:
            key = self._mailbox.add(message)
            self._mailbox.flush()
        finally:
            self._mailbox.unlock()
        return str(key)


def _as_delivered(envelope: Envelope) -> bytes:
    """The message with the envelope's addresses, which the same rules hold for as in SMTP."""
    checked((envelope.content,))
    sender, recipient = paths(envelope, offered=_TAKES)
    head = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
    return (head.encode() + envelope.content).replace(b"\r\n", b"\n")
