"""Contrast: measured as WCAG does, and after a client's inversion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.contrast import (
    READABLE,
    contrast,
    inverted_contrast,
    least_contrast,
    readable_shade,
)

COLOURS = st.from_regex("#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
    ids=["most", "grey", "red"],
)
def test_ratios_are_those_of_wcag(one: str, other: str, ratio: float) -> None:
    """Known pairs have their known ratios, whichever stands on which."""
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_inversion_can_cost_contrast() -> None:
    """A colour that can just be read on white cannot, once the client turned both."""
    assert contrast("#767676", "#ffffff") >= READABLE > inverted_contrast("#767676", "#ffffff")


@given(COLOURS, st.sampled_from(["#ffffff", "#f3f0ea", "#121212", "#1d1c18", "#181c22"]))
def test_a_readable_shade_is_readable(colour: str, ground: str) -> None:
    """On every theme's ground each colour has a shade that passes; one that does stays itself."""
    shade = readable_shade(colour, ground)
    assert least_contrast(shade, ground) >= READABLE
    if least_contrast(colour, ground) >= READABLE:
        assert shade == colour


def test_a_middling_ground_may_have_none() -> None:
    """Where nothing can be read, no shade is proposed."""
    assert readable_shade("#777777", "#7a7a7a") == ""
