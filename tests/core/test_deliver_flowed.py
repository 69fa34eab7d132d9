"""Flowed text: what a program that knows RFC 3676 makes of the lines we send."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.plaintext import quote, tidy, wrap
from digest.deliver.flowed import stuffed, unstuffed
from tests.letters import LETTER, build

WORDS = st.one_of(
    st.text("abcdeé—<.", min_size=1, max_size=12),
    st.sampled_from(["From", "https://stories.example/" + "a-b/" * 25, "-", "[1]"]),
)
PARAGRAPHS = st.lists(
    st.tuples(st.booleans(), st.lists(WORDS, min_size=1, max_size=40).map(" ".join)), min_size=1
)


def paragraphs(text: str) -> list[tuple[bool, str]]:
    """The text's paragraphs, and whether each is quoted: section 4 read by itself."""
    found: list[tuple[bool, str]] = []
    going_on = False
    for line in text.removesuffix("\n").split("\n"):
        quoted = line.startswith(">")
        content = line.removeprefix(">").removeprefix(" ")
        if going_on and found[-1][0] == quoted:
            found[-1] = (quoted, found[-1][1] + content)
        else:
            found.append((quoted, content))
        going_on = line.endswith(" ") and content != "-- "
    return [(quoted, content) for quoted, content in found if content]


@given(PARAGRAPHS)
def test_unflowing_gives_the_paragraphs_back(written: list[tuple[bool, str]]) -> None:
    """Wrapped, stuffed, sent and read again: the same words in the same paragraphs."""
    set_ = "\n\n".join(quote(text) if quoted else wrap(text) for quoted, text in written)
    message = message_from_bytes(build(replace(LETTER, text=tidy(set_))), policy=default)
    part = message.get_body(("plain",))
    assert part is not None
    read = str(part.get_content()).replace("\r\n", "\n")
    assert paragraphs(read) == written
    lines = [line for line in read.split("\n") if "://" not in line]
    assert all(len(line) <= 78 for line in lines)


def test_the_part_says_that_it_flows() -> None:
    """Its header names the format; the HTML part's does not."""
    message = message_from_bytes(build(LETTER), policy=default)
    text, html = message.iter_parts()
    assert (text.get_param("format"), text.get_param("delsp")) == ("flowed", "no")
    assert html.get_param("format") is None


@pytest.mark.parametrize("line", [" indented", "From here", "  ", "plain", "", "Fromage"])
def test_stuffing_is_taken_off_again(line: str) -> None:
    """No line keeps the space it was given, and none but a quote starts with what means one."""
    assert unstuffed(stuffed(line)) == line


def test_only_what_needs_it_is_stuffed() -> None:
    """Indents and "From " are; quotes are left to whoever wrote them."""
    assert stuffed(" a\nFrom b\n> c\nd") == "  a\n From b\n> c\nd"
