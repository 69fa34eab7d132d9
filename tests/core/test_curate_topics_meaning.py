"""Topics by meaning: names, descriptions, examples, corrections, and saying "unsure"."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from digest.curate.placing.topics import Placer
from digest.model import (
    Correction,
    Entry,
    EntryKey,
    Newsletter,
    PlacedBy,
    Placement,
    Rule,
    RuleField,
    Schedule,
    Sender,
    Topic,
)
from tests.core.meanings import SUBJECTS, SubjectEmbedder, post, posts


def newsletter(*names: str, default: str = "Other", rules: Sequence[Rule] = ()) -> Newsletter:
    """A newsletter of these topics and a default one."""
    topics = [Topic(id=name, name=name.title()) for name in names]
    return Newsletter(
        id="weekly",
        name="Weekly",
        sender=Sender(address="weekly@news.example"),
        postal_address="1 High Street",
        schedule=Schedule(time_zone="UTC", at=time(8)),
        feeds=("https://blog.example/feed",),
        topics=(*topics, Topic(id="rest", name=default)),
        default_topic="rest",
        rules=tuple(rules),
    )


def place(
    of: Newsletter, entries: Sequence[Entry], *corrections: Correction
) -> dict[EntryKey, Placement]:
    """Where the entries go."""
    return dict(Placer(of, {}, SubjectEmbedder(), corrections).place(entries))


def correction(entry: Entry, topic: str) -> Correction:
    """An editor's word on an entry."""
    return Correction(
        newsletter="weekly",
        entry=entry.key,
        topic=topic,
        title=entry.title,
        text=entry.summary,
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def subject(key: EntryKey) -> str:
    """What the post with that key is about."""
    return key.id.partition("-")[0]


def test_a_name_is_enough() -> None:
    """Posts find the topic whose name is all that is known of it, by meaning and surely."""
    found = place(newsletter("sea", "music", "law"), posts(sea=20, music=15, law=10))
    assert all(placed.topic == subject(key) for key, placed in found.items())
    assert {placed.by for placed in found.values()} == {PlacedBy.MEANING}
    assert all(0.6 <= placed.confidence <= 1 for placed in found.values())


def test_a_large_topic_leaves_the_small_ones_alone() -> None:
    """Ninety posts of one topic do not spill over into topics with three."""
    found = place(newsletter("sea", "music", "law"), posts(sea=90, music=3, law=3))
    assert all(placed.topic == subject(key) for key, placed in found.items())


def test_topics_without_posts_stay_empty() -> None:
    """A topic that no post is about gets none."""
    found = place(newsletter("sea", "music", "space", "garden"), posts(sea=15, music=15))
    assert {placed.topic for placed in found.values()} == {"sea", "music"}


def test_what_is_about_nothing_described_is_unsure() -> None:
    """Posts about none of the topics go to the default one; the reason names the nearest two."""
    found = place(newsletter("sea", "music"), posts(sea=10, music=10, law=6))
    law = [placed for key, placed in found.items() if subject(key) == "law"]
    unsure = [placed for placed in law if placed.by is PlacedBy.DEFAULT]
    assert len(unsure) >= 5
    assert all(placed.topic == "rest" for placed in unsure)
    assert all(placed.reason.startswith("unsure: nearest are ") for placed in unsure)
    assert all("Sea (" in placed.reason and "Music (" in placed.reason for placed in unsure)


def test_a_default_topic_with_a_name_takes_part() -> None:
    """The default topic competes by meaning where its name says something."""
    found = place(newsletter("sea", "music", default="Law"), posts(sea=8, music=8, law=8))
    law = {placed.by for key, placed in found.items() if subject(key) == "law"}
    assert law == {PlacedBy.MEANING}


def test_one_described_topic_is_no_choice() -> None:
    """With a single topic besides "Other" nothing is told by meaning."""
    found = place(newsletter("sea"), posts(sea=5))
    assert {placed.by for placed in found.values()} == {PlacedBy.DEFAULT}


def test_examples_describe_what_a_name_does_not() -> None:
    """A topic with an odd name finds its posts by its examples."""
    plain = newsletter("fanfare", "music")
    odd, *others = plain.topics
    examples = tuple(f"{each.title}. {each.summary}" for each in posts(space=4))
    described = replace(plain, topics=(replace(odd, examples=examples), *others))
    entries = [post("space", number) for number in range(10, 20)] + posts(music=10)
    found = place(described, entries)
    assert all(
        placed.topic == {"space": "fanfare", "music": "music"}[subject(key)]
        for key, placed in found.items()
    )


def test_corrections_teach() -> None:
    """After editors moved two posts about space, the other ones follow."""
    letter = newsletter("sea", "garden")
    entries = [*posts(sea=10, garden=10), *(post("space", number) for number in range(8))]
    moved = [correction(post("space", number), "garden") for number in range(2)]
    found = place(letter, entries, *moved)
    space = [placed for key, placed in found.items() if subject(key) == "space"]
    assert [placed.by for placed in space[:2]] == [PlacedBy.EDITOR] * 2
    assert [placed.topic for placed in space] == ["garden"] * 8


def test_rules_come_before_meaning() -> None:
    """A rule keeps its posts even where their meaning is another topic's."""
    rule = Rule(topic="music", field=RuleField.KEYWORD, pattern="harbour")
    entry = replace(post("sea", 1), title="Harbour news")
    found = place(newsletter("sea", "music", rules=[rule]), [entry, *posts(music=5)])
    assert (found[entry.key].topic, found[entry.key].by) == ("music", PlacedBy.RULE)


def test_a_category_places_by_its_meaning() -> None:
    """A category that means what a topic's name means places its posts."""
    entry = replace(post("law", 1), categories=("Violin",))
    found = place(newsletter("sea", "music"), [entry, *posts(sea=5)])
    assert (found[entry.key].topic, found[entry.key].by) == ("music", PlacedBy.CATEGORY)
    assert "Violin" in found[entry.key].reason


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_few_posts(count: int) -> None:
    """A handful of posts are placed one by one as well."""
    entries = [post(name, 1) for name in list(SUBJECTS)[:count]] + posts(sea=max(0, count - 5))
    found = place(newsletter(*SUBJECTS), entries)
    assert all(placed.topic == subject(key) for key, placed in found.items())


def test_posts_without_words_are_unsure() -> None:
    """An empty post, or one in a language the model does not know, goes to the default topic."""
    empty = replace(post("sea", 99), title="", summary="")
    found = place(newsletter("sea", "music"), [empty, *posts(sea=4, music=4)])
    assert found[empty.key].by is PlacedBy.DEFAULT


def test_topics_with_the_same_words_do_not_fail() -> None:
    """Two topics of one name share their posts somehow; nothing breaks."""
    twins = newsletter("sea", "music")
    topics = (Topic(id="sea2", name="Sea"), *twins.topics)
    found = place(replace(twins, topics=topics), posts(sea=6, music=6))
    assert len(found) == 12


def test_order_does_not_matter() -> None:
    """The same posts in any order get the same placements, in the same order, to the letter."""
    entries = posts(sea=12, music=9, law=7, space=5)
    letter = newsletter("sea", "music", "law")
    expected = repr(place(letter, entries))
    for seed in range(3):
        random.Random(seed).shuffle(entries)
        assert repr(place(letter, entries)) == expected
