"""Checks 10 to 18: tables, headings, and nothing that clients strip or choke on."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree

from digest.compose.preflight.computed import px
from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.stylesheet import Declaration, declarations
from digest.model import Severity

_TABLE = re.compile(r"<table\b[^>]{0,2000}>", re.IGNORECASE)
_ROLE = re.compile(r"\brole\s*=\s*[\"']?(?:presentation|none)\b", re.IGNORECASE)
_WIDTH = re.compile(r"\bwidth\s*[=:]\s*[\"']?(\d+)", re.IGNORECASE)
_LINKED_VML = re.compile(r"<v:\w{1,20}\b[^>]{0,2000}?\bhref\s*=", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ACTIVE = ("script", "form", "iframe", "frame", "object", "embed", "applet", "base")
_WIDEST, _NARROWEST = 600, 480
_NEGATIVE = re.compile(r"(?:^|\s)-\d*\.?\d*[1-9]")
_URL = re.compile(r"https?://[^\s\"'<>()]+[^\s\"'<>().,;:!?]")


def _tables(proof: Proof) -> Iterator[str]:
    shown = [
        table
        for table in proof.document.iter("table")
        if table.get("role") not in {"presentation", "none"}
        and not table.xpath("./caption|.//th[@scope]")
    ]
    hidden = [
        tag
        for comment in _outlook_comments(proof)
        for tag in _TABLE.findall(comment)
        if not _ROLE.search(tag)
    ]
    if shown:
        yield f"{len(shown)} of the tables have no role=presentation"
    if hidden:
        yield f"{len(hidden)} of the tables for Outlook have no role=presentation"


def _headings(proof: Proof) -> Iterator[str]:
    levels = [int(str(heading.tag)[1]) for heading in proof.document.iter(*_HEADINGS)]
    if levels.count(1) != 1:
        yield f"there are {levels.count(1)} first-level headings"
    for before, after in sorted(set(pairwise(levels))):
        if after - before > 1:
            yield f"an h{after} follows an h{before}"


def _width(proof: Proof) -> Iterator[str]:
    widths = {
        width
        for _, declared in _inline(proof)
        if declared.name == "max-width" and (width := px(declared.value)) is not None
    }
    column = {int(width) for width in widths if _NARROWEST <= width <= _WIDEST}
    ghosts = {
        int(width)
        for comment in _outlook_comments(proof)
        for tag in _TABLE.findall(comment)
        for width in _WIDTH.findall(tag)
    }
    if not column:
        yield f"nothing has a max-width of {_WIDEST}px"
    elif not column & ghosts:
        yield "there is no table of that width for Outlook, which knows no max-width"


def _vml(proof: Proof) -> Iterator[str]:
    if _LINKED_VML.search(proof.source):
        yield "a VML shape is a link"


def _layout(proof: Proof) -> Iterator[str]:
    everywhere = (
        *(declared for _, declared in _inline(proof)),
        *(declared for rule in proof.style_rules for declared in rule.declarations),
    )
    found = Counter(fault for declared in everywhere for fault in _unfit(declared))
    for fault, times in found.items():
        yield f"{fault}, {times} times" if times > 1 else fault


def _unfit(declared: Declaration) -> Iterator[str]:
    name, value = declared.name, declared.value.lower()
    if name == "display" and ("flex" in value or "grid" in value):
        yield f"display: {value}"
    if name == "position" and value not in {"static", "initial", "inherit"}:
        yield f"position: {value}"
    if "var(" in value:
        yield f"var() in {name}"
    if name.startswith("margin") and _NEGATIVE.search(value):
        yield f"a negative {name}"


def _active(proof: Proof) -> Iterator[str]:
    # Structured data for inboxes (JSON-LD) is a script that nothing runs.
    tags = Counter(
        str(element.tag)
        for element in proof.document.iter(*_ACTIVE)
        if "ld+json" not in element.get("type", "")
    )
    yield from (f"there is a <{tag}>" for tag in tags)
    for link in proof.document.iter("link"):
        if "stylesheet" in link.get("rel", "").lower():
            yield f"a style sheet is fetched from {link.get('href', '')[:80]}"
            break
    sheets = [block.text or "" for block in proof.document.iter("style")]
    if any(re.search(r"@import\b", sheet, re.IGNORECASE) for sheet in sheets):
        yield "a style sheet is imported"
    if any(re.search(r"@font-face\b", sheet, re.IGNORECASE) for sheet in sheets):
        yield "a font is fetched"


def _fragments(proof: Proof) -> Iterator[str]:
    links = [link.get("href", "").strip() for link in proof.document.iter("a", "area")]
    if any(href.startswith("#") for href in links):
        yield "a link leads to a place within the mail"


def _ids(proof: Proof) -> Iterator[str]:
    ids = Counter(element.get("id") for element in proof.document.xpath("//*[@id]"))
    yield from (f"the id “{name}” stands {n} times" for name, n in ids.items() if n > 1)


def _order(proof: Proof) -> Iterator[str]:
    linked = dict.fromkeys(link.get("href", "") for link in proof.document.iter("a"))
    written = dict.fromkeys(_URL.findall(proof.text))
    told = {story.url for story in proof.issue.stories} if proof.issue else set(linked)
    both = told & linked.keys() & written.keys()
    in_html = [url for url in linked if url in both]
    in_text = [url for url in written if url in both]
    for here, there in zip(in_html, in_text, strict=True):
        if here != there:
            yield f"where the HTML tells {here}, the text tells {there}"
            return


def _inline(proof: Proof) -> Iterator[tuple[str, Declaration]]:
    for element in proof.document.xpath("//*[@style]"):
        for declared in declarations(element.get("style", "")):
            yield str(element.tag), declared


def _outlook_comments(proof: Proof) -> Iterator[str]:
    for comment in proof.document.iter(etree.Comment):
        text = comment.text or ""
        if text.lstrip().lower().startswith("[if"):
            yield text


RULES = (
    Rule(
        id="layout-table", severity=Severity.BLOCKER, look=_tables,
        title="Every table for layout says that it is one",
        why="screen readers announce rows and columns of any other",
        fix='Put role="presentation" on it.',
    ),
    Rule(
        id="headings", severity=Severity.WARNING, look=_headings,
        title="There is one h1, and no level is skipped",
        why="readers who listen find their way by headings",
        fix="Make the issue's title the only h1, topics h2 and stories h3.",
    ),
    Rule(
        id="width", severity=Severity.WARNING, look=_width,
        title="The column is at most 600 px wide, in Outlook too",
        why="wider lines are hard to read, and reading panes cut them off",
        fix="Give the column max-width: 600px, and Outlook a table of that width.",
    ),
    Rule(
        id="vml-link", severity=Severity.WARNING, look=_vml,
        title="No VML shape is a link",
        why="it cannot be reached by keyboard or screen reader, and tests with links miss it",
        fix="Take the link off the shape, and put a text link beside it.",
    ),
    Rule(
        id="layout-css", severity=Severity.WARNING, look=_layout,
        title="The layout uses what every client knows",
        why="Gmail and Outlook drop flex, grid, position, var() and negative margins",
        fix="Lay it out with tables, widths and paddings.",
    ),
    Rule(
        id="active-content", severity=Severity.BLOCKER, look=_active,
        title="Nothing is run, framed or fetched",
        why="filters take such mail for an attack, and clients strip it",
        fix="Take it out; pictures and inlined styles are all that a mail may have.",
    ),
    Rule(
        id="fragment-link", severity=Severity.WARNING, look=_fragments,
        title="No link leads to a place within the mail",
        why="several clients do nothing on it, or open an empty page",
        fix="Link to the web version, or take the link away.",
    ),
    Rule(
        id="unique-id", severity=Severity.WARNING, look=_ids,
        title="No id stands twice",
        why="labels and landmarks of screen readers point to the first one only",
        fix="Rename or remove the second one.",
    ),
    Rule(
        id="story-order", severity=Severity.WARNING, look=_order,
        title="HTML and text tell the stories in the same order",
        why="the text part is the same issue, for those who read that",
        fix="Let issue.txt follow the order of issue.html.",
    ),
)  # fmt: skip
