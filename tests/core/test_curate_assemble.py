"""Assembly: a period's entries become one issue, and none is lost on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.assemble import Assembly, Material, assemble, is_empty
from digest.curate.excerpts import LEAD_WORDS, STORY_WORDS
from digest.curate.states import candidates
from digest.model import (
    Edits,
    Entry,
    EntryKey,
    EntryState,
    Feed,
    IssueKey,
    KeptEntry,
    Mark,
    Newsletter,
    Period,
    RankingRules,
    Rule,
    RuleField,
    Schedule,
    Sender,
    Topic,
    Verdict,
    Weekday,
)

WEEK = Period(
    start=datetime(2026, 11, 19, 7, 30, tzinfo=UTC), end=datetime(2026, 11, 26, 7, 30, tzinfo=UTC)
)
NEWSLETTER = Newsletter(
    id="weekly",
    name="The Weekly",
    sender=Sender(address="weekly@news.example"),
    postal_address="1 High Street",
    schedule=Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30)),
    feeds=("https://a.example/feed", "https://b.example/feed"),
    topics=(
        Topic(id="law", name="Law"),
        Topic(id="data", name="Data"),
        Topic(id="other", name="Elsewhere"),
    ),
    default_topic="other",
    rules=(
        Rule(topic="law", field=RuleField.CATEGORY, pattern="law"),
        Rule(topic="data", field=RuleField.TAG, pattern="numbers"),
    ),
    intro="Good morning.",
)
FEEDS = (
    Feed(url="https://a.example/feed", title="The A Blog"),
    Feed(url="https://b.example/feed", tags=("numbers",)),
)
MICROSECOND = timedelta(microseconds=1)
PROSE = "Each of these sentences has exactly eight words. " * 12


def kept(number: int, feed: str = "a", **changes: object) -> KeptEntry:
    """An entry published that many hours into the week; entry and kept fields can be changed."""
    outside = ("dated_at", "first_seen_at", "used_in", "mark")
    outer = {key: changes.pop(key) for key in outside if key in changes}
    entry = Entry(
        key=EntryKey(feed=f"https://{feed}.example/feed", id=f"{number:03}"),
        title=f"Story number {number} of the {feed} blog",
        url=f"https://{feed}.example/{number}",
        fingerprint="f",
        feed_title=f"{feed} as the feed says",
        summary=PROSE,
    )
    item = KeptEntry(
        entry=replace(entry, **changes),  # type: ignore[arg-type]  # named by the tests below
        first_seen_at=WEEK.start,
        dated_at=WEEK.start + timedelta(hours=number),
    )
    return replace(item, **outer)  # type: ignore[arg-type]  # named by the tests below


def assembled(newsletter: Newsletter, items: Sequence[KeptEntry], **edits: object) -> Assembly:
    """The week's issue of these entries, with an editor's changes."""
    return assemble(
        newsletter,
        WEEK,
        Material(kept=tuple(items), feeds=FEEDS),
        edits=Edits(**edits),  # type: ignore[arg-type]  # named by the tests below
    )


UNFIT = (
    kept(1, dated_at=None),
    kept(2, dated_at=WEEK.end),
    kept(3, dated_at=WEEK.start - MICROSECOND, first_seen_at=WEEK.start - MICROSECOND),
    kept(4, used_in="weekly-2026-11-19"),
    kept(8, mark=Mark(state=EntryState.HELD, why="waits for the minister")),
    kept(9, mark=Mark(state=EntryState.SKIPPED, why="an advertisement")),
)


def test_candidates_are_dated_in_the_period_and_unused() -> None:
    """Undated, outside and used entries are none; the others come oldest first."""
    fit = (kept(5), kept(6, "b"), kept(7))
    assert candidates((*reversed(fit), *UNFIT), WEEK) == fit


def test_why_entries_are_left_out() -> None:
    """Each entry that is no candidate, or has no link, is reported with its reason."""
    assembly = assembled(NEWSLETTER, (*UNFIT, kept(5, url="")))
    assert [choice.reason for choice in assembly.choices] == [
        "undated when its feed was first fetched",
        "dated outside the period",
        "dated outside the period",
        "used in weekly-2026-11-19",
        "it has no link",
        "held: waits for the minister",
        "skipped: an advertisement",
    ]


def test_an_issue_in_full() -> None:
    """Lead, sections in topic order without empty ones, wording, key, slug and reasons."""
    items = (
        kept(1, "b"),
        kept(2, categories=("Law",)),
        kept(3, "b", categories=("LAW",)),
        kept(9, "b", content=f"<p>{PROSE * 9}</p>"),
    )
    plain = replace(NEWSLETTER, ranking=RankingRules(diversity=0.0))
    issue = assembled(plain, items).issue
    assert issue.key == IssueKey(newsletter="weekly", period=WEEK)
    assert (issue.slug, str(issue.title), str(issue.intro)) == (
        "weekly-2026-11-26",
        "The Weekly",
        "Good morning.",
    )
    assert str(issue.subject) == "Story number 9 of the b blog and 3 more"
    assert str(issue.preheader).startswith("Story number 3 of the b blog · Story number 2")
    assert [(part.topic, str(part.heading), len(part.stories)) for part in issue.sections] == [
        ("law", "Law", 2),
        ("data", "Data", 1),
    ]
    assert [story.source for story in issue.stories] == [
        "b as the feed says",
        "b as the feed says",
        "The A Blog",
        "b as the feed says",
    ]
    assert issue.lead is not None
    assert issue.lead.reason.startswith("tag = 'numbers'; leads with a score of")
    assert issue.sections[0].stories[0].reason == "category = 'law'"


def test_the_lead_is_told_at_greater_length() -> None:
    """The lead's excerpt has up to 60 words, a story's up to 35, each ending with a sentence."""
    issue = assembled(NEWSLETTER, (kept(1), kept(2))).issue
    told = [len(str(story.excerpt).split()) for story in issue.stories]
    assert told == [LEAD_WORDS // 8 * 8, STORY_WORDS // 8 * 8]


def test_copies_make_one_story_with_both_entries() -> None:
    """The same URL in two feeds is one story, and a rule that fits either copy places it."""
    copy = kept(2, "b", url="https://a.example/1", categories=("Law",), title="Retold")
    issue = assembled(NEWSLETTER, (kept(1), copy)).issue
    assert [key.feed for key in issue.entry_keys] == list(NEWSLETTER.feeds)
    assert [story.reason.split(";")[0] for story in issue.stories] == ["category = 'law'"]


def test_what_does_not_fit_is_listed_then_left_out() -> None:
    """Beyond the caps 20 stories are listed with the limit that hit; the rest is reported."""
    items = [kept(number) for number in range(30)]
    assembly = assembled(replace(NEWSLETTER, max_per_topic=4), items)
    assert (len(assembly.issue.stories), len(assembly.issue.also_published)) == (4, 20)
    assert assembly.issue.also_published[0].reason == (
        "no rule or category fits; over the limit of 4 in Elsewhere"
    )
    verdicts = Counter(choice.verdict for choice in assembly.choices)
    assert verdicts == {"lead": 1, "told": 3, "listed": 20, "left-out": 6}
    assert {c.reason for c in assembly.choices if c.verdict is Verdict.LEFT_OUT} == {
        "over the limit of 4 in Elsewhere; over the limit of 20 listed titles"
    }


@pytest.mark.parametrize(
    ("cron", "end", "slug"),
    [
        pytest.param("0 7,19 * * *", WEEK.end, "weekly-2026-11-26-0730", id="twice a day"),
        pytest.param(
            "30 0 * * *", datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "weekly-2026-07-02", id="local"
        ),
    ],
)
def test_slugs(cron: str, end: datetime, slug: str) -> None:
    """A slug has the period's local end date, and its time if days have several."""
    newsletter = replace(NEWSLETTER, schedule=Schedule(time_zone="Europe/London", cron=cron))
    period = Period(start=end - timedelta(days=1), end=end)
    assert assemble(newsletter, period, Material(kept=())).issue.slug == slug


