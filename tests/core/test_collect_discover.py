"""Where a site's feeds may be, and which of those found is meant."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.discovery.discover import (
    MOST_GUESSES,
    Candidate,
    FoundFeed,
    format_of,
    found_feed,
    known_feeds,
    linked_feeds,
    ranked,
    usual_places,
    with_scheme,
)
from digest.collect.discovery.opml import read_opml, write_opml
from digest.model import (
    Attribute,
    Entry,
    EntryKey,
    Feed,
    Fetched,
    ParsedFeed,
    Selectors,
    SourceKind,
)

SITE = "https://site.example/blog/"


def linked(html: str, url: str = SITE) -> list[str]:
    found = linked_feeds(html.encode(), url=url, content_type="text/html; charset=utf-8")
    return [candidate.url for candidate in found]


def test_declared_feeds_come_in_order_and_comments_last() -> None:
    """The head's alternates of every feed type, comments' feeds behind all others."""
    html = """<head>
    <link rel="alternate" type="application/rss+xml" title="Site » Comments" href="/comments/feed/">
    <link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" title="Posts" href="atom.xml">
    <link rel=alternate type="application/feed+json" href="https://cdn.example/feed.json">
    <link rel="alternate stylesheet" type="application/rss+xml" href="/no.css">
    <link rel=alternate hreflang=de href="/de/"><link rel=stylesheet href="/s.css">
    <link rel=alternate type="application/json" href="https://site.example/wp-json/wp/v2/pages/2">
    <link rel=alternate type="application/json+oembed" href="/oembed?x">
    </head>"""
    assert linked(html) == [
        "https://site.example/blog/atom.xml",
        "https://cdn.example/feed.json",
        "https://site.example/comments/feed/",
    ]


def test_a_base_element_is_honoured() -> None:
    """Relative feeds start where the page says."""
    html = (
        "<base href='https://other.example/x/'>"
        "<link rel=alternate type=application/rss+xml href=rss>"
    )
    assert linked(html) == ["https://other.example/x/rss"]


def test_links_in_the_text_count_after_the_head() -> None:
    """A page of links to feeds is understood; other links are left alone."""
    html = """<head><link rel=alternate type=application/rss+xml href=/head.xml></head>
    <a href="/news/rss.xml">News</a> <a href="/about">About</a> <a href="/x">Our RSS</a>
    <a href="/feedback">Feedback</a> <a href="/index">Start</a> <a href="/about-rss.html">RSS?</a>
    <a href="mailto:a@b.example">feed</a> <a href="">RSS</a>"""
    assert linked(html) == [
        "https://site.example/head.xml",
        "https://site.example/news/rss.xml",
        "https://site.example/x",
    ]


def test_wordpress_has_a_feed_though_it_names_none() -> None:
    """The generator tells."""
    assert linked('<meta name="generator" content="WordPress 6.5">') == [
        "https://site.example/feed/"
    ]


def test_a_youtube_handle_is_resolved_by_its_page() -> None:
    """Only the page of a handle says which channel it is."""
    channel = f"UC{'a' * 22}"
    html = f'<link rel=canonical href="https://www.youtube.com/channel/{channel}">'
    feed = f"https://www.youtube.com/feeds/videos.xml?channel_id={channel}"
    assert linked(html, "https://www.youtube.com/@name") == [feed]
    assert linked(html) == []


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("https://youtube.com/channel/UCx-1", "https://www.youtube.com/feeds/videos.xml?channel_id=UCx-1"),
        ("https://www.youtube.com/playlist?list=PL9", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL9"),
        ("https://old.reddit.com/r/boats/top/", "https://www.reddit.com/r/boats/.rss"),
        ("https://www.reddit.com/user/noor", "https://www.reddit.com/user/noor/.rss"),
        ("https://github.com/a/b", "https://github.com/a/b/releases.atom"),
        ("https://github.com/a/b.git", "https://github.com/a/b/releases.atom"),
        ("https://github.com/a/b/tags", "https://github.com/a/b/tags.atom"),
        ("https://github.com/a/b/commits/main", "https://github.com/a/b/commits/main.atom"),
        ("https://github.com/a", "https://github.com/a.atom"),
        ("https://gitlab.com/a/b/c", "https://gitlab.com/a/b/c/-/releases.atom"),
        ("https://gitlab.example/a/b/-/commits/main", "https://gitlab.example/a/b/-/commits/main?format=atom"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/releases.rss"),
        ("https://town.social/@noor", "https://town.social/@noor.rss"),
        ("https://medium.com/@noor/a-story-1", "https://medium.com/feed/@noor"),
        ("https://noor.substack.com/p/one", "https://noor.substack.com/feed"),
        ("https://noor.blogspot.co.uk/2026/06/x.html", "https://noor.blogspot.co.uk/feeds/posts/default"),
        ("https://noor.tumblr.com/", "https://noor.tumblr.com/rss"),
        ("https://noor.wordpress.com/about/", "https://noor.wordpress.com/feed/"),
        ("https://bsky.app/profile/noor.example", "https://bsky.app/profile/noor.example/rss"),
    ],
)  # fmt: skip
def test_known_services_need_no_asking(page: str, feed: str) -> None:
    """Their feeds follow from a page's address."""
    assert known_feeds(page)[0] == Candidate(url=feed)


