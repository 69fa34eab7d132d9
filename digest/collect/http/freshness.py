"""What an answer's headers say about itself: how long it is fresh, and what it links to.

Header values come as one string each; a header sent several times is joined with commas
(RFC 9110, section 5.3). Nothing raises: what cannot be read says nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_DIRECTIVE = re.compile(rf'({_NAME})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s,;"]*+)))?')
# Up to the next link, whatever stands before it.
_LINK = re.compile(r"[^<]*+<([^<>]*+)>")
_ESCAPED = re.compile(r"\\(.)")
_PARAMETER = re.compile(rf'\s*;\s*({_NAME})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s,;"]*+)))?')
_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
)
# RFC 9111, section 1.2.2: what a number of seconds counts as when it is larger.
_MOST_SECONDS = 2**31
_MOST_DIGITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The headers that say how long an answer may be used, as they came; "" where there is none."""

    cache_control: str = ""
    age: str = ""
    expires: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of a Link header. ``relations`` are in lower case."""

    target: str
    relations: tuple[str, ...]


def fresh_for(headers: Freshness, *, now: datetime) -> timedelta | None:
    """How long from ``now`` the answer may be used; None where the headers say nothing.

    The freshness lifetime less the age (RFC 9111, section 4.2). ``s-maxage`` is for shared
    caches and ignored; ``no-cache`` and ``no-store`` mean no time at all.
    """
    said = headers.cache_control or headers.expires
    lifetime = _lifetime(headers, now=now) if said else None
    if lifetime is None:
        return None
    age = _seconds(headers.age.split(",")[0])
    return max(lifetime - (age or timedelta(0)), timedelta(0))


def read_links(header: str) -> Iterator[Link]:
    """The links of a Link header (RFC 8288, section 3); those about another document left out."""
    position = 0
    while match := _LINK.match(header, position):
        target, parameters = match.group(1).strip(), dict[str, str]()
        position = match.end()
        while match := _PARAMETER.match(header, position):
            name, quoted, plain = match.groups()
            value = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
            parameters.setdefault(name.lower(), value or "")
            position = match.end()
        if "anchor" not in parameters:
            relations = tuple(parameters.get("rel", "").lower().split())
            yield Link(target=target, relations=relations)


def hub_and_topic(header: str, *, base: str) -> tuple[str, str]:
    """The first ``hub`` and the first ``self`` of a Link header, absolute; "" for none.

    WebSub, section 4.
    """
    if not header:
        return "", ""
    found: dict[str, str] = {}
    for link in read_links(header):
        for relation in link.relations:
            found.setdefault(relation, link.target)
    return web_url(found.get("hub", ""), base=base), web_url(found.get("self", ""), base=base)


def next_page(header: str, *, base: str) -> str:
    """The first ``next`` of a Link header, absolute; "" for none (RFC 8288)."""
    links = read_links(header) if header else ()
    found = (link.target for link in links if "next" in link.relations)
    return web_url(next(found, ""), base=base)


def web_url(reference: str, *, base: str) -> str:
    """The reference made absolute; "" for an empty one and for what is not http or https."""
    if not reference.strip():
        return ""
    try:
        url = urljoin(base, reference.strip())
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def http_date(text: str) -> str:
    """The date as a request may carry it (RFC 9110, section 5.6.7); "" when it is none."""
    if not text or _DATE.fullmatch(text):
        return text
    moment = _moment(text)
    return format_datetime(moment, usegmt=True) if moment else ""


def _lifetime(headers: Freshness, *, now: datetime) -> timedelta | None:
    directives = _directives(headers.cache_control)
    # With field names (no-cache="set-cookie") it speaks of those fields only.
    if directives.get("no-cache") == "" or "no-store" in directives:
        return timedelta(0)
    if "max-age" in directives:
        return _seconds(directives["max-age"]) or timedelta(0)
    if not headers.expires.strip():
        return None
    until = _moment(headers.expires)
    return until - (_moment(headers.date) or now) if until else timedelta(0)


def _directives(cache_control: str) -> dict[str, str]:
    """By name in lower case; of several of one name the first counts."""
    found: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(cache_control):
        name, quoted, plain = match.groups()
        found.setdefault(name.lower(), quoted or plain or "")
    return found


def _seconds(text: str) -> timedelta | None:
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return timedelta(seconds=min(int(digits[:_MOST_DIGITS]), _MOST_SECONDS))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
