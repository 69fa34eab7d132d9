"""Feeds as they are found: broken, incomplete, and each in its own way."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.collect.parsing.parse import parse_feed, parse_job
from digest.model import Entry, ParsedFeed, ParseFailed, ParseJob

URL = "https://site.example/feed.xml"
NAMESPACES = (
    ' xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
XHTML_TITLE = (
    "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <i>b</i> &lt; c</div></title>"
)
LINK = "<link>https://site.example/1</link>"


def read(body: bytes | str, content_type: str = "") -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    result = parse_feed(data, url=URL, content_type=content_type)
    assert isinstance(result, ParsedFeed)
    return result


def rss(items: str, channel: str = "", namespaces: str = NAMESPACES) -> str:
    return (
        f'<rss version="2.0"{namespaces}><channel><title>T</title>'
        f"<link>https://site.example/</link>{channel}{items}</channel></rss>"
    )


def item(inner: str, channel: str = "") -> Entry:
    (entry,) = read(rss(f"<item>{LINK}{inner}</item>", channel)).entries
    return entry


def atom(inner: str, feed: str = "") -> Entry:
    (entry,) = read(
        f'<feed xmlns="http://www.w3.org/2005/Atom"{NAMESPACES} {feed}><title>T</title><entry>'
        f'<id>urn:1</id><link href="https://site.example/1"/>{inner}</entry></feed>'
    ).entries
    return entry


@pytest.mark.parametrize(
    ("body", "title"),
    [
        pytest.param(rss("<item><title>Caf&eacute; &amp; bar&nbsp;2</title></item>"),
                     "Café & bar\N{NO-BREAK SPACE}2", id="undeclared entities"),
        pytest.param(rss("<item><title>R&D, a & b</title></item>"), "R&D, a & b", id="ampersands"),
        pytest.param(rss("<item><title>1 < 2</title></item>"), "1 < 2", id="lone bracket"),
        pytest.param(rss("<item><title>a\x00b\x0bc\x1fd</title></item>"), "abcd", id="controls"),
        pytest.param(rss("<item><title>a&#0;b&#x1F;c&#xD800;</title></item>"), "abc",
                     id="references to controls"),
        pytest.param(rss("<item><title>caf&#Xe9;</title></item>"), "café", id="a large X"),
        pytest.param("<?xml version='1.1'?>" + rss("<item><title>a</title></item>"), "a",
                     id="XML 1.1"),
        pytest.param("\ufeff\n <?xml version='1.0'?>" + rss("<item><title>a</title></item>"), "a",
                     id="blanks before"),
        pytest.param("Warning: something<br/>" + rss("<item><title>a</title></item>"), "a",
                     id="words before"),
        pytest.param(rss("<item><title>a</title></item>") + "<script>count()</script>", "a",
                     id="markup behind"),
        pytest.param(rss("<item><title>a</title><dc:creator>N</dc:creator></item>", namespaces=""),
                     "a", id="unbound prefix"),
        pytest.param('<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/r.dtd">'
                     + rss("<item><title>&eacute;</title></item>"), "é", id="external DTD"),
        pytest.param(rss("<item><title>a</title><description><b>x</description></item>"), "a",
                     id="crossed tags"),
        pytest.param(rss("<item><title>donâ€™t</title></item>"), "don’t", id="encoded twice"),
    ],
)  # fmt: skip
def test_broken_xml_is_read_all_the_same(body: str, title: str) -> None:
    """What no XML parser takes still gives its entry, with the right characters."""
    (entry,) = read(body).entries
    assert entry.title == title


def test_mending_changes_nothing_in_verbatim_text() -> None:
    """Ampersands in URLs and code in CDATA stay when something else had to be mended."""
    (entry,) = read(
        rss(
            "<item><title>R&D</title><link><![CDATA[https://site.example/?a=1&b=2]]></link>"
            "<description><![CDATA[<pre>a && b</pre>]]></description></item>"
        )
    ).entries
    assert entry.url == "https://site.example/?a=1&b=2"
    assert "a &amp;&amp; b" in entry.content


def test_what_was_mended_is_said() -> None:
    """A broken document has a remark with the line; a whole one has none."""
    assert read(rss("<item><title>a</title></item>")).problems == ()
    (problem,) = read(rss("\n<item><title>R&D</title></item>")).problems
    assert "line 2" in problem
    assert "mended" in problem


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<![CDATA[A <b>bold</b> claim]]>", "A bold claim"),
        ("if a &lt; b and c &gt; d", "if a < b and c > d"),
        ("&amp;lt;b&amp;gt; in HTML", "<b> in HTML"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("Caf&amp;eacute;", "Café"),
        ("Don&amp;#8217;t", "Don’t"),
        ("<![CDATA[<img src='x.png'> Picture]]>", "Picture"),
        ("Vector&lt;int&gt; explained", "Vector<int> explained"),
    ],
)
def test_rss_titles(title: str, shown: str) -> None:
    """Tags go, what only looks like them stays, and escapes are undone as often as was done."""
    assert item(f"<title>{title}</title>").title == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<title type='text'>a &lt;b&gt; &amp;amp; c</title>", "a <b> &amp; c"),
        ("<title>Don&amp;#8217;t</title>", "Don’t"),
        ("<title type='html'>&lt;em&gt;a&lt;/em&gt; &amp;lt; b</title>", "a < b"),
        (XHTML_TITLE, "a b < c"),
    ],
)
def test_atom_titles(title: str, shown: str) -> None:
    """Text, HTML and XHTML are told apart (RFC 4287, section 3.1.1)."""
    assert atom(title).title == shown


def test_xhtml_content_loses_its_wrapper_only() -> None:
    """The one div around it is Atom's, those inside are the author's (3.1.1.3)."""
    wrapped = (
        "<title>t</title><content type='xhtml'><x:div xmlns:x='http://www.w3.org/1999/xhtml'>"
        "<x:div>one</x:div><x:p>two <x:a href='/z'>z</x:a></x:p></x:div></content>"
    )
    assert atom(wrapped).content == (
        '<div>one</div><p>two <a href="https://site.example/z">z</a></p>'
    )


def test_content_location_is_where_relative_links_start() -> None:
    """Of base, Content-Location and nested xml:base the innermost counts."""
    body = rss("<item><title>a</title><link>post</link></item>").encode()
    job = ParseJob(url=URL, body=body, base="https://cdn.example/x", content_location="/blog/f.xml")
    feed = parse_job(job)
    assert isinstance(feed, ParsedFeed)
    assert feed.entries[0].url == "https://cdn.example/blog/post"
    assert feed.entries[0].key.feed == URL
    nested = rss('<item xml:base="/deep/"><title>a</title><atom:link href="post"/></item>')
    assert read(nested).entries[0].url == "https://site.example/deep/post"


def test_an_entry_needs_neither_id_nor_link_nor_date() -> None:
    """What is missing is made up for, the same way each time."""
    bare = rss("<item><description>Only words.</description></item>")
    first, second = read(bare).entries[0], read(bare).entries[0]
    assert first == second
    assert (first.title, first.url, first.published_at) == (
        "Only words.",
        "https://site.example/",
        None,
    )


@pytest.mark.parametrize(
    ("inner", "day"),
    [
        ("<pubDate>3. Februar 2024, 09:30 Uhr</pubDate>", 3),
        ("<dc:date>2024-02-03</dc:date>", 3),
        ("<date>03.02.2024</date>", 3),
        ("<atom:published>2024-02-03T00:00:00Z</atom:published>", 3),
        ("<pubDate>soon</pubDate><dc:date>2024-02-04</dc:date>", 4),
        ("<pubDate>Sat, 03 Feb 2024</pubDate><atom:updated>2024-02-05</atom:updated>", 3),
    ],
)
def test_dates_wherever_they_stand(inner: str, day: int) -> None:
    """The first element that states a day counts, in any notation."""
    found = item(f"<title>a</title>{inner}").published_at
    assert found is not None
    assert (found.year, found.month, found.day) == (2024, 2, day)


def test_the_order_of_entries_is_kept() -> None:
    """Feeds in reverse or no order are not reordered; nothing depends on it."""
    days = (5, 1, 9, 3)
    items = "".join(
        f"<item><guid>https://site.example/{day}</guid><pubDate>{day} Feb 2024</pubDate></item>"
        for day in days
    )
    found = [entry.published_at for entry in read(rss(items)).entries]
    assert found == [datetime(2024, 2, day, tzinfo=UTC) for day in days]


def test_media_of_a_group_belong_to_the_entry() -> None:
    """The widest picture with its credit; a video's description is text where there is no other."""
    entry = item(
        "<title>a</title><media:group><media:title>clip</media:title>"
        "<media:content url='https://m.example/v.mp4' type='video/mp4'/>"
        "<media:thumbnail url='https://m.example/s.jpg' width='120'/>"
        "<media:thumbnail url='https://m.example/l.jpg' width='480'/>"
        "<media:credit>Jo Bloggs</media:credit>"
        "<media:description>What is seen.</media:description></media:group>"
    )
    assert entry.image is not None
    assert (entry.image.url, entry.image.credit) == ("https://m.example/l.jpg", "Jo Bloggs")
    assert (entry.title, entry.summary) == ("a", "What is seen.")


