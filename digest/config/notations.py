"""Values as people write them in newsletters: times, zones, senders, patterns, addresses."""

import re
import string
from datetime import time
from functools import cache, lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from digest.config.quantities import parse_calendar_length
from digest.config.wording import UnfitError, listed, nearest, shown
from digest.model import CalendarLength, Sender, Weekday
from digest.model.address import address_problem, ascii_address, ascii_domain, parse_address
from digest.model.cron import CronExpression

PLACEHOLDERS = ("lead", "more", "count", "name", "date")

_FIELD = re.compile(r"lead\.fields\.[a-z][a-z0-9_]*")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def parse_time(value: object) -> time:
    """``"07:30"`` on a 24-hour clock; TOML's own local time will do as well.

    :raises UnfitError: for anything else.
    """
    if isinstance(value, time):
        return value
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:  # noqa: PLR2004 - the clock's
        message = f"should be a time between 00:00 and 23:59, not {shown(value)}"
        raise UnfitError(message, fix='for example "07:30"')
    return time(int(match[1]), int(match[2]))


def parse_day(value: object) -> Weekday:
    """A day of the week by its English name, in any letter case.

    :raises UnfitError: for anything else.
    """
    name = value.strip().casefold() if isinstance(value, str) else ""
    if name in set(Weekday):
        return Weekday(name)
    meant = nearest(name, tuple(Weekday))
    fix = f"did you mean {shown(meant)}?" if meant else f"use {listed(Weekday)}"
    message = f"should be a day of the week, not {shown(value)}"
    raise UnfitError(message, fix=fix)


def check_zone(value: str) -> str:
    """An IANA time zone name.

    :raises UnfitError: for a name the zone database does not have.
    """
    if value in known_zones():
        return value
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        fix = _zone_fix(value)
        message = f"there is no time zone {shown(value)}"
        raise UnfitError(message, fix=fix) from error
    return value


@cache
def known_zones() -> frozenset[str]:
    """The IANA names of time zones that the zone database has."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1_000)
def _zone_fix(name: str) -> str:
    zones = sorted(known_zones())
    inside = [zone for zone in zones if zone.startswith(f"{name}/")]
    if inside:
        return f"name a city too, such as {shown(inside[0])}"
    cities = {zone.rpartition("/")[2]: zone for zone in zones}
    meant = nearest(name, zones) or cities.get(nearest(name.rpartition("/")[2], cities), "")
    return f"did you mean {shown(meant)}?" if meant else 'for example "Europe/London"'


def parse_period(value: object) -> CalendarLength | None:
    """``"1 month"`` as a length; None for an empty text: since the issue before.

    :raises UnfitError: for anything else.
    """
    if value == "":
        return None
    try:
        return parse_calendar_length(value)
    except ValueError as error:
        message = f"should be days, weeks, months or years, not {shown(value)}"
        fix = 'for example "1 week"; empty reaches back to the issue before'
        raise UnfitError(message, fix=fix) from error


def check_cron(value: str) -> str:
    """Five cron fields with day *names*, or an empty text.

    :raises UnfitError: with the reason, for anything else.
    """
    if value:
        try:
            CronExpression.parse(value)
        except ValueError as error:
            fix = 'for example "30 7 * * thu" for Thursdays at 07:30'
            raise UnfitError(str(error), fix=fix) from error
    return value


def parse_sender(value: object) -> Sender:
    """``"Name <address>"`` or an address alone; the name may hold commas unquoted.

    :raises UnfitError: with the reason, when the address is none.
    """
    fix = 'for example "The Weekly <weekly@newsletter.example>"'
    if not isinstance(value, str) or not value.strip():
        message = "must not be empty" if value == "" else f"should be a sender, not {shown(value)}"
        raise UnfitError(message, fix=fix)
    check_line(value)
    try:
        return parse_address(value)
    except ValueError as error:
        message = f"{shown(value)} cannot be written to: {error}"
        raise UnfitError(message, fix=fix) from error


def parse_reply_to(value: object) -> Sender | None:
    """A sender as :func:`parse_sender` reads it; None for an empty text."""
    return None if value == "" else parse_sender(value)


def check_subject(value: str) -> str:
    """A subject's template: text with ``{lead}``, ``{more}``, ``{count}``, ``{name}``, ``{date}``.

    ``{lead.fields.NAME}`` is a field of the lead's.

    :raises UnfitError: for other placeholders and unpaired braces.
    """
    choice = listed((f"{{{name}}}" for name in PLACEHOLDERS), last="and")
    try:
        fields = list(string.Formatter().parse(value))
    except ValueError as error:
        message = f"has a brace without its partner: {shown(value)}"
        raise UnfitError(message, fix=f"placeholders are {choice}") from error
    for _, name, form, conversion in fields:
        if name is None:
            continue
        if name not in PLACEHOLDERS and not _FIELD.fullmatch(name):
            meant = nearest(name, PLACEHOLDERS)
            fix = f'did you mean "{{{meant}}}"?' if meant else f"placeholders are {choice}"
            message = f"has an unknown placeholder {shown(f'{{{name}}}')}"
            raise UnfitError(message, fix=fix)
        if form or conversion:
            message = f"a placeholder is a name alone, such as {shown(f'{{{name}}}')}"
            raise UnfitError(message, fix="take away what stands behind the name")
    return check_line(value)


def check_greeting(value: str) -> str:
    """A greeting: one line with ``{name}`` in it, or nothing.

    :raises UnfitError: for anything else.
    """
    if value.strip() and (value.count("{name}") != 1 or value.count("{") + value.count("}") != 2):  # noqa: PLR2004 - one brace of each
        message = f"should hold {{name}} once and no other brace, not {shown(value)}"
        raise UnfitError(message, fix='for example "Dear {name},"')
    return check_line(value.strip())


def check_line(value: str) -> str:
    """Text on one line.

    :raises UnfitError: for line breaks and other control characters.
    """
    if not value.isprintable():
        message = "holds a line break or another control character"
        raise UnfitError(message, fix="write it on one line")
    return value


def check_filled(value: str) -> str:
    """Text that is more than spaces.

    :raises UnfitError: for anything else.
    """
    if not value.strip():
        message = "must not be empty"
        raise UnfitError(message)
    return value


def check_regex(value: str) -> str:
    """A regular expression.

    :raises UnfitError: with the reason, when it cannot be compiled.
    """
    try:
        re.compile(value)
    except re.error as error:
        place = f" at character {error.pos + 1}" if error.pos is not None else ""
        message = f"is no regular expression: {error.msg}{place} of {shown(value)}"
        fix = r"put \ before a character that is meant literally; in TOML, use 'single quotes'"
        raise UnfitError(message, fix=fix) from error
    return value


def check_feed_url(value: str) -> str:
    """An ``http://`` or ``https://`` URL.

    :raises UnfitError: for anything else.
    """
    if not _is_web_url(value):
        message = f"should be an http:// or https:// URL, not {shown(value)}"
        bare = "://" not in value and "." in value and " " not in value.strip()
        fix = f'did you mean "https://{value.strip()}"?' if bare else ""
        raise UnfitError(message, fix=fix or 'for example "https://blog.example/feed.xml"')
    return value


def check_home_url(value: str) -> str:
    """A feed URL's rules, for a URL that may be left empty."""
    return check_feed_url(value) if value else value


