"""Filling slots: escaped for where they stand, and none left."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.personalise import UNSUBSCRIBE_SLOT, ReaderSlots, fill, for_web
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