@pytest.mark.parametrize(
    "page", [SITE, "https://youtube.com/@x", "https://medium.com/", "https://github.com/"]
)
def test_other_addresses_are_not_guessed_at(page: str) -> None:
    """Nothing is computed where the address does not tell."""
    assert known_feeds(page) == ()


@given(st.text(max_size=40), st.binary(max_size=200))
def test_no_address_and_no_page_raises(path: str, body: bytes) -> None:
    """Any path of any service, any page."""
    for host in ("github.com", "gitlab.com", "www.youtube.com", "x.example", "a.wordpress.com"):
        assert isinstance(known_feeds(f"https://{host}/{path}"), tuple)
        assert len(usual_places(f"https://{host}/{path}")) <= MOST_GUESSES
    assert isinstance(linked_feeds(body, url=SITE, content_type=""), tuple)


def test_usual_places_are_few() -> None:
    """At most eight are asked; below a folder, there first."""
    top = [each.url for each in usual_places("https://site.example")]
    assert len(top) == MOST_GUESSES
    assert top[0] == "https://site.example/feed"
    below = [each.url for each in usual_places(SITE)]
    assert len(below) == MOST_GUESSES
    assert below[0] == "https://site.example/blog/feed"
    assert "https://site.example/rss.xml" in below


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("site.example", "https://site.example"),
        (" http://site.example/x ", "http://site.example/x"),
        ("ftp://site.example", "ftp://site.example"),
        ("localhost:8000/x", "https://localhost:8000/x"),
    ],
)
def test_an_address_is_made_whole(typed: str, meant: str) -> None:
    """People leave the scheme out."""
    assert with_scheme(typed) == meant


def feed(url: str, *pages: str, title: str = "Posts") -> tuple[FoundFeed, ParsedFeed]:
    entries = tuple(
        Entry(key=EntryKey(feed=url, id=page), title=page, url=page, fingerprint="")
        for page in pages
    )
    found = FoundFeed(url=url, title=title, format="RSS", entries=len(entries))
    return found, ParsedFeed(title=title, entries=entries)


def test_feeds_are_ranked() -> None:
    """Posts first, then feeds without entries, then comments; twins of others at the end."""
    found = ranked(
        [
            feed("https://s/comments", "c", title="Comments on Posts"),
            feed("https://s/rss", "p", "q"),
            feed("https://s/empty"),
            feed("https://s/atom", "q", "p"),
            feed("https://s/rss", "p", "q"),
        ]
    )
    assert [each.url.rpartition("/")[2] for each in found] == ["rss", "empty", "comments", "atom"]
    assert found[3].twin_of == "https://s/rss"


def test_what_was_found_is_described() -> None:
    """Title, format, newest date; a permanent redirect gives the new address."""
    when = datetime(2026, 6, 16, tzinfo=UTC)
    key = EntryKey(feed="https://s/", id="1")
    entry = Entry(key=key, title="One", url="https://s/1", fingerprint="", published_at=when)
    fetched = Fetched(url="https://new/", body=b"<rss>", moved_to="https://new/")
    found = found_feed(
        Candidate(url="https://s/", title="Declared"),
        fetched,
        ParsedFeed(title="", entries=(entry,)),
    )
    assert found == FoundFeed(
        url="https://new/", title="Declared", format="RSS", entries=1, newest=when
    )


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<?xml version='1.0'?>\n<rss version='2.0'>", "RSS"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "Atom"),
        (b"<rdf:RDF>", "RSS 1.0"),
        (b'\xef\xbb\xbf {"version"', "JSON Feed"),
        (b"<channel>", "XML"),
    ],
)
def test_formats_are_told(body: bytes, name: str) -> None:
    """By a document's beginning."""
    assert format_of(body) == name


def test_private_attributes_survive_a_round_trip() -> None:
    """Attributes of other programs are kept and written back."""
    document = b"""<opml version="2.0" xmlns:own="urn:own"><body><outline text="Folder">
    <outline type="rss" text="A" xmlUrl="https://a.example/" htmlUrl="https://a.example/home"
     own:rank="7" category="one,two"/></outline></body>"""
    (feed,) = read_opml(document)
    assert feed.tags == ("one", "two", "Folder")
    assert Attribute(name="htmlUrl", value="https://a.example/home") in feed.attributes
    assert Attribute(name="{urn:own}rank", value="7") in feed.attributes
    assert read_opml(write_opml([feed], "Mine")) == (feed,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_private_attributes_are_not_expanded(encoding: str) -> None:
    """A list that declares entities gives feeds without private attributes."""
    document = (
        '<!DOCTYPE opml [<!ENTITY x "expanded">]><opml version="2.0"><body>'
        '<outline type="rss" text="A" xmlUrl="https://a.example/" own="&x;"/></body></opml>'
    )
    assert "expanded" not in repr(read_opml(document.encode(encoding)))


def test_a_page_is_exported_as_a_link() -> None:
    """No other program could read it as a feed."""
    page = Feed(
        url="https://p.example/",
        kind=SourceKind.PAGE,
        selectors=Selectors(entry="li", title="a"),
        attributes=(Attribute(name="xmlUrl", value="evil"), Attribute(name="bad name", value="x")),
    )
    document = write_opml([page], "Mine")
    assert b'type="link"' in document
    assert b'url="https://p.example/"' in document
    assert b"xmlUrl" not in document
    assert read_opml(document) == ()
