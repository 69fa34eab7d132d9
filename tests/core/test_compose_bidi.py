"""Texts of one direction among the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.bidi import CONTROLS, embedded, writing_direction

RLM, LRE, PDF = "\u200f", "\u202a", "\u202c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pier Two", "ltr"),
        ("رسالة", "rtl"),
        ("iPhone يصل إلى ثلاثة أسواق جديدة", "rtl"),
        ("שלום", "rtl"),
        ("2026 – 14 %", ""),
        ("", ""),
    ],
    ids=["latin", "arabic", "mixed", "hebrew", "numbers", "empty"],
)
def test_most_letters_decide(text: str, expected: str) -> None:
    """A headline's direction is that of most of its letters; numbers have none."""
    assert writing_direction(text) == expected


def test_other_text_is_embedded() -> None:
    """Its punctuation stays with it, and the numbers beside it do not."""
    assert embedded("Tides?", within="rtl") == f"{RLM}{LRE}Tides?{PDF}{RLM}"
    assert embedded("مدّ؟", within="ltr") == "\u200e\u202bمدّ؟\u202c\u200e"


@given(st.text(), st.sampled_from(["ltr", "rtl"]))
def test_only_controls_are_added(text: str, within: str) -> None:
    """The text itself stays whole; text of the same direction stays as it is."""
    made = embedded(text, within=within)
    assert made == text or made.strip(CONTROLS) == text.strip(CONTROLS)
    if writing_direction(text) in {"", within}:
        assert made == text
