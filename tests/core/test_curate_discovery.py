"""Discovery: topics found in posts, their labels, and how they go on from week to week."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest

from digest.curate.placing.discovery import FEWEST_POSTS, Discovery, discover, settle
from digest.curate.placing.labels import label_groups, slug_of_label
from digest.curate.placing.topics import Placer
from digest.model import (
    Entry,
    Newsletter,
    PlacedBy,
    Rule,
    RuleField,
    Schedule,
    Sender,
    Topic,
)
from tests.core.meanings import SUBJECTS, SubjectEmbedder, post, posts

ALL = dict.fromkeys(SUBJECTS, 12)


def found(entries: Sequence[Entry], previous: Sequence[Topic] = ()) -> Discovery:
    """What is discovered among the entries."""
    return discover(entries, SubjectEmbedder(), previous=previous)


def purest(discovery: Discovery) -> dict[str, str]:
    """Each topic's subject, asserting that it has no other."""
    subjects: dict[str, Counter[str]] = {}
    for key, placed in discovery.placements.items():
        subjects.setdefault(placed.topic, Counter())[key.id.partition("-")[0]] += 1
    assert all(len(counted) == 1 for counted in subjects.values())
    return {topic: next(iter(counted)) for topic, counted in subjects.items()}


def test_subjects_become_topics() -> None:
    """Five plain subjects are five topics, each post under its own, none left out."""
    discovery = found(posts(**ALL))
    assert sorted(purest(discovery).values()) == sorted(SUBJECTS)
    assert len(discovery.placements) == 60
    assert {placed.by for placed in discovery.placements.values()} == {PlacedBy.CLUSTER}


def test_topics_are_named_in_the_posts_own_words() -> None:
    """A topic's name and the reason of its posts are words of its subject."""
    discovery = found(posts(**ALL))
    for topic, subject in purest(discovery).items():
        name = next(each.name for each in discovery.topics if each.id == topic)
        assert set(name.lower().split(", ")) <= set(SUBJECTS[subject])
        reason = next(p.reason for p in discovery.placements.values() if p.topic == topic)
        assert reason.startswith("one of 12 posts about ")


def test_larger_topics_come_first() -> None:
    """Topics stand in order of size."""
    discovery = found(posts(sea=10, music=30, garden=20, law=14))
    subjects = purest(discovery)
    assert [subjects[topic.id] for topic in discovery.topics] == ["music", "garden", "law", "sea"]


@pytest.mark.parametrize("count", [0, 1, FEWEST_POSTS - 1])
def test_few_posts_have_no_topics(count: int) -> None:
    """Fewer than eight posts stay together."""
    assert found(posts(sea=count)) == Discovery(placements={})


def test_posts_that_are_all_alike_do_not_fail() -> None:
    """Twenty copies of one text make at most one group."""
    copies = [
        replace(post("sea", 1), key=replace(post("sea", 1).key, id=str(n))) for n in range(20)
    ]
    assert found(copies).topics == ()


def test_a_topic_that_goes_on_keeps_its_id_and_name() -> None:
    """Next week's posts come under last week's topics; a new subject gets a new one."""
    first = found(posts(sea=12, music=12, garden=12, law=12))
    named = tuple(replace(topic, name=f"Our {topic.name}") for topic in first.topics)
    subjects = {topic.id: purest(first)[topic.id] for topic in named}
    week = [post(name, n) for name in ("sea", "music", "garden", "space") for n in range(50, 62)]
    second = found(week, previous=named)
    again = purest(second)
    kept = {topic.id: topic.name for topic in second.topics if topic.id in subjects}
    assert sorted(subjects[topic] for topic in kept) == ["garden", "music", "sea"]
    assert all(again[topic] == subjects[topic] for topic in kept)
    assert all(name.startswith("Our ") for name in kept.values())
    assert "space" in {again[topic.id] for topic in second.topics if topic.id not in kept}


def test_order_does_not_matter() -> None:
    """The same posts in any order are the same topics and placements, to the letter."""
    entries = posts(sea=9, music=14, garden=7, law=11)
    expected = repr(found(entries))
    for seed in range(3):
        random.Random(seed).shuffle(entries)
        assert repr(found(entries)) == expected


def letter(*, discover_topics: bool, rules: tuple[Rule, ...] = ()) -> Newsletter:
    """A newsletter with the topic Harbour, and one for everything else."""
    return Newsletter(
        id="weekly",
        name="Weekly",
        sender=Sender(address="weekly@news.example"),
        postal_address="1 High Street",
        schedule=Schedule(time_zone="UTC", at=time(8)),
        feeds=("https://blog.example/feed",),
        topics=(Topic(id="harbour", name="Harbour"), Topic(id="stories", name="Stories")),
        default_topic="stories",
        rules=rules,
        discover=discover_topics,
    )


def test_settling_keeps_what_rules_placed() -> None:
    """Found topics stand between the newsletter's own and the default one, for what is left."""
    rule = Rule(topic="harbour", field=RuleField.REGEX, pattern="sail|tide|ferry|harbour|coast")
    newsletter = letter(discover_topics=True, rules=(rule,))
    entries = posts(**ALL)
    placed = Placer(newsletter, {}, SubjectEmbedder()).place(entries)
    settled = settle(newsletter, entries, placed, embedder=SubjectEmbedder())
    topics = [topic.id for topic in settled.newsletter.topics]
    assert (topics[0], topics[-1]) == ("harbour", "stories")
    assert len(topics) >= 6
    assert list(settled.placements) == list(placed)
    ruled = [key for key, each in placed.items() if each.by is PlacedBy.RULE]
    assert ruled
    assert all(settled.placements[key] == placed[key] for key in ruled)


@pytest.mark.parametrize("wanted", [True, False])
def test_nothing_is_discovered_unasked_or_without_an_embedder(*, wanted: bool) -> None:
    """Without ``discover``, or without the extra, the newsletter stays as it is."""
    newsletter = letter(discover_topics=wanted)
    entries = posts(**ALL)
    placed = Placer(newsletter, {}).place(entries)
    settled = settle(newsletter, entries, placed, embedder=None if wanted else SubjectEmbedder())
    assert settled.newsletter == newsletter
    assert settled.placements == placed


def test_labels_are_written_as_in_the_text() -> None:
    """Names keep their capitals, and two words that always stand together stay together."""
    ships = ["The captain of the Blue Lantern spoke.", "They saw the Blue Lantern and its captain."]
    songs = ["A choir sang for the captain.", "Then a choir sang again."]
    first, second = label_groups([ships, songs])
    assert first.terms[0] == "Blue Lantern"
    assert second.name.startswith("Choir")


def test_labels_never_repeat_a_word() -> None:
    """No two groups are called by the same word, whichever its ending."""
    labels = label_groups([["ships sail far", "ships sail on"], ["ship sails home", "ship docks"]])
    stems = [term[:4].lower() for label in labels for term in label.terms]
    assert len(stems) == len(set(stems))


def test_groups_without_telling_words_get_a_number() -> None:
    """A group that no word tells from the others is still called something."""
    assert label_groups([["", ""], ["", ""]])[1].name == "Topic 2"


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        pytest.param("Blue Lantern, choir", (), "blue-lantern-choir", id="words"),
        pytest.param("Été", (), "été", id="accents stay"),
        pytest.param("Sea", ("sea", "sea-2"), "sea-3", id="taken"),
        pytest.param("…", (), "topic", id="no words"),
    ],
)
def test_ids_of_labels(name: str, taken: tuple[str, ...], expected: str) -> None:
    """A topic's id is its label's words, and no other topic's id."""
    assert slug_of_label(name, taken) == expected
