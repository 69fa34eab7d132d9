"""Sites without a feed: pages by selectors, APIs by paths, and selectors proposed for both."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.dates import read_date
from digest.collect.discovery.propose import propose
from digest.collect.isolation.wire import decode_task, encode_task
from digest.collect.sources.apis import read_api
from digest.collect.sources.kinds import read_source
from digest.collect.sources.pages import read_page
from digest.config.selectors import page_part
from digest.config.wording import UnfitError
from digest.model import (
    Image,
    ParsedFeed,
    ParseFailed,
    ParseJob,
    ParseResult,
    Selectors,
    SourceKind,
)
from digest.model.json_path import JsonPath

PAGES = Path(__file__).resolve().parents[1] / "samples" / "pages"
URL = "https://site.example/news/"
NEWS = Selectors(entry="li", title="a", link="a", date="small", summary="p", image="img")


def page(
    html: str | bytes, selectors: Selectors = NEWS, *, content_type: str = "text/html"
) -> ParseResult:
    body = html.encode() if isinstance(html, str) else html
    return read_page(ParseJob(url=URL, body=body, content_type=content_type), selectors)


def read(html: str | bytes, selectors: Selectors = NEWS, *, kind: str = "text/html") -> ParsedFeed:
    parsed = page(html, selectors, content_type=kind)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def test_a_page_becomes_entries() -> None:
    """Title, absolute link, date, summary and picture, in the page's order."""
    parsed = read(
        "<html lang=en><title>The Quay</title><ul><li><a href='ferry?utm_source=x'>Ferry <b>new"
        "</b>s</a> <small>16 June 2026</small><p>Every half hour.</p><img src=/f.jpg alt=Ferry>"
        "</li><li><a href=/tide>Tides</a></li><li>Nothing here</li></ul>"
    )
    assert parsed.title == "The Quay"
    assert parsed.language == "en"
    first, second = parsed.entries
    assert (first.title, first.url) == ("Ferry news", "https://site.example/news/ferry")
    assert first.published_at == datetime(2026, 6, 16, tzinfo=UTC)
    assert first.summary == "Every half hour."
    assert first.image == Image(url="https://site.example/f.jpg", alt="Ferry")
    assert first.key.feed == URL
    assert (second.title, second.published_at) == ("Tides", None)


def test_reading_twice_gives_the_same_entries() -> None:
    """Identity and fingerprint depend on the page alone."""
    body = (PAGES / "articles.html").read_bytes()
    selectors = Selectors(entry="article", title="h2", link="h2 a")
    assert page(body, selectors) == page(body, selectors)


def test_a_base_element_is_honoured() -> None:
    """Relative links start where the page says."""
    parsed = read("<base href='https://cdn.example/a/'><li><a href=b>Bee keeping</a></li>")
    assert parsed.entries[0].url == "https://cdn.example/a/b"


def test_an_entry_without_a_link_leads_to_the_page() -> None:
    """Two notices on one page are two entries, known by what they say."""
    parsed = read("<li><a>One thing</a></li><li><a>Another thing</a></li>")
    assert [entry.url for entry in parsed.entries] == [URL, URL]
    assert len({entry.key for entry in parsed.entries}) == 2


def test_scripts_never_get_through() -> None:
    """What a page holds is cleaned like a feed's content."""
    parsed = read(
        "<li><a href='javascript:alert(1)'>Evil</a><p>Text<script>alert(1)</script>"
        "<img src=x onerror=alert(1)></p></li>"
    )
    assert "alert" not in parsed.entries[0].content
    assert parsed.entries[0].url == URL


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (".", "One Two"),
        ("b", "Two"),
        ("@title", "tip"),
        ("b@id", "x"),
        ("> i", "One"),
        ("+ dd", "Beside"),
        ("~ dd em", "far"),
    ],
)
def test_selectors_reach_in_and_beside(selector: str, found: str) -> None:
    """The entry itself, attributes, children and siblings can be selected."""
    html = (
        "<dl><dt title=tip><a href=/x><i></i></a><i>One</i> <b id=x>Two</b></dt><dd>Beside</dd>"
        "<dd><em>far</em></dd></dl>"
    )
    parsed = read(html, Selectors(entry="dt", title=selector, link="a"))
    assert parsed.entries[0].title == found


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<li><a href=/x>Café</a></li>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ("<meta charset=windows-1252><li><a href=/x>Café</a>".encode("cp1252"), "text/html"),
        ("<li><a href=/x>Café</a></li>".encode(), "text/html"),
        ("<li><a href=/x>Café</a></li>".encode("cp1252"), "text/html"),
        ("<li><a href=/x>Café</a></li>".encode("utf-16"), "text/html; charset=utf-16"),
        ("<li><a href=/x>Café</a></li>".encode(), "text/html; charset=nonsense"),
    ],
    ids=["header", "meta", "bare-utf-8", "bare-1252", "utf-16", "unknown"],
)
def test_a_pages_encoding_is_told(body: bytes, kind: str) -> None:
    """By its headers, by its own word, else by its look."""
    assert read(body, kind=kind).entries[0].title == "Café"


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ("<p>Rebuilt</p>", "nothing on the page matches the selector 'li'"),
        ("<ul><li></li></ul>", "holds a title"),
        ("", "cannot be read"),
    ],
)
def test_a_page_that_yields_nothing_is_a_failure(html: str, says: str) -> None:
    """A page that was rebuilt is told from one without news."""
    failed = page(html)
    assert isinstance(failed, ParseFailed)
    assert says in failed.reason


