"""An open connection: bytes from a :class:`~digest.deliver.smtp.protocol.Conversation` to a socket.

Writing and reading take turns as the socket allows, so that neither side ever waits for the other
to make room.
"""

import select
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from digest.deliver.smtp.protocol import Conversation
from digest.deliver.transaction import Extensions
from digest.model import Envelope, SendOutcome, Takes

_GOODBYE_SECONDS = 5.0
_READ_SIZE = 65_536
# One TLS record: of a record that went out in part the server cannot read anything.
_TLS_RECORD = 16_384
_CLOSED = "it closed the connection or stopped answering"
_SILENT = "it did not answer in time; check [smtp] host, port and security"
# Linux's; elsewhere, acknowledgements come when they come.
_ACKNOWLEDGE_NOW = getattr(socket, "TCP_QUICKACK", None)
_Tag = TypeVar("_Tag")


class SmtpSession:
    """An open, secured, logged-in connection: a :class:`digest.ports.MailSession`.

    Not for several threads at once. Once the connection is lost, every send says so.
    ``sock`` is the session's from now on; ``early`` was read from it already.
    """

    def __init__(
        self,
        sock: socket.socket,
        offered: Extensions,
        *,
        timeout: float,
        window: int,
        lmtp: bool = False,
        early: bytes = b"",
    ) -> None:
        sock.settimeout(0)
        self.takes = Takes(eight_bit=offered.eight_bit, utf8=offered.utf8)
        self._socket = sock
        self._tls = sock if isinstance(sock, ssl.SSLSocket) else None
        self._local = sock.family == socket.AF_UNIX
        self._timeout = timeout
        self._talk: Conversation[Any] = Conversation(offered, window=window, lmtp=lmtp)
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        if early:
            self._talk.receive(early)

    def send(self, envelope: Envelope) -> SendOutcome:
        """Hand one message over and wait for the final reply. Never raises for a refusal."""
        ((_, outcome),) = self.stream(((None, envelope),))
        return outcome

    def stream(self, jobs: Iterable[tuple[_Tag, Envelope]]) -> Iterator[tuple[_Tag, SendOutcome]]:
        """Hand messages over, as many at a time as the server allows: each tag with its outcome.

        ``jobs`` is read as there is room for another message, and no further once the connection
        is lost; on one that was lost before, one job is read and lost. Whoever wants to stop ends
        ``jobs`` and takes the outcomes that are left; to leave early is to hang up.
        """
        talk: Conversation[_Tag] = self._talk
        source = iter(jobs)
        self._look()
        try:
            more = self._fill(talk, source) if talk.room else self._fail(talk, source)
            while True:
                self._write()
                if settled := talk.take():
                    yield from settled
                elif not talk.idle:
                    self._wait()
                elif not more:
                    return
                more = more and self._fill(talk, source)
        finally:
            if not talk.idle:
                self._lose("the stream was left")
                talk.take()

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to. Never raises."""
        if self._socket.fileno() < 0:
            return
        try:
            if not self._talk.ended:
                # A server that is stuck must not hold up the end of a run.
                self._socket.settimeout(min(_GOODBYE_SECONDS, self._timeout))
                self._socket.sendall(b"QUIT\r\n")
                self._socket.recv(_READ_SIZE)
        except OSError:
            pass
        finally:
            self._lose("the session is closed")

    def _fill(self, talk: Conversation[_Tag], source: Iterator[tuple[_Tag, Envelope]]) -> bool:
        """Take on what there is room for; whether there may be more."""
        while talk.room:
            job = next(source, None)
            if job is None:
                return False
            talk.add(*job)
        return not talk.ended

    def _fail(self, talk: Conversation[_Tag], source: Iterator[tuple[_Tag, Envelope]]) -> bool:
        job = next(source, None)
        if job is not None:
            talk.add(*job)
        return False

    def _look(self) -> None:
        """See whether the server hung up while nothing was said."""
        if not self._talk.ended and self._poll.poll(0):
            self._read()

    def _wait(self) -> None:
        """Wait until bytes can go either way, and move those that come."""
        wanted = select.POLLIN | (select.POLLOUT if self._talk.outbox else 0)
        self._poll.modify(self._socket, wanted)
        self._acknowledge()
        ready = self._poll.poll(self._timeout * 1000)
        if not ready:
            self._lose(_SILENT)
        elif ready[0][1] != select.POLLOUT:
            self._read()

    def _acknowledge(self) -> None:
        """Acknowledge at once what comes next.

        A server that answers a group reply by reply, each in a packet, may hold every one back
        until that before it was acknowledged (RFC 896), which otherwise takes 40 ms.
        """
        if _ACKNOWLEDGE_NOW is not None and not self._local:
            with suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, _ACKNOWLEDGE_NOW, 1)

    def _read(self) -> None:
        try:
            data = self._socket.recv(_READ_SIZE)
            while self._tls and self._tls.pending():
                data += self._socket.recv(_READ_SIZE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._lose(_sentence(error))
            return
        if data:
            self._talk.receive(data)
        if not data or self._talk.ended:
            self._lose(_CLOSED)

    def _write(self) -> None:
        """Write what goes out without waiting."""
        outbox = self._talk.outbox
        try:
            while outbox:
                if self._tls:
                    outbox.wrote(self._tls.send(outbox.record(_TLS_RECORD)))
                else:
                    outbox.wrote(self._socket.sendmsg(outbox.pieces()))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._last_words()
            self._lose(_sentence(error))

    def _last_words(self) -> None:
        """Take in what the server said before it stopped listening."""
        try:
            while data := self._socket.recv(_READ_SIZE):
                self._talk.receive(data)
        except OSError:
            return

    def _lose(self, reason: str) -> None:
        self._talk.lose(reason)
        self._socket.close()


def _sentence(error: OSError) -> str:
    return _CLOSED if isinstance(error, ConnectionError) else str(error)
