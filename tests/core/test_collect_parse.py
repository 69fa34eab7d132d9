"""Feeds' bytes into entries."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.parsing.parse import parse_feed
from digest.model import Entry, EntryKey, ParsedFeed, ParseFailed

URL = "https://site.example/feed.xml"
PUBLISHED = datetime(2024, 2, 3, 9, 30, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "feeds"


def read(body: bytes | str, content_type: str = "", max_entries: int = 2000) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    result = parse_feed(data, url=URL, content_type=content_type, max_entries=max_entries)
    assert isinstance(result, ParsedFeed)
    return result


def refusal(body: bytes | str) -> str:
    result = parse_feed(body.encode() if isinstance(body, str) else body, url=URL)
    assert isinstance(result, ParseFailed)
    return result.reason


def rss(items: str, channel: str = "<title>T</title><link>https://site.example/</link>") -> str:
    return (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">'
        f"<channel>{channel}{items}</channel></rss>"
    )


def item(inner: str) -> Entry:
    (entry,) = read(rss(f"<item><link>https://site.example/1</link>{inner}</item>")).entries
    return entry


def atom(inner: str) -> Entry:
    (entry,) = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry>'
        f'<id>urn:1</id><link href="https://site.example/1"/>{inner}</entry></feed>'
    ).entries
    return entry


@pytest.mark.parametrize(
    "name", ["rss2.xml", "rss091.xml", "rdf.xml", "atom.xml", "feed.json", "feed-1.0.json"]
)
def test_every_format_gives_the_same_entry(name: str) -> None:
    """One post, told in six formats, is read as one and the same entry."""
    feed = read((SAMPLES / name).read_bytes())
    assert feed.title == "The Garden Gate"
    assert feed.home_url == "https://garden.example/"
    assert feed.problems == ()
    first = feed.entries[0]
    assert first.title == "Pruning & training pears"
    assert first.url == "https://garden.example/pears"
    assert first.summary.startswith("Winter is the time to prune")
    if name != "rss091.xml":  # which knows neither dates nor authors
        assert first.published_at == datetime(2024, 2, 3, 9, 30, tzinfo=UTC)
        assert first.authors == ("Ada Orchard",)
    assert len(feed.entries) == 2


def test_an_entry_carries_all_that_its_feed_says() -> None:
    """Content, categories, image with credit, language, author and key are filled in."""
    feed = read((SAMPLES / "rss2.xml").read_bytes())
    first = feed.entries[0]
    assert first.key == EntryKey(feed=URL, id="garden-1")
    assert first.feed_title == "The Garden Gate"
    assert first.categories == ("Fruit", "How to")
    assert first.language == "en-GB"
    assert '<a href="https://garden.example/tools">' in first.content
    assert first.image is not None
    assert first.image.url == "https://garden.example/pear.jpg"
    assert (first.image.width, first.image.height) == (800, 600)
    assert first.image.alt == "A pear tree in winter"
    assert first.image.credit == "Photo: Ada Orchard"
    assert len(first.fingerprint) == 32


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Plain", "Plain"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
        ("<![CDATA[<em>Nice</em> one]]>", "Nice one"),
        ("1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2"),
        ("Generic List&lt;T&gt; types", "Generic List<T> types"),
        ("two\n  lines here", "two lines here"),
        ("\u202eright to left", "\u202eright to left"),
        ("line\u2028separator", "line separator"),
    ],
)
def test_rss_titles_are_plain_text(title: str, shown: str) -> None:
    """RSS does not say whether a title is HTML: entities are undone, only real tags go."""
    assert item(f"<title>{title}</title>").title == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<title>a &lt;b&gt; c</title>", "a <b> c"),
        ("<title type='html'>a &lt;b&gt;c&lt;/b&gt; &amp;amp; d</title>", "a c & d"),
        ("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>c</b></div></title>",
         "a c"),
    ],
)  # fmt: skip
def test_atom_titles_are_what_they_say_they_are(title: str, shown: str) -> None:
    """Atom declares the type of a title (RFC 4287, 3.1)."""
    assert atom(title).title == shown


def test_long_titles_are_capped() -> None:
    """A title has at most a thousand characters, cut between words."""
    title = item(f"<title>{'word ' * 5000}</title>").title
    assert len(title) <= 1000
    assert title.endswith("word…")


def test_a_missing_title_is_made_of_the_first_words() -> None:
    """Without a title the summary's first words stand in, without a summary the link's."""
    words = item(
        "<description>one two three four five six seven eight nine ten eleven</description>"
    )
    assert words.title == "one two three four five six seven eight nine ten…"
    (bare,) = read(rss("<item><link>https://site.example/a-nice-day.html</link></item>")).entries
    assert bare.title == "A nice day"


def test_identity_falls_back_from_id_to_link_to_content() -> None:
    """An entry's id is its guid, else its link, else a hash of what it says."""
    feed = read(
        rss(
            "<item><guid isPermaLink='false'>g</guid><title>a</title></item>"
            "<item><link>https://site.example/2</link><title>b</title></item>"
            "<item><title>c</title></item>"
        )
    )
    ids = [entry.key.id for entry in feed.entries]
    assert ids[:2] == ["g", "https://site.example/2"]
    assert ids[2].startswith("sha256:")
    assert ids == [entry.key.id for entry in feed.entries]


