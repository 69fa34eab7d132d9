"""Outlines: a mail's HTML as a small text that a person can compare."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from lxml import etree, html
from lxml.html import HtmlElement

_LONGEST = 60
_NOISE = {"class", "style", "cellpadding", "cellspacing", "border", "xmlns", "valign"}
_SPACES = re.compile(r"[\s\u00a0\u034f\u200c]+")
_TOLD = 2


def outline(source: str) -> str:
    """The tree, one node a line: tag, classes, attributes, the beginning of its text.

    Of neighbours that are built alike, two are told and the rest are counted.
    """
    root = html.document_fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))
    return "\n".join(_lines(root, "")) + "\n"


def styles(sources: Iterable[str]) -> str:
    """Every style attribute and rule of some mails, by the classes that carry it, each once."""
    inlined: dict[str, set[str]] = defaultdict(set)
    blocks: set[str] = set()
    for source in sources:
        root = html.document_fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))
        for element in root.iter(etree.Element):
            if style := element.get("style"):
                inlined[_name(element)].add(style)
        blocks |= {block.text or "" for block in root.iter("style")}
    attributes = (
        f"{name} {{{style}}}" for name in sorted(inlined) for style in sorted(inlined[name])
    )
    rules = (line.strip() for block in sorted(blocks) for line in block.splitlines())
    return "\n".join((*attributes, "", *filter(None, rules))) + "\n"


def _lines(node: HtmlElement, indent: str) -> Iterator[str]:
    yield f"{indent}{_head(node)}"
    if node.tag == "style":
        return
    inside = f"{indent}  "
    if node.text and (text := _short(node.text)):
        yield f"{inside}“{text}”"
    before, alike = "", 0
    for child in node:
        shape = _shape(child)
        alike = alike + 1 if shape == before else 1
        before = shape
        if alike <= _TOLD:
            yield from (
                _lines(child, inside) if isinstance(child.tag, str) else _comment(child, inside)
            )
        if child.tail and (text := _short(child.tail)):
            yield f"{inside}“{text}”"
        following = child.getnext()
        if alike > _TOLD and (following is None or _shape(following) != shape):
            yield f"{inside}… and {alike - _TOLD} more like that"


def _comment(node: HtmlElement, indent: str) -> Iterator[str]:
    yield f"{indent}<!-- {_short(node.text or '')} -->"


def _head(node: HtmlElement) -> str:
    said = (f"{name}={_short(value)}" for name, value in node.items() if name not in _NOISE)
    return " ".join((_name(node), *said))


def _name(node: HtmlElement) -> str:
    return ".".join((str(node.tag), *node.get("class", "").split()))


def _shape(node: HtmlElement) -> str:
    """What a node is built of, whatever it says."""
    if not isinstance(node.tag, str):
        return _short(node.text or "")
    return f"{_name(node)}({','.join(map(_shape, node.iterchildren(etree.Element)))})"


def _short(text: str) -> str:
    words = _SPACES.sub(" ", text).strip()
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}… ({len(words)})"
