"""Checks 1 to 9: what a document says of itself before it says anything."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from digest.compose.preflight.rules import Proof, Rule
from digest.model import Severity

_DOCTYPE = re.compile(r"\ufeff?\s*<!doctype html\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
_ZOOM_OFF = re.compile(r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*[01](?![.\d]*[2-9])")
_DPI = re.compile(r"<o:PixelsPerInch>\s*96\s*</o:PixelsPerInch>", re.IGNORECASE)
_CONDITION = re.compile(
    r"<!(?:--)?\s*\[if\b[^\]]{0,200}\]|<!(?:--)?\s*<?!?\[endif\]", re.IGNORECASE
)
# A wrapper speaks for the mail when most of its text is inside; it stands near the top.
_NEAR_THE_TOP = 12
_MOST = 0.5


def _doctype(proof: Proof) -> Iterator[str]:
    if not _DOCTYPE.match(proof.source):
        yield "the document does not begin with <!doctype html>"


def _charset(proof: Proof) -> Iterator[str]:
    metas = list(proof.document.iter("meta"))
    plain = (meta.get("charset", "") for meta in metas)
    typed = (
        meta.get("content", "").rpartition("charset=")[2]
        for meta in metas
        if meta.get("http-equiv", "").lower() == "content-type"
    )
    named = [name.strip().lower() for name in (*plain, *typed) if name.strip()]
    if not named:
        yield "no <meta> names the encoding"
    yield from (f"a <meta> names {name}, not utf-8" for name in named if name != "utf-8")


def _viewport(proof: Proof) -> Iterator[str]:
    said = " ".join(_metas(proof, "viewport")).lower()
    if "width=device-width" not in said.replace(" ", ""):
        yield "no viewport of the device's width"
    if _ZOOM_OFF.search(said):
        yield "the viewport keeps readers from zooming"


def _language(proof: Proof) -> Iterator[str]:
    yield from (f"<html> has {lack}" for lack in _unsaid(proof.document))


def _language_wrapper(proof: Proof) -> Iterator[str]:
    body = proof.document.find("body")
    if body is None:
        yield "there is no body"
        return
    whole = _letters(body)
    for place, element in enumerate(body.iterdescendants()):
        if place >= _NEAR_THE_TOP:
            break
        named = isinstance(element.tag, str) and not list(_unsaid(element))
        if named and _letters(element) >= whole * _MOST:
            return
    yield "no element around the content says language and direction"


def _title(proof: Proof) -> Iterator[str]:
    title = " ".join((proof.document.findtext("head/title") or "").split())
    subject = " ".join(proof.subject.split())
    if not title:
        yield "the title is empty"
    elif subject and title != subject:
        yield f"the title “{title}” is not the subject"


def _colour_schemes(proof: Proof) -> Iterator[str]:
    for name in ("color-scheme", "supported-color-schemes"):
        if not any("light" in said or "dark" in said for said in _metas(proof, name)):
            yield f"no <meta> named {name}"


def _outlook_scale(proof: Proof) -> Iterator[str]:
    if not _DPI.search(proof.source):
        yield "Outlook is not told of 96 pixels an inch"


def _conditions(proof: Proof) -> Iterator[str]:
    depth = 0
    for found in _CONDITION.findall(proof.source):
        depth += -1 if "endif" in found.lower() else 1
        if depth not in {0, 1}:
            yield f"{found} " + ("closes nothing" if depth < 0 else "stands inside another")
            return
    if depth:
        yield "a conditional comment is not closed"


def _metas(proof: Proof, name: str) -> list[str]:
    return [
        meta.get("content", "")
        for meta in proof.document.iter("meta")
        if meta.get("name", "").lower() == name
    ]


def _unsaid(element: HtmlElement) -> Iterator[str]:
    if not _LANGUAGE.match(element.get("lang", "")):
        yield "no lang"
    if element.get("dir", "").lower() not in _DIRECTIONS:
        yield "no dir"


def _letters(element: HtmlElement) -> int:
    return sum(len(str(text).strip()) for text in element.itertext())


RULES = (
    Rule(
        id="doctype", severity=Severity.WARNING, look=_doctype,
        title="The document begins with its doctype",
        why="without it, clients fall back to the layout rules of the nineties",
        fix="Begin the theme's page with <!doctype html>.",
    ),
    Rule(
        id="charset", severity=Severity.BLOCKER, look=_charset,
        title="The encoding is UTF-8, and said so",
        why="a client that guesses shows curly quotes and accents as rubbish",
        fix='Put <meta charset="utf-8"> first in the head.',
    ),
    Rule(
        id="viewport", severity=Severity.WARNING, look=_viewport,
        title="Phones show the mail at their own width, and may zoom",
        why="otherwise a phone shows a shrunken desktop page that weak eyes cannot enlarge",
        fix='Put <meta name="viewport" content="width=device-width, initial-scale=1"> in the head.',
    ),
    Rule(
        id="language", severity=Severity.BLOCKER, look=_language,
        title="The document says its language and direction",
        why="screen readers choose their voice by it",
        fix="Give <html> lang and dir, as the newsletter's language has them.",
    ),
    Rule(
        id="language-wrapper", severity=Severity.BLOCKER, look=_language_wrapper,
        title="So does an element inside the body",
        why="webmail throws <html> and <body> away, and their language with them",
        fix="Put lang and dir on one element around all of the body.",
    ),
    Rule(
        id="title", severity=Severity.BLOCKER, look=_title,
        title="The title is the subject",
        why="it names the tab of a mail opened in a browser, and screen readers read it first",
        fix="Let the theme's <title> be the subject.",
    ),
    Rule(
        id="colour-schemes", severity=Severity.WARNING, look=_colour_schemes,
        title="Both colour-scheme metas are there",
        why="Apple Mail turns colours by itself in a mail that does not know of dark",
        fix='Add <meta> color-scheme and supported-color-schemes, both "light dark".',
    ),
    Rule(
        id="outlook-scale", severity=Severity.WARNING, look=_outlook_scale,
        title="Outlook scales by 96 pixels an inch",
        why="on high-resolution screens Outlook for Windows enlarges pictures alone",
        fix="Add <o:PixelsPerInch>96</o:PixelsPerInch> in a comment for Outlook.",
    ),
    Rule(
        id="conditional-comments", severity=Severity.WARNING, look=_conditions,
        title="Conditional comments are balanced",
        why="Outlook for Windows hides everything after one that is left open",
        fix="Close each <!--[if …]> with its own <![endif]-->.",
    ),
)  # fmt: skip
