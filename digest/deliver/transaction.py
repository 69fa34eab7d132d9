"""An SMTP mail transaction as values: which commands hand a message over, what replies mean.

No network and no order of turns: :mod:`digest.deliver.smtp` speaks the steps one by one, and a
client that sends the first three in one group (RFC 2920) uses the same ones. Source: RFC 5321
section 3.3, 4.1.1 and 4.5.2.
"""

from dataclasses import dataclass
from enum import StrEnum

from digest.model import Envelope, Lost, Refused, Reply
from digest.model.address import ascii_address

MAX_REPLY_TEXT = 500

_DATA_GO_AHEAD = 354


class Step(StrEnum):
    """The steps of a transaction, in order."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "the message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """What the server offers that changes the commands."""

    size: bool = False
    eight_bit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to send for a step, complete with its line end."""

    step: Step
    line: bytes


def commands(envelope: Envelope, *, offered: Extensions) -> tuple[Command, ...]:
    """The transaction of one message to one recipient. An empty sender is the null path ``<>``.

    :raises ValueError: when it cannot be said in SMTP, with the reason.
    """
    sender = ascii_address(envelope.sender) if envelope.sender else ""
    recipient = ascii_address(envelope.recipient)
    content = framed(envelope.content)
    options = f" SIZE={len(envelope.content)}" if offered.size else ""
    if not envelope.content.isascii():
        if not offered.eight_bit:
            message = "the message has 8-bit bytes and the server does not offer 8BITMIME"
            raise ValueError(message)
        options += " BODY=8BITMIME"
    return (
        Command(step=Step.MAIL, line=f"MAIL FROM:<{sender}>{options}\r\n".encode("ascii")),
        Command(step=Step.RCPT, line=f"RCPT TO:<{recipient}>\r\n".encode("ascii")),
        Command(step=Step.DATA, line=b"DATA\r\n"),
        Command(step=Step.CONTENT, line=content),
    )


def framed(content: bytes) -> bytes:
    """The message as DATA carries it: leading dots doubled, the final dot added.

    :raises ValueError: when a CR or LF stands alone, which servers read differently (smuggling).
    """
    if not content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n"):
        message = "the message has a line break that is not CRLF"
        raise ValueError(message)
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    first = b"." if stuffed.startswith(b".") else b""
    last = b"" if not stuffed or stuffed.endswith(b"\r\n") else b"\r\n"
    return b"".join((first, stuffed, last, b".\r\n"))


def proceeds(step: Step, reply: Reply) -> bool:
    """Whether this reply lets the transaction go on; after the content, whether it is done."""
    if step is Step.DATA:
        return reply.code == _DATA_GO_AHEAD
    return 200 <= reply.code < 300  # noqa: PLR2004 - RFC 5321 section 4.2.1


def refusal(reply: Reply) -> Refused | None:
    """The outcome of a reply that does not proceed.

    None for one that is no refusal either: the two sides are out of step, and the connection is
    of no more use.
    """
    return Refused(reply=reply) if 400 <= reply.code < 600 else None  # noqa: PLR2004 - RFC 5321


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
