"""Connecting to a mail server: greeting, TLS, login, and what is said when one of them fails."""

import shutil
import socket
import ssl
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from digest.deliver.smtp import SmtpMailer
from digest.errors import HandOffError
from digest.model import Accepted
from tests.acceptance.mail_servers import ENVELOPE, Inbox, scripted, serving, settings

PASSWORD = "correct horse battery staple"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_login_that_is_right_is_taken() -> None:
    """With a user name, the session logs in before anything is sent."""
    inbox = Inbox()

    def authenticate(*arguments: object) -> AuthResult:
        data = arguments[-1]
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == PASSWORD.encode())

    with serving(
        inbox, authenticator=authenticate, auth_required=True, auth_require_tls=False
    ) as port:
        session = SmtpMailer(settings(port, username="editor"), PASSWORD).connect()
        assert isinstance(session.send(ENVELOPE), Accepted)
        session.close()


@pytest.mark.parametrize(
    ("password", "hint"),
    [
        pytest.param(PASSWORD, "refused the login of 'editor' (535)", id="refused"),
        pytest.param("pässwörd", "outside ASCII", id="not-ascii"),
    ],
)
def test_login_that_is_refused_says_what_to_check_but_no_secret(password: str, hint: str) -> None:
    """A refused login names server, user and setting; neither text nor chain has the password."""

    def authenticate(*_arguments: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with (
        serving(Inbox(), authenticator=authenticate, auth_require_tls=False) as port,
        pytest.raises(HandOffError) as caught,
    ):
        SmtpMailer(settings(port, username="editor"), password).connect()
    assert hint in str(caught.value)
    assert "DIGEST_SMTP_PASSWORD" in str(caught.value)
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert password not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_login_where_none_is_taken_is_an_error() -> None:
    """A user name set for a server without AUTH is told apart from a wrong password."""
    with serving(Inbox()) as port, pytest.raises(HandOffError, match="takes no logins"):
        SmtpMailer(settings(port, username="editor"), PASSWORD).connect()


def test_starttls_that_is_not_offered_is_refused() -> None:
    """With starttls required, nothing is sent to a server that cannot do it."""
    with serving(Inbox()) as port, pytest.raises(HandOffError, match="does not offer STARTTLS"):
        SmtpMailer(settings(port, security="starttls")).connect()


def test_security_that_does_not_fit_the_port_is_an_error() -> None:
    """TLS spoken to a plain server ends in an error that names the setting, not in a traceback."""
    with (
        serving(Inbox()) as port,
        pytest.raises(HandOffError, match=r"TLS failed; check \[smtp\] port and security"),
    ):
        SmtpMailer(settings(port, security="tls")).connect()


def test_nobody_listening_is_an_error_that_says_what_to_check() -> None:
    """A refused connection names the server and the settings to look at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(HandOffError, match=rf"127\.0\.0\.1:{port}: .*check \[smtp\] host and port"):
        SmtpMailer(settings(port)).connect()


def test_server_that_greets_with_554_is_an_error() -> None:
    """A server that wants nothing to do with us is an error with its own words."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"554 5.7.1 go away\r\n")

    with scripted(talk) as port, pytest.raises(HandOffError, match=r"554 5\.7\.1 go away"):
        SmtpMailer(settings(port)).connect()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key in one file, made now."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is not installed: TLS hand-off is NOT tested")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(path), "-out", str(path.with_suffix(".crt"))),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_trusted_certificate_is_taken(certificate: Path, security: str) -> None:
    """Over STARTTLS or TLS from the first byte, a verified server gets the message."""
    inbox = Inbox()
    context = server_context(certificate)
    options: dict[str, Any] = (
        {"ssl_context": context}
        if security == "tls"
        else {"tls_context": context, "require_starttls": True}
    )
    with serving(inbox, **options) as port:
        mailer = SmtpMailer(settings(port, security=security), context=trusting(certificate))
        session = mailer.connect()
        assert isinstance(session.send(ENVELOPE), Accepted)
        session.close()
    assert len(inbox.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_untrusted_certificate_is_refused(certificate: Path, security: str) -> None:
    """By default the certificate is verified, and one nobody vouches for ends the matter."""
    context = server_context(certificate)
    options: dict[str, Any] = (
        {"ssl_context": context} if security == "tls" else {"tls_context": context}
    )
    with (
        serving(Inbox(), **options) as port,
        pytest.raises(HandOffError, match="certificate is not trusted"),
    ):
        SmtpMailer(settings(port, security=security)).connect()