def test_a_pictures_description_is_not_the_entrys_text() -> None:
    """A caption never takes the place of what the entry says."""
    entry = item(
        "<title>a</title><description>The story in three sentences.</description>"
        "<media:content url='https://m.example/p.jpg' medium='image'>"
        "<media:description>A pier.</media:description></media:content>"
    )
    assert entry.summary == "The story in three sentences."
    assert "A pier" not in entry.content


def test_podcasts() -> None:
    """An episode leads to its page or its file and has iTunes' picture, author and summary."""
    (entry,) = read(
        rss(
            "<item><title>Episode</title><itunes:author>Ann Host</itunes:author>"
            "<itunes:summary>About the harbour.</itunes:summary>"
            "<itunes:image href='https://c.example/cover.jpg'/>"
            "<enclosure url='https://c.example/1.mp3' type='audio/mpeg' length='5'/></item>"
        )
    ).entries
    assert entry.url == "https://c.example/1.mp3"
    assert entry.authors == ("Ann Host",)
    assert entry.summary == "About the harbour."
    assert entry.image is not None
    assert entry.image.url == "https://c.example/cover.jpg"


def test_the_fuller_text_is_the_content() -> None:
    """A short iTunes summary does not push a full description aside."""
    entry = item(
        "<title>a</title><description>&lt;p&gt;A long text with &lt;b&gt;all&lt;/b&gt; of it."
        "&lt;/p&gt;</description><itunes:summary>Short.</itunes:summary>"
    )
    assert "<b>all</b>" in entry.content
    assert entry.summary == "Short."