def check_base_url(value: str) -> str:
    """An ``http://`` or ``https://`` URL that paths can be appended to.

    :raises UnfitError: for anything else, and for a slash, query or fragment at its end.
    """
    check_feed_url(value)
    plain = re.split(r"[?#]", value)[0].rstrip("/")
    if plain != value:
        message = f"should end without a slash, query or fragment, not {shown(value)}"
        raise UnfitError(message, fix=f"write {shown(plain)}")
    return value


def check_address(value: str) -> str:
    """An address for mail; empty stays empty.

    :raises UnfitError: for anything else.
    """
    if value and (problem := address_problem(value)):
        message = f"should be an address for mail, not {shown(value)}: {problem}"
        raise UnfitError(message, fix='for example "qa@example.org"; empty to mail the readers')
    return value


MAX_BOUNCE_LOCAL = 24
"""The longest name of a bounce address: behind it stand a separator and a token of up to 39."""


def check_domain(value: str) -> str:
    """A domain name, with or without non-ASCII letters; empty stays empty.

    :raises UnfitError: for anything else.
    """
    try:
        return ascii_domain(value) if value else value
    except ValueError as error:
        message = f"should be a domain name, not {shown(value)}"
        raise UnfitError(message, fix='for example "news.example.org"') from error


def check_bounce_address(value: str) -> str:
    """A mail address with room for a token behind its local part; empty stays empty.

    :raises UnfitError: for anything else.
    """
    if not value:
        return value
    try:
        address = ascii_address(value)
    except ValueError as error:
        message = f"should be a mail address, not {shown(value)}: {error}"
        raise UnfitError(message, fix='for example "bounces@example.org"') from error
    local = address.rpartition("@")[0]
    if len(local) > MAX_BOUNCE_LOCAL or not local.replace("-", "").replace(".", "").isalnum():
        message = f"should have a short, plain name before the @, not {shown(local)}"
        raise UnfitError(message, fix='for example "bounces@example.org": a token is put behind it')
    return address


def check_domain_pattern(value: str) -> str:
    """A domain name, or ``*.`` and one for every domain below it; in ASCII.

    :raises UnfitError: for anything else.
    """
    star, domain = ("*.", value[2:]) if value.startswith("*.") else ("", value)
    if "@" in value or not domain or "*" in domain:
        message = f"should be a domain, or *. and a domain, not {shown(value)}"
        plain = value.rpartition("@")[2].strip("*.")
        fix = f"write {shown(plain)}" if plain else 'for example "mail.example" or "*.mail.example"'
        raise UnfitError(message, fix=fix)
    return star + check_domain(domain)


def check_language(value: str) -> str:
    """A language tag (BCP 47), such as ``en`` or ``pt-BR``.

    :raises UnfitError: for anything else.
    """
    if not _LANGUAGE.fullmatch(value):
        message = f"should be a language tag, not {shown(value)}"
        raise UnfitError(message, fix='for example "en", "de" or "pt-BR"')
    return value


def check_slug(value: str) -> str:
    """An id: lower-case letters, digits and single hyphens.

    :raises UnfitError: for anything else.
    """
    if not _SLUG.fullmatch(value):
        plain = re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
        message = f"should be lower-case letters, digits and hyphens, not {shown(value)}"
        raise UnfitError(message, fix=f"for example {shown(plain)}" if plain else "")
    return value


def _is_web_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port or 1) > 0
            and not re.search(r"\s", value)
        )
    except ValueError:
        return False