def test_posts_without_id_that_share_a_link_are_kept_apart() -> None:
    """A link that several entries have identifies none of them."""
    shared = "<link>https://site.example/show</link>"
    feed = read(rss(f"<item>{shared}<title>a</title></item><item>{shared}<title>b</title></item>"))
    assert len({entry.key for entry in feed.entries}) == 2


def test_of_duplicates_the_first_stays() -> None:
    """An id that comes twice is one entry, and the feed's problems say so."""
    one = "<item><guid>https://site.example/1</guid><title>{}</title></item>"
    feed = read(rss(one.format("new") + one.format("old")))
    assert [entry.title for entry in feed.entries] == ["new"]
    assert any("repeat" in problem for problem in feed.problems)


def test_an_entry_without_a_page() -> None:
    """It leads to the feed's home page, else to its site; one that says nothing is dropped."""
    assert read(rss("<item><title>a</title></item>")).entries[0].url == "https://site.example/"
    homeless = read(rss("<item><title>a</title></item>", channel="<title>T</title>"))
    assert homeless.entries[0].url == "https://site.example/"
    silent = read(rss("<item><author>N. N.</author></item>"))
    assert silent.entries == ()
    assert any("empty" in problem for problem in silent.problems)


@pytest.mark.parametrize(
    ("inner", "published"),
    [
        ("<pubDate>Sat, 03 Feb 2024 10:30:00 +0100</pubDate>", PUBLISHED),
        ("<dc:date>2024-02-03T09:30:00Z</dc:date>", PUBLISHED),
        ("<pubDate>Sat, 03 Feb 24 09:30 GMT</pubDate>", PUBLISHED),
        ("<pubDate>someday</pubDate>", None),
        ("<pubDate>Mon, 01 Jan 0001 00:00:00 +2359</pubDate>", None),
        ("<pubDate>9999-12-31T23:59:60-12:00</pubDate>", None),
        ("", None),
    ],
)  # fmt: skip
def test_dates_are_aware_utc_or_absent(inner: str, published: datetime | None) -> None:
    """Whatever the zone, datetimes are UTC; nonsense is no date."""
    found = item(f"<title>a</title>{inner}").published_at
    assert found == published or (published is None and found is not None and found.tzinfo is UTC)


TWO_SIZES = (
    "<media:content url='/s.jpg' medium='image' width='100'/>"
    "<media:content url='/l.jpg' medium='image' width='900'/>"
)
AFTER_A_PIXEL = (
    "<description>&lt;img src='/p.gif' width='1' height='1'&gt;"
    "&lt;img src='/r.jpg'&gt;</description>"
)