@pytest.mark.parametrize(
    "inner",
    [
        "<image><url>https://c.example/i.jpg</url><title>x</title></image>",
        "<image>https://c.example/i.jpg</image>",
        "<thumbnail url='https://c.example/i.jpg'/>",
    ],
)
def test_pictures_outside_any_standard(inner: str) -> None:
    """Common elements that no specification knows are understood, and spoil no title."""
    entry = item(f"{inner}<title>a</title>", channel="<image><url>https://c.example/logo.png</url>"
                 "<title>L</title><link>https://c.example/</link></image>")  # fmt: skip
    assert entry.image is not None
    assert entry.image.url == "https://c.example/i.jpg"
    assert entry.title == "a"


def test_several_authors() -> None:
    """Atom's people and Dublin Core's creators are all kept, each once."""
    people = "<author><name>Ann Lee</name><email>ann@e.example</email></author>"
    people += "<author><name>Bo Ray</name></author><author><name>ann lee</name></author>"
    assert atom(f"<title>a</title>{people}").authors == ("Ann Lee", "Bo Ray")
    creators = "<dc:creator>Ann Lee</dc:creator><dc:creator>Bo Ray</dc:creator>"
    assert item(f"<title>a</title>{creators}").authors == ("Ann Lee", "Bo Ray")
    assert item("<title>a</title><author>a@e.museum (Cy Fox)</author>").authors == ("Cy Fox",)


