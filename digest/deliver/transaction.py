"""An SMTP mail transaction as values: which commands hand a message over, what replies mean.

No network and no order of turns: :mod:`digest.deliver.smtp.protocol` decides when each step goes
out. Sources: RFC 5321 sections 3.3, 4.1.1 and 4.5.2; RFC 1870 (SIZE), RFC 3030 (BDAT), RFC 6152
(8BITMIME), RFC 6531 (SMTPUTF8).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from digest.deliver.framing import checked, framed
from digest.model import Envelope, Lost, Refused, Reply
from digest.model.address import ascii_address, international_address

MAX_REPLY_TEXT = 500

_DATA_GO_AHEAD = 354


class Step(StrEnum):
    """The steps of a transaction, in order, and what puts an end to one that failed."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "the message"
    RSET = "RSET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """What the server offers that changes the commands.

    ``max_size`` in bytes; 0 where it names no limit.
    """

    size: bool = False
    eight_bit: bool = False
    max_size: int = 0
    utf8: bool = False
    pipelining: bool = False
    chunking: bool = False

    @property
    def streams(self) -> bool:
        """Whether whole messages may be sent one behind the other, waiting for nothing."""
        return self.pipelining and self.chunking


class Command(NamedTuple):
    """What to send for a step: pieces that are complete with their line ends."""

    step: Step
    parts: tuple[bytes, ...]

    @property
    def line(self) -> bytes:
        """All of it."""
        return b"".join(self.parts)


def commands(envelope: Envelope, *, offered: Extensions) -> tuple[Command, ...]:
    """The transaction of one message to one recipient. An empty sender is the null path ``<>``.

    With BDAT there is no step DATA: command and message are one.

    :raises ValueError: when it cannot be said in SMTP, with the reason.
    """
    sender, recipient = paths(envelope, offered=offered)
    options = f" SIZE={len(envelope.content)}" if offered.size else ""
    if not envelope.content.isascii():
        if not offered.eight_bit:
            message = "the message has 8-bit bytes and the server does not offer 8BITMIME"
            raise ValueError(message)
        options += " BODY=8BITMIME"
    if not (sender.isascii() and recipient.isascii()):
        options += " SMTPUTF8"
    return (
        Command(Step.MAIL, (f"MAIL FROM:<{sender}>{options}\r\n".encode(),)),
        Command(Step.RCPT, (f"RCPT TO:<{recipient}>\r\n".encode(),)),
        *_content(envelope, offered),
    )


def paths(envelope: Envelope, *, offered: Extensions) -> tuple[str, str]:
    """Return path and recipient as they stand between the angle brackets.

    :raises ValueError: when one cannot be said in SMTP, with the reason.
    """
    sender = _sender_path(envelope.sender, offered.utf8)
    return sender, _path(envelope.recipient, offered.utf8)


def too_large(envelope: Envelope, *, offered: Extensions) -> Refused | None:
    """The refusal that a server's own limit foretells, in its words (RFC 1870 section 6.1)."""
    size = len(envelope.content)
    if not offered.max_size or size <= offered.max_size:
        return None
    text = f"5.3.4 the message has {size} bytes and the server takes {offered.max_size} at most"
    return Refused(reply=Reply(code=552, text=text))


def _content(envelope: Envelope, offered: Extensions) -> tuple[Command, ...]:
    parts = envelope.parts or (envelope.content,)
    if offered.streams:
        checked(parts)
        chunk = f"BDAT {len(envelope.content)} LAST\r\n".encode("ascii")
        return (Command(Step.CONTENT, (chunk, envelope.content)),)
    return (Command(Step.DATA, (b"DATA\r\n",)), Command(Step.CONTENT, framed(parts)))


def _path(address: str, utf8: bool) -> str:  # noqa: FBT001 - what the server offers
    if utf8 and not address.isascii():
        return international_address(address)
    return ascii_address(address)


# One for all messages of an issue, but for those that carry the reader in the return path.
@lru_cache(maxsize=64)
def _sender_path(address: str, utf8: bool) -> str:  # noqa: FBT001 - what the server offers
    return _path(address, utf8) if address else ""


def proceeds(step: Step, code: int) -> bool:
    """Whether this reply lets the transaction go on; after the content, whether it is done."""
    if step is Step.DATA:
        return code == _DATA_GO_AHEAD
    return 200 <= code < 300  # noqa: PLR2004 - RFC 5321 section 4.2.1


def refuses(code: int) -> bool:
    """Whether this reply says no.

    One that does not proceed either means that the two sides are out of step, and the connection
    is of no more use.
    """
    return 400 <= code < 600  # noqa: PLR2004 - RFC 5321 section 4.2.1


def lost(step: Step, reason: str, *, sent: bool) -> Lost:
    """The outcome of a connection that ended at ``step``; ``sent``: with all of it handed over.

    Until the final dot is out the server must not deliver anything (RFC 5321 section 4.1.1.4);
    after it, nobody can tell.
    """
    return Lost(reason=f"{reason} at {step}", uncertain=sent and step is Step.CONTENT)


def read_reply(code: int, text: bytes) -> Reply:
    """A reply as a value: its text on one printable line, capped."""
    words = " ".join(text.decode("utf-8", "replace").split())
    printable = "".join(character for character in words if character.isprintable())
    return Reply(code=code, text=printable[:MAX_REPLY_TEXT])
