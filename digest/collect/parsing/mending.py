"""XML that is broken in ways many feeds are, made well-formed where that changes no meaning."""

import re
from html.entities import html5

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_C0 = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,400}\?>\s*")
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^<>\[]{0,1000}(?:\[[^\[\]]{0,5000}\]\s*)?>", re.IGNORECASE)
_ROOT = re.compile(r"<(?:\?xml\b|!--|(?:[\w.-]+:)?(?:rss|feed|rdf)\b)", re.IGNORECASE)
_ROOT_NAME = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_VERBATIM = re.compile(
    r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z))", re.DOTALL
)
_BARE = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_REFERENCE = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_LONE_BRACKET = re.compile(r"<(?![A-Za-z_/!?])")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,30}):|\s([A-Za-z_][\w.-]{0,30}):[\w.-]+\s*=")
_BINDING = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,30})\s*=")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_KNOWN_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
}
_MAX_PREFIXES = 50
_LAST_BEFORE_SURROGATES = 0xD7FF
_FIRST_AFTER_SURROGATES = 0xE000
_LAST_CHARACTER = 0x10FFFF


def without_debris(text: str) -> str:
    """The document without control characters, blanks before it, its declaration and DTD.

    Text is no longer in any encoding; XML 1.1 is read as what it nearly always is, 1.0; and a DTD
    that is not loaded would only hide entities that nobody declared.
    """
    clean = (_CONTROLS.sub("", text) if _has_controls(text) else text).lstrip("\ufeff \t\r\n")
    declared = _DECLARATION.match(clean)
    bare = clean[declared.end() :] if declared else clean
    return _DOCTYPE.sub("", bare, count=1) if "<!doctype" in bare[:5_000].lower() else bare


def _has_controls(text: str) -> bool:
    """Whether a control character is in the text, found several times faster than by pattern."""
    data = text.encode("utf-8", "replace")
    return len(data.translate(None, _C0)) < len(data) or "\ufffe" in text or "\uffff" in text


def mended(text: str) -> str:
    """The document with HTML's entities, bare ampersands and unbound prefixes put right."""
    root = _ROOT.search(text)
    parts = _VERBATIM.split(text[root.start() :] if root else text)
    for place in range(0, len(parts), 2):
        parts[place] = _mended_part(parts[place])
    return _bound("".join(parts))


def _mended_part(text: str) -> str:
    escaped = _ENTITY.sub(_character, _BARE.sub("&amp;", text))
    return _LONE_BRACKET.sub("&lt;", _REFERENCE.sub(_allowed, escaped))


def _character(match: re.Match[str]) -> str:
    """The character of HTML's entity; what is none stays as text."""
    name = match[1]
    if name in _OWN:
        return match[0]
    found = html5.get(f"{name};", "")
    return found if found and found not in "<>&\"'" else f"&amp;{name};"


def _allowed(match: re.Match[str]) -> str:
    """A numeric reference, unless XML allows no such character (XML 1.0, section 2.2)."""
    code = int(match[1]) if match[1] else int(match[2], 16)
    allowed = (
        code in (9, 10, 13)
        or ord(" ") <= code <= _LAST_BEFORE_SURROGATES
        or _FIRST_AFTER_SURROGATES <= code <= _LAST_CHARACTER
    )
    # With a small x: XML has no other (section 4.1).
    return match[0].lower() if allowed and code not in (0xFFFE, 0xFFFF) else ""


def _bound(text: str) -> str:
    """The document with the prefixes it uses, but does not declare, declared at its root."""
    root = _ROOT_NAME.search(text)
    if not root:
        return text
    used = {match[1] or match[2] for match in _PREFIX.finditer(text)}
    bound = {match[1] for match in _BINDING.finditer(text)}
    unbound = sorted(prefix for prefix in used - bound if not prefix.lower().startswith("xml"))[
        :_MAX_PREFIXES
    ]
    declared = "".join(
        f' xmlns:{prefix}="{_KNOWN_PREFIXES.get(prefix.lower(), f"urn:unbound:{prefix}")}"'
        for prefix in unbound
    )
    return text[: root.end()] + declared + text[root.end() :]
