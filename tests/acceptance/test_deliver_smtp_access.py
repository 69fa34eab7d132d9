"""Getting in: XOAUTH2, client certificates, opportunistic TLS, LMTP."""

import shutil
import socket
import ssl
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
from aiosmtpd.controller import UnixSocketController
from aiosmtpd.lmtp import LMTP

from digest.deliver.smtp import SmtpMailer
from digest.errors import HandOffError
from digest.model import Accepted, Envelope, Refused
from tests.acceptance.mail_servers import (
    CONTENT,
    ENVELOPE,
    FreePortController,
    Inbox,
    read_until,
    scripted,
    serving,
    settings,
)

TOKEN = "ya29.a-token-of-nobody"
OFFER = b"250-test\r\n250 AUTH PLAIN XOAUTH2\r\n"


def logging_in(heard: list[bytes], *replies: bytes, offer: bytes = OFFER) -> object:
    """A server that answers EHLO with its offer, then each line with the next reply."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 test ESMTP\r\n")
        for reply in (offer, *replies):
            heard.append(read_until(connection, b"\r\n"))
            connection.sendall(reply)
        read_until(connection, b"\r\n")

    return talk


def test_token_logs_in_by_xoauth2() -> None:
    """With a token, the login is user and bearer in one line, and no password is asked for."""
    heard: list[bytes] = []
    with scripted(logging_in(heard, b"235 2.7.0 ok\r\n")) as port:  # type: ignore[arg-type]
        SmtpMailer(settings(port, username="editor@a.example"), token=TOKEN).connect().close()
    verb, mechanism, encoded = heard[1].split()
    assert (verb, mechanism) == (b"AUTH", b"XOAUTH2")
    assert b64decode(encoded) == f"user=editor@a.example\1auth=Bearer {TOKEN}\1\1".encode()


def test_token_that_is_refused_says_what_to_check() -> None:
    """A refusal comes as a challenge, is answered with nothing, and names the variable to check."""
    heard: list[bytes] = []
    talk = logging_in(heard, b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n", b"535 5.7.8 no\r\n")
    with (
        scripted(talk) as port,  # type: ignore[arg-type]
        pytest.raises(HandOffError, match=r"\(535\).*DIGEST_SMTP_TOKEN") as caught,
    ):
        SmtpMailer(settings(port, username="editor"), token=TOKEN).connect()
    assert heard[2] == b"\r\n"
    assert TOKEN not in repr(caught.value)


def test_token_where_xoauth2_is_not_offered() -> None:
    """A token is shown to nobody who does not know what it is."""
    heard: list[bytes] = []
    talk = logging_in(heard, offer=b"250-test\r\n250 AUTH PLAIN\r\n")
    with (
        scripted(talk) as port,  # type: ignore[arg-type]
        pytest.raises(HandOffError, match="takes no logins"),
    ):
        SmtpMailer(settings(port, username="editor"), token=TOKEN).connect()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is not installed: client certificates are NOT tested")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    key, only = path.with_suffix(".key"), path.with_suffix(".crt")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(only)),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(key.read_text() + only.read_text())
    return path


def demanding(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate.with_suffix(".crt"))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"certificate": "both.pem"}, id="one-file"),
        pytest.param({"certificate": "both.crt", "key": "both.key"}, id="two-files"),
    ],
)
def test_client_certificate_is_shown(certificate: Path, files: dict[str, str]) -> None:
    """A server that asks for our certificate gets it; paths start at the given folder."""
    inbox = Inbox()
    with serving(inbox, tls_context=demanding(certificate), require_starttls=True) as port:
        mailer = SmtpMailer(
            settings(port, security="starttls", **files),
            folder=certificate.parent,
            context=trusting(certificate),
        )
        session = mailer.connect()
        outcomes = [session.send(ENVELOPE), *dict(session.stream([(1, ENVELOPE)])).values()]
        session.close()
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert [taken.content for taken in inbox.taken] == [CONTENT, CONTENT]


def test_client_certificate_that_cannot_be_read_names_the_setting(tmp_path: Path) -> None:
    """A missing or broken certificate file is an error before anything is sent."""
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for name in ("missing.pem", "broken.pem"):
        changed = settings(1, security="tls", certificate=name)
        with pytest.raises(HandOffError, match=r"check \[smtp\] certificate and key"):
            SmtpMailer(changed, folder=tmp_path).connect()


def test_opportunistic_tls_takes_what_there_is(certificate: Path) -> None:
    """TLS with whatever certificate where it is offered, and none where it is not."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    for options in ({"tls_context": context, "require_starttls": True}, {}):
        inbox = Inbox()
        with serving(inbox, **options) as port:
            session = SmtpMailer(settings(port, security="opportunistic")).connect()
            assert isinstance(session.send(ENVELOPE), Accepted)
            session.close()
        assert len(inbox.taken) == 1


