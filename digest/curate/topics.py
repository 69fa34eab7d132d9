"""Topics: an editor's rules place each entry, the first that fits."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from digest.curate.words import fold, holds_words
from digest.model import Entry, Newsletter, Rule, RuleField

NO_RULE = "no rule fits"

_compiled = lru_cache(maxsize=1024)(re.compile)
_folded = lru_cache(maxsize=1024)(fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The topic (its id) an entry belongs to, and why."""

    topic: str
    reason: str

    @property
    def by_rule(self) -> bool:
        """Whether a rule placed it, and not the lack of one."""
        return self.reason != NO_RULE


def place(
    entry: Entry, newsletter: Newsletter, feed_tags: Mapping[str, tuple[str, ...]]
) -> Placement:
    """The topic of the first rule that fits, else the newsletter's default topic.

    ``feed_tags`` are the tags of feeds, by URL. How a rule's pattern is meant, by its field;
    letter case never matters, and an empty pattern fits nothing:

    - ``feed``: the feed's whole URL or title
    - ``tag``: one of the feed's tags; ``category`` and ``author``: one of the entry's, whole
    - ``keyword``: whole words, next to each other, in the title or in the summary
    - ``regex``: found in title, line break, summary (Python's ``re``)
    - ``url``: a part of the entry's URL, in which ``*`` stands for anything
    """
    facts = _Facts(entry=entry, tags=feed_tags.get(entry.key.feed, ()))
    for rule in newsletter.rules:
        if _fits(rule, facts):
            return Placement(topic=rule.topic, reason=str(rule))
    return Placement(topic=newsletter.default_topic, reason=NO_RULE)


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


def _fits(rule: Rule, facts: _Facts) -> bool:
    return bool(rule.pattern) and _MATCHERS[rule.field](facts, rule.pattern)


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