def test_languages_of_entries() -> None:
    """An entry's own language counts, else the feed's."""
    assert atom("<title>a</title>", 'xml:lang="de"').language == "de"
    assert atom('<title xml:lang="fr">a</title>', 'xml:lang="de"').language == "fr"
    two = rss(
        "<item><title>a</title><dc:language>pl</dc:language></item><item><title>b</title></item>",
        channel="<language>en-gb</language>",
    )
    assert [entry.language for entry in read(two).entries] == ["pl", "en-gb"]


@pytest.mark.parametrize(
    ("channel", "ttl"),
    [
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
         timedelta(hours=6)),
        ("<sy:updatePeriod> hourly </sy:updatePeriod>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
         timedelta(days=1)),
        (f"<ttl>{'9' * 5000}</ttl>", None),
        ("", None),
    ],
)  # fmt: skip
def test_how_long_a_feed_may_be_kept(channel: str, ttl: timedelta | None) -> None:
    """RSS's ttl in minutes, or the syndication module's period and frequency."""
    assert read(rss("<item><title>a</title></item>", channel)).ttl == ttl


def test_hubs_and_topics() -> None:
    """WebSub's links are found in RSS, Atom and JSON Feed."""
    links = (
        '<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/feed.xml"/>'
    )
    feed = read(rss("<item><title>a</title></item>", links))
    assert (feed.hub, feed.topic) == ("https://hub.example/", URL)
    assert feed.home_url == "https://site.example/"
    json = read(
        '{"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://site.example/f.json",'
        ' "hubs": [{"type": "rssCloud", "url": "https://cloud.example/"},'
        ' {"type": "WebSub", "url": "https://hub.example/"}], "items": []}'
    )
    assert (json.hub, json.topic) == ("https://hub.example/", "https://site.example/f.json")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><html><head><title>x</title></head></html>", "HTML page, not a feed"),
        ('<html><form><input name="p" type="password"></form></html>', "asks to log in"),
        (
            '<html><head><link rel="alternate" type="application/rss+xml" href="/a?b&amp;c">',
            "offers one at https://site.example/a?b&c",
        ),
        (
            "<!doctype html><link href='/atom.xml' rel=alternate type='application/atom+xml'>",
            "offers one at https://site.example/atom.xml",
        ),
    ],
)
def test_pages_in_place_of_a_feed(body: str, words: str) -> None:
    """Captive portals and login pages are recognised; a feed that is offered there is named."""
    result = parse_feed(body.encode(), url=URL)
    assert isinstance(result, ParseFailed)
    assert words in result.reason


@pytest.mark.parametrize(
    "inner",
    [
        "<links>a</links><tags>b</tags><authors x='1'>c</authors><media_content>d</media_content>",
        "<content><x/></content><enclosure/><media:credit/><category/><image/><guid/><source/>",
        "<width>x</width><email>e</email><name>n</name><itunes:explicit>y</itunes:explicit>",
    ],
)
def test_elements_where_none_belong_do_no_harm(inner: str) -> None:
    """Names that parsers use themselves, and elements without what they need, are just odd."""
    assert item(f"<title>a</title>{inner}").title == "a"


def test_ids_of_a_megabyte_are_shortened() -> None:
    """An id of any length identifies its entry."""
    feed = read(rss(f"<item><guid>{'i' * 1_000_000}</guid><title>a</title></item>"))
    assert len(feed.entries[0].key.id) < 100
