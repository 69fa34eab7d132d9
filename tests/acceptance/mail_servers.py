"""Mail servers on loopback for the hand-off: aiosmtpd, and sockets that do as they are told."""

import socket
import threading
from asyncio import Server
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as ServerEnvelope
from aiosmtpd.smtp import Session as ServerSession

from digest.config import SmtpSecurity, SmtpSettings
from digest.model import Envelope

CONTENT = b"Subject: hello\r\n\r\nfirst\r\n.\r\n.hidden\r\n..two\r\nlast\r\n"
ENVELOPE = Envelope(sender="news@a.example", recipient="reader@b.example", content=CONTENT)


def settings(port: int, **changes: object) -> SmtpSettings:
    values: dict[str, object] = {
        "protocol": "smtp",
        "path": "outgoing",
        "url": "",
        "host": "127.0.0.1",
        "port": port,
        "security": SmtpSecurity.NONE,
        "certificate": "",
        "key": "",
        "username": "",
        "timeout": timedelta(seconds=5),
        "connections": 1,
        "window": 16,
        "greeting": "client.example",
        "utf8_addresses": False,
    }
    return SmtpSettings.model_validate(values | changes)


@dataclass
class Inbox:
    """An aiosmtpd handler that keeps what it took and refuses what it is told to."""

    refusals: dict[str, str] = field(default_factory=dict)
    taken: list[ServerEnvelope] = field(default_factory=list)
    greetings: list[str | None] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        session: ServerSession,
        envelope: ServerEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        self.greetings.append(session.host_name)
        if address in self.refusals:
            return self.refusals[address]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: ServerSession,
        envelope: ServerEnvelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: ServerSession, envelope: ServerEnvelope
    ) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 OK: queued as 42"


class FreePortController(Controller):
    """aiosmtpd on whatever port is free, which its own check of itself does not expect."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[int]:  # noqa: ANN401 - aiosmtpd's
    """Run aiosmtpd on a free port."""
    controller = FreePortController(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def scripted(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that does what ``talk`` does with its first connection, then hangs up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                talk(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)
        assert not thread.is_alive()


def read_until(connection: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        chunk = connection.recv(65536)
        if not chunk:
            break
        data += chunk
    return data


def answering(*replies: bytes) -> Callable[[socket.socket], None]:
    """Greet, then answer each command line with the next reply; b"" hangs up."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 test ESMTP\r\n")
        for reply in replies:
            read_until(connection, b"\r\n")
            if not reply:
                return
            connection.sendall(reply)
        read_until(connection, b"\r\n")

    return talk
