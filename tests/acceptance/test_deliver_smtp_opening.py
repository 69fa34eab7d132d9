"""Servers that misbehave before the first message: an error that says what to check, in time."""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.smtp import SmtpMailer
from digest.errors import HandOffError
from digest.model import Lost, Refused
from tests.acceptance.mail_servers import CONTENT, ENVELOPE, read_until, scripted, settings
from tests.acceptance.test_deliver_smtp_connect import certificate, server_context, trusting

__all__ = ["certificate"]

PASSWORD = "correct horse battery staple"
HELLO = b"220 test ESMTP\r\n"
TLS = b"250-test\r\n250 STARTTLS\r\n"
LOGIN = b"250-test\r\n250 AUTH PLAIN LOGIN\r\n"
STALL = b"stall"

OPENINGS = {
    # What the server says at first and to each command after that; b"" hangs up.
    "hangs-up-at-once": ([b""], {}, "closed the connection or stopped answering"),
    "421-for-a-greeting": ([b"421 4.3.2 too busy\r\n"], {}, "421 4.3.2 too busy"),
    "garbage-for-a-greeting": ([b"\x00\xff hm\r\n"], {}, "127.0.0.1"),
    "over-long-greeting": ([b"220 " + b"x" * 20_000 + b"\r\n"], {}, "127.0.0.1"),
    "half-a-greeting": ([b"220 te"], {}, "closed the connection"),
    "silence": ([STALL], {}, "stopped answering"),
    "hangs-up-at-ehlo": ([HELLO, b""], {}, "closed the connection"),
    "half-an-ehlo-reply": ([HELLO, b"250-test\r\n250-SI"], {}, "closed the connection"),
    "421-at-ehlo": ([HELLO, b"421 4.3.2 bye\r\n", b"421 4.3.2 bye\r\n"], {}, "421 4.3.2 bye"),
    "no-ehlo-no-helo": ([HELLO, b"502 5.5.1 no\r\n", b"502 5.5.1 no\r\n"], {}, "502 5.5.1 no"),
    "over-long-ehlo-reply": ([HELLO, b"250-" + b"x" * 20_000 + b"\r\n"], {}, "127.0.0.1"),
    "silence-at-ehlo": ([HELLO, STALL], {}, "stopped answering"),
    "starttls-refused": (
        [HELLO, TLS, b"454 4.7.0 not now\r\n"], {"security": "starttls"}, "454 4.7.0 not now",
    ),
    "hangs-up-at-starttls": ([HELLO, TLS, b""], {"security": "starttls"}, "closed the connection"),
    "garbage-for-tls": (
        [HELLO, TLS, b"220 go\r\n", b"no tls here"], {"security": "starttls"}, "TLS failed",
    ),
    "hangs-up-in-the-handshake": (
        [HELLO, TLS, b"220 go\r\n", b""], {"security": "starttls"}, "127.0.0.1",
    ),
    "reply-before-tls": (
        [HELLO, TLS, b"220 go\r\n250 injected\r\n", b""], {"security": "starttls"}, "127.0.0.1",
    ),
    "login-refused": (
        [HELLO, LOGIN, b"535 5.7.8 no\r\n", b"535 5.7.8 no\r\n", b"535 5.7.8 no\r\n"],
        {"username": "editor"}, "DIGEST_SMTP_PASSWORD",
    ),
    "login-refused-for-now": (
        [HELLO, LOGIN, *([b"454 4.7.0 later\r\n"] * 3)],
        {"username": "editor"}, r"refused the login of 'editor' \(454\)",
    ),
    "hangs-up-at-the-login": ([HELLO, LOGIN, b""], {"username": "editor"}, "the login failed"),
    "garbage-at-the-login": (
        [HELLO, LOGIN, b"\xff\xfe\r\n", b"\xff\r\n", b""], {"username": "editor"}, "login",
    ),
    "silence-at-the-login": ([HELLO, LOGIN, STALL], {"username": "editor"}, "stopped answering"),
}  # fmt: skip


