"""Excerpts: where a text is cut, and how long it takes to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.excerpts import excerpt, minutes_for, shorten

SENTENCES = "One two three four. Five six seven eight nine ten. Eleven twelve thirteen."


@pytest.mark.parametrize(
    ("text", "words", "cut"),
    [
        pytest.param("Short text.", 5, "Short text.", id="fits"),
        pytest.param(
            SENTENCES,
            11,
            "One two three four. Five six seven eight nine ten.",
            id="sentence end in the last third",
        ),
        pytest.param(
            SENTENCES, 9, "One two three four. Five six seven eight nine…", id="at a word"
        ),
        pytest.param("Red, green, blue, white, black", 3, "Red, green, blue…", id="comma dropped"),
        pytest.param("We came – and then – we went", 4, "We came – and then…", id="dash dropped"),
        pytest.param("He said (that is all there", 3, "He said (that…", id="word in brackets"),
        pytest.param("He said ( that is all", 3, "He said ( that…", id="lone bracket inside"),
        pytest.param(
            "Ask Dr. Miller about Mr. Jones today", 5, "Ask Dr. Miller about Mr…", id="titles"
        ),
        pytest.param("All the U.S. Congress voted on it", 3, "All the U.S…", id="initials"),
        pytest.param("We use e.g. Python here now", 3, "We use e.g…", id="lower-case abbreviation"),
        pytest.param("Did it work? Yes it did work", 3, "Did it work?", id="question"),
        pytest.param("“It did work.” Then it did not", 3, "“It did work.”", id="closing quote"),
        pytest.param("版权法改革。委员会将投票表决。", 3, "版权法改革。", id="Chinese sentence"),
        pytest.param("版权法改革委员会将投票表决", 3, "版权法改革委…", id="Chinese, no sentence"),
        pytest.param("The beginning only [...]", 9, "The beginning only…", id="cut by the feed"),
        pytest.param("The beginning, […]", 9, "The beginning…", id="cut by the feed at a comma"),
        pytest.param("Two\n\tlines  here", 9, "Two lines here", id="white space"),
        pytest.param("", 9, "", id="nothing"),
        pytest.param("word", 0, "", id="no room"),
        pytest.param("x" * 500, 9, "", id="a word that is none"),
    ],
)
def test_excerpt(text: str, words: int, cut: str) -> None:
    """A text is cut after a sentence or a word, with no mark left hanging."""
    assert excerpt(text, words) == cut


@given(
    text=st.lists(
        st.one_of(
            st.from_regex(r"[\"(“]?[A-Za-zé]{1,9}[.,;:!?)”\"]{0,2}", fullmatch=True),
            st.sampled_from(["–", "&", "“", "(", "…", "e.g.", "3.5", "100%"]),
        ),
        max_size=40,
    ).map(" ".join),
    words=st.integers(1, 30),
)
def test_excerpts_keep_words_whole(text: str, words: int) -> None:
    """An excerpt's words are the text's first ones, within the limit, and its end is clean."""
    cut = excerpt(text, words)
    source = text.split()
    got = cut.split()
    assert sum(any(map(str.isalnum, word)) for word in got) <= words
    assert got[:-1] == source[: max(0, len(got) - 1)]
    if got:
        assert source[len(got) - 1].startswith(got[-1].removesuffix("…"))
    if cut.endswith("…"):
        assert not cut.removesuffix("…").endswith((" ", ",", ";", ":", "–", "(", "“", "&", "."))
    elif cut:
        assert cut == text or cut.endswith((".", "!", "?", ")", "”", '"', "…"))


@given(text=st.text(max_size=80), characters=st.integers(1, 60))
def test_shorten_keeps_to_its_limit(text: str, characters: int) -> None:
    """A shortened line is the line itself or its beginning with an ellipsis, never longer."""
    short = shorten(text, characters)
    assert len(short) <= characters
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param("The quick brown fox, jumps", "The quick brown fox…", id="after a word"),
        pytest.param("A" * 40, "A" * 20 + "…", id="an endless word is cut inside"),
        pytest.param("Exactly twenty-one ch", "Exactly twenty-one ch", id="fits exactly"),
        pytest.param(
            "Twenty characters xx yes", "Twenty characters xx…", id="a word that just fits"
        ),
    ],
)
def test_shorten(text: str, short: str) -> None:
    """A line of 21 characters is cut after a word where that leaves half of it."""
    assert shorten(text, 21) == short


@pytest.mark.parametrize(
    ("words", "minutes"), [(0, 1), (1, 1), (220, 1), (221, 2), (2200, 10)], ids=str
)
def test_reading_minutes(words: int, minutes: int) -> None:
    """Reading time is rounded up at 220 words a minute, and never zero."""
    assert minutes_for(words) == minutes
