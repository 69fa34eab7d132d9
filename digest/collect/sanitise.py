"""Feeds' HTML made safe to show, and plain text made out of it.

The allowlist is nh3's work (a real HTML parser); what it lets through here is text, links,
pictures and tables, without any styling, since items must never restyle a mail.
"""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Literal

import nh3

from digest.collect.urls import absolute_url

_TAGS_LIST = """
    a abbr b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span
    strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
"""
_TAGS = frozenset(_TAGS_LIST.split())
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
}
_DROPPED_WHOLE_LIST = """
    script style svg math iframe object embed applet template noembed noframes
    select option textarea button audio video canvas title
"""
_DROPPED_WHOLE = frozenset(_DROPPED_WHOLE_LIST.split())
_SCHEMES = frozenset({"http", "https", "mailto"})

_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|dd|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|td|th|tr|ul)(?![a-z0-9])"
    r"""(?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>"""
)
_TAG = re.compile(r"""<(?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>""")
_ANY_TAG = re.compile(r"<[^<>]*>")
_OPEN_OR_CLOSE = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_IMG = re.compile(r"""<img((?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""")
# As nh3 writes them: every value in double quotes, and none with a scheme that is not allowed.
_LINKING = re.compile(r'<(?:a|img|blockquote|q) (?:[^"<>]++|"[^"]*+")*+>')
_RELATIVE = re.compile(r' (href|src|cite)="(?!(?i:https?://|mailto:))([^"]*)"')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_HREF = re.compile(r'<a\b[^<>]*? href="([^"<>]*)"')
# Its content is plain text to the HTML parser, yet holds the picture of a lazily loaded one.
_NOSCRIPT = re.compile(r"</?noscript\b[^<>]*>", re.IGNORECASE)
# XML closes these where they stand; to the HTML parser, they would swallow all that follows.
_CLOSED_IN_XML = re.compile(
    r"<(script|style|iframe|object|applet|template|noembed|noframes|select|textarea|button|audio"
    r"""|video|canvas|title)\b((?:[^"'<>/]++|"[^"<]*+"|'[^'<]*+'|/(?!>))*+)/>""",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_LINES = re.compile(r" ?\n[ \n]*")

# Elements that close themselves: open ones say nothing about how deep the tree gets.
_SHALLOW_LIST = """
    p li td th tr dt dd tbody thead tfoot option br hr img wbr input meta link col area
    base embed param source track rp rt
"""
_SHALLOW = frozenset(_SHALLOW_LIST.split())
_MAX_LENGTH = 1_000_000
_MAX_WORK = 1_000_000
_LONG_SPAN = 10_000
_MAX_ATTRIBUTES = 2_000
_TRACKING_SIDE = 2


def clean_html(html: str, base_url: str = "") -> str:
    """HTML reduced to the allowlist, with absolute links; pixels that only count are dropped.

    Relative URLs are resolved against ``base_url``, or dropped when it is not http(s). HTML
    built to exhaust the parser (nested thousands deep) is reduced to its text, and what lies
    beyond a million characters is cut.
    """
    text = _CONTROLS.sub("", html[:_MAX_LENGTH])
    if "<" not in text and "&" not in text:
        return text.replace(">", "&gt;").strip()
    if _too_deep(text) or _too_many_attributes(text):
        text = _ANY_TAG.sub(" ", text).replace("<", "&lt;")
    if "/>" in text:
        text = _CLOSED_IN_XML.sub(r"<\1\2></\1>", text)
    return _without_pixels(_allowlisted(_NOSCRIPT.sub("", text), base_url)).strip()


def plain_text(html: str) -> str:
    """The text of untrusted HTML: entities decoded, one line for each block."""
    if "<" not in html and "&" not in html:
        return _squeezed(html)
    if "<" not in html:
        return _squeezed(unescape(html))
    return text_of_clean(clean_html(html))


def text_of_clean(html: str) -> str:
    """The text of HTML that :func:`clean_html` made; several times faster than plain_text."""
    if "<" in html:
        html = _TAG.sub("", _BLOCK.sub("\n", html))
    return _squeezed(unescape(html))


def without_tags(html: str) -> str:
    """HTML that :func:`clean_html` made, without its tags: to compare, not to show."""
    return _TAG.sub(" ", html)


def image_attributes(html: str) -> Iterator[dict[str, str]]:
    """The attributes of each picture in HTML that :func:`clean_html` made, in order."""
    return (_attributes(match[1]) for match in _IMG.finditer(html))


def blocks_of_clean(html: str) -> tuple[str, ...]:
    """HTML that :func:`clean_html` made, cut at the edges of its blocks; empty ones left out."""
    return tuple(filter(str.strip, _BLOCK.split(html)))


def links_of_clean(html: str) -> tuple[str, ...]:
    """Where the links in HTML that :func:`clean_html` made lead, in order."""
    return tuple(unescape(match[1]) for match in _HREF.finditer(html))


def is_pixel(width: str | int | None, height: str | int | None) -> bool:
    """Whether a picture of this size only counts readers."""
    return any(
        str(side).removesuffix("px").isdecimal()
        and int(str(side).removesuffix("px")) <= _TRACKING_SIDE
        for side in (width, height)
        if side is not None
    )


def _allowlisted(text: str, base_url: str) -> str:
    if not base_url.startswith(("http://", "https://")):
        return _WITHOUT_BASE.clean(text)
    return _LINKING.sub(_resolver(base_url), _WITH_BASE.clean(text))


def _cleaner(relative: Literal["deny", "pass_through"]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative=relative,
        link_rel=None,
        strip_comments=True,
    )


# Made once: to set one up costs more than to clean an entry. That is why the base, which differs
# for each, is none of their business.
_WITHOUT_BASE, _WITH_BASE = _cleaner("deny"), _cleaner("pass_through")


def _resolver(base_url: str) -> Callable[[re.Match[str]], str]:
    """What makes a tag's relative URLs absolute, and leaves out those that cannot be."""

    def absolute(match: re.Match[str]) -> str:
        url = absolute_url(unescape(match[2]), base_url)
        return f' {match[1]}="{escape(url)}"' if url else ""

    return lambda tag: _RELATIVE.sub(absolute, tag[0])


def _too_deep(text: str) -> bool:
    """Whether building the tree would cost depth x tags beyond reason (HTML, 13.2.6)."""
    tags = text.count("<")
    if tags * tags <= _MAX_WORK:
        return False
    opened: dict[str, int] = {}
    depth = deepest = 0
    for match in _OPEN_OR_CLOSE.finditer(text):
        name = match[2].lower()
        if name in _SHALLOW:
            continue
        step = -1 if match[1] else 1
        if step < 0 and not opened.get(name):
            continue
        opened[name] = opened.get(name, 0) + step
        depth += step
        deepest = max(deepest, depth)
    return deepest * tags > _MAX_WORK


def _too_many_attributes(text: str) -> bool:
    """Whether a tag carries thousands of attributes, which the parser compares pairwise."""
    if len(text) <= _LONG_SPAN:
        return False
    return any(_crowded(span) for span in text.split("<") if len(span) > _LONG_SPAN)


def _crowded(span: str) -> bool:
    head, _, rest = span.partition(">")
    separators = len(head.split()) + head.count("=")
    # Base64 holds a slash in 64 characters; slashes between attributes stand far closer.
    slashes = head.count("/") if head.count("/") * 20 > len(head) else 0
    raw = span[:6].lower().startswith(("script", "style"))
    quotes = 0 if raw else (rest.count('"') + rest.count("'")) // 2
    return separators + slashes + quotes > _MAX_ATTRIBUTES


def _without_pixels(html: str) -> str:
    return _IMG.sub(_picture_or_nothing, html) if "<img" in html else html


def _picture_or_nothing(match: re.Match[str]) -> str:
    found = _attributes(match[1])
    if not found.get("src") or is_pixel(found.get("width"), found.get("height")):
        return ""
    return match[0]


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def _squeezed(text: str) -> str:
    return _LINES.sub("\n", _BLANKS.sub(" ", _CONTROLS.sub("", text))).strip()
