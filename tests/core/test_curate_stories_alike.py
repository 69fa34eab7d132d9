"""Stories: which headlines of different feeds are one story, and which only look like it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.grouping.stories import group_stories
from digest.model import Entry, EntryKey, KeptEntry

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
FERRY = "Night ferry to Port Anselm returns after eleven years"
FERRY_AGAIN = "After eleven years the night ferry to Port Anselm returns"


def post(  # noqa: PLR0913 - one entry, each part named
    place: int,
    title: str,
    *,
    feed: str = "",
    hours: float = 0,
    language: str = "",
    summary: str = "",
    dated: bool = True,
) -> KeptEntry:
    """An entry of a feed of its own, so many hours from now."""
    when = NOW + timedelta(hours=hours)
    entry = Entry(
        key=EntryKey(feed=f"https://{feed or place}.example/feed", id=str(place)),
        title=title,
        url=f"https://posts.example/{place}",
        fingerprint="f",
        language=language,
        summary=summary,
    )
    return KeptEntry(entry=entry, first_seen_at=when, dated_at=when if dated else None)


def count(*posts: KeptEntry) -> int:
    return len(group_stories(posts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(FERRY, FERRY_AGAIN, id="English"),
        pytest.param(
            "Stadtrat beschließt Radweg am Hafen nach langem Streit",
            "Nach langem Streit: Stadtrat beschließt den Radweg am Hafen",
            id="German",
        ),
        pytest.param(
            "L’Assemblée adopte la réforme des bibliothèques",
            "La réforme des bibliothèques adoptée par l’Assemblée",
            id="French",
        ),
        pytest.param("市议会通过新的港口保护条例", "新的港口保护条例获市议会通过", id="Chinese"),
        pytest.param(
            "البرلمان يقر قانون الموازنة الجديد",
            "قانون الموازنة الجديد يقره البرلمان",
            id="Arabic",
        ),
        pytest.param(
            "Storm Ilse kills five in northern Portugal",
            "5 dead as storm Ilse hits northern Portugal",
            id="a number as a word",
        ),
    ],
)
def test_one_story_in_other_words(one: str, other: str) -> None:
    """Two feeds that tell the same in other words, near in time, are one group."""
    assert count(post(1, one), post(2, other, hours=5)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Weekly harbour links 12", "Weekly harbour links 13", id="numbered"),
        pytest.param("The ferry's history, part 2", "The ferry's history, part 3", id="part"),
        pytest.param("The Old Ferry: Part II", "The Old Ferry: Part III", id="Roman"),
        pytest.param(
            "The old harbour ferry, part two", "The old harbour ferry", id="whole or part"
        ),
        pytest.param(
            "Die alte Hafenfähre, Teil 1", "Die alte Hafenfähre, Teil 2", id="German part"
        ),
        pytest.param("Le vieux bac, épisode 4", "Le vieux bac, épisode 5", id="French part"),
        pytest.param("旧渡轮的历史第2集", "旧渡轮的历史第3集", id="Chinese part"),
        pytest.param("العبارة القديمة الجزء 2", "العبارة القديمة الجزء 3", id="Arabic part"),
        pytest.param(
            "Osprey 3.14 starts much faster", "Osprey 3.15 starts much faster", id="version"
        ),
        pytest.param(
            "Bank raises rates by 0.25 points", "Bank raises rates by 0.5 points", id="amount"
        ),
        pytest.param("Storm kills five in Portugal", "Storm kills nine in Portugal", id="toll"),
        pytest.param("Harbour notes for March 2026", "Harbour notes for April 2026", id="month"),
        pytest.param("Acme Reports Record Quarter", "Initech Reports Record Quarter", id="company"),
        pytest.param("Acme sues Initech over maps", "Acme sues Globex over maps", id="defendant"),
        pytest.param("苹果公司发布第三季度财报", "微软公司发布第三季度财报", id="Chinese company"),
        pytest.param(
            "Quake of magnitude 6 hits Chile", "Quake of magnitude 6 hits Japan", id="place"
        ),
        pytest.param(
            "Council passes the harbour budget", "Council rejects the harbour budget", id="verb"
        ),
        pytest.param("Harbour news", "Harbour news", id="too few words"),
        pytest.param("How to build a boat in Oslo", "How to build a boat in Bergen", id="frame"),
    ],
)
def test_two_stories_in_like_words(one: str, other: str) -> None:
    """Headlines that share most words and contradict in one are two stories."""
    assert count(post(1, one), post(2, other)) == 2


def test_names_are_told_by_the_other_headlines() -> None:
    """Where headlines have no name in common that others show to be names, they are two stories."""
    one, other = "Porto mayor resigns in bridge scandal", "Bridge scandal: Leiden mayor resigns"
    known = [
        post(3, "What the mayor of Porto said today"),
        post(4, "The night when Leiden had snow"),
    ]
    assert count(post(1, one), post(2, other), *known) == 4


@pytest.mark.parametrize(
    ("languages", "groups"),
    [(("en", "en-GB"), 1), (("en", ""), 1), (("en", "de"), 2), (("fr", "de"), 2)],
    ids=["region", "unknown", "two", "two others"],
)
def test_languages_are_not_mixed(languages: tuple[str, str], groups: int) -> None:
    """Entries of two languages are two stories, whatever names they share; region is no matter."""
    one, other = languages
    title = "Marguerite Okafor, Port Anselm, Pier Two"
    again = "Pier Two, Port Anselm: Marguerite Okafor"
    assert count(post(1, title, language=one), post(2, again, language=other)) == groups


def test_a_language_is_known_by_its_small_words() -> None:
    """Where feeds do not say, the words between the names do."""
    one = "Okafor and Lindqvist on the Anselm Marguerite are with the band"
    other = "Okafor und Lindqvist auf der Anselm Marguerite sind mit dem Band"
    assert count(post(1, one), post(2, other)) == 2


@pytest.mark.parametrize(
    ("hours", "groups"),
    [(0, 1), (12, 1), (24, 1), (72, 2)],
    ids=["now", "half a day", "day", "late"],
)
def test_near_in_time(hours: float, groups: int) -> None:
    """The same words again days later are another story."""
    assert count(post(1, FERRY), post(2, FERRY_AGAIN, hours=hours)) == groups


def test_undated_entries_have_copies_only() -> None:
    """What may be years old is like nothing, but a copy is a copy."""
    assert count(post(1, FERRY), post(2, FERRY_AGAIN, dated=False)) == 2
    assert count(post(1, FERRY), post(2, FERRY, dated=False)) == 1


def test_entries_of_one_feed_stay_apart() -> None:
    """A feed's two posts on one theme are two stories, unless they are nearly the same."""
    later = "Night ferry to Port Anselm returns with a brass band"
    assert count(post(1, FERRY, feed="a"), post(2, later, feed="a")) == 2
    assert count(post(1, FERRY), post(2, later)) == 1


