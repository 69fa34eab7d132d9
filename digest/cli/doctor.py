"""``doctor`` and ``dkim``: whether mail can go out, and what to publish so that it arrives."""

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.session import Session, json_option, pass_session
from digest.config import Config
from digest.deliver.signing.dkim import Algorithm
from digest.deliver.signing.records import DnsRecord
from digest.pipeline.checkup import Examined, Health, SendingDomain

_COLOURS = {Health.OK: "green", Health.WARNING: "yellow", Health.TROUBLE: "red"}


@click.command()
@json_option
@pass_session
def doctor(session: Session, *, as_json: bool) -> None:
    """Look at the database, the mail servers and the keys, and print the DNS records to publish.

    Mail servers are connected to and logged in to; nothing is sent. The DNS is not asked.
    """
    from digest.config.relays import hosts_of
    from digest.pipeline.checkup import examine

    with session.open_app() as app:
        checkup = examine(app)
        servers = " and ".join(hosts_of(app.config.settings)) or "nobody (a dry run)"

    def human(console: Console) -> None:
        for each in checkup.findings:
            console.print(_line(each))
        for domain in checkup.domains:
            _print_domain(console, domain, servers=servers)

    facts = {
        "findings": [
            {"subject": each.subject, "health": each.health, "text": each.text}
            for each in checkup.findings
        ],
        "domains": [_domain_facts(each) for each in checkup.domains],
    }
    session.show(facts, as_json=as_json, human=human)
    if any(each.health is Health.TROUBLE for each in checkup.findings):
        raise SystemExit(1)


@click.command()
@click.argument("selector")
@click.option("--domain", default="", help="Default: the one that newsletters are sent from.")
@click.option(
    "--type",
    "kind",
    type=click.Choice(["rsa", "ed25519"]),
    default="rsa",
    show_default=True,
    help="All receivers know RSA; Ed25519 is a second signature beside it.",
)
@json_option
@pass_session
def dkim(session: Session, selector: str, *, domain: str, kind: str, as_json: bool) -> None:
    """Make a key under the name SELECTOR; print the DNS record and the lines for digest.toml.

    Publish the record first: mail that names a record nobody finds is worse than unsigned.
    """
    from digest.deliver.signing.keyring import make_key
    from digest.deliver.signing.records import dns_record

    config = session.load_config()
    made = make_key(
        config.directory,
        domain=_domain(config, domain),
        selector=_checked(selector, "SELECTOR"),
        algorithm=Algorithm.ED25519 if kind == "ed25519" else Algorithm.RSA,
    )
    record = dns_record(made.key)
    table = f'[[dkim]]\ndomain = "{made.key.domain}"\nselector = "{selector}"\nkey = "{made.file}"'

    def human(console: Console) -> None:
        console.print(f"wrote {escape(str(config.directory / made.file))}\n\n1. Publish:\n")
        _print_record(console, record)
        console.print("\n2. When it can be looked up, add to digest.toml:\n")
        console.print(table, markup=False)

    facts = {"file": str(config.directory / made.file), "dns": _record_facts(record), "toml": table}
    session.show(facts, as_json=as_json, human=human)


def _domain(config: Config, named: str) -> str:
    """The domain that is named, or that all newsletters are sent from."""
    from digest.model.address import ascii_domain

    senders = (each.sender.address for each in config.newsletters.values())
    known = sorted({ascii_domain(sender.rpartition("@")[2]) for sender in senders})
    if named:
        try:
            return ascii_domain(named)
        except ValueError as error:
            raise click.BadParameter(f"{named!r}: {error}", param_hint="--domain") from error
    if len(known) != 1:
        choice = f": {', '.join(known)}" if known else ""
        raise click.UsageError(f"name the domain with --domain{choice}")
    return known[0]


def _checked(selector: str, hint: str) -> str:
    from digest.config.mail_notations import check_selector
    from digest.config.wording import UnfitError

    try:
        return check_selector(selector)
    except UnfitError as error:
        raise click.BadParameter(f"{error}; {error.fix}", param_hint=hint) from error


def _line(examined: Examined) -> str:
    mark = f"[{_COLOURS[examined.health]}]{examined.health:<7}[/]"
    return f"{mark} {examined.subject}: {escape(examined.text)}"


def _print_domain(console: Console, sending: SendingDomain, *, servers: str) -> None:
    domain = escape(sending.domain)
    console.print(f"\n[bold]{domain}[/] should have in the DNS:\n")
    for record in sending.keys:
        _print_record(console, record)
    if not sending.keys:
        console.print("  DKIM: no key signs here; the mail server must (digest dkim makes a key)")
    _print_record(console, sending.dmarc)
    console.print("  (or a stricter DMARC policy; p=quarantine once its reports are clean)")
    console.print(
        f"  SPF: one TXT record at {domain}, v=spf1 …, that names whoever sends for "
        f"{escape(servers)}\n  MX: {domain} must take mail, or bounces and replies are lost"
    )


def _print_record(console: Console, record: DnsRecord) -> None:
    console.print(f"  {record}", markup=False)


def _domain_facts(sending: SendingDomain) -> dict[str, object]:
    return {
        "domain": sending.domain,
        "dkim": [_record_facts(each) for each in sending.keys],
        "dmarc": _record_facts(sending.dmarc),
    }


def _record_facts(record: DnsRecord) -> dict[str, object]:
    return {"name": record.name, "type": "TXT", "strings": list(record.strings)}