@pytest.mark.parametrize(
    ("count", "wanted", "empty"),
    [(0, 1, True), (2, 3, True), (3, 3, False), (0, 0, False)],
    ids=["nothing", "too few", "enough", "nothing wanted"],
)
def test_is_empty(count: int, wanted: int, *, empty: bool) -> None:
    """An issue is empty when it tells fewer stories than wanted."""
    newsletter = replace(NEWSLETTER, min_stories=wanted)
    issue = assembled(newsletter, [kept(number) for number in range(count)]).issue
    assert is_empty(issue, newsletter) is empty


def test_nothing_makes_a_bare_issue() -> None:
    """Without entries there is a subject and no section."""
    issue = assembled(NEWSLETTER, ()).issue
    assert (issue.lead, issue.sections, issue.also_published) == (None, (), ())
    assert str(issue.subject) == "The Weekly"


kept_entries = st.lists(
    st.builds(
        lambda number, feed, url, title, hours, used, category: kept(
            number,
            feed,
            url=url,
            title=title,
            categories=(category,),
            dated_at=None if hours is None else WEEK.start + timedelta(hours=hours),
            used_in=used,
        ),
        st.integers(0, 99),
        st.sampled_from("abc"),
        st.sampled_from(["", "https://a.example/", *(f"https://a.example/{n}" for n in range(30))]),
        st.one_of(
            st.text(max_size=30), st.sampled_from(["One title for all", "Another one of it"])
        ),
        st.one_of(st.none(), st.integers(-2, 170)),
        st.sampled_from(["", "", "", "weekly-2026-11-19"]),
        st.sampled_from(["Law", "Sport"]),
    ),
    unique_by=lambda item: item.entry.key,
    max_size=60,
)


@given(items=kept_entries, seed=st.integers(0, 99), limit=st.integers(1, 8))
def test_nothing_is_lost_and_order_is_nothing(
    items: list[KeptEntry], seed: int, limit: int
) -> None:
    """Every entry is in the issue or left out, exactly once, whatever the input's order."""
    newsletter = replace(NEWSLETTER, max_stories=limit, max_per_topic=3)
    assembly = assembled(newsletter, items)
    left = [c.entry for c in assembly.choices if c.verdict is Verdict.LEFT_OUT]
    assert Counter([*assembly.issue.entry_keys, *left]) == Counter(i.entry.key for i in items)
    assert [c.entry for c in assembly.choices] == sorted(item.entry.key for item in items)
    assert all(choice.reason for choice in assembly.choices)
    assert all(section.stories for section in assembly.issue.sections)
    assert all(str(story.headline) for story in assembly.issue.stories)
    Random(seed).shuffle(items)
    assert assembled(newsletter, items) == assembly
