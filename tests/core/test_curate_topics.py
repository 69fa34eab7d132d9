"""Topics: editors' word, rules and categories, in turn; meaning after them."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.placing.topics import NO_RULE, Placer, asks_for_meaning
from digest.model import (
    Correction,
    Entry,
    EntryKey,
    Newsletter,
    PlacedBy,
    Placement,
    Rule,
    RuleField,
    Schedule,
    Sender,
    Topic,
)

FEED = "https://blog.example/Feed.xml"
ENTRY = Entry(
    key=EntryKey(feed=FEED, id="1"),
    title="Open data and the new Copyright bill",
    url="https://blog.example/2026/11/Open-Data?ref=1",
    fingerprint="f",
    feed_title="The Example Blog",
    authors=("Ada Byron", "Émile Zola"),
    summary="Members of parliament\nvote on Thursday.",
    categories=("Law & Policy", "Économie"),
)
TAGS = {FEED: ("Weekly", "Rights")}
UNPLACED = Placement(topic="other", by=PlacedBy.DEFAULT, reason=NO_RULE, confidence=0.0)


def newsletter(*rules: Rule) -> Newsletter:
    """A newsletter with these rules, and the topics they may name."""
    return Newsletter(
        id="weekly",
        name="Weekly",
        sender=Sender(address="weekly@news.example"),
        postal_address="1 High Street",
        schedule=Schedule(time_zone="UTC", at=time(8)),
        feeds=(FEED,),
        topics=tuple(Topic(id=name, name=name.title()) for name in ("law", "data", "other")),
        default_topic="other",
        rules=rules,
    )


def placed(of: Newsletter, *corrections: Correction, entry: Entry = ENTRY) -> Placement:
    """Where the entry goes, without an embedder."""
    return Placer(of, TAGS, None, corrections).place([entry])[entry.key]


def correction(topic: str, key: EntryKey = ENTRY.key) -> Correction:
    """An editor's word on an entry."""
    return Correction(
        newsletter="weekly",
        entry=key,
        topic=topic,
        title=ENTRY.title,
        text=ENTRY.summary,
        at=datetime(2026, 11, 1, tzinfo=UTC),
        by="ada@news.example",
    )


@pytest.mark.parametrize(
    ("field", "pattern", "fits"),
    [
        pytest.param(RuleField.FEED, "https://BLOG.example/feed.xml", True, id="feed by URL"),
        pytest.param(RuleField.FEED, "the example blog", True, id="feed by title"),
        pytest.param(RuleField.FEED, "example", False, id="part of a feed's title"),
        pytest.param(RuleField.TAG, "rights", True, id="tag"),
        pytest.param(RuleField.TAG, "right", False, id="part of a tag"),
        pytest.param(RuleField.CATEGORY, "law & policy", True, id="category"),
        pytest.param(RuleField.CATEGORY, "ÉCONOMIE", True, id="category with accents"),
        pytest.param(RuleField.CATEGORY, "law", False, id="part of a category"),
        pytest.param(RuleField.KEYWORD, "copyright", True, id="keyword in the title"),
        pytest.param(RuleField.KEYWORD, "Members of Parliament", True, id="words in the summary"),
        pytest.param(RuleField.KEYWORD, "parliament vote", True, id="words over a line break"),
        pytest.param(RuleField.KEYWORD, "bill members", False, id="words over title and summary"),
        pytest.param(RuleField.KEYWORD, "right", False, id="part of a word"),
        pytest.param(RuleField.REGEX, r"\bcopy(right|left)\b", True, id="regex"),
        pytest.param(RuleField.REGEX, r"bill\nmembers", True, id="regex over title and summary"),
        pytest.param(RuleField.REGEX, r"^vote", False, id="regex anchors at the very start"),
        pytest.param(RuleField.URL, "BLOG.example/2026/", True, id="part of the URL"),
        pytest.param(RuleField.URL, "https://blog.example/*/open-data", True, id="URL with a star"),
        pytest.param(RuleField.URL, "Open-Data?ref", True, id="a question mark is itself"),
        pytest.param(RuleField.URL, "blogXexample", False, id="another URL"),
        pytest.param(RuleField.AUTHOR, "ada  byron", True, id="author"),
        pytest.param(RuleField.AUTHOR, "ada", False, id="part of an author's name"),
        *(pytest.param(field, "", False, id=f"empty {field}") for field in RuleField),
    ],
)
def test_fields(field: RuleField, pattern: str, *, fits: bool) -> None:
    """Each field of a rule looks where it says, without regard to letter case."""
    rule = Rule(topic="law", field=field, pattern=pattern)
    expected = Placement(topic="law", by=PlacedBy.RULE, reason=str(rule)) if fits else UNPLACED
    assert placed(newsletter(rule)) == expected