@given(st.binary(max_size=300), st.sampled_from(["", "text/html; charset=utf-7", "charset=hex"]))
def test_no_page_raises(body: bytes, kind: str) -> None:
    """Any bytes give entries or a reason, and so do proposals for them."""
    assert isinstance(page(body, content_type=kind), ParsedFeed | ParseFailed)
    assert isinstance(propose(body, url=URL, content_type=kind), tuple)


SELECTORS = st.text(alphabet="abli.#>+~ @:[]()*='\"1,-n", max_size=12)


@given(SELECTORS)
def test_any_selector_is_checked_or_works(selector: str) -> None:
    """A selector that passes the check can be followed on a page."""
    try:
        page_part(selector)
    except UnfitError:
        return
    selectors = Selectors(entry=selector or "a", title=selector or "a")
    assert isinstance(page("<ul><li><a href=b>c</a></ul>", selectors), ParsedFeed | ParseFailed)


API = b"""{"data": {"posts": [
 {"title": {"rendered": "Tom &amp; Jo"}, "slug": "a b", "on": 1781600400, "img": ["/i.jpg"]},
 {"title": {"rendered": ""}}, 7,
 {"title": {"rendered": "Two"}, "slug": "two", "on": "2026-06-17", "odd.key": "x"}]}}"""
POSTS = Selectors(
    entry="data.posts[*]",
    title="title.rendered",
    link="https://site.example/p/{slug}",
    date="on",
    image="img",
)


def api(body: bytes, selectors: Selectors = POSTS) -> ParseResult:
    return read_api(ParseJob(url=URL, body=body), selectors)


def test_an_api_becomes_entries() -> None:
    """Paths and templates find the parts; members without a title and link are left out."""
    parsed = api(API)
    assert isinstance(parsed, ParsedFeed)
    assert [(entry.title, entry.url) for entry in parsed.entries] == [
        ("Tom & Jo", "https://site.example/p/a%20b"),
        ("Two", "https://site.example/p/two"),
    ]
    assert parsed.entries[0].published_at == datetime(2026, 6, 16, 9, 0, tzinfo=UTC)
    assert parsed.entries[0].image == Image(url="https://site.example/i.jpg")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<html>", "not JSON"),
        (b'{"error": "x"}', "it holds error"),
        (b"[" * 100_000, "not JSON"),
        (b'{"data": {"posts": [{"name": "x"}]}}', "has a title"),
    ],
    ids=["html", "error", "nested", "renamed"],
)
def test_an_answer_of_another_shape_is_a_failure(body: bytes, says: str) -> None:
    """What came instead is said."""
    failed = api(body)
    assert isinstance(failed, ParseFailed)
    assert says in failed.reason


def test_an_empty_list_is_no_failure() -> None:
    """An API may have no news."""
    assert api(b'{"data": {"posts": []}}') == ParsedFeed(title="", home_url=URL)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", [1]),
        ("$.a.b", [1]),
        ("l[*]", [10, 20]),
        ("l[0]", [10]),
        ("l[-1]", [20]),
        ("l[9]", []),
        ('["x y"].z', [3]),
        ("a.*", [1, 2]),
        ("nope.b", []),
        ("$", [{"a": {"b": 1, "c": 2}, "l": [10, 20], "x y": {"z": 3}}]),
    ],
)
def test_json_paths_find(path: str, found: list[object]) -> None:
    """Keys, places, every member, quoted keys, the document itself."""
    document = {"a": {"b": 1, "c": 2}, "l": [10, 20], "x y": {"z": 3}}
    assert list(JsonPath.parse(path).find(document)) == found


