"""The inbox row: subjects and preheaders within what inboxes show."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.inbox_row import inbox_row
from digest.model import Attribute, EntryKey, Newsletter, Schedule, Sender, Story, Topic, Wording

NEWSLETTER = Newsletter(
    id="weekly",
    name="The Weekly",
    tagline="What our feeds wrote this week, in five minutes",
    sender=Sender(address="weekly@news.example"),
    postal_address="1 High Street",
    schedule=Schedule(time_zone="UTC", at=time(8)),
    feeds=(),
    topics=(Topic(id="other", name="Other"),),
    default_topic="other",
)
LONG = "A rather long headline that goes on about many things which nobody could read at a glance"


def stories(*headlines: str, excerpt: str = "") -> list[Story]:
    return [
        Story(
            entries=(EntryKey(feed="https://a.example/feed", id=str(number)),),
            url=f"https://a.example/{number}",
            headline=Wording(value=headline),
            excerpt=Wording(value=excerpt),
            source="A",
            published_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for number, headline in enumerate(headlines)
    ]


def subject(template: str, *headlines: str) -> str:
    newsletter = replace(NEWSLETTER, subject=template)
    return inbox_row(newsletter, stories(*headlines), day=date(2026, 11, 26)).subject


@pytest.mark.parametrize(
    ("template", "headlines", "expected"),
    [
        pytest.param(
            "{lead} and {more} more", ["One", "Two", "Three"], "One and 2 more", id="usual"
        ),
        pytest.param("{lead} and {more} more", ["One."], "One.", id="nothing more"),
        pytest.param("{lead} and {more} more", ["One.", "Two"], "One and 1 more", id="full stop"),
        pytest.param("{lead} and {more} more", ["Why?", "Two"], "Why? and 1 more", id="question"),
        pytest.param("{lead} and {more} more", [], "The Weekly", id="no stories"),
        pytest.param("{name}, {date}", [], "The Weekly, 26 November 2026", id="no stories needed"),
        pytest.param("{name}: {count} posts", ["One", "Two"], "The Weekly: 2 posts", id="count"),
        pytest.param("{lead}", ["One {more}.", "Two"], "One {more}.", id="braces in a headline"),
        pytest.param("{lead}{other} {}", ["One", "Two"], "One{other} {}", id="other braces"),
        pytest.param(
            "{lead} and {more} more",
            [LONG, "Two"],
            "A rather long headline that goes on about many things which nobody… and 1 more",
            id="long lead",
        ),
        pytest.param("{lead} and {more} more", [LONG], LONG, id="a lone long lead"),
    ],
)
def test_subject(template: str, headlines: list[str], expected: str) -> None:
    """The template is filled once, with grammar, and a long lead is cut at a word."""
    assert subject(template, *headlines) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"venue": "Pier  Hall", "price": "9"}, "First at Pier Hall"),
        ({"price": "9"}, "First and 1 more"),
        ({"venue": "{count} " * 80}, f"First at {'{count} ' * 6}{{count}}…"),
    ],
    ids=["has-it", "has-not", "hostile"],
)
def test_a_subject_can_name_a_field_of_the_lead(fields: dict[str, str], expected: str) -> None:
    """In few words; without the field, the usual subject."""
    newsletter = replace(NEWSLETTER, subject="{lead} at {lead.fields.venue}")
    kept = tuple(Attribute(name=name, value=value) for name, value in fields.items())
    lead, other = stories("First", "Second")
    told = [replace(lead, fields=kept), other]
    assert inbox_row(newsletter, told, day=date(2026, 11, 20)).subject == expected


def test_very_long_subjects_are_cut() -> None:
    """The usual subject keeps to 78 characters, and none passes 150, whatever the template."""
    assert len(subject("{lead} and {more} more", LONG, "Two")) <= 78
    assert len(subject("{lead} – " + "and so on " * 30, LONG, "Two")) <= 150
    assert len(subject("{lead} and {more} more", LONG * 3)) <= 150


def preheader(newsletter: Newsletter, told: list[Story], also: list[Story] | None = None) -> str:
    return inbox_row(newsletter, told, also=also or [], day=date(2026, 11, 26)).preheader


def test_preheader_lists_the_next_stories() -> None:
    """It is made of whole titles of the stories after the lead, while they fit."""
    told = stories("Lead", "The second story is here", "The third story is there", LONG, "Fifth")
    assert preheader(NEWSLETTER, told) == "The second story is here · The third story is there"


def test_preheader_is_padded_only_when_short() -> None:
    """Listed titles, the lead's excerpt and the tagline fill up to 40 characters, in turn."""
    told = stories("Lead", "Two", excerpt="What the lead is about.")
    also = stories("Listed")
    assert preheader(NEWSLETTER, told, also) == (
        "Two · Listed · What the lead is about. · What our feeds wrote this week, in five minutes"
    )


def test_preheader_does_not_repeat_the_subject() -> None:
    """A lone story's preheader is its excerpt, not its headline again."""
    told = stories(LONG, excerpt="A sentence of its own that says what all of this is about.")
    assert preheader(NEWSLETTER, told) == told[0].excerpt.value


def test_a_single_long_title_is_cut() -> None:
    """Where the first title alone is too long it is cut at a word."""
    text = preheader(NEWSLETTER, stories("Lead", f"{LONG} {LONG}"))
    assert text.endswith("…")
    assert 40 <= len(text) <= 130


@given(
    headlines=st.lists(st.text(min_size=1, max_size=160).filter(str.strip), max_size=6),
    excerpt=st.text(max_size=200),
    template=st.sampled_from(["{lead} and {more} more", "{name}", "{lead}", "{name} · {date}"]),
)
def test_rows_keep_to_their_limits(headlines: list[str], excerpt: str, template: str) -> None:
    """Any titles give one line each, within limits, that differ."""
    newsletter = replace(NEWSLETTER, subject=template)
    told = stories(*(" ".join(line.split()) for line in headlines), excerpt=excerpt)
    row = inbox_row(newsletter, told, day=date(2026, 11, 26))
    assert 0 < len(row.subject) <= 150
    assert 40 <= len(row.preheader) <= 130
    assert len(row.subject.splitlines()) == 1
    assert len(row.preheader.splitlines()) == 1
    assert row.subject != row.preheader
