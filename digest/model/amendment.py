"""Amendments: what was put right in an issue after it went out."""

from dataclasses import dataclass
from datetime import datetime

from digest.model.audience import Variant
from digest.model.entry import EntryKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A story of an issue that was put right. ``text`` says what was wrong and what is true.

    ``headline`` and ``url`` are the story's as it was sent, ``title`` is the headline that takes
    its place (or nothing). ``correction`` is the slug of the issue that tells those who got it.
    """

    issue_id: int
    entry: EntryKey
    headline: str
    text: str
    at: datetime
    by: str
    correction: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Those who got an issue with one of these variants: the readers of a story that was in them.

    Whoever may have got it, as its hand-over once ended without an answer, is among them.
    """

    issue_id: int
    variants: tuple[Variant, ...]
