"""Edits: what editors changed in an issue, kept apart so that a rebuild can apply them again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.entry import EntryKey
from digest.model.wording import Origin, Quote


class TextField(StrEnum):
    """A text of an issue, of a section or of a story that editors write."""

    TITLE = "title"
    SUBJECT = "subject"
    SUBJECT_B = "subject-b"
    PREHEADER = "preheader"
    INTRO = "intro"
    CLOSING = "closing"
    WISH = "wish"
    HEADING = "heading"
    HOOK = "hook"
    BACKGROUND = "background"
    HEADLINE = "headline"
    EXCERPT = "excerpt"
    LEAD_IN = "lead-in"
    CREDIT = "credit"
    CAPTION = "caption"
    ALT = "alt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """A text in place of the program's. ``section`` (a topic's id) or ``entry`` say whose.

    Neither means the issue's own. ``source`` is what it replaced, with its ``source_origin``: when
    that has changed, a rebuild flags the edit.
    """

    field: TextField
    value: str
    section: str = ""
    entry: EntryKey | None = None
    source: str = ""
    source_origin: Origin = Origin.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """An entry that an editor took out, and why."""

    entry: EntryKey
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An entry that an editor put under another topic (its id)."""

    entry: EntryKey
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionOrder:
    """The order an editor gave a section's stories; those not named follow as they come."""

    section: str
    entries: tuple[EntryKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryQuotes:
    """The quotes an editor chose for a story, in order; ``source`` is what they replaced."""

    entry: EntryKey
    quotes: tuple[Quote, ...]
    source: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Everything editors changed in an issue; an entry named here need not be there any more.

    ``pins`` are told whatever their rank. ``sections`` is the order of sections, where given.
    ``by`` is who changed it last.
    """

    lead: EntryKey | None = None
    pins: tuple[EntryKey, ...] = ()
    drops: tuple[Drop, ...] = ()
    moves: tuple[Move, ...] = ()
    sections: tuple[str, ...] = ()
    orders: tuple[SectionOrder, ...] = ()
    texts: tuple[TextEdit, ...] = ()
    quotes: tuple[StoryQuotes, ...] = ()
    by: str = ""


NO_EDITS = Edits()
"""What an issue has that nobody touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An editor's word on where a post belongs, for the program to learn from.

    ``text`` is what was known of it then; its feed may forget the post.
    """

    newsletter: str
    entry: EntryKey
    topic: str
    title: str
    text: str
    at: datetime
    by: str = ""
