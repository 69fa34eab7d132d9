"""Stories: which entries are copies of one another, and how one story is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.grouping.copies import group_copies
from digest.curate.grouping.sources import host
from digest.curate.grouping.stories import coverage, full_text, group_stories, tell
from digest.model import Entry, EntryKey, Image, KeptEntry, Origin

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TITLE = "Court rules on open data"


def kept(  # noqa: PLR0913 - one entry, each part named
    feed: str = "a",
    id: str = "1",  # noqa: A002 - the model's own name
    *,
    title: str = TITLE,
    url: str = "https://a.example/ruling",
    summary: str = "",
    content: str = "",
    image: Image | None = None,
    at: float = 0,
) -> KeptEntry:
    """An entry of the feed at that letter's host."""
    entry = Entry(
        key=EntryKey(feed=f"https://{feed}.example/feed", id=id),
        title=title,
        url=url,
        fingerprint="f",
        feed_title=feed.upper(),
        summary=summary,
        content=content,
        image=image,
    )
    when = NOW + timedelta(hours=at)
    return KeptEntry(entry=entry, first_seen_at=NOW, dated_at=when)


@pytest.mark.parametrize(
    ("entries", "groups"),
    [
        pytest.param([kept("a"), kept("b", title="Retold")], 1, id="same URL in two feeds"),
        pytest.param(
            [kept("a"), kept("b", title="court rules, on “Open Data”!", url="https://b.example/1")],
            1,
            id="same title in two feeds",
        ),
        pytest.param([kept(id="1"), kept(id="2")], 1, id="same feed, title and URL"),
        pytest.param(
            [kept(id="1", title="One"), kept(id="2", title="Two")], 2, id="same feed and URL only"
        ),
        pytest.param(
            [kept(id="1"), kept(id="2", url="https://a.example/2")],
            2,
            id="same feed and title only",
        ),
        pytest.param(
            [kept(summary="Same."), kept(id="2", url="https://a.example/2", summary="Same.")],
            1,
            id="same feed, title and summary",
        ),
        pytest.param(
            [
                kept("a", title="Weekly links"),
                kept("b", title="Weekly links", url="https://b.example/1"),
            ],
            2,
            id="a title that tells nothing",
        ),
        pytest.param(
            [
                kept("a", title="One", url="https://new.example/"),
                kept("b", title="Two", url="https://new.example/"),
            ],
            2,
            id="links to a home page",
        ),
        pytest.param(
            [
                kept("a", "1", title="One"),
                kept("a", "2", title="Two"),
                kept("b", "3", title="Three"),
            ],
            3,
            id="a URL that one feed uses for two things",
        ),
        pytest.param([kept("a", url=""), kept("b", title="x", url="")], 2, id="no URL is no sign"),
    ],
)
def test_copies(entries: list[KeptEntry], groups: int) -> None:
    """Entries are one story where a sign identifies it, and only there."""
    assert len(group_copies(entries)) == groups


TEXT = "<p>" + "word " * 120 + "</p>"
PICTURE = Image(url="https://a.example/p.jpg")


@pytest.mark.parametrize(
    ("second", "leads"),
    [
        pytest.param(kept("b"), False, id="an aggregator's copy never leads"),
        pytest.param(kept("b", content=TEXT), False, id="not even with more text"),
        pytest.param(kept("b", url="https://b.example/1", content=TEXT), True, id="more text"),
        pytest.param(kept("b", url="https://b.example/1", image=PICTURE), True, id="a picture"),
        pytest.param(kept("b", url="https://b.example/1"), False, id="the smaller key"),
        pytest.param(kept("b", url="https://b.example/1", at=-1), True, id="published first"),
        pytest.param(kept("c"), True, id="the configured source, whatever it brings"),
    ],
)
def test_the_best_source_leads(second: KeptEntry, leads: bool) -> None:  # noqa: FBT001
    """Configured order, then the original, most text, a picture, the first published."""
    first = kept("a")
    for entries in ([first, second], [second, first]):
        (group,) = group_stories(entries, sources=["https://c.example/feed"])
        assert group == ((second, first) if leads else (first, second))


def test_text_beyond_a_hundred_words_counts_no_more() -> None:
    """Of two full texts, the one with a picture leads, not the longest."""
    long = kept("a", content=TEXT * 3)
    pictured = kept("b", url="https://b.example/1", content=TEXT, image=PICTURE)
    assert group_stories([long, pictured]) == ((pictured, long),)