def test_large_messages_cross_tls(certificate: Path) -> None:
    """A message of many TLS records arrives byte for byte."""
    inbox = Inbox()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    content = b"Subject: long\r\n\r\n" + b"".join(b".%d\r\n" % n for n in range(60_000))
    with serving(inbox, ssl_context=context) as port:
        session = SmtpMailer(
            settings(port, security="tls"), context=trusting(certificate)
        ).connect()
        big = Envelope(sender="n@a.example", recipient="r@b.example", content=content)
        assert isinstance(session.send(big), Accepted)
        session.close()
    assert [taken.content for taken in inbox.taken] == [content]


class LmtpController(FreePortController):
    """aiosmtpd speaking LMTP."""

    def factory(self) -> LMTP:
        return LMTP(self.handler, hostname="127.0.0.1")


class LmtpSocketController(UnixSocketController):
    """aiosmtpd speaking LMTP on a Unix socket."""

    def factory(self) -> LMTP:
        return LMTP(self.handler, hostname="test")


def test_lmtp_over_tcp() -> None:
    """LMTP greets with LHLO and then works like SMTP, with its refusals."""
    inbox = Inbox(refusals={"gone@b.example": "550 5.1.1 no such user"})
    controller = LmtpController(inbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        session = SmtpMailer(settings(controller.port, protocol="lmtp")).connect()
        gone = Envelope(sender="n@a.example", recipient="gone@b.example", content=CONTENT)
        outcomes = dict(session.stream(enumerate((ENVELOPE, gone, ENVELOPE))))
        session.close()
    finally:
        controller.stop()
    assert [type(outcomes[number]) for number in range(3)] == [Accepted, Refused, Accepted]
    assert len(inbox.taken) == 2


def test_lmtp_over_a_unix_socket(tmp_path: Path) -> None:
    """The host of an LMTP server may be the path of its socket."""
    inbox = Inbox()
    path = tmp_path / "lmtp"
    controller = LmtpSocketController(inbox, unix_socket=str(path))
    controller.start()
    try:
        session = SmtpMailer(settings(0, protocol="lmtp", host=str(path))).connect()
        assert isinstance(session.send(ENVELOPE), Accepted)
        session.close()
    finally:
        controller.stop()
    assert [taken.content for taken in inbox.taken] == [CONTENT]


def test_lmtp_socket_that_is_not_there(tmp_path: Path) -> None:
    """A missing socket is an error that names its path."""
    path = tmp_path / "nothing"
    with pytest.raises(HandOffError, match=f"{path}.*"):
        SmtpMailer(settings(0, protocol="lmtp", host=str(path))).connect()


def test_smtp_server_under_lmtp_is_an_error() -> None:
    """A server that knows no LHLO is told apart at once."""
    with serving(Inbox()) as port, pytest.raises(HandOffError, match="it answered 50"):
        SmtpMailer(settings(port, protocol="lmtp")).connect()
