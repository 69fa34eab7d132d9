"""The hand-off to a mail server: the only home of :mod:`smtplib`.

smtplib connects, greets, secures and logs in. The transactions are those of
:mod:`digest.deliver.transaction`, spoken in lock step: a command goes out when the reply to the
one before has been read.
"""

import smtplib
import socket
import ssl
from functools import cached_property

from digest.config import SmtpSecurity, SmtpSettings
from digest.deliver.transaction import (
    Command,
    Extensions,
    Step,
    commands,
    lost,
    proceeds,
    read_reply,
    refusal,
)
from digest.errors import HandOffError
from digest.model import Accepted, Envelope, Lost, Reply, SendOutcome, Unbuildable

_OK = 250
_CLOSING = 421
_GOODBYE_SECONDS = 5.0
_MIN_TIMEOUT_SECONDS = 1.0
_SENTENCES = (
    (ssl.SSLError, "TLS failed; check [smtp] port and security"),
    (ConnectionRefusedError, "it refused the connection; check [smtp] host and port"),
    (socket.gaierror, "there is no such host; check [smtp] host"),
    (TimeoutError, "it did not answer in time; check [smtp] host, port and security"),
    (smtplib.SMTPServerDisconnected, "it closed the connection or stopped answering"),
)


class SmtpSession:
    """An open, secured, logged-in connection: a :class:`digest.ports.MailSession`.

    Not for several threads at once. Once the connection is lost, every send says so.
    """

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client
        self._offered = Extensions(
            size=client.has_extn("size"), eight_bit=client.has_extn("8bitmime")
        )

    def send(self, envelope: Envelope) -> SendOutcome:
        """Hand one message over and wait for the final reply. Never raises for a refusal."""
        try:
            steps = commands(envelope, offered=self._offered)
        except ValueError as error:
            return Unbuildable(reason=str(error))
        reply = Reply(code=_OK, text="")
        for command in steps:
            answer = self._exchange(command)
            if isinstance(answer, Lost):
                return answer
            if not proceeds(command.step, answer):
                return self._end(command.step, answer)
            reply = answer
        return Accepted(reply=reply)

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to. Never raises."""
        sock = self._client.sock
        if sock is None:
            return
        try:
            # A server that is stuck must not hold up the end of a run.
            sock.settimeout(min(_GOODBYE_SECONDS, sock.gettimeout() or _GOODBYE_SECONDS))
            self._client.quit()
        except (OSError, smtplib.SMTPException):
            self._client.close()

    def _exchange(self, command: Command) -> Reply | Lost:
        try:
            self._client.send(command.line)
        except (OSError, smtplib.SMTPException) as error:
            return lost(command.step, _sentence(error), sent=False)
        try:
            return read_reply(*self._client.getreply())
        except (OSError, smtplib.SMTPException) as error:
            self._client.close()
            return lost(command.step, _sentence(error), sent=True)

    def _end(self, step: Step, reply: Reply) -> SendOutcome:
        """What a reply that does not proceed comes to, with the session made fit for the next."""
        outcome = refusal(reply)
        if outcome is None:
            self._client.close()
            return lost(step, f"the server answered {reply}", sent=True)
        if reply.code == _CLOSING:
            self._client.close()
        elif step is not Step.CONTENT:
            self._reset()
        return outcome

    def _reset(self) -> None:
        try:
            code, _ = self._client.rset()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code != _OK:
            self._client.close()


class SmtpMailer:
    """A mail server as the settings describe it: a :class:`digest.ports.Mailer`.

    ``context`` replaces the default TLS context, which verifies the certificate and the host name.
    """

    def __init__(
        self, settings: SmtpSettings, password: str = "", *, context: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._password = password
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
        return SmtpSession(client)

    @property
    def _server(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return self._given_context or ssl.create_default_context()

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        greeting = settings.greeting or None
        timeout = max(settings.timeout.total_seconds(), _MIN_TIMEOUT_SECONDS)
        if settings.security is SmtpSecurity.TLS:
            return smtplib.SMTP_SSL(
                settings.host, settings.port, greeting, timeout=timeout, context=self._context
            )
        return smtplib.SMTP(settings.host, settings.port, greeting, timeout=timeout)

    def _greet(self, client: smtplib.SMTP) -> None:
        try:
            client.ehlo_or_helo_if_needed()
            if self._settings.security is SmtpSecurity.STARTTLS:
                self._start_tls(client)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise HandOffError(self._server, _sentence(error)) from error

    def _start_tls(self, client: smtplib.SMTP) -> None:
        if not client.has_extn("starttls"):
            message = "it does not offer STARTTLS; check [smtp] port and security"
            raise HandOffError(self._server, message)
        client.starttls(context=self._context)
        client.ehlo_or_helo_if_needed()

    def _log_in(self, client: smtplib.SMTP) -> None:
        """Log in where a user name is set. Errors are not chained: theirs may hold the password."""
        username = self._settings.username
        if not username:
            return
        try:
            client.login(username, self._password)
        except smtplib.SMTPAuthenticationError as error:
            reply = read_reply(error.smtp_code, _as_bytes(error.smtp_error))
            message = (
                f"it refused the login of {username!r} ({reply.code}); "
                "check [smtp] username and DIGEST_SMTP_PASSWORD"
            )
        except UnicodeError:
            message = "the user name or DIGEST_SMTP_PASSWORD has characters outside ASCII"
        except smtplib.SMTPNotSupportedError:
            message = "it takes no logins; clear [smtp] username, or check port and security"
        except (OSError, smtplib.SMTPException) as error:
            message = f"the login failed: {_sentence(error)}"
        else:
            return
        raise HandOffError(self._server, message)


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
