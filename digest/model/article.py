"""Articles: the pages that entries lead to, what they hold, and what is remembered of them."""

from dataclasses import dataclass, field
from datetime import datetime

from digest.model.entry import Entry, EntryKey, Image


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleJob:
    """A page to be read for its article, and the entry that leads to it.

    ``url`` is where redirects ended, ``content_type`` what the page's headers said.
    """

    entry: Entry
    url: str
    body: bytes = field(repr=False)
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page's own text. ``content`` is clean HTML without credit lines, ``support`` help lines."""

    content: str
    words: int
    url: str
    title: str = ""
    description: str = ""
    image: Image | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    language: str = ""
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoArticle:
    """The page is of no use for its entry. ``reason`` is a sentence for people.

    ``unread`` says that reading it took too much, or failed: another day it may succeed.
    """

    reason: str
    unread: bool = False


ArticleResult = Article | NoArticle


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
