"""Parts: what the HTML and the text must both hold – every story, ways out, an address."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from digest.compose.bidi import CONTROLS
from digest.compose.edition import plain, web_link
from digest.compose.phrases import phrases_for
from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.shown import text_of, texts
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
    "name-first",
    WARNING,
    "The first words to be seen are the publication's name or the issue's title",
    why="Readers who do not know at once who writes press “spam”.",
)
def _name_first(proof: Proof) -> Iterator[Remark]:
    body = proof.document.find("body")
    if proof.newsletter is None or proof.issue is None or body is None:
        return
    names = {
        _folded(plain(text))
        for text in (proof.newsletter.name, proof.issue.title.value, proof.subject)
    }
    first = next(_first_seen(proof, body), "")
    if first and not any(name in _folded(first) for name in names if name):
        yield Remark(
            what="Neither the publication's name nor the issue's title comes first.",
            place=Place(part="html"),
            excerpt=first,
            fix="Begin the theme's header with one of them, or with a logo whose alt names it.",
        )


def _first_seen(proof: Proof, body: HtmlElement) -> Iterator[str]:
    """What is seen of the body, or heard in place of a picture, in document order."""
    looks = proof.looks()
    said = {shown.element: shown.text for shown in reversed(list(texts(body, looks)))}
    for element in body.iter():
        if element.tag == "img" and (element.get("alt") or "").strip():
            yield element.get("alt") or ""
        elif element in said:
            yield said[element]


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
    "why-subscribed",
    BLOCKER,
    "Both parts say why the reader gets this",
    why="Who does not remember subscribing takes a newsletter for spam.",
)
def _why(proof: Proof) -> Iterator[Remark]:
    if proof.newsletter is None or proof.issue is None:
        return
    newsletter = proof.newsletter
    name = plain(newsletter.name)
    why = _folded(plain(newsletter.why) or phrases_for(newsletter.words).why(name))
    for part, said in (("html", proof.document.text_content()), ("text", proof.text or why)):
        if why not in _folded(said):
            what = f"The {part} part does not say why its reader gets it."
            yield Remark(what=what, place=Place(part=part), excerpt=part, fix=_THEME)


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
            fix = "Set [web] public_url in digest.toml, and see who changes mails on their way out."
            yield Remark(what=what, place=Place(part=name), excerpt=name, fix=fix)


@rule(
    "message-parts",
    BLOCKER,
    "The message is a text and an HTML part, in UTF-8",
    why="Readers who cannot or will not see HTML get the text; other encodings turn to rubbish.",
)
def _message_parts(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if proof.issue is not None and not proof.text.strip():
        yield Remark(what="There is no text part.", place=Place(part="text"), fix=_THEME)
    for part in known.message_parts if known else ():
        kind, _, charset = part.partition(" ")
        if kind in {"text/plain", "text/html"} and charset != "utf-8":
            what = f"The message's {kind} part is in {charset or 'no encoding'}, not in UTF-8."
            fix = "See who changes mails on their way out."
            yield Remark(what=what, place=Place(part=kind), excerpt=part, fix=fix)


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


RULES = (
    _preheader_first,
    _name_first,
    _story_missing,
    _way_out,
    _why,
    _postal_address,
    _headers,
    _message_parts,
    _header_newline,
)
