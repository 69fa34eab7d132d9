"""Moves styles to where mail clients look: the only door to premailer.

Each argument below answers a trap that was met: see ``tests/core/test_compose_inline.py``.
"""

import re
from html.parser import HTMLParser
from threading import Lock

import cssutils
from lxml import etree
from premailer import Premailer

from digest.errors import Problem, TemplateError

# Outlook reads #abc as another colour than #aabbcc, which is what cssutils would shorten.
cssutils.ser.prefs.minimizeColorHash = False
cssutils.log.setLevel("CRITICAL")

# cssutils fetches what a style sheet imports, whatever premailer was told about the network.
# An at-keyword with an escape in it (@\69mport) is an import in disguise.
_IMPORT = re.compile(r"@(?:import|[\w-]*\\)[^;{}]*(?:;|$)", re.IGNORECASE)
_IDLE_SPACE = re.compile(r"([;,]) +")
_NOT_SHOWN = {"head", "noscript", "script", "style", "title"}
# cssutils and premailer's caches are shared by all threads and guarded by neither.
_one_at_a_time = Lock()


def inline(html: str) -> str:
    """Copy the rules of ``<style>`` into ``style`` attributes, and leave all else as it is.

    A block with ``data-premailer="ignore"`` is kept as written, without that attribute. Nothing
    is fetched.

    :raises TemplateError: when it cannot be done, or text would be lost on the way, as from
        elements nested thousands deep.
    """
    try:
        inlined = _inlined(html)
    except Exception as error:
        raise _failure(f"styles cannot be inlined: {error}") from error
    _refuse_loss(html, inlined)
    return inlined


def _inlined(html: str) -> str:
    tree = _parse(html)
    for style in tree.iter("style"):
        style.text = _IMPORT.sub("", style.text or "")
    with _one_at_a_time:
        _premailer().transform(tree.getroot())
    _shorten_styles(tree)
    return _serialise(tree)


def _premailer() -> Premailer:
    return Premailer(
        keep_style_tags=True,
        strip_important=False,
        disable_basic_attributes=["width", "height"],
        disable_validation=True,
        disable_leftover_css=True,
        align_floating_images=False,
        allow_network=False,
        allow_loading_external_files=False,
    )


def _parse(html: str) -> etree._ElementTree:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    return etree.fromstring(html.strip().encode(), parser).getroottree()


def _serialise(tree: etree._ElementTree) -> str:
    return etree.tostring(tree, method="html", encoding="unicode", doctype="<!DOCTYPE html>")


def _shorten_styles(tree: etree._ElementTree) -> None:
    """Write ``'`` for ``"``, which some clients trip over as ``&quot;``, and no idle space."""
    for element in tree.iter(etree.Element):
        style = element.get("style")
        if style and "'" not in style:
            element.set("style", _IDLE_SPACE.sub(r"\1", style.replace('"', "'")))


class _ShownText(HTMLParser):
    """Collects what a reader would see of a page, by a parser that knows no depth limit."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._hidden = ""
        self.pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if not self._hidden and tag in _NOT_SHOWN:
            self._hidden = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _refuse_loss(before: str, after: str) -> None:
    shown = "".join("".join(_ShownText(before).pieces).split())
    kept = "".join("".join(_ShownText(after).pieces).split())
    if shown == kept:
        return
    same = next((i for i, (a, b) in enumerate(zip(shown, kept, strict=False)) if a != b), len(kept))
    raise _failure(f"inlining would lose or move text after “{shown[max(same - 40, 0) : same]}”")


def _failure(message: str) -> TemplateError:
    fix = "close every element, nest fewer of them, and keep to plain CSS"
    return TemplateError(Problem(file="the rendered issue", message=message, fix=fix))
