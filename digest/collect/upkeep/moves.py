"""Feeds that moved: when a permanent redirect is believed, and where a feed is asked.

A permanent redirect (301, 308; RFC 9110, section 15.4) is applied once it has held for a week:
hotel networks, expired domains and mistakes send them too. The step from http to https of one and
the same URL is applied at once. Applied means that the new URL is asked from then on; the feed's
identity, its configured URL, stays, and with it the keys of its entries. Temporary redirects are
followed and change nothing.

A feed with secrets (a login, headers of its own) never takes them along to another origin.
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit

from digest.model import Feed, FeedState

_HOLDS_FOR = timedelta(days=7)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_SHOWN = 200
_SURE_FAILURES = 3
_NOTHING_THERE = frozenset({404, 410})


def asked_at(feed: Feed, state: FeedState) -> str:
    """The URL to ask: where an applied move led, else the one that is configured."""
    if state.asked_url and not _would_leak(feed, state.asked_url):
        return state.asked_url
    return feed.url


def identity(url: str) -> str:
    """The same for URLs that differ only in how scheme, host and default port are written."""
    parts = _split(url)
    if parts is None:
        return url
    host = (parts.hostname or "").lower()
    port = _port(parts)
    suffix = "" if port == _DEFAULT_PORTS.get(parts.scheme) or port is None else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{suffix}{parts.path or '/'}{query}"


def after_redirect(
    state: FeedState, moved_to: str, *, feed: Feed, listed: AbstractSet[str], now: datetime
) -> FeedState:
    """The state after an answer that was a feed.

    :param moved_to: how far permanent redirects alone led from the URL that was asked; empty
        where there was none.
    :param listed: the :func:`identity` of every URL that is configured.
    """
    asked = asked_at(feed, state)
    if not moved_to:
        return _settled(state, feed)
    if identity(moved_to) == identity(feed.url) != identity(asked):
        return _settled(replace(state, asked_url=""), feed)
    refusal = _refusal(moved_to, asked=asked, feed=feed, listed=listed)
    if refusal:
        return replace(_settled(state, feed), remark=refusal)
    return _held(state, moved_to, asked=asked, feed=feed, now=now)


def after_failure(feed: Feed, state: FeedState, status: int | None) -> FeedState:
    """The state after a failure at a URL that a move led to: back to the configured one.

    At once where nothing is there, else when it keeps failing. The validators go as well: they
    are of another place.
    """
    lost = status in _NOTHING_THERE or state.error_streak >= _SURE_FAILURES
    if asked_at(feed, state) == feed.url or not lost:
        return state
    return replace(
        state,
        asked_url="",
        moved_to="",
        moved_since=None,
        etag="",
        last_modified="",
        remark=f"had moved to {_shown(state.asked_url)}, which fails; its own URL is asked again",
    )


def _held(state: FeedState, target: str, *, asked: str, feed: Feed, now: datetime) -> FeedState:
    same = state.moved_to == target and state.moved_since is not None
    since = state.moved_since if same and state.moved_since else now
    if _only_became_https(asked, target) or now - since >= _HOLDS_FOR:
        return _settled(replace(state, asked_url=target), feed)
    return replace(_settled(state, feed), moved_to=target, moved_since=since)


def _settled(state: FeedState, feed: Feed) -> FeedState:
    """Without a move under observation; the one that was applied is remarked."""
    remark = ""
    if asked_at(feed, state) != feed.url:
        remark = f"moved to {_shown(state.asked_url)}; update feeds.toml"
    return replace(state, moved_to="", moved_since=None, remark=remark)


def _refusal(target: str, *, asked: str, feed: Feed, listed: AbstractSet[str]) -> str:
    """Why a move is not even considered, as a remark; empty when it is."""
    to = f"redirects for good to {_shown(target)}"
    parts = _split(target)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return f"{to}, which is no http or https URL; the move is refused"
    if identity(target) == identity(asked):
        return f"{to}, which is where it was asked: a loop; the move is refused"
    if identity(target) in listed:
        return f"{to}, which is listed as well; remove one of the two from feeds.toml"
    if _would_leak(feed, target):
        return f"{to}, where its login or headers are not sent; update feeds.toml if that is right"
    return ""


def _would_leak(feed: Feed, target: str) -> bool:
    """Whether asking there would hand the feed's secrets to another origin, or to a plain one."""
    if not feed.login and not feed.headers:
        return False
    return _origin(target) != _origin(feed.url) and not _only_became_https(
        feed.url, target, anywhere=True
    )


def _only_became_https(before: str, after: str, *, anywhere: bool = False) -> bool:
    """Whether ``after`` is ``before`` over TLS: the same host, path and query.

    :param anywhere: on the host is enough.
    """
    old, new = _split(before), _split(after)
    if old is None or new is None or (old.scheme, new.scheme) != ("http", "https"):
        return False
    if old.hostname != new.hostname or (_port(old), _port(new)) != (80, 443):
        return False
    return anywhere or (old.path or "/", old.query) == (new.path or "/", new.query)


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port (RFC 6454, section 4)."""
    parts = _split(url)
    return (parts.scheme, parts.hostname, _port(parts)) if parts else None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _port(parts: SplitResult) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _shown(url: str) -> str:
    return url if len(url) <= _MAX_SHOWN else url[: _MAX_SHOWN - 1] + "…"
