"""What we do differently from feedparser's own handling of elements, without importing it.

Mixed into its parsers by :mod:`digest.collect.parsing.parse`. :class:`Handlers` leaves dates and
names as the document has them. :class:`Walker` takes the place of feedparser's way through a
well-formed document, which spends most of its time resolving, guessing and copying what is done
elsewhere.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from digest.collect.urls import absolute_url

_Attributes = dict[str, str]
_Element = dict[str, Any]

SEPARATOR = "\x1f"
_MAX_TAGS = 200
_XHTML = "application/xhtml+xml"
_ROOTS = ("feed", "rss", "rdf:rdf")
_LOWERED = ("rel", "type")
# Names that our own lists have; an element that happens to be called so is none of them.
_LISTS = frozenset(
    "links authors tags contributors content media_content media_thumbnail media_credit".split()  # noqa: SIM905
)
_WINDOWS = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_C1 = re.compile(r"[\x80-\x9f]")
_TWICE_ENCODED = re.compile("[\xc2-\xf4][\x80-\xbf\u20ac-\u2122\u0152-\u02dc]")


class Handlers:
    """Handlers of elements for both of feedparser's parsers."""

    pop: Callable[..., str | None]
    push: Callable[[str, int], None]
    _get_context: Callable[[], _Element]

    def _end_published(self) -> None:
        self.pop("published")

    def _end_updated(self) -> None:
        self.pop("updated")

    def _end_created(self) -> None:
        self.pop("created")

    def _end_expirationdate(self) -> None:
        self.pop("expired")

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        tags = self._get_context().setdefault("tags", [])
        tag = {"term": term, "scheme": scheme, "label": label}
        # Each is compared with all others: a few hundred are enough of them.
        if (term or scheme or label) and len(tags) < _MAX_TAGS and tag not in tags:
            tags.append(tag)

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()
        people, name = context.get("authors"), context.get("author")
        if key == "author" and isinstance(people, list) and people and name and not people[-1]:
            people[-1]["name"] = name

    def _start_media_description(self, _: _Attributes) -> None:
        # Of a picture as often as of the entry: never to be mistaken for its text.
        self.push("media_description", 1)

    def _end_media_description(self) -> None:
        self.pop("media_description")


