"""A roundup's longlist and shortlist: who may be in, who is, and which rule kept the others out."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.roundup import shortlist, substance, year_of
from digest.curate.roundup.gathering import gatherers, links_between, quoted_posts
from digest.curate.roundup.shortlist import Shortlist
from digest.model import EntryKey, EntryState, KeptEntry, Mark, Match, RuleField, Verdict
from tests.core.tidewell import BODY, NEWSLETTER, QUOTABLE, entry, post, posts, year


def ids(chosen: Shortlist) -> list[str]:
    return [each.post.key.id for each in chosen.featured]


def chosen(kept: list[KeptEntry] | None = None, pick: int = 5) -> Shortlist:
    longlisted = posts(kept)
    return shortlist(longlisted, substance(longlisted), pick=pick)


def reason(shortlisted: Shortlist, name: str) -> str:
    return next(each.reason for each in shortlisted.choices if each.entry.id == name)


def test_the_year_is_that_of_the_newsletters_clock() -> None:
    """A post of the last hour of the year in UTC is one of the next in Tokyo."""
    tokyo = replace(NEWSLETTER, schedule=replace(NEWSLETTER.schedule, time_zone="Asia/Tokyo"))
    last = datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert last in year_of(NEWSLETTER, 2019)
    assert last in year_of(tokyo, 2020)
    assert last not in year_of(tokyo, 2019)


def test_the_longlist_has_the_years_posts_and_sets_roundups_aside() -> None:
    """Posts of other years are no part of it, a list of links is set aside with its reason."""
    longlisted = posts()
    assert [each.key.id for each in longlisted.posts] == [
        *("dredger", "eels", "clock", "night", "market"),
        *("reef", "pool", "library", "ferry"),
    ]
    assert [(each.entry.id, each.reason) for each in longlisted.set_aside] == [
        ("links", "a roundup itself, by its name: 'Friday links: nets and knots'")
    ]
    assert longlisted.count == 10


def test_copies_are_one_post_and_the_publishers_own_is_told() -> None:
    """A post that another feed carried too is one, under its own site's feed."""
    own = post("reef", "An oyster reef takes hold", 6, author="Di Fenn", topic="sea")
    far = EntryKey(feed="https://planet.example/feed", id="r1")
    copy = replace(own, entry=replace(own.entry, key=far, feed_title="Planet"))
    longlisted = posts([copy, own])
    assert [each.key.id for each in longlisted.posts] == ["reef"]
    assert len(longlisted.posts[0].group) == 2
    made = shortlist(longlisted, substance(longlisted), pick=1)
    assert [(each.entry.id, each.verdict) for each in made.choices] == [
        ("r1", Verdict.MERGED),
        ("reef", Verdict.TOLD),
    ]


def test_marks_and_blocks_keep_posts_out() -> None:
    """What an editor held and what the newsletter blocks is set aside, and says why."""
    kept = year()
    kept[1] = replace(kept[1], mark=Mark(state=EntryState.HELD, why="lawyers"))
    blocking = replace(NEWSLETTER, blocks=(Match(field=RuleField.AUTHOR, pattern="Di Fenn"),))
    aside = {each.entry.id: each.reason for each in posts(kept, blocking).set_aside}
    assert aside["dredger"] == "held: lawyers"
    assert aside["reef"] == "blocked: author = 'Di Fenn'"


def test_one_of_each_author_three_topics_and_every_quarter() -> None:
    """The constraints hold, though the strongest posts are one author's and of one topic."""
    made = chosen()
    featured = [each.post for each in made.featured]
    assert len(featured) == 5
    assert len({each.author for each in featured}) == 5
    assert {each.quarter for each in featured} == {1, 2, 3, 4}
    assert {each.topic for each in featured} == {
        *("Sea and shore", "Around town", "Schools and skills")
    }
    assert made.relaxed == ()


def test_what_kept_a_post_out_is_said() -> None:
    """Each post that is out names the rule that kept it out, and its place by score."""
    made = chosen()
    assert reason(made, "eels").startswith(
        "1 of each author at most: 'Dredging the basin: who pays?' is in; 2nd of 9 by score"
    )
    assert " of 9 by score" in reason(made, "market")
    assert reason(made, "links").startswith("a roundup itself")
    assert {each.entry.id for each in made.choices} == {each.entry.key.id for each in year()[1:]}


def test_the_strongest_comes_first_and_topics_take_turns() -> None:
    """The order is not the calendar's: strongest first, then another topic than the one before."""
    made = chosen()
    assert ids(made)[0] == "dredger"
    topics = [each.post.topic for each in made.featured]
    assert all(one != other for one, other in pairwise(topics))


