"""``digest.toml`` over the shipped defaults: merged table by table, then checked as a whole."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import ValidationError

from digest.config.findings import findings
from digest.config.quantities import parse_duration
from digest.config.relays import MAYBE_CLEAR, is_local, relay_problems, relay_warnings
from digest.config.settings import Secrets, Settings, SmtpSecurity
from digest.config.tomlfile import Checked, TomlFile
from digest.config.webhooks import webhook_problems, webhook_warnings
from digest.config.wording import shown
from digest.errors import Problem

# Of each table, a key and the one that must not be less.
_ORDERED = (("collect", "backoff", "max_backoff"), ("deliver", "retry", "max_retry"))


def read_settings(file: TomlFile, base: TomlFile, secrets: Secrets) -> Checked[Settings]:
    """Check the settings that ``file`` over ``base`` makes. Findings are about ``file``."""
    table = _merged(base.table, file.table)
    problems = tuple(_disordered(file, base, table))
    try:
        settings = Settings.model_validate(table)
    except ValidationError as error:
        found = findings(error, Settings, file, defaults=base.table)
        return Checked(problems=(*found, *problems))
    problems += (*relay_problems(file, settings), *webhook_problems(file, settings))
    if problems:
        return Checked(problems=problems)
    return Checked(value=settings, warnings=tuple(_warnings(settings, file, secrets)))


def text_at(file: TomlFile, base: TomlFile, path: tuple[str, str]) -> str:
    """The text that holds at a path, also while other settings are wrong."""
    section, key = path
    for table in (file.table, base.table):
        values = table.get(section)
        value = values.get(key) if isinstance(values, dict) else None
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[name] = {**below, **value} if both else value  # type: ignore[dict-item]
    return merged


def _disordered(file: TomlFile, base: TomlFile, table: Mapping[str, object]) -> Iterator[Problem]:
    for section, lower, upper in _ORDERED:
        values = table.get(section)
        if not isinstance(values, dict):
            continue
        least, most = _duration(values.get(lower)), _duration(values.get(upper))
        if least is None or most is None or least <= most:
            continue
        path = file.first_of([(section, upper), (section, lower)])
        message = (
            f"{upper} ({shown(values[upper])}) is shorter than {lower} ({shown(values[lower])})"
        )
        defaults = base.table.get(section)
        usual = defaults if isinstance(defaults, dict) else {}
        fix = f"the defaults are {shown(usual.get(upper))} and {shown(usual.get(lower))}"
        yield file.problem(path, message, fix=fix)


def _duration(value: object) -> timedelta | None:
    try:
        return parse_duration(value)
    except ValueError:
        return None


def _warnings(settings: Settings, file: TomlFile, secrets: Secrets) -> Iterator[Problem]:
    address = urlsplit(settings.web.public_url)
    if address.scheme == "http" and not is_local(address.hostname or ""):
        message = "mail programs offer one-click unsubscribing (RFC 8058) over https only"
        fix = f"serve it over https: {shown(f'https{settings.web.public_url[4:]}')}"
        yield file.problem(("web", "public_url"), message, fix=fix)
    smtp = settings.smtp
    yield from relay_warnings(file, settings, secrets.relay_secrets)
    yield from webhook_warnings(file, settings, secrets)
    if smtp.username and smtp.security in MAYBE_CLEAR and not is_local(smtp.host):
        path = file.first_of([("smtp", "security"), ("smtp", "username")])
        may = "could" if smtp.security is SmtpSecurity.OPPORTUNISTIC else "would"
        message = f"the password {may} cross the network in the clear"
        yield file.problem(path, message, fix='set security = "starttls" or "tls"')
    if smtp.username and not (secrets.smtp_password or secrets.smtp_token):
        message = "there is a user name and no password"
        fix = "set DIGEST_SMTP_PASSWORD or DIGEST_SMTP_PASSWORD_FILE in the environment"
        yield file.problem(("smtp", "username"), message, fix=fix)
    if _has_password(settings.store.url):
        message = "holds a password, which does not belong in this file"
        fix = "set DIGEST_DATABASE_URL or DIGEST_DATABASE_URL_FILE in the environment instead"
        yield file.problem(("store", "url"), message, fix=fix)


def _has_password(url: str) -> bool:
    credentials, at, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
    return bool(at) and ":" in credentials
