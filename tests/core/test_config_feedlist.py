"""feeds.toml: read, added to and taken from, and otherwise left as it was."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.feedlist import add_feed, add_feeds, read_feeds, remove_feed
from digest.errors import ConfigError, StateError
from digest.model import Feed

ANNOTATED = """\
# Our feeds.

# --- Blogs ---

# The first one, which we like.
[[feed]]
url = "https://one.example/feed.xml"   # moved in May
tags = [
  "weekly",  # always
  # the last line of this list is a comment
]

# The second one.
[[feed]]
url   =   'https://two.example/feed.xml'
title = "Two"

# --- Papers ---

[[feed]]
url = "https://three.example/feed.xml"

# That was all.
"""
ONE, TWO, THREE = (f"https://{name}.example/feed.xml" for name in ("one", "two", "three"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(ANNOTATED, encoding="utf-8")
    return path


def test_feeds_are_read_in_order(path: Path) -> None:
    """Each table is a feed, with its title and tags."""
    assert read_feeds(path) == (
        Feed(url=ONE, tags=("weekly",)),
        Feed(url=TWO, title="Two"),
        Feed(url=THREE),
    )


def test_no_file_is_no_feeds(tmp_path: Path) -> None:
    """A missing feeds.toml is an empty list, and nothing can be removed from it."""
    assert read_feeds(tmp_path / "feeds.toml") == ()
    assert remove_feed(tmp_path / "feeds.toml", ONE) is False


def test_adding_appends(path: Path) -> None:
    """A feed is added at the end; every byte before it stays."""
    feed = Feed(url="https://four.example/", title='Four "4"', tags=("weekly", "new"))

    add_feed(path, feed)

    assert read_feeds(path)[-1] == feed
    assert path.read_text(encoding="utf-8").startswith(ANNOTATED)


def test_adding_makes_the_file(tmp_path: Path) -> None:
    """The first feed makes feeds.toml, readable for others."""
    path = tmp_path / "feeds.toml"

    add_feed(path, Feed(url=ONE))

    assert path.read_text(encoding="utf-8") == f'[[feed]]\nurl = "{ONE}"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_feed_is_listed_once(path: Path) -> None:
    """A URL that is listed already is refused, and the line it stands on named."""
    with pytest.raises(StateError, match="on line 14"):
        add_feed(path, Feed(url=TWO))

    assert path.read_text(encoding="utf-8") == ANNOTATED


@pytest.mark.parametrize(
    "feeds",
    [
        (Feed(url="https://four.example/"), Feed(url="ftp://five.example/")),
        (Feed(url="https://four.example/"), Feed(url="https://four.example/")),
        (Feed(url="https://four.example/", title="two\nlines"),),
    ],
    ids=["scheme", "twice", "title"],
)
def test_many_feeds_are_added_or_none(feeds: tuple[Feed, ...], path: Path) -> None:
    """One feed that would be a problem keeps all of them out."""
    with pytest.raises(ConfigError):
        add_feeds(path, feeds)

    assert path.read_text(encoding="utf-8") == ANNOTATED


def test_removing_takes_the_comment_right_above(path: Path) -> None:
    """A feed goes with its own comment; those of its neighbours and of sections stay."""
    assert remove_feed(path, TWO) is True

    start, end = ANNOTATED.index("# The second one."), ANNOTATED.index("# --- Papers")
    assert path.read_text(encoding="utf-8") == ANNOTATED[:start] + ANNOTATED[end:]


def test_removing_the_first_and_the_last_keeps_the_rest(path: Path) -> None:
    """Headings, and remarks with a blank line around them, outlive the feeds beside them."""
    remove_feed(path, ONE)
    remove_feed(path, THREE)

    text = path.read_text(encoding="utf-8")
    assert [feed.url for feed in read_feeds(path)] == [TWO]
    for remark in ("# Our feeds.", "# --- Blogs ---", "# The second one.", "# That was all."):
        assert remark in text
    assert "The first one" not in text
    assert "\n\n\n" not in text


def test_a_comment_that_opens_the_file_stays(tmp_path: Path) -> None:
    """What stands at the very top is about the file, not about its first feed."""
    path = tmp_path / "feeds.toml"
    path.write_text(f'# Our feeds.\n[[feed]]\nurl = "{ONE}"\n', encoding="utf-8")

    remove_feed(path, ONE)

    assert path.read_text(encoding="utf-8") == "# Our feeds.\n"


def test_an_unknown_url_removes_nothing(path: Path) -> None:
    """Removing what is not listed says so and leaves the file alone."""
    assert remove_feed(path, "https://four.example/") is False
    assert path.read_text(encoding="utf-8") == ANNOTATED


def test_a_list_in_brackets_is_edited_too(tmp_path: Path) -> None:
    """Feeds written as one array are added to and removed from where they are."""
    path = tmp_path / "feeds.toml"
    path.write_text(f'# Ours\nfeed = [\n  {{ url = "{ONE}" }},\n]\n', encoding="utf-8")

    add_feed(path, Feed(url=TWO, tags=("weekly",)))
    remove_feed(path, ONE)

    assert read_feeds(path) == (Feed(url=TWO, tags=("weekly",)),)
    assert path.read_text(encoding="utf-8").startswith("# Ours\nfeed = [")


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    """A file with CRLF line ends keeps them, in what is added too."""
    path = tmp_path / "feeds.toml"
    path.write_bytes(ANNOTATED.replace("\n", "\r\n").encode())

    add_feed(path, Feed(url="https://four.example/"))
    remove_feed(path, TWO)

    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert len(read_feeds(path)) == 3


def test_permissions_and_links_are_kept(path: Path, tmp_path: Path) -> None:
    """A file is replaced where it really is, with its permissions, and nothing left beside it."""
    path.chmod(0o600)
    link = tmp_path / "linked.toml"
    link.symlink_to(path)

    add_feed(link, Feed(url="https://four.example/"))

    assert link.is_symlink()
    assert len(read_feeds(path)) == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == [path, link]


def test_a_file_with_problems_is_not_edited(tmp_path: Path) -> None:
    """What cannot be understood is not written over."""
    path = tmp_path / "feeds.toml"
    path.write_text("[[feed\n", encoding="utf-8")

    for attempt in (
        lambda: add_feed(path, Feed(url=ONE)),
        lambda: remove_feed(path, ONE),
        lambda: read_feeds(path),
    ):
        with pytest.raises(ConfigError, match="heading is not closed"):
            attempt()


names = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)
remarks = st.sampled_from(["", "\n", "# remark\n", "# remark\n\n", "\n# a\n# b\n", "# [[feed]]\n"])
tag_lists = st.sampled_from(
    ["", 'tags = ["x"]\n', "tags = [\n 'x', # y\n # z\n]\n", 'title = """\\\n# x\\\n"""\n']
)


# No deadline: every step waits for the disk.
@settings(deadline=None, max_examples=40)
@given(names=names, data=st.data())
def test_removing_leaves_all_other_feeds_as_they_are(
    names: list[str], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands between and in the tables, removing one takes that one only."""
    path = tmp_path_factory.mktemp("feeds") / "feeds.toml"
    text = data.draw(remarks)
    for name in names:
        text += f'[[feed]]\nurl = "https://{name}.example/"\n{data.draw(tag_lists)}'
        text += data.draw(remarks)
    path.write_text(text, encoding="utf-8")
    before = read_feeds(path)
    for name in data.draw(st.permutations(names)):
        url = f"https://{name}.example/"
        before = tuple(feed for feed in before if feed.url != url)

        assert remove_feed(path, url)

        assert read_feeds(path) == before
    add_feed(path, Feed(url=ONE))
    assert tomllib.loads(path.read_text(encoding="utf-8"))["feed"] == [{"url": ONE}]
