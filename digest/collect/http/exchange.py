"""One request's way through its redirects: what is sent at each step, and what an answer means."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urldefrag, urlencode, urljoin

from digest.collect.http.addresses import Target
from digest.collect.http.codings import ACCEPTED
from digest.collect.http.freshness import (
    Freshness,
    fresh_for,
    http_date,
    hub_and_topic,
    next_page,
    web_url,
)
from digest.collect.upkeep.refresh import parse_retry_after
from digest.model import Fetched, FetchFailed, FetchRequest, NotModified

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
NOT_MODIFIED = 304
# The headers of an answer that say something here; several of a kind are one list.
LISTS = frozenset({"Cache-Control", "Link"})
_SINGLES = (
    *("Age", "Content-Encoding", "Content-Location", "Content-Type", "Date", "ETag", "Expires"),
    *("Last-Modified", "Location", "Retry-After"),
)
# As they are named here, by how they are named in lower case.
HEADERS = {name.lower(): name for name in (*_SINGLES, *LISTS)}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SAME_METHOD = frozenset({307, 308})
_WAITS = frozenset({429, 503})
_PHRASES = {
    401: "it asks for a login",
    403: "access is forbidden",
    404: "there is nothing at this URL",
    407: "the proxy asks for a login",
    410: "the feed is gone for good",
    429: "it was asked too often",
    503: "it is unavailable for now",
}
_OK = range(200, 300)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What frames the message and names the host is for the client alone to say.
_RESERVED_LIST = """
    accept-encoding connection content-length expect host keep-alive proxy-authorization
    proxy-connection te trailer transfer-encoding upgrade
"""
_RESERVED = frozenset(_RESERVED_LIST.split())
_GZIP_TAG = re.compile(r'((?:W/)?"[^"]*)-gzip"')
_MAX_VALIDATOR = 1_000
_MAX_REASON = 300
_MIN_SECRET = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """Where a request is on its way. ``own`` holds until a redirect leaves its own origin.

    ``started`` is when it was sent out, in seconds of :func:`time.perf_counter`.
    """

    url: str
    started: float
    moved_to: str = ""
    permanent: bool = True
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An answer without its body. ``url`` is the one asked; headers are named as above."""

    url: str
    status: int
    phrase: str
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        """The header's value, "" without one."""
        return self.headers.get(name, "").strip()


def unsendable(request: FetchRequest) -> str | None:
    """Why this request's own headers or login cannot be sent; never tells their values."""
    for header in request.headers:
        if not _TOKEN.fullmatch(header.name):
            return "a header of this feed has a name that cannot be sent"
        if header.name.lower() in _RESERVED:
            return f"the header {header.name} is not for a feed to set"
        if not _is_field(header.value):
            return f"the header {header.name} of this feed cannot be sent"
    login = request.login
    if login and (":" in login.username or not (login.username + login.password).isprintable()):
        return "the login of this feed cannot be sent"
    return None


def request_headers(request: FetchRequest, hop: Hop) -> dict[str, str]:
    """What is sent besides the client's own headers.

    The feed's headers and login go to its own origin only: they may be secrets (RFC 9110,
    section 15.4). Both validators where there are both, as RFC 9111, section 4.3.1 has it.
    """
    headers = {"Accept": request.accept or ACCEPT, "Accept-Encoding": ACCEPTED}
    if request.form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif request.content is not None:
        headers["Content-Length"] = str(len(request.content))
    else:
        headers |= _conditions(request)
    if hop.own and (request.headers or request.login):
        headers = _with_own(headers, request)
    return headers


def form_body(request: FetchRequest) -> bytes | None:
    """The fields a POST carries; None for a request that is none."""
    if not request.form:
        return None
    return urlencode([(field.name, field.value) for field in request.form]).encode()


def is_redirect(head: Head) -> bool:
    """Whether the answer names another URL to ask."""
    return head.status in _REDIRECTS and bool(head.header("Location"))


def redirected(hop: Hop, head: Head, *, posting: bool) -> Hop | FetchFailed:
    """The next step of a redirect; a POST goes on only where it stays one (RFC 9110, 15.4)."""
    if posting and head.status not in _SAME_METHOD:
        reason = "the server redirected what was posted to a URL that takes no posts"
        return FetchFailed(reason=reason, status=head.status)
    try:
        url = urldefrag(urljoin(hop.url, head.header("Location").replace(" ", "%20"))).url
    except ValueError:
        return FetchFailed(reason="the server redirected to a URL that cannot be read")
    if posting and hop.url.startswith("https:") and not url.startswith("https:"):
        return FetchFailed(reason="the server redirected what was posted to an unsafe connection")
    permanent = hop.permanent and head.status in _PERMANENT
    return replace(hop, url=url, permanent=permanent, moved_to=url if permanent else hop.moved_to)


