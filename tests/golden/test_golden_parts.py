"""Every theme with every content: the HTML's structure and the text part are as they were.

`make golden` writes them anew; the difference is for the one who reviews it.
"""

from pathlib import Path

import pytest

from digest.compose.preflight import CRAFT, inspect
from tests.golden.contents import CONTENTS, THEMES
from tests.golden.outline import outline, styles
from tests.golden.rendering import EVERY, proof

EXPECTED = Path(__file__).with_name("expected")
IDS = [f"{theme}-{name}" for theme, name in EVERY]


@pytest.fixture
def renews(request: pytest.FixtureRequest) -> bool:
    """Whether the expectations are to be written anew."""
    return bool(request.config.getoption("--renew-golden"))


def compare(path: Path, found: str, *, renews: bool) -> None:
    """Hold a text against the file, or make it the file's."""
    if renews:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.encode())
    assert path.exists(), f"{path.name} is missing: make golden"
    assert found == path.read_bytes().decode(), (
        f"{path.name} differs; if that is meant: make golden"
    )


@pytest.mark.parametrize(("theme", "name"), EVERY, ids=IDS)
def test_the_html_is_built_as_it_was(theme: str, name: str, *, renews: bool) -> None:
    """The tree's outline is that of the file: elements, attributes, where each text begins."""
    found = outline(proof(theme, name).source)
    compare(EXPECTED / theme / f"{name}.outline", found, renews=renews)


@pytest.mark.parametrize(("theme", "name"), EVERY, ids=IDS)
def test_the_text_is_what_it_was(theme: str, name: str, *, renews: bool) -> None:
    """The text part is that of the file, character by character."""
    compare(EXPECTED / theme / f"{name}.txt", proof(theme, name).text, renews=renews)


@pytest.mark.parametrize("theme", THEMES)
def test_the_styles_are_what_they_were(theme: str, *, renews: bool) -> None:
    """Each class has the styles of the file, inlined and in the head."""
    found = styles(proof(theme, name).source for name in CONTENTS if name != "arabic")
    compare(EXPECTED / theme / "styles.outline", found, renews=renews)


@pytest.mark.parametrize(("theme", "name"), EVERY, ids=IDS)
def test_the_craft_is_without_fault(theme: str, name: str) -> None:
    """No rule of the craft checklist finds anything, whatever the content."""
    assert inspect(proof(theme, name), CRAFT) == ()


@pytest.mark.parametrize("theme", THEMES)
def test_sizes_stay_within_what_clients_show(theme: str) -> None:
    """Sixty stories are under 85 KiB, their styles under 8,192 B; a roundup is under 40 KiB."""
    assert len(proof(theme, "long").source.encode()) < 85 * 1024
    assert len(proof(theme, "roundup").source.encode()) < 40 * 1024
    blocks = (block.text or "" for block in proof(theme, "long").document.iter("style"))
    assert sum(len(block.encode()) for block in blocks) <= 8192
