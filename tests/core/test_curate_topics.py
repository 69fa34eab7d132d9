"""Topics: the editor's rules, in order."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.topics import NO_RULE, Placement, place
from digest.model import (
    Entry,
    EntryKey,
    Newsletter,
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
    expected = (
        Placement(topic="law", reason=str(rule))
        if fits
        else Placement(topic="other", reason=NO_RULE)
    )
    assert place(ENTRY, newsletter(rule), TAGS) == expected


def test_first_match_wins() -> None:
    """Of several rules that fit, the one that stands first places the entry."""
    miss = Rule(topic="other", field=RuleField.TAG, pattern="daily")
    data = Rule(topic="data", field=RuleField.KEYWORD, pattern="data")
    law = Rule(topic="law", field=RuleField.KEYWORD, pattern="copyright")
    assert place(ENTRY, newsletter(miss, data, law), TAGS).topic == "data"
    assert place(ENTRY, newsletter(miss, law, data), TAGS).topic == "law"


def test_unknown_feed_has_no_tags() -> None:
    """A feed that the tags do not mention matches no tag rule."""
    rule = Rule(topic="law", field=RuleField.TAG, pattern="rights")
    assert not place(ENTRY, newsletter(rule), {}).by_rule


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
    placement = place(ENTRY, newsletter(*rules), TAGS)
    alone = (place(ENTRY, newsletter(rule), TAGS) for rule in rules)
    first = next((found for found in alone if found.by_rule), None)
    assert placement == (first or Placement(topic="other", reason=NO_RULE))
