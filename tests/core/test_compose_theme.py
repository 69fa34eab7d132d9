"""A theme's colours: read, checked, and readable."""

from collections.abc import Callable

import pytest

from digest.compose.contrast import contrast, inverted_contrast
from digest.compose.theme import Palette, parse_theme
from digest.errors import TemplateError
from digest.resources import TEMPLATES

CLASSIC = (TEMPLATES / "email/classic/theme.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["classic", "briefing", "roundup"])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ratio", [contrast, inverted_contrast], ids=["as is", "inverted"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "surface"),
        ("muted", "surface"),
        ("accent", "surface"),
        ("muted", "background"),
        ("muted", "quote"),
        ("text", "quote"),
        ("on_accent", "accent"),
    ],
)
def test_every_pair_can_be_read(
    theme: str, mode: str, ratio: Callable[[str, str], float], text: str, ground: str
) -> None:
    """Checks 25 to 27: at least 4.5:1 in light, in dark, and when a client inverts."""
    source = (TEMPLATES / f"email/{theme}/theme.toml").read_text(encoding="utf-8")
    palette: Palette = getattr(parse_theme(source, file="theme.toml"), mode)

    assert ratio(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#0b5cad", "#05a", "light.accent: is not a colour"),
        ("#0b5cad", "blue", "light.accent: is not a colour"),
        ("accent = ", "acent = ", "light.accent: is not a colour"),
        ("[light]", '[light]\nextra = "#000000"', "light.extra: is no colour of a theme"),
        ("[dark]", "[night]", "dark.background: is not a colour"),
        ("[light]", "[light", "theme.toml:4: Expected ']'"),
    ],
    ids=["three digits", "name", "missing", "unknown", "no table", "no TOML"],
)
def test_a_wrong_theme_is_explained(old: str, new: str, message: str) -> None:
    """What is wrong is named by file, table and colour."""
    with pytest.raises(TemplateError) as caught:
        parse_theme(CLASSIC.replace(old, new, 1), file="theme.toml")

    assert message in str(caught.value)
