"""Contradictions in a newsletter's file: pointed out, with the line they contradict."""

from pathlib import Path

import pytest

from digest.config.feedlist import add_feed, read_feeds
from digest.config.load import load_config
from digest.errors import ConfigError
from digest.model import Feed, Match, RankingWeights, RuleField
from tests.core.mistakes import FILES, write

WEEKLY = FILES["newsletters/weekly.toml"]


def weekly(folder: Path, *, above: str = "", below: str = "") -> Path:
    """A folder whose newsletter has more at its top and at its end."""
    write(folder, FILES | {"newsletters/weekly.toml": f"{above}\n{WEEKLY}\n{below}"})
    return folder


def rule(topic: str, what: str) -> str:
    return f'[[rules]]\ntopic = "{topic}"\n{what}\n'


@pytest.mark.parametrize(
    ("above", "below", "field", "message"),
    [
        pytest.param(
            "", rule("other", 'category = "news"'), "rules[2]",
            'never places a post: category = "News", on line 26, sends it to "news" first',
            id="two topics",
        ),
        pytest.param(
            "", rule("news", 'category = " NEWS"'), "rules[2]",
            'is not needed: category = "News", on line 26, does the same', id="twice",
        ),
        pytest.param(
            "", rule("news", 'keyword = "tax"') + rule("other", 'keyword = "Council Tax"'),
            "rules[3]", "never places a post", id="shadowed keyword",
        ),
        pytest.param(
            "", rule("news", r"regex = '\bbus\b'") + rule("other", r"regex = '\bbus\b'"),
            "rules[3]", "never places a post", id="same regex",
        ),
        pytest.param(
            'blocks = [{ keyword = "ad" }]\nkeeps = [{ keyword = "Ad" }]', "", "keeps[1]",
            'never counts: keyword = "ad", on line 1, blocks such posts', id="block and keep",
        ),
        pytest.param(
            'blocks = [{ category = "news" }]', "", "rules[1]", "never counts", id="blocked rule",
        ),
        pytest.param(
            'keeps = [{ tag = "weekly" }, { tag = "Weekly" }]', "", "keeps[2]", "is not needed",
            id="keep twice",
        ),
        pytest.param(
            "", '[[topics]]\nid = "latest"\nname = "NEWS"\n', "topics[3].name",
            'says the same as that of the topic "news"', id="same name",
        ),
        pytest.param(
            "",
            '[[topics]]\nid = "a"\nname = "A"\ndescription = "Law and order."\n'
            '[[topics]]\nid = "b"\nname = "B"\ndescription = "law  and order."\n',
            "topics[4].description", 'that of the topic "a"', id="same description",
        ),
        pytest.param(
            "",
            '[[topics]]\nid = "a"\nname = "A"\nexamples = ["One", "Two"]\n'
            '[[topics]]\nid = "b"\nname = "B"\nexamples = ["two", "one"]\n',
            "topics[4].examples", 'that of the topic "a"', id="same examples",
        ),
    ],
)  # fmt: skip
def test_what_can_never_count_is_a_warning(
    above: str, below: str, field: str, message: str, tmp_path: Path
) -> None:
    """Each contradiction is one warning, at the place that does not count."""
    (warning,) = load_config(weekly(tmp_path, above=above, below=below), environment={}).warnings
    assert warning.field == field
    assert message in warning.message
    assert warning.line


@pytest.mark.parametrize(
    "below",
    [
        rule("news", r"regex = '\S'") + rule("other", r"regex = '\s'"),
        rule("news", 'keyword = "taxi"') + rule("other", 'keyword = "tax"'),
        rule("news", 'keyword = "council tax"') + rule("other", 'keyword = "tax"'),
        rule("news", 'tag = "science"') + rule("other", 'category = "science"'),
    ],
    ids=["regexes keep their case", "parts of words", "narrow before wide", "other fields"],
)
def test_what_differs_is_no_contradiction(below: str, tmp_path: Path) -> None:
    """Rules that can both place something are left alone."""
    assert load_config(weekly(tmp_path, below=below), environment={}).warnings == ()


