"""Matching: what editors' rules, blocks and keeps look at, and when they fit."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from digest.curate.words import fold, holds_words
from digest.model import Entry, Match, Rule, RuleField

_Pattern = TypeVar("_Pattern", Rule, Match)

_compiled = lru_cache(maxsize=1024)(re.compile)
_folded = lru_cache(maxsize=1024)(fold)


def first_fit(entry: Entry, patterns: Iterable[_Pattern], tags: tuple[str, ...]) -> _Pattern | None:
    """The first of the rules, blocks or keeps that fits an entry of a feed with those tags.

    How a pattern is meant, by its field; letter case never matters, and an empty one fits nothing:

    - ``feed``: the feed's whole URL or title
    - ``tag``: one of the feed's tags; ``category`` and ``author``: one of the entry's, whole
    - ``keyword``: whole words, next to each other, in the title or in the summary
    - ``regex``: found in title, line break, summary (Python's ``re``)
    - ``url``: a part of the entry's URL, in which ``*`` stands for anything
    """
    facts = _Facts(entry=entry, tags=tags)
    return next((each for each in patterns if _fits(each.field, each.pattern, facts)), None)


class _Facts:
    """What rules look at; the searched texts are folded once, when a rule first asks."""

    __slots__ = ("_texts", "entry", "tags")

    def __init__(self, *, entry: Entry, tags: tuple[str, ...]) -> None:
        self.entry = entry
        self.tags = tags
        self._texts: tuple[str, str] | None = None

    @property
    def texts(self) -> tuple[str, str]:
        if self._texts is None:
            self._texts = (fold(self.entry.title), fold(self.entry.summary))
        return self._texts


def _fits(field: RuleField, pattern: str, facts: _Facts) -> bool:
    return bool(pattern) and _MATCHERS[field](facts, pattern)


def _feed(facts: _Facts, pattern: str) -> bool:
    return _among((facts.entry.key.feed, facts.entry.feed_title), pattern)


def _tag(facts: _Facts, pattern: str) -> bool:
    return _among(facts.tags, pattern)


def _category(facts: _Facts, pattern: str) -> bool:
    return _among(facts.entry.categories, pattern)


def _author(facts: _Facts, pattern: str) -> bool:
    return _among(facts.entry.authors, pattern)


def _keyword(facts: _Facts, pattern: str) -> bool:
    return any(holds_words(text, _folded(pattern)) for text in facts.texts)


def _regex(facts: _Facts, pattern: str) -> bool:
    text = f"{facts.entry.title}\n{facts.entry.summary}"
    return bool(_compiled(pattern, re.IGNORECASE).search(text))


def _url(facts: _Facts, pattern: str) -> bool:
    parts = ".*".join(re.escape(part) for part in pattern.split("*"))
    return bool(_compiled(parts, re.IGNORECASE).search(facts.entry.url))


def _among(values: tuple[str, ...], pattern: str) -> bool:
    wanted = _folded(pattern)
    return bool(wanted) and any(_folded(value) == wanted for value in values)


_MATCHERS: Mapping[RuleField, Callable[[_Facts, str], bool]] = {
    RuleField.FEED: _feed,
    RuleField.TAG: _tag,
    RuleField.CATEGORY: _category,
    RuleField.KEYWORD: _keyword,
    RuleField.REGEX: _regex,
    RuleField.URL: _url,
    RuleField.AUTHOR: _author,
}
