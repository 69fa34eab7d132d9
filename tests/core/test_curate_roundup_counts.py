"""A year is counted only where it was seen: windows, archives, gaps."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.curate.roundup.counts import WELL_COVERED, covered
from digest.curate.roundup.phrases import roundup_phrases
from digest.model import ENGLISH, EntryDate, FeedArchive, Period

YEAR = Period(start=datetime(2019, 1, 1, tzinfo=UTC), end=datetime(2020, 1, 1, tzinfo=UTC))
END = datetime(2020, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def weekly(first: datetime, last: datetime, *, seen: datetime | None = None) -> list[EntryDate]:
    """An entry a week, seen an hour after it was published or all at once."""
    weeks = (last - first) // (7 * DAY)
    dates = [first + 7 * DAY * week for week in range(weeks + 1)]
    return [
        EntryDate(feed="f", dated_at=each, first_seen_at=seen or each + timedelta(hours=1))
        for each in dates
    ]


def share(dates: list[EntryDate], read_at: datetime | None = END) -> float:
    return covered(dates, YEAR, read_at={"f": read_at}, archives={})


def test_a_window_that_reaches_back_before_the_year_covers_it() -> None:
    """An archive, or a long feed, read once after the year's end."""
    assert share(weekly(YEAR.start - 30 * DAY, YEAR.end, seen=END)) == 1.0


def test_a_window_is_no_year() -> None:
    """What a feed showed of the last three months does not cover the twelve."""
    found = share(weekly(YEAR.end - 90 * DAY, YEAR.end, seen=END))
    assert found == pytest.approx(90 / 365, abs=0.01)
    assert found < WELL_COVERED


def test_a_feed_that_was_read_all_year_covers_it() -> None:
    """Read from before the year on, with an entry seen by its start."""
    early = EntryDate(feed="f", dated_at=YEAR.start - DAY, first_seen_at=YEAR.start - DAY)
    assert share([early, *weekly(YEAR.start, YEAR.end)]) == 1.0


def test_a_year_that_is_not_over_is_covered_until_the_last_reading() -> None:
    """In the middle of December a year is as good as covered, in October it is not."""
    dates = weekly(YEAR.start - 30 * DAY, YEAR.start + 300 * DAY)
    assert share(dates, YEAR.start + 350 * DAY) > WELL_COVERED
    assert share(dates, YEAR.start + 300 * DAY) < WELL_COVERED


def test_a_gap_between_two_readings_is_missed() -> None:
    """Nobody looked for four months, and the window no longer showed what there was."""
    first = weekly(YEAR.start - 30 * DAY, YEAR.start + 60 * DAY)
    second = weekly(YEAR.start + 180 * DAY, YEAR.end, seen=END)
    assert share([*first, *second]) == pytest.approx(1 - 120 / 365, abs=0.02)


def test_silence_while_somebody_looked_is_no_gap() -> None:
    """A blog that rested for four months and was read all the time has nothing missing."""
    first = weekly(YEAR.start - 30 * DAY, YEAR.start + 60 * DAY)
    second = weekly(YEAR.start + 180 * DAY, YEAR.end)
    assert share([*first, *second]) == 1.0


def test_an_archive_that_was_read_covers_what_the_window_does_not() -> None:
    """A back-fill that is complete from before the year on makes it known."""
    dates = weekly(YEAR.end - 90 * DAY, YEAR.end, seen=END)
    archive = FeedArchive(url="f", complete_since=YEAR.start - DAY, complete_until=END)
    assert covered(dates, YEAR, read_at={"f": END}, archives={"f": archive}) == 1.0


def test_feeds_count_by_their_entries() -> None:
    """A feed with one late entry does not spoil the count of one with fifty."""
    late = EntryDate(feed="g", dated_at=YEAR.end - DAY, first_seen_at=END)
    both = [*weekly(YEAR.start - 30 * DAY, YEAR.end, seen=END), late]
    assert covered(both, YEAR, read_at={"f": END, "g": END}, archives={}) > WELL_COVERED
    assert covered([], YEAR, read_at={}, archives={}) == 0.0


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(7, "seven", id="a word"),
        pytest.param(19, "19", id="exact below 20"),
        pytest.param(20, "20", id="exactly tens"),
        pytest.param(73, "over 70", id="tens"),
        pytest.param(500, "500", id="five hundred"),
        pytest.param(509, "over 500", id="hundreds above 500"),
        pytest.param(788, "over 700", id="hundreds"),
    ],
)
def test_counts_are_said_as_people_say_them(count: int, said: str) -> None:
    """Small numbers exactly, others by the tens, above 500 by the hundreds; never too many."""
    assert roundup_phrases(ENGLISH).about(count) == said