@pytest.mark.parametrize(
    ("inner", "image"),
    [
        (TWO_SIZES, "https://site.example/l.jpg"),
        ("<media:content url='/v.mp4' type='video/mp4'/><media:thumbnail url='/t.jpg'/>",
         "https://site.example/t.jpg"),
        ("<enclosure url='https://c.example/e.png' type='image/png' length='1'/>",
         "https://c.example/e.png"),
        ("<itunes:image href='https://c.example/i.jpg'/>", "https://c.example/i.jpg"),
        (AFTER_A_PIXEL, "https://site.example/r.jpg"),
        ("<description>&lt;img src='//s.w.org/images/core/emoji/x.png'&gt;</description>", ""),
        ("<media:thumbnail url='javascript:x'/>", ""),
    ],
)  # fmt: skip
def test_lead_images(inner: str, image: str) -> None:
    """Media, enclosures, iTunes, then the first real picture of the content."""
    found = item(f"<title>a</title>{inner}").image
    assert (found.url if found else "") == image


def test_an_image_credit_comes_from_its_caption() -> None:
    """A picture in a figure is credited with the figure's caption."""
    found = item(
        "<description>&lt;figure&gt;&lt;img src='/a.jpg' alt='A &amp;amp; B'&gt;"
        "&lt;figcaption&gt;Photo: &lt;b&gt;N. N.&lt;/b&gt;&lt;/figcaption&gt;&lt;/figure&gt;"
        "</description>"
    ).image
    assert found is not None
    assert (found.alt, found.credit) == ("A & B", "Photo: N. N.")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Some words. [&amp;hellip;]", "Some words."),
        ("Some words and [...]", "Some words and…"),
        ("Text &lt;a href='x'&gt;Continue reading &lt;span&gt;Title&lt;/span&gt; →&lt;/a&gt;",
         "Text…"),
        ("It ended. Read more…", "It ended."),
        ("Body. The post A title appeared first on A blog.", "Body."),
        ("People read more books now than ever.", "People read more books now than ever."),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One Two"),
    ],
)  # fmt: skip
def test_summaries_are_plain_and_without_debris(text: str, summary: str) -> None:
    """What publishing systems append is stripped; a broken-off sentence shows that it is."""
    assert item(f"<description>{text}</description>").summary == summary


def test_a_summary_is_made_of_the_content_where_there_is_none() -> None:
    """Content alone gives the summary, at most a thousand characters of it."""
    entry = item(f"<content:encoded>{'<![CDATA[<p>long text</p>]]>' * 500}</content:encoded>")
    assert entry.summary.startswith("long text long text")
    assert len(entry.summary) <= 1000


def test_the_content_is_safe_and_absolute() -> None:
    """Scripts go, links become absolute against the entry's own page."""
    entry = item(
        "<description>short</description><content:encoded><![CDATA[<script>x</script>"
        "<p onclick='x'>Full <a href='more'>text</a></p>]]></content:encoded>"
    )
    assert entry.content == '<p>Full <a href="https://site.example/more">text</a></p>'
    assert entry.summary == "short"


def test_plain_text_content_is_not_taken_for_html() -> None:
    """Atom text content is escaped, its paragraphs kept."""
    entry = atom("<title>a</title><content type='text'>1 &lt; 2\n\nnext</content>")
    assert entry.content == "<p>1 &lt; 2</p><p>next</p>"


