"""Contradictions: what a newsletter's file says twice, or says so that it can never count."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest.config.locate import TomlPath, locate
from digest.config.tomlfile import TomlFile
from digest.config.wording import shown
from digest.errors import Problem
from digest.model import Newsletter, RuleField, Topic


def count_problems(file: TomlFile) -> Iterator[Problem]:
    """Minimums that are more than their maximums, of topics and of the issue.

    Looks at the raw table; values of a wrong type are left to the table's own validation.
    """
    usual = _count(file.table, "max_per_topic", 5)
    topics = file.table.get("topics")
    members = topics if isinstance(topics, list) else []
    total = 0
    for index, topic in enumerate(members):
        if not isinstance(topic, dict):
            continue
        least, most = _count(topic, "min_stories", 0), _count(topic, "max_stories", usual)
        total += least
        if least > most:
            limit = "max_stories" if "max_stories" in topic else "max_per_topic"
            message = f"min_stories ({least}) is more than {limit} ({most})"
            fix = f"lower min_stories or raise {limit}"
            yield file.problem(("topics", index, "min_stories"), message, fix=fix)
    room = _count(file.table, "max_stories", 20)
    if total > room:
        message = f"the topics' min_stories ({total} together) are more than max_stories ({room})"
        path = file.first_of([("max_stories",), ("topics",)])
        yield file.problem(path, message, fix="lower some of them or raise max_stories")


def contradictions(file: TomlFile, newsletter: Newsletter) -> Iterator[Problem]:
    """Rules, blocks, keeps and topics that stand in each other's way."""
    yield from _rules(file, newsletter)
    yield from _blocked(file, newsletter)
    yield from _repeated(file, "blocks", _matches(newsletter, "blocks"))
    yield from _repeated(file, "keeps", _matches(newsletter, "keeps"))
    yield from _topics(file, newsletter.topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """What a rule, a block or a keep looks at, as it is compared; and where it stands."""

    field: RuleField
    text: str
    path: TomlPath
    written: str
    topic: str = ""

    def covers(self, other: "_Pattern") -> bool:
        """Whether it fits wherever the other one does."""
        if self.field is not other.field:
            return False
        if self.field is RuleField.KEYWORD:
            return f" {self.text} " in f" {other.text} "
        if self.field is RuleField.URL and "*" not in self.text + other.text:
            return self.text in other.text
        return self.text == other.text


def _patterns(newsletter: Newsletter) -> Sequence[_Pattern]:
    return [
        _Pattern(
            field=rule.field,
            text=_folded(rule.field, rule.pattern),
            path=("rules", index),
            written=f"{rule.field} = {shown(rule.pattern)}",
            topic=rule.topic,
        )
        for index, rule in enumerate(newsletter.rules)
    ]


def _matches(newsletter: Newsletter, key: str) -> Sequence[_Pattern]:
    matches = newsletter.blocks if key == "blocks" else newsletter.keeps
    return [
        _Pattern(
            field=match.field,
            text=_folded(match.field, match.pattern),
            path=(key, index),
            written=f"{match.field} = {shown(match.pattern)}",
        )
        for index, match in enumerate(matches)
    ]


def _folded(field: RuleField, pattern: str) -> str:
    # In a regular expression, \S is not \s, and spaces count.
    return pattern if field is RuleField.REGEX else _fold(pattern)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _rules(file: TomlFile, newsletter: Newsletter) -> Iterator[Problem]:
    """Rules that never place anything, because an earlier one fits first."""
    patterns = _patterns(newsletter)
    for index, pattern in enumerate(patterns):
        first = next((each for each in patterns[:index] if each.covers(pattern)), None)
        if first is None:
            continue
        line = locate(file.text, first.path)
        if first.topic != pattern.topic:
            message = (
                f"never places a post: {first.written}, on line {line}, "
                f"sends it to {shown(first.topic)} first"
            )
            fix = "put it before that one, or delete one of the two"
        else:
            message = f"is not needed: {first.written}, on line {line}, does the same"
            fix = "delete it"
        yield file.problem(pattern.path, message, fix=fix)


def _blocked(file: TomlFile, newsletter: Newsletter) -> Iterator[Problem]:
    """Keeps and rules for posts that a block takes out."""
    blocks = _matches(newsletter, "blocks")
    for pattern in (*_matches(newsletter, "keeps"), *_patterns(newsletter)):
        block = next((each for each in blocks if each.covers(pattern)), None)
        if block is not None:
            line = locate(file.text, block.path)
            message = f"never counts: {block.written}, on line {line}, blocks such posts"
            yield file.problem(pattern.path, message, fix="delete one of the two")


def _repeated(file: TomlFile, key: str, patterns: Sequence[_Pattern]) -> Iterator[Problem]:
    for index, pattern in enumerate(patterns):
        first = next((each for each in patterns[:index] if each.covers(pattern)), None)
        if first is not None:
            line = locate(file.text, first.path)
            message = f"is not needed: {first.written}, on line {line}, does the same"
            yield file.problem((key, index), message, fix="delete it")


def _topics(file: TomlFile, topics: Sequence[Topic]) -> Iterator[Problem]:
    """Topics that nobody, and nothing, can tell apart."""
    alike: Sequence[tuple[str, Callable[[Topic], str]]] = (
        ("name", lambda topic: _fold(topic.name)),
        ("description", lambda topic: _fold(topic.description)),
        ("examples", lambda topic: "\n".join(sorted(map(_fold, topic.examples)))),
    )
    for key, words in alike:
        first: dict[str, Topic] = {}
        for index, topic in enumerate(topics):
            same = first.setdefault(words(topic), topic)
            if words(topic) and same is not topic:
                message = f"says the same as that of the topic {shown(same.id)}"
                fix = "say what tells the two apart, or make them one"
                yield file.problem(("topics", index, key), message, fix=fix)


def _count(table: Mapping[str, object], key: str, default: int) -> int:
    value = table.get(key, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
