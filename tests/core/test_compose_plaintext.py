"""The text part's lines."""

from hypothesis import given
from hypothesis import strategies as st

from digest.compose.plaintext import display_width, quote, tidy, underline, wrap

WORDS = st.lists(st.text("abcdeé—", min_size=1, max_size=20), min_size=1, max_size=60)


@given(WORDS)
def test_no_line_is_too_long(words: list[str]) -> None:
    """Words that fit make lines that fit, and none is lost."""
    wrapped = wrap(" ".join(words), width=30)

    assert all(display_width(line) <= 30 for line in wrapped.split("\n"))
    assert wrapped.split() == words


@given(WORDS, st.integers(60, 300))
def test_a_url_is_never_broken(words: list[str], length: int) -> None:
    """A URL longer than a line stands on one line, whole."""
    url = "https://stories.example/" + "a-b/" * (length // 4)

    assert url in tidy(wrap(" ".join([*words, url, *words]), width=30)).replace(" \n", "\n").split(
        "\n"
    )


def test_wide_characters_take_two_columns() -> None:
    """Japanese is broken without spaces, at half as many characters."""
    assert wrap("港の手紙が届きました", width=8) == "港の手紙\nが届きま\nした"


def test_a_list_item_hangs() -> None:
    """Lines after the first are indented, and still fit."""
    assert wrap("* one two three", width=9, indent="  ") == "* one two\n  three"


def test_a_heading_is_ruled_off() -> None:
    """The rule is as wide as the heading, or its longest line, and no wider than the page."""
    assert underline("Café") == "Café\n===="
    assert underline("Café [12]", "-", words="Café") == "Café [12]\n----"
    assert underline("日本", "-") == "日本\n----"
    assert underline("x" * 90, "-").split("\n")[1] == "-" * 72


def test_an_empty_text_is_an_empty_line() -> None:
    """Nothing wraps to nothing."""
    assert wrap("") == ""
    assert underline("") == "\n"


def test_tidy_trims_what_templates_leave() -> None:
    """One blank line at most, no trailing space, one newline at the end."""
    assert tidy("\n\na  \n\n\n \n\nb\n\n") == "a\n\nb\n"


def test_lines_that_go_on_end_in_a_space() -> None:
    """A paragraph flows, its last line does not; a list item's lines stay as they are."""
    assert tidy(wrap("one two three", width=7)) == "one two \nthree\n"
    assert tidy(wrap("* one two three", width=9, indent="  ")) == "* one two\n  three\n"


def test_a_quote_is_marked_on_every_line() -> None:
    """The marks take part of the width, and the lines flow."""
    assert tidy(quote("one two three", width=9)) == "> one two \n> three\n"


def test_words_are_no_quote_and_no_signature() -> None:
    """A line that begins with > is set off by a space; one of two dashes does not flow."""
    assert tidy(wrap("a > b", width=1)) == "a \n > \nb\n"
    assert tidy(wrap("a -- b", width=2)) == "a \n--\nb\n"


def test_words_bound_by_a_no_break_space_stay_together() -> None:
    """Such a space is there on purpose."""
    assert tidy(wrap("one two\N{NO-BREAK SPACE}three", width=8)) == (
        "one \ntwo\N{NO-BREAK SPACE}three\n"
    )
