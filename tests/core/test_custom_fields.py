"""Fields that feeds.toml names: kept of each entry, told with the story, shown by a theme."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.collect.isolation.wire import decode_task, encode_task
from digest.collect.sources.kinds import read_source
from digest.collect.upkeep.refresh import body_hash, needs_parsing, request_for
from digest.compose.render import IssueRenderer
from digest.curate.grouping.stories import tell
from digest.model import (
    Attribute,
    Entry,
    Feed,
    FeedState,
    Fetched,
    KeptEntry,
    ParsedFeed,
    ParseJob,
    RenderedIssue,
    Selectors,
    SourceKind,
)
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL, june, section, story

URL = "https://shop.example/feed"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"
 xmlns:event="http://purl.org/rss/1.0/modules/event/" xmlns:Own="urn:own"><channel>
<title>Shop</title><link>https://shop.example/</link>
<item><title>A lamp</title><guid>1</guid><g:price>{price}</g:price>
<event:location>Pier &lt;b&gt;Hall&lt;/b&gt;</event:location><Own:Ship-Date>3 May</Own:Ship-Date>
<colour>red</colour></item>
<item><title>A rope</title><guid>2</guid></item></channel></rss>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Shop", "items": [
{"id": "1", "title": "A lamp", "content_text": "It shines.",
 "_shop": {"price": 9.5, "tags": ["warm", "old"], "sold": true}}]}"""
PAGE = """<ul><li><a href=/lamp>A lamp</a> <b class=price>£ <i>9</i></b>
<a class=map href="/map?q=1">Map</a></li><li><a href=/rope>A rope</a></li></ul>"""
API = """{"items": [{"name": "A lamp", "offer": {"price": 9}, "id": "l 1"}]}"""


def fields(**places: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(name=name, value=place) for name, place in places.items())


def entries(
    body: str,
    kind: SourceKind = SourceKind.FEED,
    selectors: Selectors | None = None,
    **places: str,
) -> tuple[Entry, ...]:
    """The entries of a document that came through the wire to a parser process."""
    job = ParseJob(
        url=URL, body=body.encode(), kind=kind, selectors=selectors, fields=fields(**places)
    )
    task = decode_task(encode_task(job))
    assert isinstance(task, ParseJob)
    parsed = read_source(task)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed.entries


def values(entry: Entry) -> dict[str, str]:
    return {field.name: field.value for field in entry.fields}


def test_elements_of_a_feed_are_kept_by_name() -> None:
    """By the prefix the document has, whatever its case; markup is taken out; no element, none."""
    lamp, rope = entries(
        RSS.format(price="9.50 GBP"),
        price="g:price",
        venue="event:location",
        ships="own:ship-date",
        colour="colour",
        size="g:size",
    )
    assert values(lamp) == {
        "colour": "red",
        "price": "9.50 GBP",
        "ships": "3 May",
        "venue": "Pier Hall",
    }
    assert values(rope) == {}


def test_a_feed_that_is_broken_has_its_fields_too() -> None:
    """What no mending makes well-formed is read loosely, fields and all."""
    broken = RSS.format(price="9").replace("<guid>1", "</b></i><guid>1")
    kept = values(entries(broken, price="g:price", venue="event:location")[0])
    assert kept == {"price": "9", "venue": "Pier Hall"}


def test_extensions_of_a_json_feed_are_kept_by_path() -> None:
    """Numbers are texts, of a list the first counts, true is no text."""
    (lamp,) = entries(JSON, price="_shop.price", tag="_shop.tags", sold="_shop.sold", x="g:price")
    assert values(lamp) == {"price": "9.5", "tag": "warm"}


def test_parts_of_a_page_are_kept_by_selector() -> None:
    """Their text on one line, an attribute's URL in full."""
    lamp, rope = entries(
        PAGE,
        SourceKind.PAGE,
        Selectors(entry="li", title="a", link="a"),
        price=".price",
        map="a.map@href",
    )
    assert values(lamp) == {"map": "https://shop.example/map?q=1", "price": "£ 9"}
    assert values(rope) == {}