def saying(replies: list[bytes]) -> Callable[[socket.socket], None]:
    """Say the first at once and each other after a command; then wait for the client to go."""

    def talk(connection: socket.socket) -> None:
        for number, reply in enumerate(replies):
            if number and not connection.recv(65_536):
                return
            if reply in (b"", STALL):
                break
            connection.sendall(reply)
        if replies[-1] == STALL:
            while connection.recv(65_536):
                pass

    return talk


@pytest.mark.parametrize(("replies", "changes", "said"), OPENINGS.values(), ids=OPENINGS.keys())
def test_a_server_that_cannot_be_used(
    replies: list[bytes], changes: dict[str, object], said: str
) -> None:
    """One error that names the server and the trouble, without the password, and soon."""
    began = time.monotonic()
    with scripted(saying(replies)) as port:
        mailer = SmtpMailer(settings(port, timeout=timedelta(seconds=1), **changes), PASSWORD)
        with pytest.raises(HandOffError, match=said) as caught:
            mailer.connect()
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert PASSWORD not in repr(caught.value)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 8


def test_a_message_larger_than_the_server_takes_over_a_socket() -> None:
    """Refused in the words of RFC 1870 without a byte of it; the next, smaller one goes out."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(HELLO)
        for reply in (b"250-test\r\n250 SIZE 200\r\n", *([b"250 ok\r\n"] * 2), b"354 go\r\n"):
            heard.append(read_until(connection, b"\r\n"))
            connection.sendall(reply)
        heard.append(read_until(connection, b"\r\n.\r\n"))
        connection.sendall(b"250 2.0.0 ok\r\n")
        read_until(connection, b"\r\n")

    with scripted(talk) as port:
        session = SmtpMailer(settings(port)).connect()
        refused = session.send(replace(ENVELOPE, content=CONTENT * 50))
        assert isinstance(refused, Refused)
        assert refused.reply.code == 552
        assert not isinstance(session.send(ENVELOPE), Refused)
        session.close()
    assert len(heard) == 5
    assert max(map(len, heard)) < 200


@pytest.mark.parametrize("rest", [b"", b"\x17\x03\x03\x00\x10garbage"], ids=["cut", "garbage"])
@pytest.mark.parametrize("after", ["MAIL", "content"])
def test_tls_that_breaks_in_mid_session(certificate: Path, after: str, rest: bytes) -> None:
    """Cut off without a goodbye, or with bytes that are no TLS: uncertain only at last."""
    context = server_context(certificate)

    def talk(connection: socket.socket) -> None:
        raw = connection.dup()
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(HELLO)
            for end, reply in (
                (b"\r\n", b"250 test\r\n"),
                (b"\r\n", b"250 ok\r\n"),
                (b"\r\n", b"250 ok\r\n"),
                (b"\r\n", b"354 go\r\n"),
                (b"\r\n.\r\n", b""),
            ):
                if read_until(secure, end)[:4] == b"MAIL" and after == "MAIL":
                    break
                secure.sendall(reply)
            if rest:
                raw.sendall(rest)
            raw.shutdown(socket.SHUT_RDWR)
            raw.close()

    with scripted(talk) as port:
        mailer = SmtpMailer(settings(port, security="tls"), context=trusting(certificate))
        session = mailer.connect()
        outcome = session.send(ENVELOPE)
        session.close()
    assert isinstance(outcome, Lost)
    assert outcome.uncertain is (after == "content")


def test_a_certificate_of_another_host_is_not_trusted(certificate: Path) -> None:
    """A valid certificate for somewhere else ends the matter before a login is shown."""
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        try:
            with server_context(certificate).wrap_socket(connection, server_side=True) as secure:
                heard.append(secure.recv(1))
        except (ssl.SSLError, OSError):
            heard.append(b"")

    with scripted(talk) as port:
        changed = settings(port, host="localhost", security="tls", username="editor")
        mailer = SmtpMailer(changed, PASSWORD, context=trusting(certificate))
        with pytest.raises(HandOffError, match="certificate is not trusted"):
            mailer.connect()
    assert heard == [b""]
