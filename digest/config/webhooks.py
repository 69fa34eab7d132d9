"""Webhooks that take mail: what a URL must be, and what is signed with."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from urllib.parse import urlsplit

from digest.config.locate import TomlPath
from digest.config.relays import is_local
from digest.config.secrets import WEBHOOK_SECRET, secret_variable
from digest.config.settings import Secrets, Settings, SmtpProtocol
from digest.config.tomlfile import TomlFile
from digest.errors import Problem

_PREFIX = "whsec_"
_SHORTEST = 24


def webhook_key(secret: str) -> bytes:
    """The key that a secret stands for: base64 after ``whsec_``, else its own characters.

    :raises ValueError: when it cannot be used, saying why.
    """
    if not secret:
        message = "there is no secret to sign with"
        raise ValueError(message)
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (Base64Error, ValueError) as error:
            message = f"what follows {_PREFIX} in the secret is not base64"
            raise ValueError(message) from error
    if len(key) < _SHORTEST:
        message = f"the secret has {len(key)} bytes, and needs {_SHORTEST} at least"
        raise ValueError(message)
    return key


def webhook_secret(settings: Settings, secrets: Secrets, relay: str) -> str:
    """What a relay's webhook is signed with; empty where nothing is set."""
    if not settings.relay:
        return secrets.webhook_secret
    return secrets.relay_secrets.get(secret_variable(relay), "")


def webhook_problems(file: TomlFile, settings: Settings) -> Iterator[Problem]:
    """What keeps webhooks from being used as they are written."""
    private = {host.lower() for host in settings.collect.private_hosts}
    for path, _, url in _webhooks(settings):
        here = file.first_of([(*path, "url"), (*path, "protocol")])
        if not url:
            fix = 'for example url = "https://mail.example.org/hook"'
            yield file.problem(here, 'protocol = "webhook" needs a url', fix=fix)
            continue
        host = (urlsplit(url).hostname or "").lower()
        if not url.lower().startswith("https:") and not is_local(host) and host not in private:
            message = "a webhook gets readers' addresses, so its URL has to be https"
            yield file.problem(here, message, fix="write https://, or list it in private_hosts")
        elif is_local(host) and host not in private:
            message = f"{host} is private, and not asked unless it is named"
            yield file.problem(here, message, fix=f'set [collect] private_hosts = ["{host}"]')


def webhook_warnings(file: TomlFile, settings: Settings, secrets: Secrets) -> Iterator[Problem]:
    """Secrets that are missing or cannot be used."""
    for path, name, _ in _webhooks(settings):
        variable = secret_variable(name) if name else WEBHOOK_SECRET
        try:
            webhook_key(webhook_secret(settings, secrets, name))
        except ValueError as error:
            here = file.first_of([(*path, "url"), (*path, "protocol")])
            fix = f"set {variable} or {variable}_FILE in the environment"
            yield file.problem(here, str(error), fix=fix)


def _webhooks(settings: Settings) -> Iterator[tuple[TomlPath, str, str]]:
    """Each webhook's table, its relay's name (none for ``[smtp]``) and its URL."""
    smtp = settings.smtp
    if not settings.relay and smtp.protocol is SmtpProtocol.WEBHOOK:
        yield ("smtp",), "", smtp.url
    for index, table in enumerate(settings.relay):
        if (table.protocol or smtp.protocol) is SmtpProtocol.WEBHOOK:
            yield ("relay", index), table.name, table.url or smtp.url
