"""Articles: what is remembered of the pages that entries lead to."""

from dataclasses import dataclass
from datetime import datetime

from digest.model.entry import Entry, EntryKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVisit:
    """What came of asking for an entry's page, or of deciding that it need not be asked for.

    ``fingerprint`` is the entry's at that time: with another one, it is worth a new visit.
    ``remark`` says why the feed's own text was kept. ``retry_at`` is None when that is settled.
    """

    key: EntryKey
    fingerprint: str
    visited_at: datetime
    remark: str = ""
    attempts: int = 1
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleCandidate:
    """An entry whose page may be worth asking for, and how often that failed before."""

    entry: Entry
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRule:
    """One line of a robots.txt: whether URL paths that ``pattern`` matches may be asked for."""

    pattern: str
    allow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules that a site has for this program. ``origin`` is its scheme, host and port."""

    origin: str
    rules: tuple[RobotsRule, ...] = ()
    fresh_until: datetime
