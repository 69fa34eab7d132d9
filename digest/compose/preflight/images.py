"""Checks 19 to 24, as far as the HTML tells: alternative texts, sizes, formats, live text."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml.html import HtmlElement

from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.shown import text_of, texts
from digest.model import Finding, Place, Severity

_FILE_NAME = re.compile(
    r"[\w%.-]+\.(?:jpe?g|png|gif|webp|bmp|svg)\Z|(?:img|dsc|image)[_-]?\d+\Z", re.IGNORECASE
)
_UNSHOWABLE = re.compile(r"\.(svgz?|webp|avif|hei[cf]|tiff?|bmp|ico|mp4|webm|pdf)\Z", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?:https?://[^/\s]|cid:\S)", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\{%|\*\||<%|%%|\$\{|@@")
_WIDEST = 552
_FEWEST_CHARACTERS = 500


def _missing_alt(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        if image.get("alt") is None:
            yield _about(image, "image-alt", Severity.BLOCKER, "an image has no alt attribute")


def _alt_text(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        alt = (image.get("alt") or "").strip()
        if _FILE_NAME.match(alt):
            what = f"the alternative text “{alt[:60]}” is a file's name"
        elif image.get("alt") is not None and not alt and _alone_in_link(image):
            what = "an image is all there is of a link, and has no alternative text"
        else:
            continue
        yield _about(image, "image-alt-text", Severity.WARNING, what)


def _width(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        width = (image.get("width") or "").strip()
        if not width.isdecimal():
            what = f"an image's width is “{width}”" if width else "an image has no width"
        elif len(width) > len(str(_WIDEST)) or int(width) > _WIDEST:
            what = f"an image is {width[:9]} px wide, over {_WIDEST}"
        else:
            continue
        yield _about(image, "image-width", Severity.WARNING, what)


def _format(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        source = (image.get("src") or "").strip()
        path = unquote(re.split(r"[?#]", source, maxsplit=1)[0])
        if source[:5].lower() == "data:":
            what = "an image is written into the HTML"
        elif found := _UNSHOWABLE.search(path[-8:]):
            what = f"an image is {found[1].upper()}, not JPEG, PNG or GIF"
        else:
            continue
        yield _about(image, "image-format", Severity.WARNING, what)


def _address(proof: Proof) -> Iterator[Finding]:
    for image in _images(proof):
        source = (image.get("src") or "").strip()
        if source[:5].lower() == "data:" or _TEMPLATE.search(source):
            continue
        if not _ABSOLUTE.match(source):
            what = "an image has no address that a mail can fetch it from"
            yield _about(image, "image-address", Severity.WARNING, what)


def _live_text(proof: Proof) -> Iterator[str]:
    shown = sum(len(each.text) for each in texts(proof.document, proof.looks()))
    if shown < _FEWEST_CHARACTERS:
        yield f"there are {shown} characters of text, under {_FEWEST_CHARACTERS}"


def _images(proof: Proof) -> Iterator[HtmlElement]:
    yield from proof.document.iter("img")


def _alone_in_link(image: HtmlElement) -> bool:
    link = next(image.iterancestors("a"), None)
    if link is None or not link.get("href") or text_of(link):
        return False
    return not any((other.get("alt") or "").strip() for other in link.iter("img"))


def _about(image: HtmlElement, rule: str, severity: Severity, what: str) -> Finding:
    source = (image.get("src") or "").strip()[:120]
    return Finding(
        rule=rule, severity=severity, what=what, excerpt=source, place=Place(part="html")
    )


RULES = (
    Rule(
        id="image-alt", severity=Severity.BLOCKER, look=_missing_alt,
        title="Every image has an alt attribute",
        why="without one, screen readers read the file's name aloud",
        fix='Say what it shows in alt; alt="" where it only decorates.',
    ),
    Rule(
        id="image-alt-text", severity=Severity.WARNING, look=_alt_text,
        title="A linked image says where it leads, and none says its file's name",
        why="with images off or unseen, the link has no other words",
        fix="Say in alt where the link leads, or what is to be seen.",
    ),
    Rule(
        id="image-width", severity=Severity.WARNING, look=_width,
        title=f"Every image has a width in px, {_WIDEST} at most",
        why="Outlook for Windows shows an image without one at its full size",
        fix="Give it width in px, as it is shown on a wide screen.",
    ),
    Rule(
        id="image-format", severity=Severity.WARNING, look=_format,
        title="Images are JPEG, PNG or GIF files",
        why="other formats, and images inside the HTML, stay blank in Gmail or Outlook",
        fix="Use a JPEG, PNG or GIF file; images hosted by digest are made into one.",
    ),
    Rule(
        id="image-address", severity=Severity.WARNING, look=_address,
        title="Images have absolute addresses",
        why="a mail stands nowhere that a relative one could start from",
        fix="Write the whole address, from https:// on.",
    ),
    Rule(
        id="live-text", severity=Severity.WARNING, look=_live_text,
        title="The mail is text, not pictures of text",
        why="filters distrust mail without words, and it is blank where images are off",
        fix="Tell a story more, or write an introduction.",
    ),
)  # fmt: skip
