"""The Robots Exclusion Protocol (RFC 9309): which pages a site lets this program ask for."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit

from digest.model import Fetched, FetchFailed, FetchRequest, FetchResult, Robots, RobotsRule

PRODUCT = "digest"
MAX_SIZE = 500 * 1024  # RFC 9309, section 2.5
_FRESH = timedelta(days=1)  # section 2.4
_RETRY = timedelta(hours=1)
_MAX_RULES = 5_000
_MAX_PATTERN = 2_000
_CLIENT_ERRORS = range(400, 500)
_TOO_MANY = 429
_LINE = re.compile(r"\s*([A-Za-z-]+)\s*:\s*([^#]*)")
# Characters that mean the same encoded or not, but for the two that patterns are made of.
_SAFE = "/?&=:;@!+,()'~-._%[]"
_ALL = (RobotsRule(pattern="/", allow=False),)


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL: what one robots.txt speaks for; "" for what is no URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def robots_request(origin: str) -> FetchRequest:
    """The request for a site's rules. What lies beyond the size limit is not read."""
    return FetchRequest(
        url=f"{origin}/robots.txt",
        accept="text/plain, */*;q=0.1",
        max_size=MAX_SIZE,
        keep_partial=True,
    )


def robots_of(origin: str, result: FetchResult, *, now: datetime) -> Robots:
    """The rules by what came of asking for them (section 2.3.1).

    None where there is no such file; no page at all where the server fails or is not reached,
    for an hour.
    """
    match result:
        case Fetched():
            return Robots(origin=origin, rules=parse_robots(result.body), fresh_until=now + _FRESH)
        case FetchFailed(status=int(status)) if status in _CLIENT_ERRORS and status != _TOO_MANY:
            return Robots(origin=origin, fresh_until=now + _FRESH)
        case _:
            return Robots(origin=origin, rules=_ALL, fresh_until=now + _RETRY)


def parse_robots(body: bytes, product: str = PRODUCT) -> tuple[RobotsRule, ...]:
    """The rules for a program: those of the groups that name it, else those for everyone."""
    own: list[RobotsRule] = []
    everyone: list[RobotsRule] = []
    named = False
    agents: list[str] = []
    in_rules = False
    for field, value in _lines(body):
        if field == "user-agent":
            agents = [value.lower()] if in_rules else [*agents, value.lower()]
            in_rules = False
            named = named or _product(value) == product
        elif field in ("allow", "disallow"):
            in_rules = True
            rule = RobotsRule(pattern=_encoded(value), allow=field == "allow")
            if not value or len(value) > _MAX_PATTERN:
                continue
            if any(_product(agent) == product for agent in agents):
                own.append(rule)
            if "*" in agents:
                everyone.append(rule)
    return tuple((own if named else everyone)[:_MAX_RULES])


def allows(robots: Robots, url: str) -> bool:
    """Whether the rules let a URL be asked for: the longest match decides, a tie allows."""
    parts = urlsplit(url)
    path = _encoded((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    matching = (rule for rule in robots.rules if _matches(rule.pattern, path))
    best = max(matching, key=lambda rule: (len(rule.pattern), rule.allow), default=None)
    return best is None or best.allow


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    text = body[:MAX_SIZE].decode("utf-8-sig", "replace")
    for line in re.split(r"[\r\n]+", text):
        match = _LINE.match(line)
        if match:
            yield match[1].lower(), match[2].strip()


def _product(agent: str) -> str:
    """The product token of a user-agent line: letters, "_" and "-" (section 2.2.1)."""
    match = re.match(r"[A-Za-z_-]+", agent)
    return match[0].lower() if match else ""


def _encoded(path: str) -> str:
    """A path or pattern in the one spelling that can be compared (section 2.2.2)."""
    pieces: Sequence[str] = re.split(r"(%[0-9A-Fa-f]{2}|[*$])", path)
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece in ("*", "$"):
        return piece
    if re.fullmatch(r"%[0-9A-Fa-f]{2}", piece):
        char = unquote_to_bytes(piece).decode("latin-1")
        return char if char.isascii() and (char.isalnum() or char in "-._~") else piece.upper()
    return quote(piece, safe=_SAFE)


def _matches(pattern: str, path: str) -> bool:
    return _compiled(pattern)(path)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> "_Glob":
    return _Glob(pattern)


class _Glob:
    """A pattern with ``*`` and a closing ``$``, matched without backtracking."""

    def __init__(self, pattern: str) -> None:
        self._anchored = pattern.endswith("$")
        self._first, *self._rest = pattern.removesuffix("$").split("*")

    def __call__(self, path: str) -> bool:
        """Whether the pattern matches the path from its beginning."""
        if not path.startswith(self._first):
            return False
        place = len(self._first)
        if not self._anchored:
            return self._end(path, place, self._rest) is not None
        if not self._rest:
            return place == len(path)
        *middle, last = self._rest
        end = self._end(path, place, middle)
        return end is not None and path.endswith(last) and len(path) - len(last) >= end

    def _end(self, path: str, place: int, parts: Sequence[str]) -> int | None:
        """Where the parts, one after another, end at the earliest; None when one is missing."""
        for part in parts:
            found = path.find(part, place)
            if found == -1:
                return None
            place = found + len(part)
        return place
