"""Topics: where each entry belongs – by editors' word, rules, categories and meaning, in turn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from digest.curate.placing.matching import first_fit
from digest.curate.words import fold
from digest.model import Correction, Entry, EntryKey, Newsletter, PlacedBy, Placement, Topic
from digest.ports import Embedder

if TYPE_CHECKING:
    from digest.curate.placing.meaning import Nearest, TopicSense

NO_RULE = "no rule or category fits"
"""Why an entry is under the default topic where nothing but rules and categories places."""

SURE = 0.6
"""How sure meaning must be of the nearest topic to place a post there."""

_NAMED = 0.95
_LEAST_TOPICS = 2
_SAY_NOTHING = frozenset(
    {
        *("all", "also", "also published", "elsewhere", "everything", "everything else"),
        *("general", "in brief", "misc", "miscellaneous", "more", "more stories", "other"),
        *("others", "posts", "rest", "stories", "the rest", "unsorted", "various"),
    }
)
_Found = dict[EntryKey, Placement | None]


class Placer:
    """Places entries under a newsletter's topics, each with its reason and confidence.

    The first of these that speaks decides:

    1. an editor's correction of that very entry (the last one)
    2. the newsletter's rules, in order
    3. the entry's categories: one that is named as a topic, as its id or in its ``categories``
    4. with an ``embedder``: a category whose name means what a topic's name means
    5. with an ``embedder``: what the post is about, next to each topic's name, description and
       examples, and to what editors corrected

    What none of them places, and what meaning is unsure of, goes under the default topic. That one
    takes part in meaning unless its name says nothing ("Other") and nothing describes it.

    ``feed_tags`` are the tags of feeds, by URL; ``corrections`` come oldest first. With ``guess``,
    meaning is never unsure.
    """

    def __init__(
        self,
        newsletter: Newsletter,
        feed_tags: Mapping[str, tuple[str, ...]],
        embedder: Embedder | None = None,
        corrections: Sequence[Correction] = (),
        *,
        guess: bool = False,
    ) -> None:
        self._newsletter = newsletter
        self._feed_tags = feed_tags
        self._embedder = embedder
        self._guess = guess
        self._names = {topic.id: topic.name for topic in newsletter.topics}
        known = [each for each in corrections if each.topic in self._names]
        self._corrected = {each.entry: each for each in known}
        self._categories = _category_names(newsletter.topics)

    def place(self, entries: Iterable[Entry]) -> Mapping[EntryKey, Placement]:
        """The placement of each entry, by its key, in order of key.

        They are looked at together, because topics settle where their posts are; the order they
        come in does not matter.
        """
        by_key = {entry.key: entry for entry in entries}
        ordered = [by_key[key] for key in sorted(by_key)]
        found: _Found = {entry.key: self._told(entry) for entry in ordered}
        unsaid = self._ask_meaning(ordered, found)
        return {key: placed or unsaid[key] for key, placed in found.items()}

    def _told(self, entry: Entry) -> Placement | None:
        """What editors, rules and the names of categories say of an entry."""
        correction = self._corrected.get(entry.key)
        if correction:
            why = f"moved here by {correction.by or 'an editor'}"
            return Placement(topic=correction.topic, by=PlacedBy.EDITOR, reason=why)
        tags = self._feed_tags.get(entry.key.feed, ())
        rule = first_fit(entry, self._newsletter.rules, tags)
        if rule:
            return Placement(topic=rule.topic, by=PlacedBy.RULE, reason=str(rule))
        named = ((each, self._categories.get(fold(each))) for each in entry.categories)
        return next((_filed(each, topic) for each, topic in named if topic), None)

    def _ask_meaning(self, entries: Sequence[Entry], found: _Found) -> dict[EntryKey, Placement]:
        """The placements of what nothing else placed."""
        open_ = [key for key, placed in found.items() if placed is None]
        topics = self._meant()
        if self._embedder is None or len(topics) < _LEAST_TOPICS or not open_:
            default = self._newsletter.default_topic
            why = Placement(topic=default, by=PlacedBy.DEFAULT, reason=NO_RULE, confidence=0.0)
            return dict.fromkeys(open_, why)
        from digest.curate.placing.meaning import TopicSense, meaning_text

        sense = TopicSense(topics, self._embedder, examples=self._lessons())
        by_name = _by_near_category([e for e in entries if found[e.key] is None], sense)
        held = {key: placed.topic for key, placed in {**found, **by_name}.items() if placed}
        ids = {topic.id for topic in topics}
        read = [each for each in entries if held.get(each.key, topics[0].id) in ids]
        texts = [meaning_text(entry) for entry in read]
        nearest = sense.sort(texts, known=[held.get(entry.key) for entry in read])
        by_text = {
            entry.key: self._by_text(near) for entry, near in zip(read, nearest, strict=True)
        }
        return by_text | by_name

    def _by_text(self, near: "Nearest") -> Placement:
        nearest = (near.first, near.second)
        first, second = (f"{self._names[each.topic]} ({each.share:.2f})" for each in nearest)
        share = near.first.share
        if self._guess or share >= SURE:
            reason = f"is about {first}; next is {second}"
            topic, by = near.first.topic, PlacedBy.MEANING
        else:
            reason = f"unsure: nearest are {first} and {second}"
            topic, by = self._newsletter.default_topic, PlacedBy.DEFAULT
        return Placement(topic=topic, by=by, reason=reason, confidence=share)

    def _meant(self) -> tuple[Topic, ...]:
        """The topics that mean something."""
        default = self._newsletter.default_topic
        return tuple(
            topic
            for topic in self._newsletter.topics
            if topic.id != default
            or topic.description
            or topic.examples
            or fold(topic.name) not in _SAY_NOTHING
        )

    def _lessons(self) -> dict[str, list[str]]:
        """What editors corrected, as examples of the topic they chose."""
        lessons: dict[str, list[str]] = {}
        for key in sorted(self._corrected):
            each = self._corrected[key]
            lessons.setdefault(each.topic, []).append(f"{each.title}. {each.text}")
        return lessons


def asks_for_meaning(newsletter: Newsletter) -> bool:
    """Whether a newsletter describes its topics or wants them found, which needs an embedder."""
    described = (topic.description or topic.examples for topic in newsletter.topics)
    return newsletter.discover or any(described)


def _category_names(topics: Iterable[Topic]) -> dict[str, str]:
    """The topic of each category's name, folded; the topic that stands first wins."""
    names: dict[str, str] = {}
    for topic in topics:
        for name in (*topic.categories, topic.name, topic.id):
            names.setdefault(fold(name), topic.id)
    names.pop("", None)
    return names


def _by_near_category(entries: Sequence[Entry], sense: "TopicSense") -> dict[EntryKey, Placement]:
    names = sorted({each for entry in entries for each in entry.categories if each.strip()})
    near = sense.near_names(names)
    return {
        entry.key: next(
            _filed(each, near[each].topic, confidence=near[each].share)
            for each in entry.categories
            if each in near
        )
        for entry in entries
        if any(each in near for each in entry.categories)
    }


def _filed(category: str, topic: str, *, confidence: float = _NAMED) -> Placement:
    reason = f"category {category!r}"
    if confidence != _NAMED:
        reason = f"{reason} means this topic ({confidence:.2f})"
    return Placement(topic=topic, by=PlacedBy.CATEGORY, reason=reason, confidence=confidence)