def test_parts_of_an_answer_are_kept_by_path() -> None:
    """A path, or a template of paths."""
    selectors = Selectors(entry="items[*]", title="name")
    (lamp,) = entries(API, SourceKind.API, selectors, price="offer.price", note="No. {id}")
    assert values(lamp) == {"note": "No. l 1", "price": "9"}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("word " * 500, f"{'word ' * 99}".strip() + "…"),
        ("&lt;script&gt;steal()&lt;/script&gt;9", "9"),
        ("java\nscript:x javascript:", "java script:x javascript:"),
        (" JavaScript:alert(1)", None),
        ("data:text/html,x", None),
        ("&lt;p&gt; &lt;/p&gt;", None),
    ],
    ids=["long", "markup", "words", "script", "data", "empty"],
)
def test_a_field_is_short_plain_text(raw: str, kept: str | None) -> None:
    """At most 500 characters, no markup, and no link that runs a script."""
    (lamp, _) = entries(RSS.format(price=raw), price="g:price")
    assert values(lamp).get("price") == kept


def test_another_price_is_an_edit() -> None:
    """A field belongs to what a reader sees; without fields nothing changes."""
    cheap, dear = (entries(RSS.format(price=price), price="g:price")[0] for price in ("9", "90"))
    assert cheap.fingerprint != dear.fingerprint
    bare = [entries(RSS.format(price=price))[0].fingerprint for price in ("9", "90")]
    assert bare[0] == bare[1]
    assert bare[0] != cheap.fingerprint


def test_new_fields_are_read_of_what_is_there() -> None:
    """A feed whose fields are others is asked without conditions, and read again."""
    feed = Feed(url=URL)
    same = Fetched(url=URL, body=b"x", etag="e")
    state = FeedState(url=URL, etag="e", body_hash=body_hash(b"x"))
    assert not needs_parsing(feed, state, same)
    asking = replace(feed, fields=fields(price="g:price"))
    assert needs_parsing(asking, state, same)
    assert request_for(feed, state).etag == "e"
    assert request_for(asking, state).etag == ""


def test_a_story_has_the_fields_of_the_entry_that_leads() -> None:
    """What another source says of it is not mixed in."""
    lamp, rope = entries(RSS.format(price="9"), price="g:price")
    kept = [
        KeptEntry(entry=each, first_seen_at=june(16), dated_at=june(16)) for each in (lamp, rope)
    ]
    assert tell(kept, text="x", words=9, reason="").fields == lamp.fields
    assert tell(kept[::-1], text="x", words=9, reason="").fields == ()


def render(folder: Path, *told: tuple[Attribute, ...]) -> RenderedIssue:
    stories = [replace(story(n, f"Story {n}"), fields=each) for n, each in enumerate(told)]
    issue = replace(ISSUE, lead=None, sections=(section("Sea", *stories),), also_published=())
    newsletter = replace(NEWSLETTER, theme="priced")
    return IssueRenderer(folders=[folder, TEMPLATES], public_url=PUBLIC_URL).render(
        issue, newsletter
    )


@pytest.fixture
def priced(tmp_path: Path) -> Path:
    """A folder with the theme that docs/themes.md shows."""
    docs = (Path(__file__).resolve().parents[2] / "docs" / "themes.md").read_text()
    shown = docs.partition("## Fields of your feeds")[2].partition("\n## ")[0]
    for name in ("issue.html", "issue.txt"):
        template = shown.partition("{# templates/email/priced/" + name + " #}")[2]
        path = tmp_path / "email" / "priced" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.partition("```")[0].lstrip())
    return tmp_path


def test_a_theme_shows_fields(priced: Path) -> None:
    """In both parts, escaped in HTML; a story without the field has no line of it."""
    rendered = render(priced, fields(price="<9 & up>"), fields(venue="Pier"), ())
    body = rendered.html.partition("<body")[2]
    assert body.count("Price:") == 1
    assert "&lt;9 &amp; up&gt;" in body
    assert "Price: <9 & up>" in rendered.text
    assert rendered.text.count("Price:") == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{{ story.fields.nothing }}|", "|"),
        ("{{ story.fields['price'] }}|", "9|"),
        ("{% if story.fields %}some{% else %}none{% endif %}|", "some|"),
        ("{{ story.fields.map }}|", "https://a.example/?q=%3Cb%3E|"),
    ],
    ids=["missing", "by-key", "any", "link"],
)
def test_any_field_may_be_asked_for(priced: Path, line: str, says: str) -> None:
    """One that a story does not have is empty, though other unknown names are errors."""
    path = priced / "email" / "priced" / "issue.txt"
    path.write_text(
        '{% extends "email/classic/issue.txt" %}{% block section %}{% for story in'
        " section.stories %}" + line + "{% endfor %}{% endblock %}"
    )
    told = fields(price="9", map="https://a.example/?q=<b>")
    assert says in render(priced, told).text
