"""The relays' mail servers behind one door: a :class:`digest.ports.Mailer` of several."""

from collections.abc import Mapping
from typing import Protocol

from digest.config.relays import SMTP
from digest.config.secrets import (
    SMTP_PASSWORD,
    SMTP_TOKEN,
    WEBHOOK_SECRET,
    password_variable,
    secret_variable,
    token_variable,
)
from digest.errors import HandOffError
from digest.ports import MailSession


class MailServer(Protocol):
    """One mail server, such as a :class:`digest.deliver.smtp.SmtpMailer`."""

    def connect(self) -> MailSession:
        """Open, secure and log in to a new session."""
        ...


class MailServers:
    """Each relay's mail server by the relay's name, in the order of the configuration."""

    def __init__(self, servers: Mapping[str, MailServer]) -> None:
        self._servers = servers

    def connect(self, relay: str = "") -> MailSession:
        """Open a session with the relay of that name; with the first where none is named.

        :raises HandOffError: when it cannot be used, saying what to check.
        """
        name = relay or next(iter(self._servers))
        try:
            return self._servers[name].connect()
        except HandOffError as error:
            raise _about(name, error) from error.__cause__


def _about(name: str, error: HandOffError) -> HandOffError:
    """The error with the places to check that are this relay's, not those of ``[smtp]``."""
    if name == SMTP:
        return error
    message = str(error).removeprefix(f"mail server {error.server}: ")
    message = message.replace("[smtp]", f"[[relay]] {name}:")
    message = message.replace(SMTP_PASSWORD, password_variable(name))
    message = message.replace(WEBHOOK_SECRET, secret_variable(name))
    return HandOffError(error.server, message.replace(SMTP_TOKEN, token_variable(name)))
