"""Selection: the lead, fair turns, limits, minimums, diversity, and nothing lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.choosing.scoring import Candidate, score
from digest.curate.choosing.selection import ALSO_LIMIT, Ranked, Ranking, select
from digest.model import (
    EntryKey,
    Newsletter,
    Period,
    PlacedBy,
    Placement,
    RankingRules,
    Schedule,
    Sender,
    Topic,
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
    ranking=RankingRules(diversity=0.0),
)


def candidate(number: int, topic: str = "law", *, hour: int = 0, **changes: object) -> Candidate:
    """A story published that many hours into the period, from a source of its own."""
    plain = Candidate(
        key=EntryKey(feed=f"https://{number}.example/feed", id=f"{number:04}"),
        placement=Placement(topic=topic, by=PlacedBy.RULE, reason="tag = 'x'"),
        published_at=WEEK.start + timedelta(hours=hour),
        text=f"Words {number}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # named by the tests below


def chosen(field: list[Candidate], newsletter: Newsletter = NEWSLETTER) -> Ranking:
    weights = newsletter.ranking.weights
    scored = [Ranked(candidate=each, score=score(each, WEEK, weights=weights)) for each in field]
    return select(scored, newsletter)


def ids(ranked: tuple[Ranked, ...] | Ranked | None) -> list[int]:
    if isinstance(ranked, Ranked):
        ranked = (ranked,)
    return [int(item.candidate.key.id) for item in ranked or ()]


def test_longer_illustrated_story_leads() -> None:
    """A long story with a picture leads over a slightly newer note, with its score in parts."""
    field = [candidate(1, hour=90), candidate(2, "data", hour=80, words=700, pictured=True)]
    ranking = chosen(field)
    assert ids(ranking.lead) == [2]
    assert ranking.lead is not None
    assert ranking.lead.reason == (
        "leads with a score of 1.66 (recency 0.48, source 0.50, length 0.44, picture 0.25)"
    )


def test_best_first_with_ties_by_date_and_key() -> None:
    """The best score stands first; of equals the newest, and of those the smallest key."""
    field = [candidate(n, hour=h) for n, h in ((3, 5), (1, 5), (2, 9), (4, 5))]
    field.append(candidate(5, hour=5, words=800))
    ranking = chosen(field)
    assert (ids(ranking.lead), ids(ranking.told), ids(ranking.also)) == ([5], [2, 1], [3, 4])


def test_topics_take_turns() -> None:
    """A busy topic does not crowd out a quiet one, even if all its stories are better."""
    field = [candidate(n, hour=100 + n) for n in range(9)]
    field += [candidate(20, "data", hour=1), candidate(30, "other", hour=2)]
    ranking = chosen(field, replace(NEWSLETTER, max_stories=4, max_per_topic=9))
    assert (ids(ranking.lead), ids(ranking.told)) == ([8], [7, 20, 30])


def test_caps_and_their_reasons() -> None:
    """A topic's own cap goes before the newsletter's, and the limit that hit is named."""
    topics = (Topic(id="law", name="Law", max_stories=1), Topic(id="other", name="Other"))
    field = [candidate(n, hour=n) for n in (1, 2)]
    field += [candidate(n, "other", hour=n) for n in (11, 12, 13)]
    ranking = chosen(field, replace(NEWSLETTER, topics=topics, max_stories=3))
    assert (ids(ranking.lead), ids(ranking.told)) == ([13], [2, 12])
    assert [item.reason for item in ranking.also] == [
        "over the limit of 3 in an issue",
        "over the limit of 1 in Law",
    ]


def of_one_source(number: int) -> Candidate:
    key = EntryKey(feed="https://one.example/feed", id=str(number))
    return replace(candidate(number, hour=100 + number), key=key)


def by_one_author(number: int) -> Candidate:
    return candidate(number, hour=100 + number, authors=("Noor Haddad",))


@pytest.mark.parametrize(
    ("rules", "alike", "reason"),
    [
        pytest.param(
            RankingRules(diversity=0.0, max_per_source=2),
            of_one_source,
            "over the limit of 2 of one source",
            id="source",
        ),
        pytest.param(
            RankingRules(diversity=0.0, max_per_author=2),
            by_one_author,
            "over the limit of 2 by Noor Haddad",
            id="author",
        ),
    ],
)
def test_caps_per_source_and_author(
    rules: RankingRules, alike: Callable[[int], Candidate], reason: str
) -> None:
    """One source, or one author, does not fill an issue: the next best takes the place."""
    field = [*map(alike, range(4)), candidate(10, hour=1), candidate(11, "data", hour=1)]
    ranking = chosen(field, replace(NEWSLETTER, ranking=rules, max_per_topic=5))
    assert (ids(ranking.lead), ids(ranking.told)) == ([3], [2, 10, 11])
    assert [item.reason for item in ranking.also] == [reason] * 2


def test_minimums_come_first() -> None:
    """A topic with a minimum has it before the others take turns, as far as it has stories."""
    topics = (Topic(id="law", name="Law"), Topic(id="data", name="Data", min_stories=2))
    field = [candidate(n, hour=100 + n) for n in range(5)]
    field += [candidate(n, "data", hour=n) for n in (20, 21, 22)]
    ranking = chosen(field, replace(NEWSLETTER, topics=topics, max_stories=3))
    assert (ids(ranking.lead), ids(ranking.told)) == ([4], [22, 21])
    assert {item.reason for item in ranking.told} == {"for the minimum of 2 in Data"}


def test_what_is_wanted_is_told_over_every_limit() -> None:
    """Pins and keeps are told though the issue is full, each with its reason."""
    field = [candidate(n, hour=100 + n) for n in range(3)]
    field += [
        candidate(10, wanted="pinned by Noor", wanted_by="Noor"),
        candidate(11, wanted="always told: tag = 'safety'"),
    ]
    ranking = chosen(field, replace(NEWSLETTER, max_stories=1, max_per_topic=1))
    assert (ids(ranking.lead), ids(ranking.told)) == ([2], [10, 11])
    assert [item.reason for item in ranking.told] == [
        "pinned by Noor",
        "always told: tag = 'safety'",
    ]


def test_an_editor_chooses_the_lead() -> None:
    """An editor's lead leads, once, whatever its score."""
    lead = candidate(1, wanted="pinned by Noor", wanted_by="Noor", leads=True)
    ranking = chosen([lead, candidate(2, hour=99)])
    assert (ids(ranking.lead), ids(ranking.told)) == ([1], [2])
    assert ranking.lead is not None
    assert ranking.lead.reason == "made the lead by Noor"


