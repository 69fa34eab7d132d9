"""Answers: whether anything is behind an issue's links."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from digest.compose.preflight.anchors import Anchor, anchors_of, urls_to_ask
from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.model import LinkCheck

_GONE = frozenset({404, 410})


@rule(
    "link-gone",
    BLOCKER,
    "The pages are there",
    why="A dead link is all that some readers see of a story.",
)
def _gone(proof: Proof) -> Iterator[Remark]:
    for anchor, check in _asked(proof):
        if check.status in _GONE:
            what = f"{anchor.url} is gone (HTTP {check.status})."
            yield _checked(anchor, what, fix="Look for the page's new address.")


@rule(
    "link-unresolved",
    BLOCKER,
    "The hosts exist",
    why="A name without an address is a typing error, or a site that is gone.",
)
def _unresolved(proof: Proof) -> Iterator[Remark]:
    asked = list(_asked(proof))
    hosts = {anchor.host for anchor, _ in asked}
    # When no name at all has an address, it is ours that is lacking.
    offline = len(hosts) > 1 and all(check.unresolved for _, check in asked)
    for anchor, check in asked:
        if check.unresolved:
            what = f"The host {anchor.host} of {anchor.url} has no address (asked three times)."
            severity = WARNING if offline else None
            fix = "Are we online? No host at all was found." if offline else "Correct the address."
            yield Remark(
                what=what, place=anchor.place, excerpt=anchor.url, fix=fix, severity=severity
            )


@rule(
    "link-moved",
    WARNING,
    "Links lead where they say",
    why="A redirect to another site is often a lapsed domain, or a tracker.",
)
def _moved(proof: Proof) -> Iterator[Remark]:
    for anchor, check in _asked(proof):
        lands = _site(check.final_url)
        if not check.failure and lands and lands != _site(anchor.url):
            what = f"{anchor.url} leads to another site: {check.final_url}"
            yield _checked(anchor, what, fix="Link to where it leads, if that is meant.")


@rule(
    "link-unverified",
    WARNING,
    "Every page could be asked for",
    why="A page that does not answer us may not answer readers.",
)
def _unverified(proof: Proof) -> Iterator[Remark]:
    for anchor, check in _asked(proof):
        if check.failure and not check.unresolved and check.status not in _GONE:
            what = f"{anchor.url} could not be verified: {check.failure}"
            yield _checked(anchor, what, fix="Open it in a browser.")


def _asked(proof: Proof) -> Iterator[tuple[Anchor, LinkCheck]]:
    """The links that were asked for, each once, with what came of it."""
    known = circumstances_of(proof)
    if known is None or not known.links:
        return
    first: dict[str, Anchor] = {}
    for anchor in anchors_of(proof):
        first.setdefault(anchor.url, anchor)
    for url in urls_to_ask(proof):
        if url in known.links:
            yield first[url], known.links[url]


def _checked(anchor: Anchor, what: str, *, fix: str) -> Remark:
    return Remark(what=what, place=anchor.place, excerpt=anchor.url, fix=fix)


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


RULES = (_gone, _unresolved, _moved, _unverified)
