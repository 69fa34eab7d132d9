"""The gallery: a page that shows every theme with every content on every device, and its text.

    python -m tests.golden.gallery [FOLDER] [--against FOLDER] [--only THEME-CONTENT …]

``--against`` compares with an earlier gallery: what differs for the eye is marked, and the command
exits with 1.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests.golden.contents import CONTENTS, THEMES
from tests.golden.rendering import EVERY, proof
from tests.golden.screens import WIDTHS, Device, browsing, difference, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
DEVICES = (
    *(Device(width=width, scheme=scheme) for width in WIDTHS for scheme in ("light", "dark")),
    Device(scheme="forced"),
    Device(width=320, scheme="forced"),
    Device(images=False),
    Device(enlarged=True),
    Device(width=320, enlarged=True),
)
# Fonts are drawn a little differently from run to run.
_SAME = 0.002
_TALLEST = 2_400
_STYLE = """:root{color-scheme:light dark}body{margin:2rem;font:16px/1.5 system-ui,sans-serif}
section{margin:0 0 3rem}.row{display:flex;gap:1rem;overflow-x:auto;align-items:flex-start}
figure{margin:0;flex:none}figcaption{font-weight:bold;margin:0 0 .5rem}
img{border:1px solid #8888;max-height:80vh;width:auto;display:block}
.fault{color:#c22}pre{max-height:80vh;overflow:auto;border:1px solid #8888;padding:1rem;margin:0}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture of a mail on a device, and what is wrong with it."""

    theme: str
    content: str
    device: Device
    file: str
    faults: tuple[str, ...]


def main() -> None:
    """Build the gallery."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("build/gallery"))
    arguments.add_argument("--against", type=Path, help="an earlier gallery to compare with")
    arguments.add_argument("--only", nargs="*", default=(), metavar="THEME-CONTENT")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    wanted = [pair for pair in EVERY if not given.only or "-".join(pair) in given.only]
    with browsing(CHROMIUM) as browser:
        shots = [
            shot
            for device in DEVICES
            for shot in _shots(browser, device, wanted, given.folder, given.against)
        ]
    page = given.folder / "index.html"
    page.write_text(_page(shots, wanted), encoding="utf-8")
    faulty = [shot for shot in shots if shot.faults]
    told = [f"{shot.file}: {'; '.join(shot.faults)}" for shot in faulty]
    figures = f"pictures {len(shots)}", f"with_faults {len(faulty)}", f"gallery {page}"
    sys.stdout.write("\n".join((*told, *figures, "")))
    sys.exit(1 if faulty else 0)


def _shots(
    browser: "Browser",
    device: Device,
    wanted: Sequence[tuple[str, str]],
    folder: Path,
    against: Path | None,
) -> Iterator[Shot]:
    with looking(browser, device) as screen:
        for theme, content in wanted:
            seen = screen.show(proof(theme, content).source)
            picture = screen.picture(tallest=_TALLEST)
            name = f"{theme}-{content}-{device.label.replace(' · ', '-').replace(' ', '')}.png"
            changed = _changed(picture, against / name) if against else ()
            picture.save(folder / name)
            yield Shot(
                theme=theme,
                content=content,
                device=device,
                file=name,
                faults=(*seen.faults, *changed),
            )


def _changed(picture: Image.Image, earlier: Path) -> tuple[str, ...]:
    if not earlier.exists():
        return (f"{earlier.name} was not there before",)
    with Image.open(earlier) as before:
        share = difference(picture, before.convert("RGB"))
    return (f"{share:.1%} of it differs",) if share > _SAME else ()


def _page(shots: Sequence[Shot], wanted: Sequence[tuple[str, str]]) -> str:
    sections = "".join(
        _section(theme, content, [s for s in shots if (s.theme, s.content) == (theme, content)])
        for content in CONTENTS
        for theme in THEMES
        if (theme, content) in wanted
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title>'
        f"<style>{_STYLE}</style><h1>Every theme, every content, every device</h1>{sections}"
    )


def _section(theme: str, content: str, shots: Sequence[Shot]) -> str:
    figures = "".join(
        f"<figure><figcaption>{escape(shot.device.label)}</figcaption>"
        f'<img loading="lazy" src="{escape(shot.file)}" alt="">'
        f'<p class="fault">{"<br>".join(map(escape, shot.faults))}</p></figure>'
        for shot in shots
    )
    text = escape(proof(theme, content).text)
    part = f"<figure><figcaption>Text part</figcaption><pre>{text}</pre></figure>"
    return f'<section><h2>{theme}: {content}</h2><div class="row">{figures}{part}</div></section>'


if __name__ == "__main__":
    main()
