"""Ranking: the lead, fair turns, caps, and nothing lost."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.rank import ALSO_LIMIT, Candidate, Ranked, order, score
from digest.model import (
    EntryKey,
    Image,
    Newsletter,
    Period,
    Schedule,
    Sender,
    Story,
    Topic,
    Wording,
)

WEEK = Period(
    start=datetime(2026, 11, 19, 8, tzinfo=UTC), end=datetime(2026, 11, 26, 8, tzinfo=UTC)
)
NEWSLETTER = Newsletter(
    id="weekly",
    name="Weekly",
    sender=Sender(address="weekly@news.example"),
    postal_address="1 High Street",
    schedule=Schedule(time_zone="UTC", at=time(8)),
    feeds=(),
    topics=tuple(Topic(id=name, name=name.title()) for name in ("law", "data", "other")),
    default_topic="other",
    max_stories=6,
    max_per_topic=3,
)
PICTURE = Image(url="https://blog.example/a.jpg")


def candidate(
    number: int, topic: str, *, hour: int = 0, words: int = 0, image: Image | None = None
) -> Candidate:
    """A story published that many hours into the period."""
    story = Story(
        entries=(EntryKey(feed="https://blog.example/feed", id=f"{number:04}"),),
        url=f"https://blog.example/{number}",
        headline=Wording(value=f"Story {number}"),
        excerpt=Wording(value=""),
        source="Blog",
        published_at=WEEK.start + timedelta(hours=hour),
        image=image,
    )
    return Candidate(story=story, topic=topic, words=words)


def ids(ranked: tuple[Ranked, ...]) -> list[int]:
    return [int(item.candidate.key.id) for item in ranked]


def test_score_adds_recency_length_and_picture() -> None:
    """A score is its documented parts, each within its bounds."""
    best = score(candidate(1, "law", hour=84, words=9000, image=PICTURE), WEEK)
    assert (best.recency, best.length, best.picture) == (0.5, 1.0, 0.5)
    assert best.total == 2.0


@pytest.mark.parametrize(
    ("width", "bonus"), [(None, 0.5), (300, 0.5), (64, 0.0)], ids=["unknown", "large", "icon"]
)
def test_icons_are_no_pictures(width: int | None, bonus: float) -> None:
    """A picture known to be small does not make a lead."""
    image = replace(PICTURE, width=width)
    assert score(candidate(1, "law", image=image), WEEK).picture == bonus


def test_longer_illustrated_story_leads() -> None:
    """A long story with a picture leads over a slightly newer note."""
    ranking = order(
        [candidate(1, "law", hour=90), candidate(2, "data", hour=80, words=700, image=PICTURE)],
        NEWSLETTER,
        period=WEEK,
    )
    assert ranking.lead is not None
    assert ids((ranking.lead,)) == [2]
    assert ranking.lead.reason.startswith("leads with a score of 1.85 (recency 0.48")


def test_newest_first_with_ties_by_key() -> None:
    """Equals lead by date, then by key, and sections keep that order."""
    field = [candidate(n, "law", hour=h) for n, h in ((3, 5), (1, 5), (2, 9), (4, 5))]
    ranking = order(field, NEWSLETTER, period=WEEK)
    assert ranking.lead is not None
    assert ids((ranking.lead,)) == [2]
    assert ids(ranking.told) == [1, 3]
    assert ids(ranking.also) == [4]


def test_topics_take_turns() -> None:
    """A busy topic does not crowd out a quiet one, even if all its stories are newer."""
    field = [candidate(n, "law", hour=100 + n) for n in range(9)]
    field += [candidate(20, "data", hour=1), candidate(30, "other", hour=2)]
    ranking = order(field, replace(NEWSLETTER, max_stories=4, max_per_topic=9), period=WEEK)
    assert ranking.lead is not None
    assert ids((ranking.lead,)) == [8]
    assert ids(ranking.told) == [7, 20, 30]


def test_caps_and_their_reasons() -> None:
    """A topic's own cap goes before the newsletter's, and the limit that hit is named."""
    topics = (Topic(id="law", name="Law", max_stories=1), Topic(id="other", name="Other"))
    newsletter = replace(NEWSLETTER, topics=topics, max_stories=3)
    field = [candidate(n, "law", hour=n) for n in (1, 2)]
    field += [candidate(n, "other", hour=n) for n in (11, 12, 13)]
    ranking = order(field, newsletter, period=WEEK)
    assert ids(ranking.told) == [2, 12]
    assert [item.reason for item in ranking.also] == [
        "over the limit of 3 in an issue",
        "over the limit of 1 in Law",
    ]


def test_a_topic_without_room_does_not_lead() -> None:
    """With a cap of 0 a topic is only listed."""
    topics = (Topic(id="law", name="Law", max_stories=0), Topic(id="other", name="Other"))
    field = [candidate(1, "law", hour=99, image=PICTURE), candidate(2, "other")]
    ranking = order(field, replace(NEWSLETTER, topics=topics), period=WEEK)
    assert ranking.lead is not None
    assert (ids((ranking.lead,)), ids(ranking.also)) == ([2], [1])


def test_nothing_makes_nothing() -> None:
    """Without candidates there is no lead and no section."""
    ranking = order([], NEWSLETTER, period=WEEK)
    assert ranking.lead is None
    assert (ranking.told, ranking.also, ranking.left_out) == ((), (), ())


@given(
    topics=st.lists(st.sampled_from(["law", "data", "other"]), max_size=60),
    limits=st.tuples(st.integers(0, 12), st.integers(0, 5)),
    seed=st.integers(0, 99),
)
def test_every_candidate_once_in_any_order(
    topics: list[str], limits: tuple[int, int], seed: int
) -> None:
    """Limits hold, every candidate has one place and a reason, and input order is nothing."""
    newsletter = replace(NEWSLETTER, max_stories=limits[0], max_per_topic=limits[1])
    field = [candidate(n, topic, hour=n * 7 % 50) for n, topic in enumerate(topics)]
    ranking = order(field, newsletter, period=WEEK)
    told = (*((ranking.lead,) if ranking.lead else ()), *ranking.told)
    everything = (*told, *ranking.also, *ranking.left_out)
    assert sorted(ids(everything)) == list(range(len(topics)))
    assert all(item.reason for item in everything)
    assert len(told) <= limits[0]
    assert len(ranking.also) <= ALSO_LIMIT
    for topic in newsletter.topics:
        assert sum(item.candidate.topic == topic.id for item in told) <= limits[1]
    Random(seed).shuffle(field)
    assert order(field, newsletter, period=WEEK) == ranking