def arrived(hop: Hop, target: Target, home: Target) -> Hop:
    """The step as it is taken: once another origin was asked, secrets stay at home for good."""
    return hop if target.origin == home.origin else replace(hop, own=False)


def unchanged(head: Head, hop: Hop, *, now: datetime, latency: timedelta) -> NotModified:
    """What a 304 says."""
    return NotModified(moved_to=hop.moved_to, fresh_for=_fresh_for(head, now=now), latency=latency)


def fetched(head: Head, hop: Hop, body: bytes, *, now: datetime, latency: timedelta) -> Fetched:
    """What a document and its headers say."""
    hub, topic = hub_and_topic(head.header("Link"), base=head.url)
    return Fetched(
        url=head.url,
        body=body,
        content_type=head.header("Content-Type"),
        content_location=web_url(head.header("Content-Location"), base=head.url),
        etag=_validator(head, "ETag"),
        last_modified=_validator(head, "Last-Modified"),
        moved_to=hop.moved_to,
        fresh_for=_fresh_for(head, now=now),
        hub=hub,
        topic=topic,
        next_page=next_page(head.header("Link"), base=head.url),
        latency=latency,
    )


def refusal(head: Head, *, now: datetime) -> FetchFailed | None:
    """Why there is no document in this answer; None where there is one."""
    status = head.status
    if status in _OK:
        return None
    wait = head.header("Retry-After") if status in _WAITS else ""
    phrase = _PHRASES.get(status) or printable(head.phrase) or "no document"
    return FetchFailed(
        reason=f"the server answered {status}: {phrase}",
        status=status,
        retry_after=parse_retry_after(wait, now=now) if wait else None,
    )


class RestingHosts:
    """Hosts that asked to be left alone: nothing else there is asked in the same round.

    Times are seconds of a clock that only goes forward.
    """

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, FetchFailed]] = {}

    def note(self, host: str, failure: FetchFailed, *, at: float) -> None:
        """Remember an answer's Retry-After, if it has one."""
        if failure.retry_after:
            self._until[host] = (at + failure.retry_after.total_seconds(), failure)

    def answer(self, host: str, *, at: float) -> FetchFailed | None:
        """What a further request of exactly this host is answered with; None when it may go."""
        until, failure = self._until.get(host, (0.0, None))
        if failure is None or at >= until:
            return None
        reason = f"{host} asked for a pause: {failure.reason}"
        return replace(failure, reason=reason, retry_after=timedelta(seconds=until - at))


def printable(text: str) -> str:
    """Text of a stranger as one short line."""
    return "".join(c if c.isprintable() else " " for c in text)[:_MAX_REASON].strip()


def redacted(text: str, request: FetchRequest) -> str:
    """The sentence without the request's secrets, should a server have repeated one."""
    for secret in sorted(filter(None, _secrets(request)), key=len, reverse=True):
        if len(secret) >= _MIN_SECRET:
            text = text.replace(secret, "…")
    return text


def _conditions(request: FetchRequest) -> dict[str, str]:
    tag, date = request.etag, http_date(request.last_modified)
    # Servers that compress append this to the tag, and then do not know it again.
    plain = _GZIP_TAG.fullmatch(tag)
    known = f'{tag}, {plain[1]}"' if plain else tag
    sent = {"If-None-Match": known, "If-Modified-Since": date}
    return {name: value for name, value in sent.items() if value}


def _with_own(headers: dict[str, str], request: FetchRequest) -> dict[str, str]:
    own = {header.name: header.value for header in request.headers}
    if request.login:
        own = _without(own, {"authorization"}) | {"Authorization": _basic(request)}
    return _without(headers, {name.lower() for name in own}) | own


def _without(headers: dict[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}


def _basic(request: FetchRequest) -> str:
    """Basic authentication in UTF-8 (RFC 7617)."""
    login = request.login
    pair = f"{login.username}:{login.password}" if login else ""
    return "Basic " + b64encode(pair.encode()).decode()


def _secrets(request: FetchRequest) -> Iterator[str]:
    for header in request.headers:
        yield header.value
        yield from header.value.split()[1:]
    for field in request.form:
        yield field.value
    if request.login:
        yield request.login.password
        yield _basic(request).partition(" ")[2]


def _is_field(value: str) -> bool:
    return value.replace("\t", " ").isprintable()


def _fresh_for(head: Head, *, now: datetime) -> timedelta | None:
    if not (head.header("Cache-Control") or head.header("Expires")):
        return None
    return fresh_for(
        Freshness(
            cache_control=head.header("Cache-Control"),
            age=head.header("Age"),
            expires=head.header("Expires"),
            date=head.header("Date"),
        ),
        now=now,
    )


def _validator(head: Head, name: str) -> str:
    """A validator that can be sent back as it came, else none."""
    value = head.header(name)
    sendable = value.isascii() and value.isprintable() and len(value) <= _MAX_VALIDATOR
    return value if sendable else ""
