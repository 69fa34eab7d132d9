"""[brand] in a newsletter's file, and the theme of its roundups."""

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError
from digest.model import Brand, BrandLink, Logo
from tests.core.mistakes import FILES, write

WEEKLY = FILES["newsletters/weekly.toml"]


def weekly(folder: Path, below: str = "") -> Path:
    """A folder whose newsletter has more at its end."""
    write(folder, FILES | {"newsletters/weekly.toml": f"{WEEKLY}\n{below}"})
    return folder


def test_what_is_written_arrives(tmp_path: Path) -> None:
    """Logo, colours and links reach the newsletter."""
    table = (
        '[brand]\nlogo = "/media/logo.png"\nlogo_dark = "https://a.example/night.png"\n'
        'logo_width = 200\naccent = "#7A1FA2"\naccent_dark = "#d9a6f0"\n'
        'links = [{ label = "Mastodon", url = "https://social.example/@weekly" }]\n'
    )
    newsletter = load_config(weekly(tmp_path, table), environment={}).newsletter("weekly")
    assert newsletter.brand == Brand(
        logo=Logo(url="/media/logo.png", dark_url="https://a.example/night.png", width=200),
        accent="#7a1fa2",
        accent_dark="#d9a6f0",
        links=(BrandLink(label="Mastodon", url="https://social.example/@weekly"),),
    )


def test_nothing_need_be_written(tmp_path: Path) -> None:
    """Without the tables there is no brand, and roundups have the theme made for them."""
    newsletter = load_config(weekly(tmp_path), environment={}).newsletter("weekly")
    assert newsletter.brand == Brand()
    assert newsletter.standing.theme == "roundup"


@pytest.mark.parametrize(
    ("lines", "field", "message", "fix"),
    [
        ('[brand]\naccent = "#05a"', "brand.accent", "six digits", "#0b5cad"),
        ('[brand]\naccent = "blue"', "brand.accent", "six digits", "#0b5cad"),
        ('[brand]\nlogo = "logo.png"', "brand.logo", "", ""),
        ('[brand]\nlogo = "/media/logo.svg"', "brand.logo", "do not show", "PNG"),
        ("[brand]\nlogo_width = 900", "brand.logo_width", "from 24 to 552", ""),
        (
            '[brand]\nlinks = [{ label = "A", url = "mailto:a@b.example" }]',
            "brand.links[1].url",
            "",
            "",
        ),
        ('[roundup]\ntheme = "roundupp"', "roundup.theme", "no theme", '"roundup"'),
    ],
    ids=["three digits", "name", "path", "svg", "width", "link", "theme"],
)
def test_mistakes_are_explained(
    lines: str, field: str, message: str, fix: str, tmp_path: Path
) -> None:
    """Each mistake is one problem, at its key."""
    with pytest.raises(ConfigError) as caught:
        load_config(weekly(tmp_path, lines + "\n"), environment={})
    (problem,) = caught.value.problems
    assert problem.field == field
    assert message in problem.message
    assert fix in problem.fix
