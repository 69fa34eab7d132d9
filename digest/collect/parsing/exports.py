"""Exports of blogs: documents with more in them than what was ever published.

A WordPress export (WXR) is RSS, a Blogger export is Atom. Both hold drafts, private posts, pages,
comments and settings beside the posts, and none of those may reach a reader.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_Element = Mapping[str, Any]

_KIND = re.compile(r"schemas\.google\.com/blogger/2008/kind#(\w+)\Z")
_OF_EXPORTS = frozenset({"post", "page", "settings", "template"})
_BETWEEN = re.compile(rb"</(item|entry)>\s*(?=<\1[\s>])")
_FIRST = re.compile(rb"<(?:item|entry)[\s>]")


def published(feed: _Element, items: Sequence[_Element]) -> tuple[Sequence[_Element], str]:
    """The published posts among feedparser's items, and a sentence about what was left out.

    All items of a document that is no export. In one, an item that does not say of itself that it
    is published is left out, as one cut off in the middle does not.
    """
    test = _test_of(feed, items)
    if test is None:
        return items, ""
    posts = [_with_excerpt(item) for item in items if test(item)]
    left_out = len(items) - len(posts)
    return posts, f"{left_out} items are no published posts and were left out" if left_out else ""


def portions(document: bytes, size: int) -> Iterator[bytes]:
    """An XML document of feeds as several, each of about ``size`` bytes, with all of its head.

    It is cut between items only. Another document, or one in an encoding that ASCII is not part
    of, comes back whole.
    """
    first = _FIRST.search(document)
    if first is None or len(document) <= size:
        yield document
        return
    name = first[0][1:-1]
    end = document.rfind(b"</" + name + b">") + len(name) + 3
    head, tail, start = document[: first.start()], document[end:], first.start()
    for place in _BETWEEN.finditer(document, start, end):
        if place.end() - start >= size:
            yield head + document[start : place.end()] + tail
            start = place.end()
    yield head + document[start:]


def _test_of(feed: _Element, items: Sequence[_Element]) -> Callable[[_Element], bool] | None:
    """What tells the published posts of this document from all else; None for no export."""
    if "wp_wxr_version" in feed or any("wp_status" in item for item in items):
        return _is_wordpress_post
    if any("blogger_type" in item for item in items):
        return _is_blogger_post
    if any(_kind(item) in _OF_EXPORTS for item in items):
        return _is_old_blogger_post
    return _is_no_draft if any("app_draft" in item for item in items) else None


def _is_wordpress_post(item: _Element) -> bool:
    # The password comes last: without it, a document that broke off may have had one.
    open_to_all = "wp_post_password" in item and not _said(item, "wp_post_password")
    is_post = _said(item, "wp_post_type") == "post"
    return is_post and open_to_all and _said(item, "wp_status") == "publish"


def _is_blogger_post(item: _Element) -> bool:
    return _said(item, "blogger_type") == "post" and _said(item, "blogger_status") == "live"


def _is_old_blogger_post(item: _Element) -> bool:
    return _kind(item) == "post" and _is_no_draft(item)


def _is_no_draft(item: _Element) -> bool:
    return _said(item, "app_draft") != "yes"


def _with_excerpt(item: _Element) -> _Element:
    excerpt = item.get("excerpt_encoded")
    if not excerpt or item.get("summary"):
        return item
    return {**item, "summary": excerpt, "summary_detail": {"type": "text/html"}}


def _kind(item: _Element) -> str:
    """What a Blogger entry is: post, comment, page, settings, template."""
    terms = (str(tag.get("term")) for tag in item.get("tags") or () if isinstance(tag, dict))
    kinds = (_KIND.search(term) for term in terms if "#" in term)
    return next((found[1] for found in kinds if found), "")


def _said(item: _Element, name: str) -> str:
    value = item.get(name)
    return value.strip().lower() if isinstance(value, str) else ""
