"""CSS, colours and computed looks: what the checks of type and colour stand on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.preflight.computed import DARK, INVERTED, LIGHT, OUTLOOK_DARK, Mode
from digest.compose.preflight.contrast import (
    BLACK,
    WHITE,
    Colour,
    contrast,
    inverted_ground,
    inverted_text,
    parse_colour,
)
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.stylesheet import declarations, style_rules

CHANNEL = st.integers(min_value=0, max_value=255)
COLOURS = st.builds(Colour, CHANNEL, CHANNEL, CHANNEL)

NOTATIONS = {
    "#abc": "#aabbcc",
    "#0B5CAD": "#0b5cad",
    "white": "#ffffff",
    "rgb(1, 2, 3)": "#010203",
    "rgb(100% 0% 0%)": "#ff0000",
    "hsl(120, 100%, 25%)": "#008000",
}


@pytest.mark.parametrize(("text", "means"), NOTATIONS.items(), ids=NOTATIONS)
def test_notations_of_colours(text: str, means: str) -> None:
    """Each CSS notation gives its sRGB colour."""
    assert str(parse_colour(text)) == means


@pytest.mark.parametrize("text", ["", "inherit", "#12345", "rgb(1,2)", "#²²²", "url(a)"])
def test_what_is_no_colour(text: str) -> None:
    """Anything else is None, not an error."""
    assert parse_colour(text) is None


def test_contrast_of_known_pairs() -> None:
    """Black on white is 21; #767676 is the lightest grey that reaches 4.5 on white."""
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(Colour(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(Colour(0x77, 0x77, 0x77), WHITE) < 4.5


def test_inversion_follows_its_formula() -> None:
    """White turns to a lightness of 12.5, black text to 87.5; what fits already stays."""
    assert str(inverted_ground(WHITE)) == "#212121"
    assert str(inverted_text(BLACK)) == "#dbdbdb"
    assert inverted_ground(BLACK) == BLACK
    assert inverted_text(WHITE) == WHITE


@given(COLOURS)
def test_inverted_channels_are_colours(colour: Colour) -> None:
    """Whatever is inverted stays within sRGB."""
    for turned in (inverted_ground(colour), inverted_text(colour)):
        assert all(0 <= channel <= 255 for channel in turned.channels)


def test_declarations_keep_what_quotes_and_brackets_hold() -> None:
    """A semicolon inside either ends nothing; an empty piece is dropped."""
    found = declarations("a:url(x;y);b:'c;d' !IMPORTANT;;e;F: g /* h:i */")
    assert [(each.name, each.value, each.important) for each in found] == [
        ("a", "url(x;y)", False),
        ("b", "'c;d'", True),
        ("f", "g", False),
    ]


def test_rules_know_what_they_stand_in() -> None:
    """Nested at-rules hold their rules, and an unclosed rule counts."""
    first, second, third = style_rules(
        "@import 'x'; a,b{c:d} @media screen{@supports (x:y){e{f:g}}} h{i:j"
    )
    assert first.selectors == ("a", "b")
    assert (second.selectors, second.within) == (("e",), ("@media screen", "@supports (x:y)"))
    assert (third.selectors, third.within) == (("h",), ())


CONDITIONS = {
    "screen": (True, True),
    "print": (False, False),
    "(max-width:600px)": (False, False),
    "only screen and (min-width:480px)": (True, True),
    "(prefers-color-scheme:dark)": (False, True),
    "print, (prefers-color-scheme: light)": (True, False),
}


@pytest.mark.parametrize(("query", "holds"), CONDITIONS.items(), ids=CONDITIONS)
def test_conditions_hold_on_a_desktop(query: str, holds: tuple[bool, bool]) -> None:
    """For a reader of light mails and for one of dark ones."""
    (rule,) = style_rules(f"@media {query}{{a{{b:c}}}}")
    assert (rule.applies("light"), rule.applies("dark")) == holds


def look_of(source: str, mode: Mode = LIGHT) -> tuple[str, str]:
    """The colours of the only <i>: its text and what is behind it."""
    looked = Proof(source=source).looks(mode)
    (look,) = (look for element, look in looked.items() if element.tag == "i")
    return str(look.colour), str(look.ground)


CASCADE = {
    "inherited": ('<p style="color:#111;background:#eee"><i>x', ("#111111", "#eeeeee")),
    "nearest ground": ('<p bgcolor="#aaa"><b style="background:#ddd"><i>x', ("#000000", "#dddddd")),
    "attribute over block": (
        '<style>i{color:#111}</style><i style="color:#222">x',
        ("#222222", "#ffffff"),
    ),
    "important over attribute": (
        '<style>i{color:#111!important}</style><i style="color:#222">x',
        ("#111111", "#ffffff"),
    ),
    "class over type": (
        "<style>.a{color:#111}i{color:#222}</style><i class=a>",
        ("#111111", "#ffffff"),
    ),
    "translucent": ('<i style="background:rgba(0,0,0,.5)">x', ("#000000", "#808080")),
    "picture": ('<p style="background:url(a.png)"><i>x', ("#000000", "None")),
    "picture and colour": ('<p style="background:#123456 url(a.png)"><i>x', ("#000000", "#123456")),
    "font": ('<font color="#123456"><i>x', ("#123456", "#ffffff")),
    "link": ('<a href="x"><i>x', ("#0000ee", "#ffffff")),
}  # fmt: skip


@pytest.mark.parametrize(("source", "means"), CASCADE.values(), ids=CASCADE)
def test_colours_come_down_the_tree(source: str, means: tuple[str, str]) -> None:
    """Cascade, inheritance and old attributes, as a client sees them."""
    assert look_of(source) == means


def test_each_mode_heeds_its_own_rules() -> None:
    """Dark ones where asked for, Outlook's where it inverts, neither in plain inversion."""
    source = (
        "<style>@media (prefers-color-scheme:dark){i{color:#ccc!important}}"
        "[data-ogsc] i{color:#0f0!important}</style>"
        '<p style="background:#fff"><i style="color:#000">x'
    )
    assert look_of(source) == ("#000000", "#ffffff")
    assert look_of(source, DARK) == ("#cccccc", "#ffffff")
    assert look_of(source, INVERTED) == ("#dbdbdb", "#212121")
    assert look_of(source, OUTLOOK_DARK) == ("#00ff00", "#212121")
