"""Filling slots: escaped for where they stand, and none left."""

from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.personalise import (
    NAME_SLOT,
    PREFERENCES_SLOT,
    UNSUBSCRIBE_SLOT,
    ReaderSlots,
    fill,
    for_web,
    fragments,
    one_line,
)
from digest.errors import MessageError
from digest.model import RenderedIssue

RENDERING = RenderedIssue(
    subject="s",
    preheader="p",
    html="<p>Words</p><!--mail-only-->"
    f'<a href="{UNSUBSCRIBE_SLOT}">Stop</a><!--/mail-only--><p>End</p>',
    text=f"Words\n{UNSUBSCRIBE_SLOT}\n",
    digest="0",
)


class Hrefs(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


@given(st.text(st.characters(min_codepoint=33, exclude_categories=["C", "Z"])))
def test_a_reader_gets_the_address_whatever_is_in_it(rest: str) -> None:
    """What a browser reads from the link, and a person from the text, is the address itself."""
    url = f"https://letters.example/u/{rest}"

    copy = fill(RENDERING, ReaderSlots(unsubscribe_url=url))

    assert Hrefs(copy.html).found == [url]
    assert copy.text == f"Words\n{url}\n"


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/\r\nBcc: x@y.example",
        "https://a.example/ b",
        "https://a.example/\x00",
        "javascript:alert(1)",
        "",
    ],
    ids=["newline", "space", "nul", "script", "empty"],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """White space, control characters and other schemes never reach a message."""
    with pytest.raises(MessageError, match="is not a web address"):
        fill(RENDERING, ReaderSlots(unsubscribe_url=url))


def test_the_web_page_has_no_mail_only_part() -> None:
    """The public page keeps the words and loses the unsubscribe line."""
    assert for_web(RENDERING) == "<p>Words</p><p>End</p>"


def test_a_slot_outside_the_marks_loses_its_link() -> None:
    """A template that forgot the marks still leaks nothing to the public page."""
    html = f'<a class="x" href="{UNSUBSCRIBE_SLOT}">Stop</a> {UNSUBSCRIBE_SLOT}'
    rendering = RenderedIssue(subject="", preheader="", html=html, text="", digest="")

    assert for_web(rendering) == '<a class="x">Stop</a> '


def test_renderings_are_not_mixed_up() -> None:
    """Two issues filled in turn keep their own words."""
    other = RenderedIssue(
        subject="", preheader="", html=f"Other {UNSUBSCRIBE_SLOT}", text="", digest=""
    )
    slots = ReaderSlots(unsubscribe_url="https://a.example/")

    first, second = fill(RENDERING, slots), fill(other, slots)

    assert "Words" in first.html
    assert second.html == "Other https://a.example/"


HOSTILE = [
    '"><script>alert(1)</script>',
    "a\u202eb\u2066c",
    "a\r\nBcc: x@y.example",
    "@@NAME@@ {{ name }} %(name)s",
    f"{NAME_SLOT}{UNSUBSCRIBE_SLOT}{PREFERENCES_SLOT}",
    "<!--/section:sea--><!--named-->",
    "&amp;'\"\\",
    "x" * 5_000,
]
EVERYWHERE = RenderedIssue(
    subject="s",
    preheader="p",
    html=f'<p title="for {NAME_SLOT}">Dear {NAME_SLOT},</p>'
    f'<a href="https://a.example/?who={NAME_SLOT}&amp;x=1">1</a>'
    f'<a href="{UNSUBSCRIBE_SLOT}">2</a><a href="{PREFERENCES_SLOT}">3</a>',
    text=f"Dear {NAME_SLOT},\nhttps://a.example/?who={NAME_SLOT}\n{UNSUBSCRIBE_SLOT}\n",
    digest="0",
)


class Seen(Hrefs):
    """What a browser makes of it: tags, titles, hrefs, and the text."""

    def __init__(self, html: str) -> None:
        self.tags: list[str] = []
        self.titles: list[str] = []
        self.text = ""
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self.tags.append(tag)
        self.titles += [value or "" for name, value in attrs if name == "title"]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.one_of(st.sampled_from(HOSTILE), st.text()))
def test_a_name_is_only_ever_a_name(name: str) -> None:
    """In text, attribute and link, a name adds no tag, no line, no slot and no order of its own."""
    slots = ReaderSlots(
        unsubscribe_url="https://a.example/u", preferences_url="https://a.example/p", name=name
    )

    copy = fill(EVERYWHERE, slots)

    seen, shown = Seen(copy.html), one_line(name)
    shown = shown if len(shown) <= 100 else shown[:99].rstrip() + "…"
    assert seen.tags == ["p", "a", "a", "a"]
    assert seen.titles == [f"for {shown}"]
    assert seen.text == f"Dear {shown},123"
    assert seen.found[1:] == ["https://a.example/u", "https://a.example/p"]
    assert parse_qs(urlsplit(seen.found[0]).query, keep_blank_values=True) == {
        "who": [shown],
        "x": ["1"],
    }
    assert copy.text.splitlines()[0] == f"Dear {shown},".splitlines()[0]
    assert copy.text.count("\n") == 3
    assert "\u202e" not in copy.html + copy.text


def test_the_greeting_has_a_form_for_people_without_a_name() -> None:
    """A name that is empty, or nothing but control characters, gets the other greeting."""
    both = f"<!--named-->Dear {NAME_SLOT},<!--/named--><!--nameless-->Hello,<!--/nameless-->"
    rendering = RenderedIssue(subject="", preheader="", html=both, text=both, digest="")
    for name, greeting in (("Ann", "Dear Ann,"), ("", "Hello,"), ("\x00 \u202e", "Hello,")):
        slots = ReaderSlots(unsubscribe_url="https://a.example/", name=name)
        assert str(fill(rendering, slots).html) == greeting
        assert fill(rendering, slots).text == f"{greeting}\n"


def test_a_slot_that_nobody_fills_is_an_error() -> None:
    """A misspelt slot never reaches a reader."""
    rendering = replace(RENDERING, html="https://nmae.slot.invalid/")
    with pytest.raises(MessageError, match="unknown slot"):
        fill(rendering, ReaderSlots(unsubscribe_url="https://a.example/"))


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("<!--section:a-->", "never closed"),
        ("<!--section:a--><!--story--><!--/section:a--><!--/story-->", "not opened last"),
        ("<!--/list-->", "not opened last"),
    ],
    ids=["open", "crossed", "closed"],
)
def test_marks_that_do_not_pair_are_named(part: str, message: str) -> None:
    """A theme that forgets a mark hears of it when it is rendered."""
    with pytest.raises(ValueError, match=message):
        fragments(part)
