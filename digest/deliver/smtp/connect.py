"""Connecting to a mail server: the only home of :mod:`smtplib`.

smtplib connects, greets, secures and logs in; then its socket goes to a
:class:`~digest.deliver.smtp.session.SmtpSession`, which speaks the transactions.
"""

import smtplib
import socket
import ssl
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from digest.config import SmtpProtocol, SmtpSecurity, SmtpSettings
from digest.deliver.smtp.session import SmtpSession
from digest.deliver.transaction import Extensions, read_reply
from digest.errors import HandOffError

_OK = 250
_MIN_TIMEOUT_SECONDS = 1.0
_STARTING_TLS = frozenset({SmtpSecurity.STARTTLS, SmtpSecurity.OPPORTUNISTIC})
_SENTENCES = (
    (ssl.SSLError, "TLS failed; check [smtp] port and security"),
    (ConnectionRefusedError, "it refused the connection; check [smtp] host and port"),
    (socket.gaierror, "there is no such host; check [smtp] host"),
    (TimeoutError, "it did not answer in time; check [smtp] host, port and security"),
    (smtplib.SMTPServerDisconnected, "it closed the connection or stopped answering"),
)


class SmtpMailer:
    """A mail server as the settings describe it: a :class:`digest.ports.Mailer`.

    ``token`` logs in by XOAUTH2 instead of ``password``. ``folder`` is where relative paths of
    client certificates start. ``context`` replaces the default TLS context, which verifies the
    certificate and the host name unless TLS is opportunistic.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        password: str = "",
        *,
        token: str = "",
        folder: Path = Path(),
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._password = password
        self._token = token
        self._folder = folder
        self._given_context = context

    def __repr__(self) -> str:
        return f"SmtpMailer({self._server})"

    def connect(self) -> SmtpSession:
        """Open, secure and log in to a new session.

        :raises HandOffError: when the server cannot be used, saying what to check.
        """
        try:
            client = self._open()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise HandOffError(self._server, _sentence(error)) from error
        try:
            self._greet(client)
            self._log_in(client)
        except BaseException:
            client.close()
            raise
        return self._session(client)

    @property
    def _server(self) -> str:
        settings = self._settings
        return settings.host if self._is_local else f"{settings.host}:{settings.port}"

    @property
    def _is_local(self) -> bool:
        """Whether the host is the path of a Unix socket."""
        return self._settings.host.startswith("/")

    @property
    def _speaks_lmtp(self) -> bool:
        return self._settings.protocol is SmtpProtocol.LMTP

    @property
    def _timeout(self) -> float:
        return max(self._settings.timeout.total_seconds(), _MIN_TIMEOUT_SECONDS)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context = self._given_context or ssl.create_default_context()
        if self._settings.security is SmtpSecurity.OPPORTUNISTIC and not self._given_context:
            # What may be had in the clear is not made worse by a certificate nobody vouches for.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self._settings.certificate:
            self._show_certificate(context)
        return context

    def _show_certificate(self, context: ssl.SSLContext) -> None:
        certificate = self._folder / self._settings.certificate
        key = self._folder / self._settings.key if self._settings.key else None
        try:
            context.load_cert_chain(certificate, key, password=_no_passphrase)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            message = (
                f"our certificate {certificate} cannot be used ({reason}); "
                "check [smtp] certificate and key: PEM files, the key without a passphrase"
            )
            raise HandOffError(self._server, message) from error

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        greeting = settings.greeting or None
        if self._speaks_lmtp and self._is_local:
            return smtplib.LMTP(settings.host, 0, greeting, timeout=self._timeout)
        if settings.security is SmtpSecurity.TLS:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, greeting, timeout=self._timeout, context=self._context
            )
        else:
            client = smtplib.SMTP(settings.host, settings.port, greeting, timeout=self._timeout)
        if self._speaks_lmtp:
            client.ehlo_msg = smtplib.LMTP.ehlo_msg
        return client

    def _greet(self, client: smtplib.SMTP) -> None:
        try:
            self._introduce(client)
            offers_tls = client.has_extn("starttls")
            if self._settings.security is SmtpSecurity.STARTTLS and not offers_tls:
                message = "it does not offer STARTTLS; check [smtp] port and security"
                raise HandOffError(self._server, message)
            if offers_tls and self._settings.security in _STARTING_TLS:
                client.starttls(context=self._context)
                self._introduce(client)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise HandOffError(self._server, _sentence(error)) from error

    def _introduce(self, client: smtplib.SMTP) -> None:
        if not self._speaks_lmtp:
            client.ehlo_or_helo_if_needed()
            return
        code, text = client.ehlo()
        if code != _OK:
            raise smtplib.SMTPHeloError(code, text)

    def _session(self, client: smtplib.SMTP) -> SmtpSession:
        sock, early = _taken_over(client)
        if sock.family != socket.AF_UNIX:
            # A group's last, small packet must not wait for the one before to be acknowledged.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return SmtpSession(
            sock,
            _offers(client),
            timeout=self._timeout,
            window=self._settings.window,
            lmtp=self._speaks_lmtp,
            early=early,
        )

    def _log_in(self, client: smtplib.SMTP) -> None:
        """Log in where a user name is set. Errors are not chained: theirs may hold the password."""
        username = self._settings.username
        if not username:
            return
        try:
            if self._token:
                self._show_token(client)
            else:
                client.login(username, self._password)
        except smtplib.SMTPAuthenticationError as error:
            reply = read_reply(error.smtp_code, _as_bytes(error.smtp_error))
            message = (
                f"it refused the login of {username!r} ({reply.code}); "
                f"check [smtp] username and {self._secret}"
            )
        except UnicodeError:
            message = f"the user name or {self._secret} has characters outside ASCII"
        except smtplib.SMTPNotSupportedError:
            message = "it takes no logins; clear [smtp] username, or check port and security"
        except (OSError, smtplib.SMTPException) as error:
            message = f"the login failed: {_sentence(error)}"
        else:
            return
        raise HandOffError(self._server, message)

    @property
    def _secret(self) -> str:
        return "DIGEST_SMTP_TOKEN" if self._token else "DIGEST_SMTP_PASSWORD"

    def _show_token(self, client: smtplib.SMTP) -> None:
        """Log in by XOAUTH2, Google's and Microsoft's way of showing an OAuth 2.0 token."""
        if "XOAUTH2" not in client.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError
        first = f"user={self._settings.username}\x01auth=Bearer {self._token}\x01\x01"
        # A refusal comes as a challenge, which an empty answer turns into a reply.
        client.auth("XOAUTH2", lambda challenge=None: first if challenge is None else "")


def _no_passphrase() -> str:
    """Answer for OpenSSL, which would ask on the terminal."""
    raise ValueError("the key has a passphrase")


def _offers(client: smtplib.SMTP) -> Extensions:
    size = client.esmtp_features.get("size", "").strip()
    return Extensions(
        size=client.has_extn("size"),
        max_size=int(size) if size.isdecimal() else 0,
        eight_bit=client.has_extn("8bitmime"),
        utf8=client.has_extn("smtputf8"),
        pipelining=client.has_extn("pipelining"),
        chunking=client.has_extn("chunking"),
    )


def _taken_over(client: smtplib.SMTP) -> tuple[socket.socket, bytes]:
    """The connection, and what was read from it and not looked at."""
    sock, file = client.sock, client.file
    if sock is None:
        raise smtplib.SMTPServerDisconnected
    sock.settimeout(0)
    early = b""
    if file is not None:
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            early = file.read1() or b""
        # The socket stays open for as long as a file of it is.
        file.close()
    client.sock = client.file = None
    return sock, early


def _sentence(error: Exception) -> str:
    """What went wrong with a connection, and what to check where that can be told."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {read_reply(error.smtp_code, _as_bytes(error.smtp_error))}"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message
        return f"its certificate is not trusted ({reason}); check [smtp] host and the certificate"
    return next((text for kind, text in _SENTENCES if isinstance(error, kind)), str(error))


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