def test_a_feeds_second_post_joins_no_group() -> None:
    """Nor by way of another feed's post that is like both."""
    posts = [
        post(1, FERRY, feed="a"),
        post(2, FERRY_AGAIN, feed="b"),
        post(3, "Night ferry to Port Anselm returns with a brass band", feed="a"),
    ]
    assert sorted(map(len, group_stories(posts))) == [1, 2]


def test_no_chain_of_stories() -> None:
    """What is like only one of a group's members does not join it."""
    posts = [
        post(1, "Council approves harbour bridge budget"),
        post(2, "Harbour bridge budget before council today"),
        post(3, "Council today hears museum budget plea"),
    ]
    assert sorted(map(len, group_stories(posts))) == [1, 2]


def test_the_opening_of_the_text_counts() -> None:
    """Like headlines over unlike texts are two stories; a text beside none says nothing."""
    one = post(
        1,
        "What we learnt this autumn season",
        summary="The council mended roofs, fences, benches, lamps, gates, piers and bridges.",
    )
    other = post(
        2,
        "This autumn season: what we learnt",
        summary="Our choir sang hymns, shanties, rounds, ballads, marches, waltzes and carols.",
    )
    assert count(one, other) == 2
    assert count(one, post(2, other.entry.title)) == 1


@pytest.mark.parametrize("count_", [0, 1], ids=["none", "one"])
def test_few_entries(count_: int) -> None:
    """No entries make no groups, one makes one."""
    assert count(*[post(1, FERRY)][:count_]) == count_


WORDS = "ferry harbour council Porto Leiden bridge budget opens 5 7 part 港口 法案 der die".split()  # noqa: SIM905
TITLES = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@given(
    picks=st.lists(
        st.tuples(
            TITLES,
            st.sampled_from("abcd"),
            st.integers(0, 60),
            st.booleans(),
            st.sampled_from(WORDS),
        ),
        max_size=24,
    ),
    seed=st.integers(0, 99),
)
def test_every_entry_once_whatever_the_order(
    picks: list[tuple[str, str, int, bool, str]], seed: int
) -> None:
    """Groups part the entries, and are the same for any order of the input."""
    posts = [
        post(place, title, feed=feed, hours=hours, dated=dated, summary=summary)
        for place, (title, feed, hours, dated, summary) in enumerate(picks)
    ]
    groups = group_stories(posts)
    told = Counter(item.entry.key for group in groups for item in group)
    assert told == Counter(item.entry.key for item in posts)
    Random(seed).shuffle(posts)
    assert repr(group_stories(posts)) == repr(groups)


def bench() -> ModuleType:
    """The script that measures, for its figures."""
    path = Path(__file__).resolve().parents[1] / "bench" / "stories.py"
    spec = spec_from_file_location("bench_stories", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.corpus
def test_stories_of_a_news_aggregator(corpora: Path) -> None:
    """Precision of at least .97 with recall of at least .40, of all and of every tenth."""
    measure = bench()
    rows = measure.read_rows(corpora / "stories" / "uci_news_aggregator_6366.jsonl")
    for chosen in (rows, rows[::10]):
        found = measure.quality(group_stories(measure.entries(chosen)), chosen)
        assert found.precision >= 0.97
        assert found.recall >= 0.40
