"""Scores: each part within its bounds, and past issues' word on sources and topics."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from digest.curate.choosing.clicks import address, read_clicks
from digest.curate.choosing.scoring import Candidate, is_large, score, shown, total
from digest.curate.choosing.track_record import NO_RECORD, track_record
from digest.model import (
    Edits,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    IssueState,
    KeptIssue,
    Period,
    PlacedBy,
    Placement,
    RankingWeights,
    ScorePart,
    Section,
    Story,
    Wording,
)

WEEK = Period(
    start=datetime(2026, 11, 19, 8, tzinfo=UTC), end=datetime(2026, 11, 26, 8, tzinfo=UTC)
)
PLAIN = Candidate(
    key=EntryKey(feed="https://a.example/feed", id="1"),
    placement=Placement(topic="law", by=PlacedBy.RULE, reason="tag = 'law'"),
    published_at=WEEK.start,
)


def parts(candidate: Candidate, **changes: object) -> dict[str, float]:
    changed = replace(candidate, **changes)  # type: ignore[arg-type]  # named by the tests below
    return {part.name: part.value for part in score(changed, WEEK, weights=RankingWeights())}


def test_a_plain_story_has_its_source_alone() -> None:
    """A story with nothing to speak for it has half of what a source can give, and no more."""
    assert parts(PLAIN) == {
        "recency": 0.0,
        "source": 0.5,
        "coverage": 0.0,
        "length": 0.0,
        "picture": 0.0,
        "picks": 0.0,
        "clicks": 0.0,
    }


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        pytest.param({"published_at": WEEK.start + timedelta(hours=84)}, "recency", 0.5, id="half"),
        pytest.param({"published_at": WEEK.end + timedelta(days=9)}, "recency", 1.0, id="ahead"),
        pytest.param({"published_at": WEEK.start - timedelta(days=9)}, "recency", 0.0, id="old"),
        pytest.param({"weight": 3.0}, "source", 0.75, id="loved source"),
        pytest.param({"weight": 0.0}, "source", 0.0, id="source without weight"),
        pytest.param({"covered_by": 2}, "coverage", 0.75, id="told by three"),
        pytest.param({"words": 400}, "length", 0.5, id="400 words"),
        pytest.param({"words": 90_000}, "length", 1.0, id="a book"),
        pytest.param({"pictured": True}, "picture", 1.0, id="picture"),
    ],
)
def test_each_part(changes: dict[str, object], name: str, value: float) -> None:
    """Each part follows its documented measure and stays between 0 and 1."""
    assert parts(PLAIN, **changes)[name] == value


@pytest.mark.parametrize(
    ("image", "large"),
    [
        (None, False),
        (Image(url="https://a.example/i.jpg"), True),
        (Image(url="https://a.example/i.jpg", width=300), True),
        (Image(url="https://a.example/i.jpg", width=64), False),
    ],
    ids=["none", "unknown", "large", "icon"],
)
def test_icons_are_no_pictures(image: Image | None, *, large: bool) -> None:
    """A picture known to be small speaks for nothing."""
    assert is_large(image) is large


def test_a_score_is_shown_with_what_adds_to_it() -> None:
    """People see the total and the parts that make it; a weight of 0 leaves a part out."""
    made = (
        ScorePart(name="recency", value=0.5, weight=2.0),
        ScorePart(name="length", value=1.0, weight=0.0),
        ScorePart(name="likeness", value=0.5, weight=-0.5),
    )
    assert total(made) == 0.75
    assert shown(made) == "0.75 (recency 1.00, likeness -0.25)"


def story(number: int, feed: str) -> Story:
    return Story(
        entries=(EntryKey(feed=f"https://{feed}.example/feed", id=str(number)),),
        url=f"https://www.{feed}.example/{number}/",
        headline=Wording(value=f"Story {number}"),
        excerpt=Wording(value=""),
        source=feed,
        published_at=WEEK.start,
    )


def past(number: int, *, edits: Edits) -> KeptIssue:
    """An issue with two stories: law from a, data from b."""
    sections = (
        Section(topic="law", heading=Wording(value="Law"), stories=(story(number, "a"),)),
        Section(topic="data", heading=Wording(value="Data"), stories=(story(number, "b"),)),
    )
    issue = Issue(
        key=IssueKey(newsletter="weekly", period=WEEK),
        slug=f"weekly-{number}",
        title=Wording(value="Weekly"),
        subject=Wording(value="Weekly"),
        preheader=Wording(value=""),
        sections=sections,
    )
    return KeptIssue(
        id=number, issue=issue, state=IssueState.SENT, revision=1, created_at=WEEK.end, edits=edits
    )


def test_picks_are_remembered_by_source_and_topic() -> None:
    """A source pinned in one of two issues has half its share, and so has the story's topic."""
    pinned = Edits(pins=(EntryKey(feed="https://a.example/feed", id="1"),), by="Noor")
    record = track_record([past(1, edits=pinned), past(2, edits=Edits())], {})
    assert record.picks("https://a.example/feed", "law") == 0.5
    assert record.picks("https://a.example/feed", "data") == 0.25
    assert record.picks("https://z.example/feed", "other") == 0.0


def test_clicks_say_how_such_stories_did() -> None:
    """Sources that readers follow gain, others lose, and unknown ones stand between them."""
    clicks = read_clicks(
        "url,clicks\nhttps://a.example/1?utm_source=mail,90\n,\nhttp://b.example/1,30"
    )
    record = track_record([past(1, edits=Edits())], clicks)
    liked = record.clicks("https://a.example/feed", "law")
    other = record.clicks("https://b.example/feed", "data")
    unknown = record.clicks("https://z.example/feed", "other")
    assert 1 >= liked > unknown > other >= 0


def test_without_clicks_nothing_is_said() -> None:
    """An issue that nobody counted clicks of does not make its sources look bad."""
    record = track_record([past(1, edits=Edits())], {"elsewhere.example/1": 4})
    assert record.clicks("https://a.example/feed", "law") == 0.0
    assert NO_RECORD.picks("https://a.example/feed", "law") == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "url,clicks",
        "nonsense",
        "https://a.example/1,many",
        'https://a.example/1,"',
        "\x00,\x00",
    ],
    ids=["empty", "heading", "one word", "no number", "open quote", "zeros"],
)
def test_click_files_that_say_nothing(text: str) -> None:
    """What is no table of URLs and counts counts nothing, and breaks nothing."""
    assert dict(read_clicks(text)) == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/1",
        "http://www.a.example/1/",
        "https://A.example/1#top",
        "https://a.example/1?utm_medium=email&fbclid=3",
    ],
)
def test_addresses_forget_what_links_add(url: str) -> None:
    """The same page has the same address, however it was linked."""
    assert address(url) == "a.example/1"


def test_addresses_keep_what_tells_pages_apart() -> None:
    """A query that is no tracker's stays."""
    assert address("https://a.example/?p=1") != address("https://a.example/?p=2")


def test_at_noon() -> None:
    """Recency is a share of the period, so that a day's and a year's issue count alike."""
    day = Period(start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 2, tzinfo=UTC))
    noon = datetime.combine(day.start.date(), time(12), UTC)
    made = score(replace(PLAIN, published_at=noon), day, weights=RankingWeights())
    assert made[0] == ScorePart(name="recency", value=0.5, weight=1.0)
