"""Every theme in a real browser: nothing scrolls sideways, is cut off, too small or too faint."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.golden.contents import CONTENTS, THEMES
from tests.golden.rendering import EVERY, proof
from tests.golden.screens import WIDTHS, Device, browsing, difference, faint, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
SCHEMES = ("light", "dark", "forced")
MATRIX = (
    *(
        Device(width=width, scheme=scheme, images=images)
        for width in WIDTHS
        for scheme in SCHEMES
        for images in (True, False)
    ),
    Device(enlarged=True),
    Device(width=800, enlarged=True),
)
# The column's 552 px are 75 letters of 0.46 em. Machines for tests have the metrics of Arial (0.42
# and more) for the sans themes, and for Georgia those of Times (0.38): docs/preflight.md.
FEWEST = 45
MOST = {"classic": 83, "briefing": 83, "roundup": 86}
# Their letters are no measure of ours.
OTHER_SCRIPTS = frozenset({"arabic", "cjk", "hostile"})


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    with browsing(chromium) as opened:
        yield opened


def faults(browser: "Browser", device: Device) -> dict[str, tuple[str, ...]]:
    """What is wrong on a device, by theme and content."""
    with looking(browser, device) as screen:
        seen = {pair: screen.show(proof(*pair).source) for pair in EVERY}
    return {"-".join(pair): each.faults for pair, each in seen.items() if each.faults}


@pytest.mark.parametrize(
    "device",
    [Device(width=320), Device(width=600, images=False), Device(width=320, enlarged=True)],
    ids=lambda device: device.label,
)
def test_every_mail_fits_its_screen(browser: "Browser", device: Device) -> None:
    """Nothing scrolls sideways or is cut off, buttons are 44 px high, pictures have words.

    Letters of twice the size change nothing about that (WCAG 2.2, 1.4.4).
    """
    assert faults(browser, device) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_lines_are_of_a_readable_length(browser: "Browser", theme: str) -> None:
    """Where the column is 600 px wide, a full line holds 45 characters, and what 552 px can."""
    with looking(browser, Device()) as screen:
        for name in CONTENTS.keys() - OTHER_SCRIPTS:
            lines = screen.show(proof(theme, name).source).lines
            assert all(FEWEST <= characters <= MOST[theme] for characters in lines), (name, lines)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("theme", THEMES)
def test_what_is_drawn_can_be_read(browser: "Browser", theme: str, scheme: str) -> None:
    """In the pixels of light, dark and inverted mails, every text stands out from its ground."""
    with looking(browser, Device(scheme=scheme), scale=2) as screen:
        seen = screen.show(proof(theme, "roundup").source)
        picture = screen.picture(tallest=2_500)
        assert seen.texts
        assert list(faint(seen, picture, scale=2)) == []


def test_what_cannot_be_read_is_noticed(browser: "Browser") -> None:
    """A faint text, one too wide and a low button are told: the eye of these tests sees."""
    page = (
        '<body style="margin:0;background-color:#fff"><p style="color:#bbb">A faint line</p>'
        '<p style="white-space:nowrap">' + "wide " * 200 + "</p>"
        '<a href="https://a.example" style="display:inline-block;line-height:20px">Low</a>'
    )
    with looking(browser, Device(), scale=2) as screen:
        seen = screen.show(page)
        (told,) = faint(seen, screen.picture(), scale=2)
    assert "A faint line" in told
    assert any("sideways" in fault for fault in seen.faults)
    assert any(fault.startswith("button of") for fault in seen.faults)


def test_pictures_of_the_same_mail_are_alike(browser: "Browser") -> None:
    """What the gallery compares is the same from one drawing to the next, and differs in dark."""
    source = proof("briefing", "short").source
    with looking(browser, Device()) as screen:
        screen.show(source)
        first = screen.picture()
        screen.show(source)
        second = screen.picture()
    with looking(browser, Device(scheme="dark")) as screen:
        screen.show(source)
        dark = screen.picture()
    assert difference(first, second) <= 0.002
    assert difference(first, dark) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("device", MATRIX, ids=lambda device: device.label)
def test_the_whole_matrix(browser: "Browser", device: Device) -> None:
    """Each content in each theme on each device: fits, and can be read where it is drawn."""
    with looking(browser, device, scale=2) as screen:
        for theme, name in EVERY:
            seen = screen.show(proof(theme, name).source)
            assert seen.faults == (), (theme, name)
            picture = screen.picture(tallest=2_500)
            assert list(faint(seen, picture, scale=2)) == [], (theme, name)
