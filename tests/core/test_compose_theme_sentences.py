"""The first sentence of a text, for a reader with a minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.sentences import SENTENCE_WORDS, first_sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("The quay is open. Boats are back.", "The quay is open."),
        ("Is it open? It is.", "Is it open?"),
        ("“It is open.” So says Low.", "“It is open.”"),
        ("Dr. Low met J. Marsh at St. Anne’s. They talked.", "Dr. Low met J. Marsh at St. Anne’s."),
        ("It rose by 2.5 m, e.g. Mondays. Then fell.", "It rose by 2.5 m, e.g. Mondays."),
        ("No end here", "No end here"),
        ("Cut by the feed…", "Cut by the feed…"),
        ("", ""),
    ],
    ids=["stop", "question", "quoted", "titles", "numbers", "endless", "cut", "empty"],
)
def test_sentences_end_where_people_end_them(text: str, sentence: str) -> None:
    """Marks and capitals end a sentence; titles, initials and numbers do not."""
    assert first_sentence(text) == sentence


def test_a_long_sentence_is_cut() -> None:
    """Twenty-five words, no loose comma, and an ellipsis."""
    words = [f"word{n}," for n in range(40)]
    assert first_sentence(" ".join(words)) == " ".join(words[:25]).removesuffix(",") + "…"


@given(st.text(st.sampled_from("aB.!? ,”\u00a0"), max_size=300))
def test_never_more_than_its_words(text: str) -> None:
    """Whatever the text, at most twenty-five words of its beginning are left."""
    sentence = first_sentence(text)
    assert len(sentence.split()) <= SENTENCE_WORDS
    assert text.startswith((sentence, sentence.removesuffix("…")))