@pytest.mark.parametrize(
    ("kept", "pick", "said"),
    [
        pytest.param(
            [each for each in year() if each.entry.key.id in {"dredger", "eels"}],
            2,
            "2019 has posts by one author only: up to 2 posts by one author",
            id="one author",
        ),
        pytest.param(
            [each for each in year() if each.entry.key.id in {"dredger", "clock"}],
            2,
            "2019 has no post in Q2, Q3 or Q4: the quarters it has are covered",
            id="one quarter",
        ),
        pytest.param(
            [each for each in year() if each.entry.key.id in {"dredger", "eels", "reef"}],
            3,
            "2019 has posts on one topic, and 3 topics were wanted",
            id="one topic",
        ),
    ],
)
def test_what_the_year_lacks_is_said_and_the_rest_goes_on(
    kept: list[KeptEntry], pick: int, said: str
) -> None:
    """A constraint that the year cannot meet is relaxed with a sentence."""
    made = chosen(kept, pick)
    assert len(made.featured) == pick
    assert said in made.relaxed


def test_a_year_with_fewer_posts_gives_what_it_has() -> None:
    """Three posts are a shortlist of three, none is an empty one."""
    assert len(chosen(year()[1:4]).featured) == 3
    assert chosen([]).featured == ()


@given(st.permutations(year()))
def test_the_order_of_posts_does_not_matter(kept: list[KeptEntry]) -> None:
    """The same posts in any order make the same shortlist, with the same reasons."""
    assert chosen(kept) == chosen()


def test_votes_decide_over_substance() -> None:
    """The winner of the vote is first, however short."""
    longlisted = posts()
    ferry = next(each.key for each in longlisted.posts if each.key.id == "ferry")
    made = shortlist(longlisted, substance(longlisted, elected=[frozenset({ferry})]), pick=3)
    assert ids(made)[0] == "ferry"


def test_a_thousand_posts_are_chosen_from_at_once() -> None:
    """Many posts by few authors: the search for a selection stays short."""
    many = [
        replace(
            each, entry=replace(each.entry, key=EntryKey(feed=f"https://{n}.example", id=str(n)))
        )
        for n in range(100)
        for each in year()[1:]
    ]
    renamed = [
        replace(
            each,
            entry=replace(
                each.entry, title=f"{n} {each.entry.title}", url=f"https://x.example/{n}"
            ),
        )
        for n, each in enumerate(many)
    ]
    longlisted = posts([replace(each, entry=replace(each.entry, content="")) for each in renamed])
    assert len(shortlist(longlisted, substance(longlisted), pick=5).featured) == 5


def test_a_post_that_quotes_two_others_gathers_them() -> None:
    """Block quotes that stand in two other posts give a roundup without a telling title away."""
    other = QUOTABLE.replace("Ropewalk", "Lantern").replace("dinghies", "kayaks")
    lot = [
        entry("one", "One thing"),
        entry("two", "Another thing", content=BODY.replace(QUOTABLE, other)),
        entry(
            "both",
            "What stayed with me",
            content=f"<blockquote>{QUOTABLE}</blockquote><p>And:</p><blockquote>{other}</blockquote>",
        ),
    ]
    assert {key.id for key in quoted_posts(lot)} == {"both"}
    found = gatherers(lot)
    assert {key.id: why for key, why in found.items()} == {
        "both": "a roundup itself: it quotes 2 other posts of the year"
    }


def test_links_between_posts_are_counted_and_many_make_a_list() -> None:
    """Five links to other posts make a list of links; one is a sign of worth."""
    lot = [entry(str(number), f"Post {number}") for number in range(5)]
    to_all = "".join(f"<a href='{each.url}/#top'>x</a>" for each in lot)
    lot.append(entry("list", "Some reading", content=to_all))
    lot.append(entry("fan", "Ever since", content=f'<a href="{lot[0].url}">before</a>'))
    assert {key.id for key in links_between(lot)[lot[0].key]} == {"list", "fan"}
    assert {key.id for key in gatherers(lot)} == {"list"}


@pytest.mark.parametrize(
    ("title", "gathers"),
    [
        pytest.param("Five blog posts that told the story of 2019", True, id="told the story"),
        pytest.param("Our year in review", True, id="year in review"),
        pytest.param("Harbour round-up, week 12", True, id="roundup"),
        pytest.param("Our ten most-read articles", True, id="most read"),
        pytest.param("Five ways to mend a net", False, id="a listicle"),
        pytest.param("Looking back at the storm of 1953", False, id="history"),
        pytest.param("The missing link between ferry and tram", False, id="a link"),
        pytest.param("A story of the sea", False, id="a story"),
    ],
)
def test_titles_of_roundups_are_told_from_others(title: str, *, gathers: bool) -> None:
    """A roundup's title says what it is; a listicle's or a history's does not."""
    assert bool(gatherers([entry("it", title)])) is gathers


def test_a_told_post_is_welcome() -> None:
    """That a weekly issue told a post counts for it, not against it."""
    kept = year()
    told = replace(kept[4], used_in="tidewell-2019-03-15")
    longlisted = posts([*kept[:4], told, *kept[5:]])
    parts = {part.name: part.value for part in substance(longlisted)[told.entry.key]}
    assert parts["told before"] == 1.0
