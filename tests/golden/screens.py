"""Golden contents in a browser, as readers' devices show them: wide, narrow, dark, enlarged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from digest.compose.preflight.contrast import Colour, contrast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

WIDTHS = (320, 600, 800)
# Chromium draws no larger pictures than 16,384 px, and two of them make one of ours.
_TALLEST = 6_000
_MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
_FORCED = """html{filter:invert(1) hue-rotate(180deg);background-color:#fff}
img{filter:invert(1) hue-rotate(180deg)}"""
_ENLARGE = """() => {
  const all = [...document.querySelectorAll("*")].map((element) => {
    const looks = getComputedStyle(element);
    return [element, parseFloat(looks.fontSize), parseFloat(looks.lineHeight)];
  });
  for (const [element, size, line] of all) {
    element.style.setProperty("font-size", `${2 * size}px`, "important");
    if (line) element.style.setProperty("line-height", `${2 * line}px`, "important");
  }
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A way to look at a mail. ``scheme`` is light, dark or forced (a client inverts it)."""

    width: int = 600
    scheme: str = "light"
    images: bool = True
    enlarged: bool = False

    @property
    def label(self) -> str:
        """What it is called in a gallery."""
        parts = [str(self.width), self.scheme]
        parts += [] if self.images else ["no pictures"]
        return " · ".join([*parts, "200 % text"] if self.enlarged else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of text on a page: where it is in px, and how large."""

    x: float
    y: float
    width: float
    height: float
    size: float
    bold: bool
    text: str

    @property
    def needed(self) -> float:
        """The contrast it needs (WCAG 2.2, 1.4.3)."""
        large = self.size >= 24 or (self.bold and self.size >= 18.66)
        return 3.0 if large else 4.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a page looks like: faults in words, lines of text, characters a line, its height."""

    faults: tuple[str, ...]
    texts: tuple[Text, ...]
    lines: tuple[float, ...]
    height: float


class Screen:
    """A tab on a device, showing one mail after another."""

    def __init__(self, page: "Page", device: Device) -> None:
        self._page = page
        self._device = device
        page.route("**/*", self._answer)

    def show(self, source: str) -> Seen:
        """Show a mail, and say what can be seen of it."""
        self._page.set_content(source, wait_until="load")
        if self._device.scheme == "forced":
            self._page.add_style_tag(content=_FORCED)
        if self._device.enlarged:
            self._page.evaluate(_ENLARGE)
        found = self._page.evaluate(_MEASURE)
        return Seen(
            faults=tuple(found["faults"]),
            texts=tuple(Text(**each) for each in found["texts"]),
            lines=tuple(found["lines"]),
            height=found["height"],
        )

    def picture(self, *, tallest: int = _TALLEST) -> Image.Image:
        """What is shown, from the top down to a height in px."""
        height = min(self._page.evaluate("document.documentElement.scrollHeight"), tallest)
        clip = {"x": 0, "y": 0, "width": self._device.width, "height": height}
        drawn = self._page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type] # a dict of floats
        return Image.open(BytesIO(drawn)).convert("RGB")

    def _answer(self, route: "Route") -> None:
        """Pictures are drawn here; nothing is fetched from anywhere."""
        size, _, name = route.request.url.removeprefix("https://pictures.example/").partition("/")
        if self._device.images and name.endswith(".png"):
            width, height = map(int, size.split("x"))
            route.fulfill(body=drawn(width, height), content_type="image/png")
        else:
            route.abort()


@contextmanager
def browsing(chromium: str) -> Iterator["Browser"]:
    """A browser for as long as it is needed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def looking(browser: "Browser", device: Device, *, scale: int = 1) -> Iterator[Screen]:
    """A screen of a device; ``scale`` is how many of its pixels make one of CSS's."""
    context = browser.new_context(
        viewport={"width": device.width, "height": 900},
        color_scheme="dark" if device.scheme == "dark" else "light",
        device_scale_factor=scale,
    )
    yield Screen(context.new_page(), device)
    context.close()


@cache
def drawn(width: int, height: int) -> bytes:
    """A picture of a sea at evening."""
    image = Image.new("RGB", (width, height), "#f2c48d")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 6 // 10, width, height), fill="#27506b")
    draw.ellipse((width // 2 - 60, height // 2 - 60, width // 2 + 60, height // 2 + 60), "#fff1d0")
    draw.polygon([(0, height), (width // 3, height * 7 // 10), (width * 2 // 3, height)], "#183243")
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def faint(seen: Seen, picture: Image.Image, *, scale: int) -> Iterator[str]:
    """Texts whose pixels stand out too little from the ground they are on, each once."""
    pixels = np.asarray(picture)
    told: set[str] = set()
    for text in seen.texts:
        left, top = int(text.x * scale), int(text.y * scale)
        right, bottom = int((text.x + text.width) * scale), int((text.y + text.height) * scale)
        box = pixels[top:bottom, left:right].reshape(-1, 3)
        if bottom > len(pixels) or not len(box) or text.text in told:
            continue
        found = _contrast(box)
        # Thin strokes are never quite in their own colour.
        if found < text.needed * 0.95:
            told.add(text.text)
            yield f"{found:.2f} under {text.needed}: {text.text}"


def _contrast(box: "np.ndarray[tuple[int, int], np.dtype[np.uint8]]") -> float:
    """The highest contrast of any pixel with the most frequent colour."""
    packed = box.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    ground = _colour(int(colours[counts.argmax()]))
    return max(contrast(_colour(int(colour)), ground) for colour in colours)


@cache
def _colour(packed: int) -> Colour:
    return Colour(packed >> 16 & 255, packed >> 8 & 255, packed & 255)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ for the eye, 0 to 1; of another size, all do."""
    if one.size != other.size:
        return 1.0
    gap = np.abs(np.asarray(one, dtype=np.int16) - np.asarray(other, dtype=np.int16)).max(axis=2)
    return float((gap > 24).mean())
