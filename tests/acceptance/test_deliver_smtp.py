"""The hand-off of messages, to real servers on loopback and to sockets that misbehave."""

import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from digest.deliver.smtp import SmtpMailer
from digest.model import Accepted, Envelope, Lost, Refused, Unbuildable
from tests.acceptance.mail_servers import (
    CONTENT,
    ENVELOPE,
    Inbox,
    answering,
    read_until,
    scripted,
    serving,
    settings,
)


def test_message_arrives_byte_for_byte() -> None:
    """Leading dots, a lone dot and CRLF survive the hand-off exactly."""
    inbox = Inbox()
    with serving(inbox) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(ENVELOPE)
        session.close()
    assert isinstance(outcome, Accepted)
    assert outcome.reply.code == 250
    assert "queued as 42" in outcome.reply.text
    assert [taken.content for taken in inbox.taken] == [CONTENT]
    assert inbox.taken[0].rcpt_tos == ["reader@b.example"]
    assert inbox.taken[0].mail_from == "news@a.example"
    assert inbox.greetings == ["client.example"]


def test_one_session_carries_many_messages() -> None:
    """A connection is kept: each message is a transaction of its own with one recipient."""
    inbox = Inbox()
    with serving(inbox) as port:
        session = SmtpMailer(settings(port)).connect()
        for number in range(20):
            outcome = session.send(
                Envelope(sender="n@a.example", recipient=f"r{number}@b.example", content=CONTENT)
            )
            assert isinstance(outcome, Accepted)
        session.close()
    assert [taken.rcpt_tos for taken in inbox.taken] == [[f"r{n}@b.example"] for n in range(20)]


def test_international_domain_goes_out_in_punycode() -> None:
    """A domain outside ASCII is written in punycode, without SMTPUTF8."""
    inbox = Inbox()
    with serving(inbox, enable_SMTPUTF8=False) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(
            Envelope(sender="n@a.example", recipient="me@bücher.example", content=CONTENT)
        )
        session.close()
    assert isinstance(outcome, Accepted)
    assert inbox.taken[0].rcpt_tos == ["me@xn--bcher-kva.example"]


def test_local_part_outside_ascii_goes_where_smtputf8_is_offered() -> None:
    """A reader whose local part is not ASCII gets mail from a server that says it can do that."""
    inbox = Inbox()
    with serving(inbox) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(
            Envelope(sender="n@a.example", recipient="jörg@bücher.example", content=CONTENT)
        )
        session.close()
    assert isinstance(outcome, Accepted)
    assert inbox.taken[0].rcpt_tos == ["jörg@xn--bcher-kva.example"]
    assert inbox.taken[0].smtp_utf8


@pytest.mark.parametrize(
    ("sender", "recipient", "code"),
    [
        pytest.param("news@a.example", "gone@b.example", 550, id="recipient-for-good"),
        pytest.param("news@a.example", "busy@b.example", 451, id="recipient-for-now"),
        pytest.param("us@a.example", "reader@b.example", 554, id="sender"),
    ],
)
def test_refusal_is_a_value_and_the_session_goes_on(sender: str, recipient: str, code: int) -> None:
    """A refused MAIL or RCPT comes back as Refused, and the next message still goes out alone."""
    inbox = Inbox(
        refusals={
            "gone@b.example": "550 5.1.1 no such user",
            "busy@b.example": "451 4.3.0 later",
            "us@a.example": "554 5.7.1 not you",
        }
    )
    with serving(inbox) as port:
        session = SmtpMailer(settings(port)).connect()
        refused = session.send(Envelope(sender=sender, recipient=recipient, content=CONTENT))
        accepted = session.send(ENVELOPE)
        session.close()
    assert isinstance(refused, Refused)
    assert refused.reply.code == code
    assert isinstance(accepted, Accepted)
    assert [taken.rcpt_tos for taken in inbox.taken] == [["reader@b.example"]]


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        pytest.param(
            Envelope(sender="a@b.example", recipient="x@y.example>\r\nDATA", content=CONTENT),
            "cannot be part of a domain",
            id="crlf-in-recipient",
        ),
        pytest.param(
            Envelope(sender="a@b.example\n", recipient="x@y.example", content=CONTENT),
            "cannot be part of a domain",
            id="lf-in-sender",
        ),
        pytest.param(
            Envelope(sender="a@b.example", recipient="jörg@y.example", content=CONTENT),
            "outside ASCII",
            id="needs-smtputf8",
        ),
        pytest.param(
            Envelope(sender="a@b.example", recipient="x@y.example", content=b"a\r\n\r\nb\n.\nc"),
            "not CRLF",
            id="smuggling",
        ),
    ],
)
def test_what_cannot_be_said_is_not_sent(envelope: Envelope, reason: str) -> None:
    """Line breaks in addresses and bare ones in content never reach the server."""
    inbox = Inbox()
    with serving(inbox, enable_SMTPUTF8=False) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(envelope)
        session.close()
    assert isinstance(outcome, Unbuildable)
    assert reason in outcome.reason
    assert not inbox.greetings


EHLO = b"250 test\r\n"
OK = b"250 2.0.0 ok\r\n"
GO = b"354 go ahead\r\n"


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param((EHLO, b""), id="at-mail"),
        pytest.param((EHLO, OK, b""), id="at-rcpt"),
        pytest.param((EHLO, OK, OK, b""), id="at-data"),
    ],
)
def test_loss_before_the_content_is_certain(replies: tuple[bytes, ...]) -> None:
    """A connection lost before the message went out cannot have delivered it."""
    with scripted(answering(*replies)) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(ENVELOPE)
        again = session.send(ENVELOPE)
        session.close()
    assert isinstance(outcome, Lost)
    assert not outcome.uncertain
    assert isinstance(again, Lost)
    assert not again.uncertain


