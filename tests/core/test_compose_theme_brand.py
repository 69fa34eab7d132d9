"""A brand in a mail: logo, colour and links, and the colours that cannot be read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from digest.compose.contrast import READABLE, least_contrast
from digest.compose.render import IssueRenderer, check_brands
from digest.errors import TemplateError
from digest.model import Brand, BrandLink, Logo, Newsletter
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL

THEMES = ("classic", "briefing", "roundup")
LOGO = Logo(url="/media/logo.png", dark_url="https://pictures.example/night.png", width=200)
LINKS = (BrandLink(label="Letters & notes", url="https://social.example/@harbour"),)


def branded(brand: Brand, theme: str = "classic") -> Newsletter:
    return replace(NEWSLETTER, brand=brand, theme=theme)


def render(newsletter: Newsletter) -> tuple[str, str]:
    renderer = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
    rendered = renderer.render(ISSUE, newsletter)
    return rendered.html, rendered.text


@pytest.mark.parametrize("theme", THEMES)
def test_a_logo_stands_for_the_name(theme: str) -> None:
    """Both variants are named, sized and linked; dark clients swap them, Outlook has the first."""
    html, _ = render(branded(Brand(logo=LOGO), theme))
    light, dark = re.findall(r'<img class="logo [^>]*>', html)
    assert f'src="{PUBLIC_URL}/media/logo.png"' in light
    assert 'src="https://pictures.example/night.png"' in dark
    for image in (light, dark):
        assert f'alt="{NEWSLETTER.name}"' in image
        assert 'width="200"' in image
    assert "display:none" in dark
    assert f"<!--[if !mso]><!-->{dark}<!--<![endif]-->" in html
    for within in ("", "[data-ogsc] "):
        assert f"{within}.dark-only{{display:block!important}}" in html
    assert 'class="name"' not in html


def test_one_logo_serves_both() -> None:
    """Without a dark variant nothing is swapped; without a logo there is no rule for one."""
    html, _ = render(branded(Brand(logo=replace(LOGO, dark_url=""))))
    assert len(re.findall(r'<img class="logo"', html)) == 1
    assert "dark-only{display:block" not in html
    assert ".logo" not in render(NEWSLETTER)[0]


@pytest.mark.parametrize("theme", THEMES)
def test_links_stand_in_both_parts(theme: str) -> None:
    """Each link has its label in HTML and its address in text."""
    html, text = render(branded(Brand(links=LINKS), theme))
    assert re.search(r'href="https://social.example/@harbour"[^>]*>Letters &amp; notes</a>', html)
    assert "Letters & notes: https://social.example/@harbour\n" in text


@pytest.mark.parametrize("theme", THEMES)
def test_an_accent_takes_the_themes_place(theme: str) -> None:
    """The theme's own is nowhere left; dark mode has a shade that can be read there."""
    html, _ = render(branded(Brand(accent="#7a1fa2"), theme))
    plain, _ = render(branded(Brand(), theme))
    accent = re.search(r"^\.name{[^}]*color:(#\w{6})", plain, re.MULTILINE)
    dark = re.search(r"^\[data-ogsc\] \.name[^}]*color:(#\w{6})", html, re.MULTILINE)
    ground = re.search(r"^\[data-ogsc\] \.surface{background-color:(#\w{6})", html, re.MULTILINE)
    assert accent
    assert dark
    assert ground
    assert accent[1] not in html
    assert "#7a1fa2" in html
    assert least_contrast(dark[1], ground[1]) >= READABLE


@pytest.mark.parametrize("accent", ["#7a1fa2", "#000000", "#8a2b3a"])
def test_a_buttons_label_can_be_read(accent: str) -> None:
    """Whatever the accent, the words on a button pass, in light and in dark."""
    html, _ = render(branded(Brand(accent=accent)))
    for within in ("", r"\[data-ogsc\] "):
        ground = re.search(rf"^{within}\.button{{background-color:(#\w{{6}})", html, re.MULTILINE)
        label = re.search(rf"^{within}\.button-link{{[^}}]*?color:(#\w{{6}})", html, re.MULTILINE)
        assert ground
        assert label
        assert least_contrast(label[1], ground[1]) >= READABLE


@pytest.mark.parametrize(
    ("brand", "field", "message"),
    [
        (Brand(accent="#ffcc00"), "brand.accent", "#ffcc00 on #ffffff has a contrast of 1.5:1"),
        (Brand(accent="#767676"), "brand.accent", "where a mail client inverts"),
        (Brand(accent="#7a1fa2", accent_dark="#3a0f52"), "brand.accent_dark", "on #181c22"),
    ],
    ids=["light", "inverted", "dark"],
)
def test_a_colour_that_cannot_be_read_is_an_error(brand: Brand, field: str, message: str) -> None:
    """The file, the key, the ratio and a shade that passes are named."""
    with pytest.raises(TemplateError) as caught:
        render(branded(brand))
    problem = caught.value.problem
    assert (problem.file, problem.field) == ("newsletters/weekly.toml", field)
    assert message in problem.message
    assert "needs 4.5:1" in problem.message
    shade = re.search(r'"(#\w{6})"', problem.fix)
    assert shade
    mended = {field.removeprefix("brand."): shade[1]}
    fixed = replace(brand, **mended)  # type: ignore[arg-type] # one of its colours
    assert render(branded(fixed))


def test_check_finds_it_before_an_issue_does() -> None:
    """Each key once, though several themes' grounds fail; a brand that passes has no problem."""
    folders = (Path("/nonexistent"), TEMPLATES)
    (problem,) = check_brands(folders, [branded(Brand(accent="#ffcc00"))])
    assert problem.field == "brand.accent"
    assert not list(check_brands(folders, [NEWSLETTER, branded(Brand(accent="#7a1fa2"))]))
