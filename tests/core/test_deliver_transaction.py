"""The SMTP transaction as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.framing import framed
from digest.deliver.transaction import (
    Extensions,
    Step,
    commands,
    lost,
    proceeds,
    read_reply,
    refuses,
)
from digest.model import Envelope

NOTHING = Extensions()


def envelope(
    content: bytes = b"a\r\n", sender: str = "n@a.example", recipient: str = "r@b.example"
) -> Envelope:
    return Envelope(sender=sender, recipient=recipient, content=content)


def said(one: Envelope, offered: Extensions = NOTHING) -> list[bytes]:
    return [command.line for command in commands(one, offered=offered)]


def test_commands_in_order() -> None:
    """A transaction is MAIL, RCPT, DATA and the message, one recipient each."""
    assert said(envelope()) == [
        b"MAIL FROM:<n@a.example>\r\n",
        b"RCPT TO:<r@b.example>\r\n",
        b"DATA\r\n",
        b"a\r\n.\r\n",
    ]
    assert [one.step for one in commands(envelope(), offered=NOTHING)] == list(Step)[:4]


def test_options_follow_what_is_offered() -> None:
    """SIZE and 8BITMIME stand in MAIL only where the server offers them."""
    everything = Extensions(size=True, eight_bit=True)
    assert said(envelope(), everything)[0] == b"MAIL FROM:<n@a.example> SIZE=3\r\n"
    eight = said(envelope("é\r\n".encode()), everything)[0]
    assert eight == b"MAIL FROM:<n@a.example> SIZE=4 BODY=8BITMIME\r\n"
    with pytest.raises(ValueError, match="8BITMIME"):
        said(envelope("é\r\n".encode()))


def test_null_sender() -> None:
    """Mail that must not bounce has the empty return path."""
    assert said(envelope(sender=""))[0] == b"MAIL FROM:<>\r\n"


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"", b".\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.\r\n.b\r\n..c\r\n", b"a\r\n..\r\n..b\r\n...c\r\n.\r\n"),
        (b"a.b\r\n", b"a.b\r\n.\r\n"),
    ],
)
def test_framing(content: bytes, wire: bytes) -> None:
    """Leading dots are doubled and the final dot stands on a line of its own."""
    assert b"".join(framed((content,))) == wire


@pytest.mark.parametrize("content", [b"a\n.\nMAIL", b"a\r.\rMAIL", b"a\n\r.\r\n", b"\n", b"\r"])
def test_smuggling_is_refused(content: bytes) -> None:
    """A CR or LF on its own, which servers take for different things, is never sent."""
    with pytest.raises(ValueError, match="not CRLF"):
        framed((content,))


@given(st.lists(st.binary().map(lambda line: line.translate(None, b"\r\n")) | st.just(b".")))
def test_receiver_undoes_the_framing(lines: list[bytes]) -> None:
    """What a receiver reads up to the first lone dot is the message, whatever its lines are."""
    content = b"".join(line + b"\r\n" for line in lines)
    received = b"".join(framed((content,))).split(b"\r\n")
    end = received.index(b".")
    assert received[end:] == [b".", b""]
    assert [line.removeprefix(b".") for line in received[:end]] == lines or any(
        line.startswith(b".") for line in lines
    )
    assert [line[1:] if line.startswith(b".") else line for line in received[:end]] == lines


@pytest.mark.parametrize(
    ("step", "code", "goes_on"),
    [
        (Step.MAIL, 250, True),
        (Step.RCPT, 251, True),
        (Step.DATA, 354, True),
        (Step.DATA, 250, False),
        (Step.CONTENT, 250, True),
        (Step.CONTENT, 354, False),
        (Step.RCPT, 550, False),
        (Step.MAIL, -1, False),
    ],
)
def test_which_replies_proceed(step: Step, code: int, goes_on: bool) -> None:  # noqa: FBT001 - a table's column
    """Only 354 lets the message out; elsewhere any 2xx will do."""
    assert proceeds(step, code) is goes_on
    assert refuses(code) is (400 <= code < 600)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("sent", [True, False])
def test_only_a_whole_message_is_uncertain(step: Step, sent: bool) -> None:  # noqa: FBT001 - a parameter
    """Nobody can tell what happened only once the final dot was handed over."""
    assert lost(step, "gone", sent=sent).uncertain is (sent and step is Step.CONTENT)


@given(st.binary(max_size=2000))
def test_reply_is_one_short_printable_line(text: bytes) -> None:
    """Whatever a server writes, the reply that is kept is one line for a person or a log."""
    reply = read_reply(550, text)
    assert reply.text.isprintable()
    assert len(reply.text) <= 500