def test_authors_are_names_never_addresses() -> None:
    """Several authors are kept, mail addresses are not."""
    entry = item("<author>ed@site.example (Ed Itor)</author><dc:creator>Co Author</dc:creator>")
    assert "Ed Itor" in entry.authors
    assert not any("@" in name for name in entry.authors)
    assert item("<author>ed@site.example</author>").authors == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \n\xef\xbb\xbf", "empty"),
        ("<!DOCTYPE html><html><body>Hi</body></html>", "HTML page"),
        ("<opml version='2.0'><body/></opml>", "OPML"),
        ("<note>hi</note>", "neither RSS nor Atom"),
        ("just words", "not a feed"),
        ('{"items": 3}', "no list of items"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [', "broken or cut off"),
        ("[1, 2]", "no list of items"),
        ("[" * 100_000, "broken or cut off"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a feed"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes | str, reason: str) -> None:
    """A document that is no feed is a value that says what it is instead."""
    assert reason in refusal(body)


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BOMB + rss("<item><title>&b;</title></item>"), id="plain"),
        pytest.param("<?xml version='1.0'?>\n<!-- <rss> -->" + BOMB + rss(""), id="comment"),
        pytest.param((BOMB + rss("")).encode("utf-16"), id="UTF-16"),
        pytest.param(
            b"<?xml version='1.0' encoding='utf-7'?>" + (BOMB + rss("")).encode("utf-7"), id="UTF-7"
        ),
        pytest.param('<!DOCTYPE a SYSTEM "<!--" [<!ENTITY a "b">]><!-- -->' + rss(""), id="quoted"),
        pytest.param(
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(""), id="external"
        ),
    ],
)
def test_declared_entities_are_refused(body: bytes | str) -> None:
    """A document that declares entities is not expanded, however it hides them."""
    assert "entities" in refusal(body)


def test_an_article_about_entities_is_read() -> None:
    """Text that shows a declaration declares nothing."""
    entry = item("<description><![CDATA[<pre>&lt;!ENTITY</pre> <!ENTITY a 'b'>]]></description>")
    assert "ENTITY" in entry.content


def test_a_truncated_feed_keeps_what_came() -> None:
    """Entries before the break are kept, and the break is reported."""
    whole = rss("".join(f"<item><guid>https://site.example/{n}</guid></item>" for n in range(5)))
    feed = read(whole[: whole.index("/3<") + 1])
    assert len(feed.entries) >= 3
    assert any("broken" in problem for problem in feed.problems)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "", ""),
        ("iso-8859-1", "iso-8859-1", "text/xml"),
        ("windows-1251", "windows-1251", "application/rss+xml"),
        ("utf-16", "utf-16", ""),
        ("windows-1252", "utf-8", "application/rss+xml; charset=utf-8"),
        ("utf-8", "", "text/xml"),
    ],
)
def test_text_arrives_whatever_its_encoding(
    encoding: str, declared: str, content_type: str
) -> None:
    """Declared and wrongly declared encodings give the right characters."""
    title = "Привет" if encoding == "windows-1251" else "Grüße"
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    body = (declaration + rss(f"<item><title>{title}</title></item>")).encode(encoding)
    assert read(body, content_type).entries[0].title == title


def test_an_xml_declaration_after_blank_lines_is_no_problem() -> None:
    """A common mistake of publishing systems is mended silently."""
    feed = read("\n\n<?xml version='1.0'?>" + rss("<item><title>a</title></item>"))
    assert feed.problems == ()


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_no_more_entries_than_allowed_are_read(kind: str) -> None:
    """The first entries are read, the surplus costs nothing and is reported."""
    if kind == "rss":
        body = rss("".join(f"<item><link>https://e.org/{n}</link></item>" for n in range(100_000)))
    else:
        entries = "".join(
            f"<entry><id>{n}</id><link href='https://e.org/{n}'/></entry>" for n in range(100_000)
        )
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{entries}</feed>"
    started = time.process_time()
    feed = read(body, max_entries=10)
    assert time.process_time() - started < 2
    assert [entry.url for entry in feed.entries] == [f"https://e.org/{n}" for n in range(10)]
    assert any("first 10" in problem for problem in feed.problems)


def test_the_fingerprint_follows_what_a_reader_sees() -> None:
    """Same words same fingerprint, other words another one."""
    one, same, other = (
        item(f"<title>{title}</title><description>{text}</description>").fingerprint
        for title, text in (
            ("a", "&lt;p&gt;x&lt;/p&gt;"),
            ("a", "&lt;div&gt;x&lt;/div&gt;"),
            ("b", "x"),
        )
    )
    assert one == same != other