def test_likeness_counts_against_a_story() -> None:
    """Of two stories in the same words the second gives way, and its score says so."""
    field = [
        candidate(1, hour=99, text="Harbour bridge closes for repairs until spring"),
        candidate(2, hour=98, text="Harbour bridge closes for repairs until spring"),
        candidate(3, hour=90, text="Library opens on Sundays with free lessons"),
    ]
    newsletter = replace(NEWSLETTER, max_stories=2, ranking=RankingRules(diversity=0.5))
    ranking = chosen(field, newsletter)
    assert (ids(ranking.lead), ids(ranking.told), ids(ranking.also)) == ([1], [3], [2])
    assert ranking.also[0].score[-1].name == "likeness"
    assert ranking.also[0].score[-1].points < -0.5
    plain = replace(newsletter, ranking=RankingRules(diversity=0.0))
    assert ids(chosen(field, plain).told) == [2]


def test_a_topic_without_room_does_not_lead() -> None:
    """With a cap of 0 a topic is only listed."""
    topics = (Topic(id="law", name="Law", max_stories=0), Topic(id="other", name="Other"))
    field = [candidate(1, hour=99, pictured=True), candidate(2, "other")]
    ranking = chosen(field, replace(NEWSLETTER, topics=topics))
    assert (ids(ranking.lead), ids(ranking.also)) == ([2], [1])


def test_nothing_makes_nothing() -> None:
    """Without candidates there is no lead and no section."""
    ranking = chosen([])
    assert (ranking.lead, ranking.told, ranking.also, ranking.left_out) == (None, (), (), ())


fields = st.lists(
    st.tuples(
        st.sampled_from(["law", "data", "other"]),
        st.integers(0, 3),
        st.sampled_from(["", "", "", "pinned by Noor"]),
        st.sampled_from(["bridge", "library", "harbour bridge closes"]),
    ),
    max_size=50,
)


@given(
    drawn=fields,
    limits=st.tuples(st.integers(0, 12), st.integers(0, 5), st.integers(0, 2), st.integers(0, 2)),
    seed=st.integers(0, 99),
)
def test_every_candidate_once_in_any_order(
    drawn: list[tuple[str, int, str, str]], limits: tuple[int, int, int, int], seed: int
) -> None:
    """Limits hold but for what is wanted, each has one place, and input order is nothing."""
    rules = RankingRules(max_per_source=limits[2], max_per_author=limits[3], diversity=0.4)
    newsletter = replace(NEWSLETTER, max_stories=limits[0], max_per_topic=limits[1], ranking=rules)
    field = [
        candidate(n, topic, hour=n * 7 % 50, authors=(f"A{author}",), wanted=wanted, text=text)
        for n, (topic, author, wanted, text) in enumerate(drawn)
    ]
    ranking = chosen(field, newsletter)
    told = (*((ranking.lead,) if ranking.lead else ()), *ranking.told)
    everything = (*told, *ranking.also, *ranking.left_out)
    assert sorted(ids(everything)) == list(range(len(drawn)))
    assert all(item.reason for item in everything)
    free = [item.candidate for item in told if not item.candidate.wanted]
    assert len(free) <= limits[0]
    assert len(ranking.also) <= ALSO_LIMIT
    assert all(not item.candidate.wanted for item in (*ranking.also, *ranking.left_out))
    for topic in newsletter.topics:
        assert sum(each.topic == topic.id for each in free) <= limits[1]
    if limits[3]:
        assert all(sum(e.authors == (f"A{a}",) for e in free) <= limits[3] for a in range(4))
    Random(seed).shuffle(field)
    assert chosen(field, newsletter) == ranking
