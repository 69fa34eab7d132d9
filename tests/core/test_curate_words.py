"""Words: comparing, finding and counting them in many scripts, and reading them out of HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.words import count_words, fold, fold_title, holds_words, one_line, plain_text


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        pytest.param("The AI act passed", "ai", True, id="letter case"),
        pytest.param("He said so", "ai", False, id="inside a word"),
        pytest.param("paid, AI", "ai", True, id="a later hit counts"),
        pytest.param("AI-made", "ai", True, id="hyphen is an edge"),
        pytest.param("Rust in climate\n  change reports", "climate change", True, id="phrase"),
        pytest.param("climate of change", "climate change", False, id="words apart"),
        pytest.param("Die STRASSE ist lang", "Straße", True, id="sharp s"),
        pytest.param("Le cafe\u0301 ferme", "café", True, id="composed and decomposed"),
        pytest.param("Le café ferme", "caf", False, id="accented letter continues the word"),
        pytest.param("Modern C++ tips", "c++", True, id="keyword of signs"),
        pytest.param("हिन्दी में", "हिन", False, id="combining mark continues the word"),
        pytest.param("हिन्दी में", "हिन्दी", True, id="Devanagari word"),
        pytest.param("最新人工智能技术", "人工智能", True, id="Chinese has no spaces"),
        pytest.param("最新AI技術", "AI", True, id="Latin within Japanese"),
        pytest.param("ＡＩ news", "ai", True, id="full-width letters"),
        pytest.param("co\u00adoperate now", "cooperate", True, id="soft hyphen"),
        pytest.param("anything", "", False, id="no keyword"),
    ],
)
def test_holds_words(text: str, words: str, *, found: bool) -> None:
    """Whole words are found, whatever their case, form or script."""
    assert holds_words(fold(text), fold(words)) is found


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("<p>One</p><p>two</p>", "One two", id="blocks part words"),
        pytest.param("A <b>b</b>ig <a href='x'>link</a>.", "A big link.", id="inline does not"),
        pytest.param('<img alt="a > b">Text', "Text", id="bracket in an attribute"),
        pytest.param("Fish &amp; chips &lt;now&gt;", "Fish & chips <now>", id="entities"),
        pytest.param(
            "<figure><img src='x'><figcaption>Photo: me</figcaption></figure><p>Go</p>",
            "Go",
            id="captions are no text",
        ),
        pytest.param("<h3>Why</h3><p>Go now.</p>", "Go now.", id="headings are no sentences"),
        pytest.param("<h2 id='a'>Closed today</h2>", "Closed today", id="a heading alone"),
        pytest.param("a<br>b<!-- c -->d", "a b d", id="line break and comment"),
        pytest.param("1 < 2", "1 < 2", id="a lone bracket"),
    ],
)
def test_plain_text(markup: str, text: str) -> None:
    """HTML is read as its words, spaced as a browser would show them."""
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("one two  three", 3), ("四个汉字", 2), ("naïve 漢字 text", 3)],
    ids=["none", "spaced", "Chinese", "mixed"],
)
def test_count_words(text: str, count: int) -> None:
    """Words are counted by spaces; two ideographs count as one."""
    assert count_words(text) == count


def test_fold_title_ignores_punctuation() -> None:
    """Titles compare without case, quotes, dashes and end marks."""
    assert fold_title("“Hello”, World – again!") == fold_title("hello world: again")


@given(text=st.text(max_size=60))
def test_lines_are_single_and_folding_is_stable(text: str) -> None:
    """One line has no line breaks or controls, and a folded text folds to itself."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == one_line(line)
    assert fold(fold(text)) == fold(text)
