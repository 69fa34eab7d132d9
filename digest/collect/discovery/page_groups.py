"""What repeats on a page: groups of elements that look like the entries of one list."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import html

from digest.collect.sources.pages import select, text_of
from digest.config.selectors import page_part

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FEWEST = 3
_MOST_ELEMENTS = 100_000
_MOST_GROUPS = 400
_AGREEMENT = 0.7
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z_-]*")
_PASSING = re.compile(r"^(?:first|last|odd|even|active|current|sticky|selected|is-|has-|js-)")
_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "option", "br", "td", "th"})
_FRAME_TAGS = frozenset({"nav", "footer", "aside", "form"})
_FRAME_WORDS = re.compile(
    r"\b(?:nav|navbar|navigation|menu|footer|sidebar|breadcrumbs?|pagination|pager|social|share"
    r"|cookie|related|tags?|toolbar|languages?)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Elements of one kind, in the page's order, and the CSS selector that finds just them."""

    selector: str
    members: tuple[html.HtmlElement, ...]


def groups(root: html.HtmlElement) -> Iterator[Group]:
    """Every kind of element there are three or more of, where a selector tells them apart.

    A kind is a tag with a class anywhere on the page, or a tag within parents of one look.
    """
    by_class: dict[tuple[str, str], list[html.HtmlElement]] = {}
    by_parent: dict[tuple[str, ...], list[html.HtmlElement]] = {}
    for element in _elements(root):
        for token in tokens(element):
            by_class.setdefault((str(element.tag), token), []).append(element)
        by_parent.setdefault(_kind(element), []).append(element)
    found = [(f"{tag}.{token}", members) for (tag, token), members in by_class.items()]
    found += [(_path_to(members[0]), members) for members in by_parent.values()]
    likely = [pair for pair in found if len(pair[1]) >= FEWEST]
    for selector, members in likely[:_MOST_GROUPS]:
        # Others that the selector finds as well would become entries, too.
        if len(select(root, page_part(selector))) <= len(members) + len(members) // 4:
            yield Group(selector=selector, members=tuple(members))


def tokens(element: html.HtmlElement) -> tuple[str, ...]:
    """An element's classes that say what it is, not which one it is or how it stands."""
    listed = (element.get("class") or "").split()
    return tuple(name for name in listed if _TOKEN.fullmatch(name) and not _PASSING.match(name))


def in_frame(element: html.HtmlElement) -> bool:
    """Whether an element belongs to the frame around the page's content."""
    for each in (element, *element.iterancestors()):
        if each.tag in _FRAME_TAGS:
            return True
        if each.tag in ("body", "main", "article"):
            return False
        words = f"{each.get('class') or ''} {each.get('id') or ''}".lower()
        if _FRAME_WORDS.search(re.sub(r"[-_]+", " ", words)):
            return True
        if each.tag == "header" and next(each.iterancestors("main", "article"), None) is None:
            return True
    return False


def agreeing(
    members: Sequence[html.HtmlElement],
    targets: Sequence[html.HtmlElement | None],
    *,
    under: str = "",
) -> str:
    """The simplest selector whose first match in each member is its target; "" without one.

    ``under`` is put before it, for targets beside the members. Where members lack a target, what
    is selected there does not matter.
    """
    pairs = [(m, t) for m, t in zip(members, targets, strict=True) if t is not None]
    if not pairs:
        return ""
    best, most = "", len(pairs) * _AGREEMENT
    for candidate in _candidates(*pairs[0], under=under):
        part = page_part(candidate)
        hits = sum(next(iter(select(member, part)), None) is target for member, target in pairs)
        if hits == len(pairs):
            return candidate
        if hits > most:
            best, most = candidate, hits
    return best


def _candidates(member: html.HtmlElement, target: html.HtmlElement, *, under: str) -> Iterator[str]:
    """Ways to select a target from its member, the plainest first."""
    if member is target:
        yield "."
        return
    prefix = f"{under} " if under else ""
    yield from (f"{prefix}{step}" for step in _steps(target))
    for ancestor in target.iterancestors():
        if ancestor is member or ancestor.tag == "body":
            break
        for outer in _steps(ancestor):
            yield f"{prefix}{outer} {target.tag}"
    place = 1 + len(list(target.itersiblings(str(target.tag), preceding=True)))
    yield f"{prefix}{target.tag}:nth-of-type({place})"


def _steps(element: html.HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    if tag == "td":
        yield f"td:nth-child({1 + len(list(element.itersiblings(preceding=True)))})"
        yield from (f"td.{token}" for token in tokens(element))
        return
    yield tag
    yield from (f"{tag}.{token}" for token in tokens(element))
    if _TOKEN.fullmatch(element.get("itemprop") or ""):
        yield f'{tag}[itemprop="{element.get("itemprop")}"]'


def _elements(root: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The elements of the body that hold or are links."""
    count = 0
    for body in root.iter("body"):
        for element in body.iterdescendants():
            count += 1
            if count > _MOST_ELEMENTS:
                return
            if isinstance(element.tag, str) and element.tag not in _SKIPPED and _has_link(element):
                yield element


def _has_link(element: html.HtmlElement) -> bool:
    if element.tag == "a":
        return bool(element.get("href")) and bool(text_of(element))
    return next(element.iterdescendants("a"), None) is not None


def _kind(element: html.HtmlElement) -> tuple[str, ...]:
    """An element's tag, with what its parent and that one's parent look like."""
    parents = list(element.iterancestors())[:2]
    looks = (".".join((str(each.tag), *sorted(tokens(each)))) for each in parents)
    return (str(element.tag), *looks)


def _path_to(element: html.HtmlElement) -> str:
    """A selector for an element by its nearest named ancestor: ``#news > li``."""
    path = str(element.tag)
    for ancestor in element.iterancestors():
        tag = str(ancestor.tag)
        if tag in ("body", "html"):
            break
        identity, names = ancestor.get("id") or "", tokens(ancestor)
        if _TOKEN.fullmatch(identity):
            return f"#{identity} > {path}"
        if names:
            return f"{tag}.{names[0]} > {path}"
        path = f"{tag} > {path}"
    return path
