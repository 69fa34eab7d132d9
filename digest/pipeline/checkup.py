"""A check-up: whether what a run leans on is there, and what the DNS has to say of us."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from digest.app import App
from digest.config import SmtpProtocol, SmtpSettings
from digest.config.relays import servers_of
from digest.deliver.signing.dkim import Keyring
from digest.deliver.signing.keyring import KeyReport, read_keys
from digest.deliver.signing.records import DnsRecord, dmarc_record, dns_record
from digest.errors import DigestError
from digest.model.address import ascii_domain


class Health(StrEnum):
    """How something that was looked at does; with ``trouble``, mail does not go out."""

    OK = "ok"
    WARNING = "warning"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that was looked at."""

    subject: str
    health: Health = Health.OK
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingDomain:
    """What a domain that newsletters come from has to have in the DNS."""

    domain: str
    keys: tuple[DnsRecord, ...]
    dmarc: DnsRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """All that was found. ``domains`` are those of the newsletters' senders, each once."""

    findings: tuple[Examined, ...]
    domains: tuple[SendingDomain, ...]


def examine(app: App) -> Checkup:
    """Look at the database, the mail servers and the keys; changes nothing, sends nothing."""
    keys = read_keys(app.config)
    return Checkup(
        findings=(_database(app), *_mail_servers(app), *_keys(keys)),
        domains=tuple(_domains(app, keys.keyring)),
    )


def _domains(app: App, keyring: Keyring) -> Iterator[SendingDomain]:
    senders = (newsletter.sender.address for newsletter in app.config.newsletters.values())
    for domain in sorted({ascii_domain(sender.rpartition("@")[2]) for sender in senders}):
        keys = tuple(map(dns_record, keyring.keys_for(domain)))
        yield SendingDomain(domain=domain, keys=keys, dmarc=dmarc_record(domain))


def _database(app: App) -> Examined:
    try:
        app.store.issues.issues()
    except DigestError as error:
        return Examined(subject="database", health=Health.TROUBLE, text=str(error))
    return Examined(subject="database", text=app.config.database_url.partition(":")[0])


def _mail_servers(app: App) -> Iterator[Examined]:
    settings = app.config.settings
    for name, server in servers_of(settings).items():
        of = f"{name}: " if settings.relay else ""
        try:
            app.mailer.connect(name).close()
        except DigestError as error:
            yield Examined(subject="mail", health=Health.TROUBLE, text=f"{of}{error}")
        else:
            yield Examined(subject="mail", text=f"{of}{_reached(server)}")


def _reached(server: SmtpSettings) -> str:
    if server.protocol.is_on_disk:
        return f"{server.protocol} {server.path} (a dry run: nothing goes out)"
    if server.protocol is SmtpProtocol.WEBHOOK:
        return f"webhook {server.url} (asked only when there is a message)"
    login = f", login of {server.username} accepted" if server.username else ""
    return f"{server.host}:{server.port} (security: {server.security}){login}"


def _keys(report: KeyReport) -> Iterator[Examined]:
    """A finding for each key and each problem; one where signing is left to the mail server."""
    for problem in report.problems:
        yield Examined(subject="signing", health=Health.TROUBLE, text=str(problem))
    for problem in report.warnings:
        yield Examined(subject="signing", health=Health.WARNING, text=str(problem))
    for key in report.keyring.keys:
        yield Examined(subject="signing", text=f"{key.selector} of {key.domain}, {key.algorithm}")
    if not report.keyring.keys and not report.problems:
        yield Examined(subject="signing", text="no [[dkim]] keys: left to the mail server")