def test_first_match_wins() -> None:
    """Of several rules that fit, the one that stands first places the entry."""
    miss = Rule(topic="other", field=RuleField.TAG, pattern="daily")
    data = Rule(topic="data", field=RuleField.KEYWORD, pattern="data")
    law = Rule(topic="law", field=RuleField.KEYWORD, pattern="copyright")
    assert placed(newsletter(miss, data, law)).topic == "data"
    assert placed(newsletter(miss, law, data)).topic == "law"


def test_unknown_feed_has_no_tags() -> None:
    """A feed that the tags do not mention matches no tag rule."""
    rule = Rule(topic="law", field=RuleField.TAG, pattern="rights")
    found = Placer(newsletter(rule), {}).place([ENTRY])[ENTRY.key]
    assert found == UNPLACED


@given(
    rules=st.lists(
        st.builds(
            Rule,
            topic=st.sampled_from(["law", "data"]),
            field=st.sampled_from([field for field in RuleField if field != RuleField.REGEX]),
            pattern=st.text(max_size=8),
        ),
        max_size=4,
    )
)
def test_any_patterns_place(rules: list[Rule]) -> None:
    """Whatever the patterns, an entry gets the topic of the first rule that fits alone."""
    placement = placed(newsletter(*rules))
    alone = (placed(newsletter(rule)) for rule in rules)
    first = next((found for found in alone if found != UNPLACED), None)
    assert placement == (first or UNPLACED)


def test_an_editors_correction_beats_the_rules() -> None:
    """The corrected entry goes where the editor said, and names that editor; the last word wins."""
    rule = Rule(topic="law", field=RuleField.TAG, pattern="rights")
    found = placed(newsletter(rule), correction("other"), correction("data"))
    assert (found.topic, found.by, found.confidence) == ("data", PlacedBy.EDITOR, 1.0)
    assert "ada@news.example" in found.reason


def test_a_correction_to_a_topic_that_is_gone_counts_no_more() -> None:
    """A correction that names no topic of the newsletter places nothing."""
    assert placed(newsletter(), correction("gardening")) == UNPLACED


@pytest.mark.parametrize(
    ("category", "topic"),
    [
        pytest.param("LAW", "law", id="a topic's name"),
        pytest.param("ley", "law", id="one of its own categories"),
        pytest.param("Data  ", "data", id="with spaces"),
        pytest.param("Laws", "other", id="only nearly"),
        pytest.param("", "other", id="empty"),
    ],
)
def test_categories_place_by_name(category: str, topic: str) -> None:
    """A category that is named as a topic places its posts there, whatever its letter case."""
    plain = newsletter()
    law, *others = plain.topics
    named = replace(plain, topics=(replace(law, categories=("Ley",)), *others))
    found = placed(named, entry=replace(ENTRY, categories=("Blog", category)))
    assert found.topic == topic
    assert (found.by is PlacedBy.CATEGORY) == (topic != "other")


def test_a_rule_beats_a_category() -> None:
    """Where a rule and a category disagree, the rule decides."""
    rule = Rule(topic="data", field=RuleField.TAG, pattern="rights")
    assert placed(newsletter(rule), entry=replace(ENTRY, categories=("Law",))).topic == "data"


def test_no_entries_have_no_placements() -> None:
    """Nothing to place is nothing placed."""
    assert Placer(newsletter(), TAGS).place([]) == {}


def test_described_topics_ask_for_meaning() -> None:
    """A description, an example or discovery asks for an embedder; a name alone does not."""
    plain = newsletter()
    law, *others = plain.topics
    assert not asks_for_meaning(plain)
    assert asks_for_meaning(replace(plain, discover=True))
    assert asks_for_meaning(
        replace(plain, topics=(replace(law, description="Courts and bills."), *others))
    )