def test_json_feed_survives_wrong_types() -> None:
    """Fields of the wrong type count as missing; what is no item is counted."""
    feed = read(
        '{"version": "https://jsonfeed.org/version/1.1", "title": 7, "authors": "x", "items": ['
        '{"id": 12, "url": "https://e.org/1", "tags": [1, "a"], "date_published": "soon",'
        ' "attachments": [3], "title": "\\ud800 a\\u0000b", "author": []}, 5, null]}'
    )
    (entry,) = feed.entries
    assert (entry.key.id, entry.categories, entry.title) == ("12", ("a",), "? a b")
    assert any("2 items" in problem for problem in feed.problems)


@given(st.binary(max_size=300))
def test_parsing_never_raises(body: bytes) -> None:
    """Any bytes give a feed or the reason why not."""
    assert isinstance(parse_feed(body, url=URL), ParsedFeed | ParseFailed)


@given(st.data())
def test_damaged_feeds_never_raise(data: st.DataObject) -> None:
    """A feed with a piece cut out or doubled still gives a value, and only storable text."""
    body = (
        SAMPLES / data.draw(st.sampled_from(["rss2.xml", "atom.xml", "feed.json"]))
    ).read_bytes()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(0, len(body)))
    result = parse_feed(body[:start] + body[end:], url=URL)
    if isinstance(result, ParsedFeed):
        for entry in result.entries:
            f"{entry}".encode()
            assert entry.title
            assert entry.url.startswith("http")


def test_reading_twice_gives_the_same() -> None:
    """Parsing is a function of its arguments."""
    body = (SAMPLES / "rss2.xml").read_bytes()
    assert parse_feed(body, url=URL) == parse_feed(body, url=URL)


DISTINCT = "".join(f"<category>c{n}</category>" for n in range(20_000))
MANY_WORDS = ",".join(f"k{n}" for n in range(40_000))


def test_a_thousand_categories_are_read() -> None:
    """Many categories are no attack; the first fifty are kept."""
    many = "".join(f"<category>c{n}</category>" for n in range(1_000))
    assert len(item(many).categories) == 50


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(rss("<item>" + "<div>" * 20_000 + "</item>"), id="deep markup"),
        pytest.param(rss(f"<item><title>{'x' * 5_000_000}</title></item>"), id="5 MB title"),
        pytest.param(
            rss("<item>" + "<category>c</category>" * 20_000 + "</item>"), id="categories"
        ),
        pytest.param(rss(f"<item>{DISTINCT}</item>"), id="distinct categories"),
        pytest.param(
            rss(f"<item><itunes:keywords><![CDATA[</ {MANY_WORDS}]]></itunes:keywords></item>"),
            id="keywords",
        ),
        pytest.param("<rss><channel>" + "<!--" * 50_000, id="comments"),
        pytest.param(
            rss(f"<description>{'&lt;div&gt;' * 50_000}</description>"), id="deep content"
        ),
    ],
)
def test_hostile_feeds_take_no_more_than_two_seconds(body: str) -> None:
    """Documents built to exhaust a parser give a value in time."""
    started = time.process_time()
    parse_feed(body.encode(), url=URL)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("base", ["https://site.example/blog/", "/blog/"])
def test_nested_bases_are_joined(base: str) -> None:
    """Relative URLs follow xml:base from the feed down to the content (RFC 4287, section 2)."""
    feed = read(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{base}"><title>T</title>'
        '<entry xml:base="sub/"><id>1</id><link href="p"/><content type="html">'
        '&lt;a href="x"&gt;y&lt;/a&gt;</content></entry></feed>'
    )
    assert feed.entries[0].url == "https://site.example/blog/sub/p"
    assert feed.entries[0].content == '<a href="https://site.example/blog/sub/x">y</a>'


def test_an_id_of_two_entries_drops_neither() -> None:
    """An id that comes twice with another page and another text is the feed's mistake."""
    one = "<item><guid>7</guid><link>https://site.example/{0}</link><title>{0}</title></item>"
    feed = read(rss(one.format("a") + one.format("b")))
    assert [entry.title for entry in feed.entries] == ["a", "b"]
    assert feed.problems == ()
