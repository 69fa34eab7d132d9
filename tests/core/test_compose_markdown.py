"""Markdown: what a CommonMark reader finds in it is what the issue says."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.compose.edition import edition_of, plain
from digest.compose.markdown import escaped, link, markdown
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL
from tests.core.harbour_roundup import HELP, ROUNDUP

TEXT = st.one_of(
    st.text("ab 1.)#*_`-+=>[]()!&;<\\~|", min_size=1), st.text(min_size=1, max_size=40)
).map(lambda text: plain(text).strip())


def read(source: str) -> list[Token]:
    return MarkdownIt("commonmark").parse(source)


def words(tokens: list[Token]) -> str:
    """The text of the tokens' lines, without markup."""
    inside = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inside} <= {"text", "text_special", "link_open", "link_close"}
    return "".join(child.content for child in inside)


@given(TEXT.filter(bool))
def test_text_is_text(text: str) -> None:
    """Whatever stands in a paragraph or a heading is read as the words it is."""
    for before in ("", "# ", "> "):
        tokens = read(f"{before}{escaped(text)}\n")
        assert words(tokens) == text
        assert len([token for token in tokens if token.type == "inline"]) == 1


@given(TEXT.filter(bool), st.text("ab&copy;=()[]*_~%/ <>\\#", max_size=20))
def test_a_link_leads_where_it_should(label: str, rest: str) -> None:
    """Its words are read whole, and so is its address."""
    url = f"https://stories.example/?{rest}"
    tokens = read(link(label, url))
    assert words(tokens) == label
    opened = [child for token in tokens for child in token.children or [] if child.nesting == 1]
    assert [unquote(str(one.attrs["href"])) for one in opened] == [unquote(url)]


def test_an_issue_in_reading_order() -> None:
    """Every headline is a heading that leads to its story, in the mail's order."""
    source = markdown(edition_of(ISSUE, NEWSLETTER, public_url=PUBLIC_URL))
    tokens = read(source)
    levels = [token.tag for token in tokens if token.type == "heading_open"]
    told = (*ISSUE.stories, *ISSUE.also_published)
    places = [source.index(story.url) for story in told]
    assert levels[:3] == ["h1", "h2", "h2"]
    assert levels.count("h3") == 8
    assert places == sorted(places)
    assert "![A baker sliding loaves into an oven](https://pictures.example/bakery.png)" in source
    assert "\n- [Seven walls worth a detour](https://stories.example/21/" in source
    assert f"[View in browser]({PUBLIC_URL}/issues/{ISSUE.slug})" in source


def test_a_roundup_keeps_its_quotes_and_help_lines() -> None:
    """Quotes are block quotes, a leading > in one is no second level; the rest is there."""
    source = markdown(edition_of(ROUNDUP, NEWSLETTER, public_url=PUBLIC_URL))
    kinds = [token.type for token in read(source)]
    assert kinds.count("blockquote_open") == 3
    for text in (HELP, ROUNDUP.closing.value, ROUNDUP.wish.value, "Few walls are loved."):
        assert text in source
    assert "![The harbour at dawn, three boats at anchor](" in source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1986. A year", "1986\\. A year"),
        ("# no heading #", "\\# no heading \\#"),
        ("- no list", "\\- no list"),
        ("a - b, #3", "a - b, #3"),
        ("AT&T &amp;", "AT&T \\&amp;"),
    ],
)
def test_no_more_is_escaped_than_must_be(text: str, expected: str) -> None:
    """The source stays readable."""
    assert escaped(text) == expected
