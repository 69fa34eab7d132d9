"""Where a page holds its entries: groups of like elements, scored by how much they look so."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lxml import html

from digest.collect.dates import read_date
from digest.collect.discovery.page_groups import FEWEST, HEADINGS, Group, agreeing, groups, in_frame
from digest.collect.sources.pages import text_of
from digest.model import Selectors

_SAMPLE = 12
_MOST = 6
_SHARE = 0.6
_HALF = 0.5
_LONG_TITLE = 80
_SHORT_TITLE = 12
_LONG_TEXT = 40
_DATE_LENGTH = 80
_DATE_WORDS = re.compile(r"date|time|publish|posted|datum|fecha|when", re.IGNORECASE)
_SUMMARY_WORDS = re.compile(
    r"summary|excerpt|teaser|descr|intro|lead|snippet|abstract|standfirst|deck", re.IGNORECASE
)
Finder = Callable[[html.HtmlElement], "html.HtmlElement | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A group, what its members hold, and how likely they are entries."""

    group: Group
    members: tuple[html.HtmlElement, ...]
    titles: tuple[html.HtmlElement | None, ...]
    links: tuple[html.HtmlElement | None, ...]
    score: float


def page_selectors(root: html.HtmlElement) -> tuple[Selectors, ...]:
    """Selectors for the lists on a page, the likeliest first; none where nothing repeats."""
    seen = [each for group in groups(root) if (each := _seen(group)) is not None]
    best = sorted(seen, key=lambda each: -each.score)[:_MOST]
    return tuple(made for each in best if (made := _selectors(each)).title)


def _seen(group: Group) -> _Seen | None:
    members = group.members[:_SAMPLE]
    titles, links = tuple(map(_title, members)), tuple(map(_link, members))
    texts = [text_of(title) for title in titles if title is not None]
    pages = [link.get("href") or "" for link in links if link is not None]
    enough = max(2, _SHARE * len(members))
    if len(texts) < enough or len(pages) < enough or len(set(pages)) < _SHARE * len(pages):
        return None
    score = _score(group, members, texts) * (len(set(texts)) / len(texts))
    return _Seen(group=group, members=members, titles=titles, links=links, score=score)


def _score(group: Group, members: Sequence[html.HtmlElement], texts: Sequence[str]) -> float:
    """Many long titles under headings, with dates, texts and pictures, and not in a menu."""
    length = sum(min(len(text), _LONG_TITLE) for text in texts) / len(texts)
    score = length * math.sqrt(min(len(group.members), 30))
    score *= 0.3 if length < _SHORT_TITLE else 1
    score *= 0.15 if in_frame(members[0]) else 1
    score *= 0.3 if len(group.members) < FEWEST else 1
    # Members that hold several headings are whole lists themselves.
    crowded = sum(len(list(_headed_links(member))) > 1 for member in members)
    score *= 0.25 if crowded * 2 > len(members) else 1
    rewards: tuple[tuple[Finder, float], ...] = (
        (_heading, 1.5),
        (_date, 1.6),
        (_summary, 1.3),
        (_image, 1.1),
    )
    for find, reward in rewards:
        share = sum(find(member) is not None for member in members) / len(members)
        score *= reward if share >= _HALF else 1
    return score


def _selectors(seen: _Seen) -> Selectors:
    members = seen.members
    beside = _beside(members)
    return Selectors(
        entry=seen.group.selector,
        title=agreeing(members, seen.titles),
        link=agreeing(members, seen.links),
        date=_part(members, _date) or _part(beside, _date, members=members),
        summary=_part(members, _summary) or (_BESIDE if beside else ""),
        image=_part(members, _image) or _part(beside, _image, members=members),
    )


_BESIDE = "+ dd"


def _beside(members: Sequence[html.HtmlElement]) -> list[html.HtmlElement]:
    """The descriptions that stand after the terms of a definition list, one for each member."""
    following = [member.getnext() for member in members]
    found = [each for each in following if each is not None and each.tag == "dd"]
    return found if members[0].tag == "dt" and len(found) == len(members) else []


