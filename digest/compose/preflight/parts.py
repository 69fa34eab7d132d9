"""Parts: what the HTML and the text must both hold – every story, ways out, an address."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from digest.compose.bidi import CONTROLS
from digest.compose.edition import plain, web_link
from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.shown import text_of
from digest.compose.preflight.wordings import story_place, told_and_listed
from digest.model import Place, Story

_NEEDED_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Message-ID")
_BROKEN = re.compile(r"[\r\n\0]")
_NO_CONTROLS = str.maketrans("", "", CONTROLS)
# Of a headline without an address, so much tells it from others.
_TELLING = 60
_SMALLEST_WAY_OUT = 13.0


@rule(
    "preheader-first",
    WARNING,
    "The preheader comes first, and is hidden from Outlook too",
    why="Inboxes show the first words of a message; whatever stands before it is shown instead.",
)
def _preheader_first(proof: Proof) -> Iterator[Remark]:
    preheader = _folded(proof.preheader)
    first = next(_worded(proof), None)
    if not preheader or first is None:
        return
    place = Place(part="preheader", field="preheader")
    if _folded(text_of(first)) != preheader:
        said = text_of(first)
        yield Remark(
            what="Other words stand before the preheader.", place=place, excerpt=said, fix=_THEME
        )
    elif "mso-hide:all" not in first.get("style", "").replace(" ", ""):
        what = "The preheader is not hidden in Outlook."
        yield Remark(what=what, place=place, fix="Style it with mso-hide: all.")


@rule(
    "story-missing",
    BLOCKER,
    "Every story is in both parts",
    why="A theme that leaves a block out leaves its stories out, and nobody misses what they "
    "never saw.",
)
def _story_missing(proof: Proof) -> Iterator[Remark]:
    if proof.issue is None:
        return
    linked = {link.get("href") for link in proof.document.iter("a")}
    html, text = _folded(proof.document.text_content()), _folded(proof.text)
    for story in told_and_listed(proof.issue):
        url, headline = web_link(story.url), _headline(story)
        missing = []
        if (url and url not in linked) or (not url and headline not in html):
            missing.append("HTML")
        if proof.text and (url or headline) not in (proof.text if url else text):
            missing.append("text")
        if missing:
            yield Remark(
                what=f"The story is not in the {' and the '.join(missing)} part.",
                place=story_place(story, "url"),
                excerpt=story.headline.value,
                fix=_THEME,
            )


@rule(
    "way-out",
    BLOCKER,
    "Both parts lead to unsubscribe, preferences and the web version",
    why="Who finds no way out presses “spam” instead; the law asks for one, too.",
)
def _way_out(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known is None or known.ways is None:
        return
    linked = {link.get("href"): link for link in proof.document.iter("a")}
    for name, url in known.ways.named:
        for part, has in (("html", url in linked), ("text", not proof.text or url in proof.text)):
            if url and not has:
                what = f"The {part} part has no link to {name}."
                yield Remark(what=what, place=Place(part=part), excerpt=name, fix=_THEME)
    link = linked.get(known.ways.unsubscribe)
    size = proof.looks()[link].size if link is not None else _SMALLEST_WAY_OUT
    if size < _SMALLEST_WAY_OUT:
        what = f"The link to unsubscribe is {size:g} px, under {_SMALLEST_WAY_OUT:g}."
        yield Remark(what=what, place=Place(part="html"), excerpt="size", fix=_THEME)


@rule(
    "postal-address",
    BLOCKER,
    "Both parts name the publication's postal address",
    why="Anti-spam laws ask for it in every message (CAN-SPAM, 15 U.S.C. § 7704).",
)
def _postal_address(proof: Proof) -> Iterator[Remark]:
    address = _folded(plain(proof.newsletter.postal_address)) if proof.newsletter else ""
    if not address:
        return
    both = (("html", proof.document.text_content()), ("text", proof.text or address))
    for part, said in both:
        if address not in _folded(said):
            what = f"The {part} part does not name the postal address."
            yield Remark(what=what, place=Place(part=part), excerpt=part, fix=_THEME)


@rule(
    "headers",
    BLOCKER,
    "The message has the headers of a newsletter",
    why="Mailbox providers ask for one-click unsubscribing (RFC 8058), and sort lists by them.",
)
def _headers(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    there = known.headers if known else None
    for name in _NEEDED_HEADERS if there is not None else ():
        if there is not None and name.lower() not in there:
            what = f"The message has no {name} header."
            yield Remark(what=what, place=Place(part=name), excerpt=name)


@rule(
    "header-newline",
    BLOCKER,
    "No header breaks its line",
    why="What comes after a line break is another header, of whoever wrote it.",
)
def _header_newline(proof: Proof) -> Iterator[Remark]:
    own = {"subject": proof.subject}
    if newsletter := proof.newsletter:
        own |= {"newsletter's name": newsletter.name, "sender's name": newsletter.sender.name}
    for name, text in own.items():
        if _BROKEN.search(text):
            what = f"The {name} holds a line break."
            yield Remark(what=what, place=Place(part="subject"), excerpt=text, fix="Remove it.")


_THEME = "See that the theme keeps the blocks of the one that it extends."


def _worded(proof: Proof) -> Iterator[HtmlElement]:
    """The elements with words of their own, in document order."""
    body = proof.document.find("body")
    for element in body.iter() if body is not None else ():
        if isinstance(element.tag, str) and element.tag != "style" and (element.text or "").strip():
            yield element


def _headline(story: Story) -> str:
    return _folded(plain(story.headline.value))[:_TELLING]


def _folded(text: str) -> str:
    return " ".join(text.translate(_NO_CONTROLS).split()).casefold()


RULES = (_preheader_first, _story_missing, _way_out, _postal_address, _headers, _header_newline)
