"""A mail server on loopback that puts every message into a Maildir."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MaildirHandler:
    """Delivers as Maildir asks: written to ``tmp``, then renamed into ``new``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep one message, named for its reader so that people find it."""
        reader = envelope.rcpt_tos[0].partition("@")[0]
        name = f"{next(self._numbers):04d}.{os.getpid()}.{reader}.eml"
        written = self._folder / "tmp" / name
        written.write_bytes(envelope.original_content or b"")
        written.rename(self._folder / "new" / name)
        return f"250 2.0.0 kept as {name}"


@contextmanager
def mailbox(folder: Path, *, port: int) -> Iterator[None]:
    """Listen on loopback while the block runs."""
    controller = Controller(MaildirHandler(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
