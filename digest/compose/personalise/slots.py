"""Slots: one reader's values put into a rendering, escaped for where they stand.

A slot is an absolute URL on a name that can never resolve (RFC 2606 ``.invalid``): inliners
rewrite ``{{ tokens }}`` in links, and leave such a URL alone. A part is taken apart at its slots
once; each reader's copy is a join, so that no value is ever searched for slots itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import quote

from digest.compose.marks import strip
from digest.compose.personalise.fragments import Fragment, changed
from digest.compose.plaintext import tidy
from digest.errors import MessageError
from digest.model import Filled, PersonalCopy, PersonalParts, RenderedIssue

SLOT_DOMAIN = "slot.invalid"
UNSUBSCRIBE_SLOT = f"https://unsubscribe.{SLOT_DOMAIN}/"
PREFERENCES_SLOT = f"https://preferences.{SLOT_DOMAIN}/"
NAME_SLOT = f"https://name.{SLOT_DOMAIN}/"

_MAX_NAME = 100
_MAIL_ONLY = re.compile(r"<!--mail-only-->.*?<!--/mail-only-->", re.DOTALL)
_SLOT_LINK = re.compile(rf'\shref="https://[a-z]+\.{re.escape(SLOT_DOMAIN)}/"')
_SLOT = re.compile(rf"https://([a-z]+)\.{re.escape(SLOT_DOMAIN)}/")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# Not \s: a no-break space in a headline is there on purpose.
_SPACES = re.compile(r"[ \t\r\n\u2028\u2029]+")
# What stands before a slot inside a link, in HTML and in the text part.
_IN_LINK = re.compile(r"""\s(?:href|src)=(?:"[^"<>]*|'[^'<>]*)$""")
_IN_ADDRESS = re.compile(r"https?://[^\s<>]+$")
_LONGEST_LINK = 2_000

_Escape = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSlots:
    """What differs from reader to reader.

    Without a ``preferences_url``, the link to leave stands in its place. An empty ``name`` (or
    one of control characters alone) gets the greeting for people whose name is not known.
    """

    unsubscribe_url: str
    preferences_url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A part taken apart: its static pieces, and the slot and escaping between each two."""

    pieces: tuple[str, ...]
    fields: tuple[tuple[str, _Escape], ...]

    def filled(self, values: dict[str, str]) -> Filled:
        own = [escaped(values[slot]) for slot, escaped in self.fields]
        return Filled(pieces=self.pieces, values=tuple(own))


def fill(rendering: RenderedIssue, slots: ReaderSlots) -> PersonalCopy:
    """Put one reader's values into a rendering, escaped for where they stand.

    :raises MessageError: when a value holds white space or a control character, or is no URL.
    """
    parts = filled(rendering, slots)
    return PersonalCopy(html=str(parts.html), text=str(parts.text))


def filled(rendering: RenderedIssue, slots: ReaderSlots) -> PersonalParts:
    """As :func:`fill`, with what all readers share kept apart from what is one reader's.

    :raises MessageError: when a value holds white space or a control character, or is no URL.
    """
    values = {
        "unsubscribe": _address(slots.unsubscribe_url, "unsubscribe"),
        "preferences": _address(slots.preferences_url or slots.unsubscribe_url, "preferences"),
        "name": _shortened(one_line(slots.name)),
    }
    named = bool(values["name"])
    return PersonalParts(
        html=_html_form(rendering.html, named=named).filled(values),
        text=_text_form(rendering.text, named=named).filled(values),
    )


def for_web(rendering: RenderedIssue) -> str:
    """The HTML for everybody: without the parts meant for one reader's mailbox, and no slot.

    Templates mark those parts by ``<!--mail-only-->`` and ``<!--/mail-only-->``. A slot that
    stands outside them loses its link.
    """
    for_all = changed(_MAIL_ONLY.sub("", rendering.html), "named", _nothing)
    return without_slots(strip(for_all))


def without_slots(html: str) -> str:
    """The HTML with no slot left: a link to one is no link any more."""
    return _SLOT.sub("", _SLOT_LINK.sub("", html))


def one_line(text: str) -> str:
    """One line of text: no control or direction-switching characters, single spaces."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", _CONTROL.sub("", text)).strip()


def _address(url: str, what: str) -> str:
    if _UNFIT.search(url) or not url.startswith(("https://", "http://")):
        raise MessageError("", f"the {what} address {url!r} is not a web address")
    return url


def _shortened(name: str) -> str:
    return name if len(name) <= _MAX_NAME else name[: _MAX_NAME - 1].rstrip() + "…"


# For each variant of the issues under way.
@lru_cache(maxsize=128)
def _html_form(part: str, *, named: bool) -> _Form:
    return _form(_greeted(part, named=named), _html_escape)


@lru_cache(maxsize=128)
def _text_form(part: str, *, named: bool) -> _Form:
    # What is taken out may leave blank lines behind.
    return _form(tidy(_greeted(part, named=named)) if part else "", _text_escape)


def _greeted(part: str, *, named: bool) -> str:
    return strip(changed(part, "nameless" if named else "named", _nothing))


def _nothing(_fragment: Fragment) -> str:
    return ""


def _form(part: str, escape_for: Callable[[str, str], _Escape]) -> _Form:
    pieces, fields, at = [], [], 0
    for found in _SLOT.finditer(part):
        slot, before = found[1], part[max(at, found.start() - _LONGEST_LINK) : found.start()]
        if slot not in {"unsubscribe", "preferences", "name"}:
            raise MessageError("", f"the template has an unknown slot {found[0]!r}")
        pieces.append(part[at : found.start()])
        fields.append((slot, escape_for(slot, before)))
        at = found.end()
    return _Form(pieces=(*pieces, part[at:]), fields=tuple(fields))


def _html_escape(slot: str, before: str) -> _Escape:
    """Text and attributes alike take entities; a part of a link is percent-encoded first."""
    link = _IN_LINK.search(before)
    whole = link is not None and link[0].endswith(("='", '="'))
    return _component if link and (not whole or slot == "name") else escape


def _text_escape(_slot: str, before: str) -> _Escape:
    return _component if _IN_ADDRESS.search(before) else str


def _component(value: str) -> str:
    return quote(value, safe="")
