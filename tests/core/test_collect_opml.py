"""Lists of feeds in and out."""

from hypothesis import given
from hypothesis import strategies as st

from digest.collect.discovery.opml import read_opml, unread_outlines, write_opml
from digest.model import Feed

LIST = b"""<?xml version="1.0"?>
<opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Gardens">
  <outline type="rss" text="Pears &amp; plums" category="weekly"
    xmlUrl="https://e.org/a?x=1&amp;y=2"/>
  <outline type="rss" text="Beans" xmlUrl="https://e.org/b"/>
</outline>
<outline type="rss" text="Beans again" xmlUrl="https://e.org/b"/>
<outline type="rss" text="Bad" xmlUrl="file:///etc/passwd"/>
<outline type="include" text="Elsewhere" url="https://e.org/more.opml"/>
"""


def test_feeds_are_read_with_folders_and_categories_as_tags() -> None:
    """Each URL once, http only, even of a file that is cut off."""
    assert read_opml(LIST) == (
        Feed(url="https://e.org/a?x=1&y=2", title="Pears & plums", tags=("weekly", "Gardens")),
        Feed(url="https://e.org/b", title="Beans", tags=("Gardens",)),
    )


def test_entities_are_not_expanded() -> None:
    """A list that declares entities gives them unexpanded."""
    outline = b'<outline type="rss" text="&a;" xmlUrl="https://e.org/"/>'
    doctype = b'<!DOCTYPE o [<!ENTITY a "xxxx">]>'
    body = doctype + b"<opml><body>" + outline + b"</body></opml>"
    (feed,) = read_opml(body)
    assert "xxxx" not in feed.title


@given(st.binary(max_size=200))
def test_reading_never_raises(document: bytes) -> None:
    """Any bytes give feeds or nothing."""
    assert isinstance(read_opml(document), tuple)


FEEDS = st.lists(
    st.builds(
        Feed,
        url=st.integers(0, 99).map(lambda n: f"https://e.org/{n}?a=1&b=2"),
        title=st.text("abc ü", min_size=1, max_size=8).map(lambda text: " ".join(text.split())),
        tags=st.lists(st.text("abcü", min_size=1, max_size=5), unique=True, max_size=3).map(tuple),
    ).filter(lambda feed: bool(feed.title)),
    unique_by=lambda feed: feed.url,
    max_size=5,
)


@given(FEEDS, st.text(max_size=10))
def test_what_is_written_is_read_back(feeds: list[Feed], title: str) -> None:
    """Writing and reading a list gives the same feeds, whatever the list's title."""
    assert read_opml(write_opml(feeds, title)) == tuple(feeds)


def test_writing_twice_gives_the_same_bytes() -> None:
    """The file is a function of the feeds, and says its encoding."""
    feeds = [Feed(url="https://e.org/", title='A "quoted" <title> & more', tags=("a", "b"))]
    document = write_opml(feeds, "Mine")
    assert document == write_opml(feeds, "Mine")
    assert document.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert read_opml(document)[0].title == 'A "quoted" <title> & more'


def test_a_title_beside_the_name_is_kept() -> None:
    """Where ``title`` says something else than ``text``, both are written again."""
    document = b"""<opml version="2.0"><body>
        <outline text="Pears" title="Pears, weekly" xmlUrl="https://e.org/p"/></body></opml>"""
    (feed,) = read_opml(document)
    assert feed.title == "Pears"
    written = write_opml([feed], "Mine")
    assert b'text="Pears" title="Pears, weekly"' in written
    assert read_opml(written) == (feed,)


def test_outlines_without_a_usable_address_are_told() -> None:
    """A feed whose xmlUrl is empty or no URL is named; folders and good feeds are not."""
    document = b"""<opml version="2.0"><body><outline text="Fruit">
        <outline text="Pears" xmlUrl="https://e.org/p"/><outline text="Plums" xmlUrl="nowhere"/>
        <outline title="Figs" xmlURL=""/><outline xmlUrl="javascript:1"/></outline></body></opml>"""
    assert unread_outlines(document) == ("Plums", "Figs", "javascript:1")