def _part(
    regions: Sequence[html.HtmlElement],
    find: Finder,
    *,
    members: Sequence[html.HtmlElement] = (),
) -> str:
    """The selector of a part that at least half of the members have; "" without one."""
    targets = [find(region) for region in regions]
    if not regions or sum(target is not None for target in targets) < _HALF * len(regions):
        return ""
    return agreeing(members or regions, targets, under=_BESIDE if members else "")


def _title(member: html.HtmlElement) -> html.HtmlElement | None:
    heading = _heading(member)
    return heading if heading is not None else _longest_link(member)


def _link(member: html.HtmlElement) -> html.HtmlElement | None:
    """The link in, around or below the heading, else the one with the longest text."""
    heading = _heading(member)
    if heading is None:
        return _longest_link(member)
    inside = next(_links(heading), None)
    if inside is not None:
        return inside
    around = (each for each in heading.iterancestors("a") if each.get("href"))
    outer = next(around, None)
    within = outer is not None and (outer is member or member in outer.iterancestors())
    return outer if within else next(_links(member), None)


def _heading(member: html.HtmlElement) -> html.HtmlElement | None:
    if member.tag in HEADINGS:
        return member
    return next((each for each in member.iterdescendants(*HEADINGS) if text_of(each)), None)


def _headed_links(member: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for heading in member.iterdescendants(*HEADINGS):
        if (
            next(_links(heading), None) is not None
            or next(heading.iterancestors("a"), None) is not None
        ):
            yield heading


def _links(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for each in element.iter("a"):
        if (each.get("href") or "").startswith(("http://", "https://")):
            yield each


def _longest_link(member: html.HtmlElement) -> html.HtmlElement | None:
    links = [each for each in _links(member) if text_of(each)]
    return max(links, key=lambda each: len(text_of(each)), default=None)


def _date(region: html.HtmlElement) -> html.HtmlElement | None:
    """An element that states a date: by its tag, by its name, else by its text alone."""
    stated = next(region.iterdescendants("time"), None)
    if stated is not None:
        return stated
    named = (each for each in _plain(region) if _DATE_WORDS.search(_name(each)))
    by_name = next((each for each in named if _is_date(each)), None)
    if by_name is not None:
        return by_name
    leaves = (each for each in _plain(region) if not len(each) and each.tag != "a")
    return next((each for each in leaves if _is_date(each)), None)


def _is_date(element: html.HtmlElement) -> bool:
    text = text_of(element)
    return 0 < len(text) <= _DATE_LENGTH and read_date(text) is not None


def _summary(region: html.HtmlElement) -> html.HtmlElement | None:
    named = (each for each in _plain(region) if _SUMMARY_WORDS.search(_name(each)))
    by_name = next((each for each in named if len(text_of(each)) >= _LONG_TEXT // 2), None)
    if by_name is not None:
        return by_name
    texts = (each for each in region.iterdescendants("p", "td", "div", "span") if not _busy(each))
    return next((each for each in texts if len(text_of(each)) >= _LONG_TEXT), None)


def _busy(element: html.HtmlElement) -> bool:
    """Whether an element holds more than running text: its title, or a structure of its own."""
    inner = (*HEADINGS, "p", "div", "ul", "table")
    if next(element.iterdescendants(*inner), None) is not None:
        return True
    linked = sum(len(text_of(each)) for each in element.iterdescendants("a"))
    in_heading = next(element.iterancestors(*HEADINGS), None) is not None
    return in_heading or linked * 2 > len(text_of(element))


def _image(region: html.HtmlElement) -> html.HtmlElement | None:
    pictures = region.iterdescendants("img")
    return next((each for each in pictures if each.get("src") or each.get("data-src")), None)


def _plain(region: html.HtmlElement) -> Iterator[html.HtmlElement]:
    return (each for each in region.iterdescendants() if isinstance(each.tag, str))


def _name(element: html.HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}"