class Walker(Handlers):
    """The way through a well-formed document, as expat tells it."""

    feeddata: _Element
    entries: list[_Element]
    version: str
    baseuri: str
    lang: str | None
    contentparams: _Element
    elementstack: list[list[Any]]
    basestack: list[str]
    langstack: list[str | None]
    incontent: int
    depth: int
    title_depth: int
    svgOK: int  # noqa: N815 - feedparser's name
    infeed: int
    inentry: int
    insource: int
    inimage: int
    intextinput: int
    sourcedata: _Element
    namespaces_in_use: dict[str, str]
    namespacemap: dict[str | None, str]
    track_namespace: Callable[[str | None, str], None]
    _matchnamespaces: Mapping[str, str]
    map_content_type: Callable[[str], str]
    handle_data: Callable[..., None]
    strattrs: Callable[[list[tuple[str, str]]], str]

    def begin(self) -> None:
        """Make ready for a document."""
        self.feeddata = {}
        self._document_base = self.baseuri
        self._names: dict[str, str] = {}
        self._depths: dict[str, int] = {}

    def open_namespace(self, prefix: str | None, uri: str | None) -> None:
        """A namespace is declared, under a prefix or as the one of elements without."""
        if not uri:
            return
        self.track_namespace(prefix, uri)
        known = self._prefix(uri)
        if known is not None:
            self.namespacemap[prefix] = known

    def open_element(self, name: str, attributes: _Attributes) -> None:
        """An element begins; names are expat's, with namespace and prefix."""
        tag = self._names.get(name) or self._name(name)
        self._open(tag, self._attributes(attributes) if attributes else {})

    def close_element(self, name: str) -> None:
        """An element ends."""
        self._close(self._names.get(name) or self._name(name))

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """An element begins, by feedparser's own name for it."""
        """An element begins, as feedparser's own handlers say it."""
        self._open(tag, dict(attrs))

    def _name(self, name: str) -> str:
        """The name of an element, prefixed as feedparser knows its namespace."""
        uri, _, rest = name.rpartition(SEPARATOR) if name.count(SEPARATOR) == 1 else ("", "", name)
        parts = rest.split(SEPARATOR) if not uri else [uri, rest]
        local = parts[1] if len(parts) > 1 else parts[0]
        prefix = ""
        if len(parts) > 1:
            known = self._prefix(parts[0])
            prefix = known if known is not None else "".join(parts[2:]).lower()
        found = f"{prefix}:{local.lower()}" if prefix else local.lower()
        self._names[name] = found
        return found

    def _prefix(self, uri: str) -> str | None:
        lower = uri.lower()
        if "backend.userland.com/rss" in lower:
            return ""
        plain = lower.replace("https://", "http://", 1)
        variants = (lower, plain, plain.rstrip("/"), plain.rstrip("/") + "/")
        return next(
            (self._matchnamespaces[v] for v in variants if v in self._matchnamespaces), None
        )

    def _attributes(self, attributes: _Attributes) -> _Attributes:
        found = {}
        for name, value in attributes.items():
            key = (self._names.get(name) or self._name(name)) if SEPARATOR in name else name.lower()
            found[key] = value.lower() if key in _LOWERED else value
        return found

    def _open(self, tag: str, attributes: _Attributes) -> None:
        self.depth += 1
        if attributes:
            self._enter(tag, attributes)
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        if self.incontent and self._inline_opened(tag, attributes):
            return
        key = tag.replace(":", "_", 1)
        handler = getattr(self, f"_start_{key}", None)
        if handler is None:
            self._unknown(key, attributes)
            return
        try:
            handler(attributes)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            return  # an element where none belongs

    def _enter(self, tag: str, attributes: _Attributes) -> None:
        """Take over an element's base and language (XML Base; XML 1.0, section 2.12)."""
        base = attributes.get("xml:base") or attributes.get("base")
        if base and self._document_base:
            self.baseuri = absolute_url(base, self.baseuri) or self.baseuri
        language = attributes.get("xml:lang", attributes.get("lang"))
        if language is not None:
            self.lang = language or None
            if language and tag in _ROOTS:
                self.feeddata["language"] = language

    def _inline_opened(self, tag: str, attributes: _Attributes) -> bool:
        """Whether the element is markup inside a text."""
        if not self.contentparams.get("type", "xml").endswith("xml"):
            if tag in ("xhtml:div", "div"):
                return True
            self.contentparams["type"] = _XHTML
        if self.contentparams.get("type") != _XHTML:
            return False
        name = tag.rpartition(":")[2]
        self.svgOK += name == "svg"
        self.handle_data(f"<{name}{self.strattrs(list(attributes.items()))}>", escape=0)
        return True

    def _unknown(self, key: str, attributes: _Attributes) -> None:
        if key in _LISTS:
            self.push(f"other_{key}", 1)
            return
        if attributes:
            self._get_context().setdefault(key, attributes)
        self.push(key, 1)

    def _close(self, tag: str) -> None:
        key = tag.replace(":", "_", 1)
        self.svgOK -= bool(self.svgOK) and tag.endswith("svg")
        handler = None if self.svgOK else getattr(self, f"_end_{key}", None)
        try:
            if handler is None:
                self.pop(f"other_{key}" if key in _LISTS else key)
            else:
                handler()
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            pass  # an element where none belongs
        if self.incontent:
            self._inline_closed(tag)
        self.basestack.pop()
        self.langstack.pop()
        self.baseuri = self.basestack[-1] if self.basestack else self._document_base
        self.lang = self.langstack[-1] if self.langstack else None
        self.depth -= 1

    def _inline_closed(self, tag: str) -> None:
        if not self.contentparams.get("type", "xml").endswith("xml"):
            if tag in ("xhtml:div", "div"):
                return
            self.contentparams["type"] = _XHTML
        if self.contentparams.get("type") == _XHTML:
            self.handle_data(f"</{tag.rpartition(':')[2]}>", escape=0)

    def push_content(
        self, tag: str, attributes: _Attributes, default_type: str, expecting_text: int
    ) -> None:
        """A piece of content begins: what kind it is, and where its links start from."""
        """A text begins that may hold markup."""
        self.incontent += 1
        kind = self.map_content_type(attributes.get("type", default_type))
        readable = kind.startswith("text/") or kind.endswith(("+xml", "/xml"))
        self.contentparams = {
            "type": kind,
            "stated": "type" in attributes,
            "language": self.lang,
            "base": self.baseuri,
            "base64": attributes.get("mode") == "base64" or not readable,
        }
        self.push(tag, expecting_text)

    def pop(self, element: str, _: int = 1) -> str | None:
        """An element ends: its text, put where it belongs."""
        """An element's text, put where it belongs; None when another one is open."""
        if not self.elementstack or self.elementstack[-1][0] != element:
            return None
        _, expecting_text, pieces = self.elementstack.pop()
        if self.version == "atom10" and self.contentparams.get("type") == _XHTML:
            pieces = _unwrapped(pieces)
        text = "".join(pieces).strip()
        if not expecting_text:
            return text
        text = _repaired(_from_base64(text) if self.contentparams.get("base64") else text)
        kept_elsewhere = element in ("category", "tags", "itunes_keywords")
        later_title = element == "title" and -1 < self.title_depth <= self.depth
        if not kept_elsewhere and not later_title:
            self._keep(element, text)
        return text

    def _keep(self, element: str, text: str) -> None:
        """Put a text where its element belongs; the one highest up wins."""
        context = self._get_context()
        in_entry = bool(self.inentry and not self.insource)
        if element == "content":
            context.setdefault("content", []).append(self.contentparams | {"value": text})
        elif element == "link":
            if in_entry and self.inimage:
                return
            context["link"] = text
            if text:
                context["links"][-1]["href"] = text
        else:
            name = element
            if element == "description":
                name = "summary" if in_entry else "subtitle"
            if in_entry and self.depth > self._depths.get(name, self.depth):
                return
            if text or name not in context:
                self._depths[name] = self.depth
                context[name] = text
                if self.incontent:
                    context[f"{name}_detail"] = dict(self.contentparams)

    def resolve_uri(self, uri: str) -> str:
        """A URL joined where a nested base asks for it; all others are joined at the end."""
        if self.baseuri == self._document_base:
            return uri
        return absolute_url(uri, self.baseuri) or uri

    def _get_context(self) -> _Element:
        if self.insource:
            return self.sourcedata
        if self.inentry:
            return self.entries[-1]
        for name, inside in (("image", self.inimage), ("textinput", self.intextinput)):
            if inside and isinstance(self.feeddata.get(name), dict):
                found: _Element = self.feeddata[name]
                return found
        return self.feeddata

    def _start_item(self, attributes: _Attributes) -> None:
        about, language = attributes.get("rdf:about"), attributes.get("xml:lang")
        entry: _Element = {"id": about} if about else {}
        self.entries.append(entry | ({"language": language} if language else {}))
        self.push("item", 0)
        self.inentry, self.guidislink, self.title_depth = 1, 0, -1
        self._depths = {}
        link = attributes.get("href")
        if link:  # of a channel definition, CDF
            entry["link"] = link

    _start_entry = _start_item

    def _start_image(self, _: _Attributes) -> None:
        if not self.inentry:
            self.feeddata.setdefault("image", {})
        self.inimage = 1
        self.push("image", 0)

    def _end_image(self) -> None:
        url = self.pop("image")
        self.inimage = 0
        if self.inentry and url:
            self._get_context().setdefault("image", url)


def _unwrapped(pieces: list[str]) -> list[str]:
    """XHTML without the one div that Atom asks for around it (RFC 4287, section 3.1.1.3)."""
    start, end = 0, len(pieces)
    while end - start > 1 and not pieces[end - 1].strip():
        end -= 1
    while end - start > 1 and not pieces[start].strip():
        start += 1
    inner = pieces[start:end]
    if not inner or not re.match(r"<div[ >]", inner[0]) or inner[-1] != "</div>":
        return inner
    depth = 0
    for piece in inner[:-1]:
        depth += -1 if piece.startswith("</") else int(piece.startswith("<"))
        if depth == 0:
            return inner
    return inner[1:-1]


def _from_base64(text: str) -> str:
    try:
        return base64.decodebytes(text.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


def _repaired(text: str) -> str:
    """Text that was UTF-8 already when it was encoded, or Windows-1252 called Latin-1."""
    if text.isascii():
        return text
    if _TWICE_ENCODED.search(text):
        for encoding in ("iso-8859-1", "cp1252"):
            with suppress(UnicodeEncodeError, UnicodeDecodeError):
                return text.encode(encoding).decode()
    return text.translate(_WINDOWS) if _C1.search(text) else text