@pytest.mark.parametrize("path", ["a..b", "a[", "[x]", "a b", ".a", "a]", "{a}"])
def test_a_broken_json_path_is_refused(path: str) -> None:
    """What is no path is said to be none."""
    with pytest.raises(ValueError, match="followed"):
        JsonPath.parse(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-16", "2026-06-16T00:00"),
        ("2026-06-16T09:00:00+01:00", "2026-06-16T08:00"),
        ("2026-06-16 09:00", "2026-06-16T09:00"),
        ("Tue, 16 Jun 2026 09:00:00 +0100", "2026-06-16T08:00"),
        ("1781600400", "2026-06-16T09:00"),
        ("1781600400000", "2026-06-16T09:00"),
        ("20260616", "2026-06-16T00:00"),
        ("16 June 2026", "2026-06-16T00:00"),
        ("June 16th, 2026", "2026-06-16T00:00"),
        ("Posted on Tuesday, 16th June 2026 at 9:05 pm by Jo", "2026-06-16T21:05"),
        ("16. Juni 2026", "2026-06-16T00:00"),
        ("16 de junio de 2026", "2026-06-16T00:00"),
        ("3 août 2026", "2026-08-03T00:00"),
        ("16.06.2026", "2026-06-16T00:00"),
        ("16/6/2026, 10h30", "2026-06-16T10:30"),
        ("6/16/2026", "2026-06-16T00:00"),
        ("2026/6/3", "2026-06-03T00:00"),
        ("2026年6月16日", "2026-06-16T00:00"),
        ("16-Jun-2026", "2026-06-16T00:00"),
        ("Sept. 5, 2026", "2026-09-05T00:00"),
    ],
)
def test_dates_are_read(text: str, expected: str) -> None:
    """Machines' and people's notations, in UTC."""
    assert read_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_an_american_page_puts_the_month_first() -> None:
    """The page's language decides on what could be read both ways."""
    american = read("<html lang=en-US><li><a href=/x>Ferry</a><small>3/4/2026</small>")
    british = read("<html lang=en-GB><li><a href=/x>Ferry</a><small>3/4/2026</small>")
    assert american.entries[0].published_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert british.entries[0].published_at == datetime(2026, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "12345", "June 2026", "31 February 2026", "0000-00-00", "5 apples"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Nothing is guessed."""
    assert read_date(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    """Any text is an aware date or none."""
    found = read_date(text)
    assert found is None or found.tzinfo is UTC


TITLES = {
    "articles.html": ["The tide tables are out for July", "A bell for the ferry landing"],
    "table.html": [
        "Closure of Mill Lane for resurfacing",
        "Street trading licences for the summer",
    ],
    "definitions.html": ["Version 3 brings offline maps", "Version 2.8 speaks Welsh"],
    "cards.html": ["Nets and knots", "Charts that were wrong"],
    "council.html": [
        "Bin collections move to Wednesdays in the north ward",
        "Grants for community gardens: apply by August",
    ],
    "api.json": ["Lighthouse keeper’s diary found", "A vote on the new pier"],
}
COUNTS = {"definitions.html": 3, "api.json": 3}


@pytest.mark.parametrize("name", TITLES)
def test_selectors_are_proposed(name: str) -> None:
    """On six shapes of page the best proposal yields each entry, dated, in order, and no menu."""
    best = propose((PAGES / name).read_bytes(), url=URL)[0]
    titles = [entry.title for entry in best.entries]
    assert [titles[0], titles[-1]] == TITLES[name]
    assert len(titles) == COUNTS.get(name, 4)
    assert all(entry.published_at for entry in best.entries)
    assert all(entry.url != URL for entry in best.entries)


@pytest.mark.parametrize("name", ["cards.html", "api.json"])
def test_pictures_are_proposed(name: str) -> None:
    """Pictures count, lazily loaded ones too."""
    best = propose((PAGES / name).read_bytes(), url=URL)[0]
    assert all(entry.image and entry.image.url.endswith(".jpg") for entry in best.entries)


@pytest.mark.parametrize(
    "body",
    [b"<p>Just a text</p>", b"<nav><a href=/a>One</a><a href=/b>Two</a></nav>", b"{}", b"[1, 2]"],
    ids=["text", "two", "object", "numbers"],
)
def test_nothing_is_proposed_where_nothing_repeats(body: bytes) -> None:
    """A page that holds no list gives no selectors."""
    assert propose(body, url=URL) == ()


@pytest.mark.parametrize("name", TITLES)
def test_a_source_is_read_by_its_kind(name: str) -> None:
    """What was proposed works as a listed source, also by way of a parser process."""
    body = (PAGES / name).read_bytes()
    best = propose(body, url=URL)[0]
    job = ParseJob(url=URL, body=body, kind=best.feed.kind, selectors=best.feed.selectors)
    task = decode_task(encode_task(job))
    assert isinstance(task, ParseJob)
    parsed = read_source(task)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.entries == best.entries


def test_a_source_without_selectors_is_a_failure() -> None:
    """A page that nobody said how to read is not read."""
    job = ParseJob(url=URL, body=b"<p>", kind=SourceKind.PAGE)
    assert isinstance(read_source(job), ParseFailed)
