"""Returned mail handed over by the mail server itself: a listener that speaks LMTP (RFC 2033).

It takes mail for the bounce address alone, says yes only once the mail is recorded, and asks to be
tried again where it could not be. It sends nothing.
"""

import asyncio
from collections.abc import Callable

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.deliver.verp import is_return_path
from digest.errors import ListenError, StoreError

MAX_SIZE = 20_000_000

Take = Callable[[bytes], object]
"""Takes one mail; raises StoreError when it could not be recorded."""


class LmtpListener:
    """Listens while it is started. ``port`` is the one that was had, for a wish of 0."""

    def __init__(self, take: Take, *, bounce_address: str, host: str, port: int) -> None:
        self._place = f"{host}:{port}"
        handler = _Handler(take, bounce_address=bounce_address)
        self._controller = _Controller(handler, hostname=host, port=port)

    @property
    def port(self) -> int:
        """Where it listens."""
        server = self._controller.server
        sockets = getattr(server, "sockets", ())
        return int(sockets[0].getsockname()[1]) if sockets else self._controller.port

    def start(self) -> None:
        """Listen.

        :raises ListenError: when the port cannot be had.
        """
        try:
            self._controller.start()
        except OSError as error:
            self._controller.loop.close()
            raise ListenError(
                f"cannot listen on {self._place} for LMTP; is it in use? "
                f"Set another [feedback] lmtp_port in digest.toml"
            ) from error

    def stop(self) -> None:
        """Close."""
        self._controller.stop(no_assert=True)


class _Controller(Controller):
    def factory(self) -> LMTP:
        return LMTP(self.handler, data_size_limit=MAX_SIZE)


class _Handler:
    def __init__(self, take: Take, *, bounce_address: str) -> None:
        self._take = take
        self._bounce_address = bounce_address

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take mail for the bounce address, with or without a token."""
        if self._bounce_address and not is_return_path(self._bounce_address, address):
            return "550 5.1.1 this is the bounce mailbox of another address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Record the mail, its envelope's recipient included, before saying yes."""
        to = "".join(f"X-Original-To: {address}\r\n" for address in envelope.rcpt_tos[:10])
        data = to.encode("ascii", "replace") + (envelope.original_content or b"")
        try:
            await asyncio.to_thread(self._take, data)
        except StoreError:
            reply = "451 4.3.0 could not be recorded; try again"
        else:
            reply = "250 2.0.0 taken"
        # LMTP has one reply for each recipient (RFC 2033 section 4.2).
        return "\r\n".join([reply] * len(envelope.rcpt_tos))
