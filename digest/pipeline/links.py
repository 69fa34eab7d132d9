"""Links: asked for through the guarded door, many at once, and remembered for a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from digest.app import App
from digest.model import Fetched, FetchFailed, FetchRequest, FetchResult, LinkCheck

FRESH = timedelta(days=1)
"""How long a page that was there counts as being there."""

_TRIES = 3
_ENOUGH = 16_384  # bytes: that a page answers is all we want to know
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.8"


def check_links(
    app: App, urls: Sequence[str], *, failures_for: timedelta = timedelta(0)
) -> dict[str, LinkCheck]:
    """What is behind each of these addresses.

    What was there within a day is not asked again; what failed is, unless that was less than
    ``failures_for`` ago. A host without an address is asked for three times.
    """
    now, store = app.clock(), app.store.preflight
    known = known_links(app, urls, failures_for=failures_for)
    asked = _ask(app, [url for url in urls if url not in known])
    if asked:
        store.keep_links(tuple(asked.values()), since=now - FRESH)
    return known | asked


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


def _ask(app: App, urls: Sequence[str]) -> dict[str, LinkCheck]:
    found: dict[str, LinkCheck] = {}
    waiting = list(dict.fromkeys(urls))
    for _ in range(_TRIES):
        for answer in app.fetcher.fetch([_request(url) for url in waiting]):
            url = answer.request.url
            empty = LinkCheck(url=url, checked_at=app.clock())
            found[url] = _answered(empty, answer.result)
        waiting = [url for url in waiting if url in found and found[url].unresolved]
        if not waiting:
            break
    return found


def _request(url: str) -> FetchRequest:
    return FetchRequest(url=url, accept=_ACCEPT, max_size=_ENOUGH, keep_partial=True)


def _answered(check: LinkCheck, result: FetchResult) -> LinkCheck:
    match result:
        case FetchFailed(reason=reason, status=status, unresolved=unresolved):
            return replace(check, failure=reason, status=status, unresolved=unresolved)
        case Fetched(url=url):
            return replace(check, final_url=url)
        case _:
            return check