@pytest.mark.parametrize(
    ("above", "below", "field", "message"),
    [
        pytest.param(
            "", '[[topics]]\nid = "a"\nname = "A"\nmin_stories = 6\n', "topics[3].min_stories",
            "min_stories (6) is more than max_per_topic (5)", id="topic's minimum",
        ),
        pytest.param(
            "max_per_topic = 12",
            '[[topics]]\nid = "a"\nname = "A"\nmin_stories = 11\n'
            '[[topics]]\nid = "b"\nname = "B"\nmin_stories = 11\n',
            "max_stories", "(22 together) are more than max_stories (20)", id="all minimums",
        ),
        pytest.param(
            "", "[ranking]\ndiversity = 2.0\n", "ranking.diversity",
            "should be a number from 0 to 1, not 2.0", id="diversity",
        ),
        pytest.param(
            "", "[ranking.weights]\nlength = nan\n", "ranking.weights.length",
            "should be a number of at least 0", id="no number",
        ),
        pytest.param(
            "", "[ranking]\nrecency = 2\n", "ranking.recency", "there is no such key", id="place",
        ),
        pytest.param(
            "blocks = [{ }]", "", "blocks[1]", "does not say what to look at", id="empty block",
        ),
        pytest.param(
            'keeps = [{ tag = "a", url = "b" }]', "", "keeps[1].url", "one thing only", id="both",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_an_error(
    above: str, below: str, field: str, message: str, tmp_path: Path
) -> None:
    """What cannot be followed stops the check, with the key."""
    with pytest.raises(ConfigError) as caught:
        load_config(weekly(tmp_path, above=above, below=below), environment={})
    (problem,) = caught.value.problems
    assert problem.field == field
    assert message in problem.message


def test_a_weight_in_the_wrong_table_is_sent_home(tmp_path: Path) -> None:
    """A weight under [ranking] is told where weights belong."""
    with pytest.raises(ConfigError) as caught:
        load_config(weekly(tmp_path, below="[ranking]\nrecency = 2\n"), environment={})
    assert caught.value.problems[0].fix == "it belongs under [ranking.weights]"


def test_what_is_written_arrives(tmp_path: Path) -> None:
    """Weights, limits, blocks and topics' words reach the newsletter as they are written."""
    above = 'blocks = [{ keyword = "ad" }]\ndiscover = false'
    below = (
        '[ranking]\nmax_per_author = 2\nsources = ["https://one.example/feed.xml"]\n'
        '[ranking.weights]\nrecency = 2\n[[topics]]\nid = "a"\nname = "A"\n'
        'categories = ["Aa"]\nexamples = ["One"]\nmin_stories = 1\n'
    )
    newsletter = load_config(weekly(tmp_path, above=above, below=below), environment={}).newsletter(
        "weekly"
    )
    assert newsletter.blocks == (Match(field=RuleField.KEYWORD, pattern="ad"),)
    assert newsletter.ranking.max_per_author == 2
    assert newsletter.ranking.weights == RankingWeights(recency=2.0)
    assert newsletter.ranking.sources == ("https://one.example/feed.xml",)
    topic = newsletter.topic("a")
    assert (topic.categories, topic.examples, topic.min_stories) == (("Aa",), ("One",), 1)


@pytest.mark.parametrize("weight", [0.0, 2.5], ids=["nothing", "much"])
def test_a_feeds_weight_is_kept(weight: float, tmp_path: Path) -> None:
    """A weight is written and read again, 0 too; the plain one is not written."""
    path = tmp_path / "feeds.toml"
    add_feed(path, Feed(url="https://one.example/", weight=weight))
    add_feed(path, Feed(url="https://two.example/"))
    assert [feed.weight for feed in read_feeds(path)] == [weight, 1.0]
    assert path.read_text().count("weight") == 1