def test_loss_in_the_middle_of_the_content_is_certain() -> None:
    """A server that hangs up before it has the final dot cannot have taken the message."""

    def talk(connection: socket.socket) -> None:
        answering(EHLO, OK, OK)(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connection.sendall(GO)
        connection.recv(1000)

    big = Envelope(sender="a@b.example", recipient="c@d.example", content=b"x" * 60 + b"\r\n")
    content = big.content * 1_000_000
    with scripted(talk) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(
            Envelope(sender=big.sender, recipient=big.recipient, content=content)
        )
        session.close()
    assert isinstance(outcome, Lost)
    assert not outcome.uncertain


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(b"", id="hangs-up"),
        pytest.param(b"no number here\r\n", id="answers-nonsense"),
        pytest.param(b"354 go on\r\n", id="answers-out-of-step"),
    ],
)
def test_loss_after_the_content_is_uncertain(last: bytes) -> None:
    """Once the final dot is out and no final reply came, nobody knows: the outcome says so."""

    def talk(connection: socket.socket) -> None:
        answering(EHLO, OK, OK)(connection)
        connection.sendall(GO)
        assert read_until(connection, b"\r\n.\r\n").endswith(b"last\r\n.\r\n")
        connection.sendall(last)

    with scripted(talk) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(ENVELOPE)
        session.close()
    assert isinstance(outcome, Lost)
    assert outcome.uncertain


def test_silence_after_the_content_is_uncertain() -> None:
    """A server that takes the message and then says nothing runs into the timeout."""

    def talk(connection: socket.socket) -> None:
        answering(EHLO, OK, OK)(connection)
        connection.sendall(GO)
        read_until(connection, b"\r\n.\r\n")
        connection.recv(1)

    with scripted(talk) as port:
        session = SmtpMailer(settings(port, timeout=timedelta(seconds=1))).connect()
        outcome = session.send(ENVELOPE)
        session.close()
    assert isinstance(outcome, Lost)
    assert outcome.uncertain


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param((EHLO, b"421 4.3.2 shutting down\r\n"), id="at-mail"),
        pytest.param((EHLO, OK, b"421 4.7.0 too much\r\n"), id="at-rcpt"),
        pytest.param((EHLO, OK, OK, b"421 4.3.2 shutting down\r\n"), id="at-data"),
    ],
)
def test_421_is_a_refusal_and_ends_the_session(replies: tuple[bytes, ...]) -> None:
    """After 421 the server hangs up: no RSET is tried, and later sends are lost."""
    with scripted(answering(*replies)) as port:
        session = SmtpMailer(settings(port)).connect()
        outcome = session.send(ENVELOPE)
        again = session.send(ENVELOPE)
        session.close()
    assert isinstance(outcome, Refused)
    assert outcome.reply.code == 421
    assert isinstance(again, Lost)


def test_refused_data_and_refused_content_are_refusals() -> None:
    """A no to DATA is followed by RSET, a no to the content is not; both are Refused."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 test ESMTP\r\n")
        for reply in (EHLO, OK, OK, b"451 4.3.0 not now\r\n", OK, OK, OK, GO):
            heard.append(read_until(connection, b"\r\n")[:4].upper())
            connection.sendall(reply)
        read_until(connection, b"\r\n.\r\n")
        connection.sendall(b"550-5.6.0 first\r\n550 5.6.0 second\r\n")
        heard.append(read_until(connection, b"\r\n")[:4].upper())
        connection.sendall(b"221 bye\r\n")

    with scripted(talk) as port:
        session = SmtpMailer(settings(port)).connect()
        first, second = session.send(ENVELOPE), session.send(ENVELOPE)
        session.close()
    assert isinstance(first, Refused)
    assert first.transient
    assert isinstance(second, Refused)
    assert str(second.reply) == "550 5.6.0 first 5.6.0 second"
    assert heard == [
        b"EHLO",
        b"MAIL",
        b"RCPT",
        b"DATA",
        b"RSET",
        b"MAIL",
        b"RCPT",
        b"DATA",
        b"QUIT",
    ]


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(lambda connection: connection.recv(1), id="ignores-quit"),
        pytest.param(lambda connection: connection.sendall(b"nonsense\r\n"), id="nonsense"),
        pytest.param(lambda _connection: None, id="hangs-up"),
    ],
)
def test_close_never_raises_and_never_hangs(ending: Callable[[socket.socket], None]) -> None:
    """Whatever a server makes of QUIT, the session ends in time, and closing twice is fine."""

    def talk(connection: socket.socket) -> None:
        answering(EHLO)(connection)
        ending(connection)

    with scripted(talk) as port:
        session = SmtpMailer(settings(port, timeout=timedelta(seconds=1))).connect()
        session.close()
        session.close()


def test_size_is_announced_only_where_offered() -> None:
    """MAIL carries SIZE for a server that offers it, and no option for one that does not."""
    inbox = Inbox()
    with serving(inbox, data_size_limit=100_000) as port:
        session = SmtpMailer(settings(port)).connect()
        assert isinstance(session.send(ENVELOPE), Accepted)
        session.close()
    with serving(inbox, data_size_limit=None) as port:
        session = SmtpMailer(settings(port)).connect()
        assert isinstance(session.send(ENVELOPE), Accepted)
        session.close()
    assert [taken.mail_options for taken in inbox.taken] == [[f"SIZE={len(CONTENT)}"], []]
