"""The relays that ``[smtp]``, ``[[relay]]`` and ``[[domain]]`` describe, and their faults."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from digest.config.secrets import password_variable, token_variable
from digest.config.settings import (
    DomainSettings,
    RelaySettings,
    Settings,
    SmtpProtocol,
    SmtpSecurity,
    SmtpSettings,
    WarmUpSettings,
)
from digest.config.tomlfile import TomlFile
from digest.config.wording import shown
from digest.errors import Problem
from digest.model import DomainLimit, Relay, WarmUp

SMTP = "smtp"
"""The name of the one relay that ``[smtp]`` is where there is no ``[[relay]]``."""

_WITH_HOST = frozenset({SmtpProtocol.SMTP, SmtpProtocol.LMTP})

MAYBE_CLEAR = frozenset({SmtpSecurity.NONE, SmtpSecurity.OPPORTUNISTIC})
"""The kinds of security with which a password may cross the network in the clear."""


def relays_of(settings: Settings) -> tuple[Relay, ...]:
    """The relays in the order of the file; the one of ``[smtp]`` where it has none."""
    if not settings.relay:
        return (
            Relay(name=SMTP, connections=settings.smtp.connections, window=settings.smtp.window),
        )
    return tuple(_relay(table, settings.smtp) for table in settings.relay)


def servers_of(settings: Settings) -> dict[str, SmtpSettings]:
    """How to reach each relay, by its name."""
    if not settings.relay:
        return {SMTP: settings.smtp}
    return {table.name: _server(table, settings.smtp) for table in settings.relay}


def hosts_of(settings: Settings) -> tuple[str, ...]:
    """The hosts that mail is handed to, each once; none for mailboxes on disk."""
    hosts = (
        urlsplit(server.url).hostname if server.protocol is SmtpProtocol.WEBHOOK else server.host
        for server in servers_of(settings).values()
        if not server.protocol.is_on_disk
    )
    return tuple(dict.fromkeys(filter(None, hosts)))


def limits_of(settings: Settings) -> tuple[DomainLimit, ...]:
    """What the receivers that have a table of their own can bear."""
    return tuple(
        DomainLimit(
            name=table.name,
            domains=table.domains,
            rate=table.rate,
            connections=table.connections,
        )
        for table in settings.domain
    )


def usual_limit(settings: Settings) -> DomainLimit | None:
    """What each other domain can bear; None where that is not limited."""
    deliver = settings.deliver
    if not deliver.domain_rate and not deliver.domain_connections:
        return None
    return DomainLimit(
        name="", rate=deliver.domain_rate, connections=deliver.domain_connections or None
    )


def relay_problems(file: TomlFile, settings: Settings) -> Iterator[Problem]:
    """What keeps relays and receivers from being used as they are written."""
    for index, table in enumerate(settings.relay):
        if table.host is None and _server(table, settings.smtp).protocol in _WITH_HOST:
            fix = 'add host = "smtp.provider.example"'
            yield file.problem(("relay", index, "host"), "is missing", fix=fix)
    yield from _repeated_names(file, "relay", settings.relay)
    yield from _repeated_names(file, "domain", settings.domain)
    yield from _repeated_domains(file, settings.domain)
    if settings.relay and all(table.domains for table in settings.relay):
        message = "every relay is for some domains only, so that other mail would go nowhere"
        fix = "leave `domains` out of the relay that is for all the others"
        yield file.problem(("relay", len(settings.relay) - 1, "domains"), message, fix=fix)


def relay_warnings(
    file: TomlFile, settings: Settings, outside: Mapping[str, str]
) -> Iterator[Problem]:
    """What is likely not meant. ``outside``: secrets by the names of their variables."""
    smtp = file.table.get("smtp")
    if settings.relay and isinstance(smtp, dict) and {"host", "username"} & smtp.keys():
        path = file.first_of([("smtp", "host"), ("smtp", "username")])
        message = "is not used, as there are [[relay]] tables"
        yield file.problem(path, message, fix="make it a [[relay]] too, or delete the line")
    for index, table in enumerate(settings.relay):
        if not table.username:
            continue
        server = _server(table, settings.smtp)
        if server.security in MAYBE_CLEAR and not is_local(server.host):
            path = file.first_of([("relay", index, "security"), ("relay", index, "username")])
            may = "could" if server.security is SmtpSecurity.OPPORTUNISTIC else "would"
            message = f"the password {may} cross the network in the clear"
            yield file.problem(path, message, fix='set security = "starttls" or "tls"')
        variable = password_variable(table.name)
        if not (outside.get(variable) or outside.get(token_variable(table.name))):
            fix = f"set {variable} or {variable}_FILE in the environment"
            message = "there is a user name and no password"
            yield file.problem(("relay", index, "username"), message, fix=fix)


def is_local(host: str) -> bool:
    """Whether a host is this machine, or a socket on it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost") or host.startswith("/")


def _relay(table: RelaySettings, smtp: SmtpSettings) -> Relay:
    return Relay(
        name=table.name,
        weight=table.weight,
        domains=table.domains,
        connections=table.connections or smtp.connections,
        window=table.window or smtp.window,
        rate=table.rate,
        warm_up=_ramp(table.warm_up) if table.warm_up else None,
    )


def _ramp(table: WarmUpSettings) -> WarmUp:
    return WarmUp(start=table.start, first=table.first, doubling=table.doubling, full=table.full)


def _server(table: RelaySettings, smtp: SmtpSettings) -> SmtpSettings:
    own = table.model_dump(include={*SmtpSettings.model_fields}, exclude_none=True)
    return smtp.model_copy(update={"username": "", **own})


def _repeated_names(
    file: TomlFile, key: str, tables: Sequence[RelaySettings | DomainSettings]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, table in enumerate(tables):
        if table.name in seen:
            message = f"there is a {key} named {shown(table.name)} already"
            yield file.problem((key, index, "name"), message, fix="give each a name of its own")
        seen.add(table.name)


def _repeated_domains(file: TomlFile, tables: Sequence[DomainSettings]) -> Iterator[Problem]:
    homes: dict[str, str] = {}
    for index, table in enumerate(tables):
        for place, domain in enumerate(table.domains):
            home = homes.setdefault(domain, table.name)
            if home != table.name:
                message = f"{shown(domain)} has its limits in {shown(home)} already"
                path = ("domain", index, "domains", place)
                yield file.problem(path, message, fix="keep it in one of the two")
