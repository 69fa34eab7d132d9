"""A check-up: whether what a run leans on is there, and what the DNS has to say of us."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.app import App
from digest.deliver.signing.records import DnsRecord, dmarc_record, dns_record
from digest.errors import ConfigError, DigestError
from digest.model.address import ascii_domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that was looked at; ``trouble`` is empty where it is well."""

    subject: str
    found: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingDomain:
    """What a domain that newsletters come from has to have in the DNS."""

    domain: str
    keys: tuple[DnsRecord, ...]
    dmarc: DnsRecord


def examine(app: App) -> Iterator[Examined]:
    """Look at the database, the mail server and the keys, one after another."""
    yield _database(app)
    yield _mail_server(app)
    yield from _keys(app)


def sending_domains(app: App) -> Iterator[SendingDomain]:
    """The domains of all newsletters' senders, each once, with the records to publish.

    :raises ConfigError: when a key cannot be used.
    """
    senders = (newsletter.sender.address for newsletter in app.config.newsletters.values())
    for domain in sorted({ascii_domain(sender.rpartition("@")[2]) for sender in senders}):
        keys = app.keyring.keys_for(domain)
        yield SendingDomain(
            domain=domain, keys=tuple(map(dns_record, keys)), dmarc=dmarc_record(domain)
        )


def _database(app: App) -> Examined:
    kind = app.config.database_url.partition(":")[0]
    try:
        count = len(app.store.issues.issues())
    except DigestError as error:
        return Examined(subject="database", trouble=str(error))
    return Examined(subject="database", found=f"{kind}, {count} issues")


def _mail_server(app: App) -> Examined:
    smtp = app.config.settings.smtp
    try:
        app.mailer.connect().close()
    except DigestError as error:
        return Examined(subject="mail server", trouble=str(error))
    login = f", login of {smtp.username} accepted" if smtp.username else ""
    found = f"{smtp.host}:{smtp.port} ({smtp.security}){login}"
    return Examined(subject="mail server", found=found)


def _keys(app: App) -> Iterator[Examined]:
    """One finding for each key, or for each problem; one where mail is not signed here."""
    try:
        keys = app.keyring.keys
    except ConfigError as error:
        for problem in error.problems:
            yield Examined(subject="signing", trouble=str(problem))
        return
    if not keys:
        yield Examined(subject="signing", found="no [[dkim]] keys: left to the mail server")
    for key in keys:
        yield Examined(subject="signing", found=f"{key.selector} of {key.domain}, {key.algorithm}")
