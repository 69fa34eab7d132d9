"""Follow-ups: which story of an earlier issue an entry goes on with."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.curate.grouping.followups import earlier
from digest.model import (
    NO_WORDING,
    Entry,
    EntryKey,
    Issue,
    IssueKey,
    KeptEntry,
    Period,
    Section,
    Story,
    Wording,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
FERRY = "Night ferry to Port Anselm returns in spring"
LATER = "Port Anselm night ferry returns, and with a band"


def post(
    title: str, *, url: str = "https://new.example/1", source: str = "New", weeks: float = 0
) -> KeptEntry:
    """An entry, published so many weeks ago."""
    when = NOW - timedelta(weeks=weeks)
    entry = Entry(
        key=EntryKey(feed="https://new.example/feed", id="1"),
        title=title,
        url=url,
        fingerprint="f",
        feed_title=source,
    )
    return KeptEntry(entry=entry, first_seen_at=when, dated_at=when)


def issue(*headlines: str, weeks: int = 1, source: str = "Courier") -> Issue:
    """An issue of so many weeks ago that told these stories."""
    end = NOW - timedelta(weeks=weeks)
    stories = tuple(
        Story(
            entries=(EntryKey(feed="https://courier.example/feed", id=f"{weeks}-{place}"),),
            url=f"https://courier.example/{weeks}/{place}",
            headline=Wording(value=headline),
            excerpt=NO_WORDING,
            source=source,
            published_at=end - timedelta(days=1),
        )
        for place, headline in enumerate(headlines)
    )
    return Issue(
        key=IssueKey(newsletter="n", period=Period(start=end - timedelta(weeks=1), end=end)),
        slug=f"n-{weeks}",
        title=NO_WORDING,
        subject=NO_WORDING,
        preheader=NO_WORDING,
        lead=stories[0],
        sections=(Section(topic="t", heading=NO_WORDING, stories=stories[1:]),),
    )


def test_the_newest_earlier_issue() -> None:
    """A follow-up points to what the newest issue told of its story, not to an older one."""
    past = [
        issue(FERRY, weeks=3),
        issue("A bakery that runs on tide power", FERRY, weeks=2),
        issue("Something else altogether happened", weeks=1),
    ]
    found = earlier((post(LATER),), past)
    assert found
    assert (found.issue, found.headline) == ("n-2", FERRY)
    assert found.url == "https://courier.example/2/1"
    assert found.date == NOW - timedelta(weeks=2)
    assert earlier((post(LATER),), past[::-1]) == found


def test_any_entry_of_a_group_can_follow_up() -> None:
    """What leads need not be what says so."""
    group = (post("Brass and lemons at Pier Two"), post(LATER))
    assert earlier(group, [issue(FERRY)])


@pytest.mark.parametrize(
    ("entry", "past"),
    [
        pytest.param(post(LATER), [], id="no past"),
        pytest.param(post("Bakery runs on tide power"), [issue(FERRY)], id="another story"),
        pytest.param(
            post("The history of the ferry, part 3"),
            [issue("The history of the ferry, part 2")],
            id="another part",
        ),
        pytest.param(
            post(LATER, url="https://courier.example/1/0"), [issue(FERRY)], id="same post"
        ),
        pytest.param(
            post("This week in open data", source="Courier"),
            [issue("This week in open data")],
            id="a column",
        ),
        pytest.param(post(LATER), [issue(FERRY, weeks=60)], id="a year ago"),
        pytest.param(post(LATER, weeks=5), [issue(FERRY)], id="older than what was told"),
    ],
)
def test_no_follow_up(entry: KeptEntry, past: list[Issue]) -> None:
    """What is another story, the same post, a column, or too far away points nowhere."""
    assert earlier((entry,), past) is None