def test_coverage_names_each_other_source_once() -> None:
    """Neither the leading feed, nor a second entry of one, nor a link to what leads counts."""
    group = (
        kept("a"),
        kept("a", "2", url="https://a.example/2"),
        kept("b"),
        kept("c", title="Open data:\nthe ruling", url="https://c.example/1"),
        kept("c", "2", url="https://c.example/2"),
        kept("d", url="https://d.example/1"),
    )
    found = coverage(group)
    assert [(each.source, each.headline) for each in found] == [
        ("C", "Open data: the ruling"),
        ("D", TITLE),
    ]
    assert found[0].entry == group[3].entry.key
    assert tell(group, text="", words=8, reason="r").coverage == found
    assert coverage(group[:1]) == ()


@given(
    picks=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 3))),
    seed=st.integers(0, 99),
)
def test_groups_part_the_entries_in_any_order(picks: list[tuple[str, int, int]], seed: int) -> None:
    """Every entry is in exactly one group, and the groups do not depend on the input's order."""
    entries = [
        kept(feed, str(n), title=f"Some title number {title}", url=f"https://x.example/{url}")
        for n, (feed, title, url) in enumerate(picks)
    ]
    groups = group_copies(entries)
    keys = [{item.entry.key for item in group} for group in groups]
    assert sum(map(len, keys)) == len(entries)
    assert not any(one & other for one, other in combinations(keys, 2))
    Random(seed).shuffle(entries)
    assert group_copies(entries) == groups


def story_of(*group: KeptEntry, words: int = 8) -> tuple[str, str, str]:
    story = tell(group, text=full_text(group[0].entry), words=words, reason="r")
    return story.headline.value, story.excerpt.value, story.source


def test_story_is_told_from_the_summary() -> None:
    """Headline, excerpt and source are the feed's own words where they serve."""
    item = kept(title="A \n title", summary="What happened.", content="<p>All of it.</p>")
    assert story_of(item) == ("A title", "What happened.", "A")
    story = tell((item,), text="", words=8, reason="r")
    assert (story.headline.origin, story.excerpt.origin) == (Origin.FEED, Origin.AUTO)


def test_a_story_carries_its_help_lines() -> None:
    """Those of every copy, each once; an excerpt does not repeat them."""
    line, other = "Call the Helpline on 0800 960 123.", "Call the other line on 0800 960 124."
    first = kept(content=f"<p>{line}</p><p>What happened that night.</p>")
    first = replace(first, entry=replace(first.entry, support=(line,)))
    second = replace(first, entry=replace(first.entry, support=(line, other)))
    group = (first, second)
    story = tell(group, text=full_text(first.entry), words=20, reason="r")
    assert story.support == (line, other)
    assert story.excerpt.value == "What happened that night."


@pytest.mark.parametrize("summary", ["", TITLE, "The court has […]"], ids=["none", "title", "cut"])
def test_useless_summaries_give_way_to_the_content(summary: str) -> None:
    """An empty, cut or repeated summary is replaced by the content's beginning."""
    item = kept(summary=summary, content="<p>The court has ruled <b>twice</b>.</p>")
    assert story_of(item)[1] == "The court has ruled twice."


def test_no_title_is_made_from_the_text() -> None:
    """An entry without a title gets its first words as a headline, by our hand."""
    item = kept(title=" ", summary="Short note about the ruling.")
    story = tell((item,), text=full_text(item.entry), words=8, reason="r")
    assert (story.headline.value, story.headline.origin) == (item.entry.summary, Origin.AUTO)


def test_an_image_comes_from_any_copy() -> None:
    """A picture that only another copy has is shown all the same, another post's is not."""
    image = Image(url="https://b.example/p.jpg")
    story = tell((kept(), kept("b", image=image)), text="", words=8, reason="r")
    assert story.image == image
    other = kept("b", title="The ruling", url="https://b.example/2", image=image)
    assert tell((kept(), other), text="", words=8, reason="r").image is None
    assert [key.feed for key in story.entries] == [
        "https://a.example/feed",
        "https://b.example/feed",
    ]


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://www.a.example/x", "a.example"), ("nonsense", ""), ("http://[::1", "")],
    ids=["www", "no URL", "broken"],
)
def test_host(url: str, name: str) -> None:
    """A source without a title is named by its host."""
    assert host(url) == name
