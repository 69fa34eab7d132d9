"""Links: asked for through the guarded door, many at once, and remembered for a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from digest.app import App
from digest.model import Fetched, FetchFailed, FetchRequest, FetchResult, LinkCheck

FRESH = timedelta(days=1)
"""How long a page that was there counts as being there."""

_TRIES = 3
_ENOUGH = 16_384  # bytes: that a page answers is all we want to know
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswer:
    """What came of asking for a link just now. ``opening`` is the beginning of its page."""

    check: LinkCheck
    opening: bytes = b""


def check_links(
    app: App, urls: Sequence[str], *, failures_for: timedelta = timedelta(0)
) -> dict[str, LinkCheck]:
    """What is behind each of these addresses.

    What was there within a day is not asked again; what failed is, unless that was less than
    ``failures_for`` ago. A host without an address is asked for three times.
    """
    known = known_links(app, urls, failures_for=failures_for)
    asked = ask_links(app, [url for url in urls if url not in known])
    return known | {url: answer.check for url, answer in asked.items()}


def known_links(
    app: App, urls: Sequence[str], *, failures_for: timedelta = timedelta(0)
) -> dict[str, LinkCheck]:
    """What is known of these addresses from asking earlier; as :func:`check_links` has it."""
    now = app.clock()
    return {
        url: check
        for url, check in app.store.preflight.links(urls, since=now - FRESH).items()
        if not check.failure or check.checked_at > now - failures_for
    }


def ask_links(app: App, urls: Sequence[str]) -> dict[str, LinkAnswer]:
    """What is behind each of these addresses now, whatever is remembered; it is remembered."""
    found: dict[str, LinkAnswer] = {}
    waiting = list(dict.fromkeys(urls))
    for _ in range(_TRIES):
        for answer in app.fetcher.fetch([_request(url) for url in waiting]):
            url = answer.request.url
            empty = LinkCheck(url=url, checked_at=app.clock())
            found[url] = _answered(empty, answer.result)
        waiting = [url for url in waiting if url in found and found[url].check.unresolved]
        if not waiting:
            break
    if found:
        checks = tuple(answer.check for answer in found.values())
        app.store.preflight.keep_links(checks, since=app.clock() - FRESH)
    return found


def check_pictures(
    app: App, urls: Sequence[str], *, failures_for: timedelta = timedelta(0)
) -> dict[str, LinkCheck]:
    """As :func:`check_links`, and whether what is there is a picture that mails can show."""
    known = known_links(app, urls, failures_for=failures_for)
    asked = ask_links(app, [url for url in urls if url not in known])
    found = {url: _pictured(answer) for url, answer in asked.items()}
    if found:
        app.store.preflight.keep_links(tuple(found.values()), since=app.clock() - FRESH)
    return known | found


def _pictured(answer: LinkAnswer) -> LinkCheck:
    check, start = answer.check, answer.opening.lstrip()[:512].lower()
    if check.failure or answer.opening.startswith(_PICTURES):
        return check
    page = any(sign in start for sign in (b"<html", b"<!doctype html", b"<body", b"<head"))
    kind = "a web page" if page else "an SVG drawing" if b"<svg" in start else "another format"
    return replace(check, failure=f"its address holds {kind}, not JPEG, PNG or GIF")


def _request(url: str) -> FetchRequest:
    return FetchRequest(url=url, accept=_ACCEPT, max_size=_ENOUGH, keep_partial=True)


def _answered(check: LinkCheck, result: FetchResult) -> LinkAnswer:
    match result:
        case FetchFailed(reason=reason, status=status, unresolved=unresolved):
            failed = replace(check, failure=reason, status=status, unresolved=unresolved)
            return LinkAnswer(check=failed)
        case Fetched(url=url, body=body):
            return LinkAnswer(check=replace(check, final_url=url), opening=body)
        case _:
            return LinkAnswer(check=check)
