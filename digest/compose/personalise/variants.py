"""Variants: a rendering cut to the topics and the volume that some readers chose.

Whoever chose alike gets the same bytes, but for the slots. The cut is one of inlined fragments:
it is what rendering those sections alone would have given, without rendering.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from itertools import count

from digest.compose.marks import mark_id
from digest.compose.personalise.fragments import (
    Content,
    Fragment,
    changed,
    every,
    fragments,
    written,
)
from digest.compose.plaintext import tidy
from digest.model import Issue, RenderedIssue, Story, Variant, Volume

SHORT_STORIES = 2
"""How many stories of a section a short copy tells, the first ones."""

STORIES_TO_LIST = 8
"""From how many stories on an issue begins with a list of its sections."""


def chosen(issue: Issue, variant: Variant) -> Issue:
    """The issue as if it held only what was chosen; :func:`cut` gives what this would render as.

    The lead goes with its topic. A lead or listed story without a topic is for everybody.
    """
    short = variant.volume is Volume.SHORT
    most = SHORT_STORIES if short else None
    lead = issue.lead if issue.lead and _wants(variant, _topic(issue.lead)) else None
    also = tuple(story for story in issue.also_published if _wants(variant, _topic(story)))
    return replace(
        issue,
        lead=lead,
        sections=tuple(
            replace(section, stories=section.stories[:most])
            for section in issue.sections
            if _wants(variant, section.topic)
        ),
        also_published=() if short else also,
    )


def cut(
    rendering: RenderedIssue, variant: Variant, *, stories: Callable[[int], str]
) -> RenderedIssue | None:
    """The rendering without what was not chosen; None where no story is left to tell.

    Counts say what is left, in the words of ``stories`` ("5 stories"). What comes without section
    marks in either part cannot be cut: everybody gets all of it. The ``digest`` stays that of the
    rendering the editor approved.
    """
    if variant == Variant():
        return rendering
    html, text = fragments(rendering.html), fragments(rendering.text)
    if not all(any(each.kind == "section" for each in every(part)) for part in (html, text)):
        return rendering
    knife = _Knife(variant, stories)
    if not _told(knife.kept(html)).total():
        return None
    return replace(rendering, html=knife.cut(html), text=tidy(knife.cut(text)))


def needs_contents(sections: int, *, told: int) -> bool:
    """Whether that many named sections are worth listing before that many stories."""
    return sections > 1 and told >= STORIES_TO_LIST


def retitled(rendering: RenderedIssue, *, subject: str, preheader: str) -> RenderedIssue:
    """The rendering under another subject, in the page's title too, and with another preheader."""
    html = rendering.html
    for form, entity in (("<title>{}</title>", _in_text), (" aria-label={}", _as_attribute)):
        before, after = form.format(entity(rendering.subject)), form.format(entity(subject))
        html = html.replace(before, after, 1)
    html = changed(html, "preheader", lambda mark: _in_marks(mark, _in_text(preheader)))
    return replace(rendering, subject=subject, preheader=preheader, html=html)


def _in_text(text: str) -> str:
    return escape(text, quote=False)


def _as_attribute(text: str) -> str:
    """An attribute's value in its quotation marks, as lxml writes it."""
    if '"' in text and "'" not in text:
        return f"'{_in_text(text)}'"
    return '"{}"'.format(_in_text(text).replace('"', "&quot;"))


def _topic(story: Story) -> str:
    return story.placement.topic if story.placement else ""


def _wants(variant: Variant, topic: str) -> bool:
    return not topic or not variant.topics or topic in variant.topics


def _told(content: Content) -> Counter[str]:
    """How many stories each section tells, by its mark's id."""
    return Counter(
        section.id
        for section in every(content)
        if section.kind == "section"
        for story in every(section.content)
        if story.kind == "story"
    )


class _Knife:
    """What a variant leaves of any part."""

    def __init__(self, variant: Variant, stories: Callable[[int], str]) -> None:
        self._topics = {mark_id(topic) for topic in variant.topics}
        self._short = variant.volume is Volume.SHORT
        self._stories = stories

    def cut(self, content: Content) -> str:
        """The part that is left, recounted."""
        was, kept = _told(content), self.kept(content)
        left = _told(kept)
        listed = changed(written(kept), "contents", lambda mark: _listed(mark, left))
        numbers = count(1)
        numbered = changed(listed, "number", lambda mark: _in_marks(mark, str(next(numbers))))
        links: dict[str, int] = {}
        linked = changed(numbered, "link", lambda mark: _relinked(mark, links))
        return changed(linked, "count", lambda mark: self._recounted(mark, was, left))

    def kept(self, content: Content) -> Content:
        """The text and fragments that are left."""
        return tuple(self._kept(content))

    def _kept(self, content: Content) -> Iterator[str | Fragment]:
        told = 0
        between: Fragment | None = None
        has_neighbour = False
        for each in content:
            if isinstance(each, str):
                yield each
                continue
            if each.kind == "between":
                between = each if has_neighbour else None
                continue
            told += each.kind == "story"
            if self._is_unwanted(each, told):
                continue
            inner = self.kept(each.content)
            if each.kind == "list" and not any(item.kind == "item" for item in every(inner)):
                continue
            if between:
                yield between
            between, has_neighbour = None, True
            yield replace(each, content=inner)

    def _is_unwanted(self, fragment: Fragment, told: int) -> bool:
        match fragment.kind:
            case "section" | "item":
                return bool(fragment.id and self._topics and fragment.id not in self._topics)
            case "story":
                return self._short and told > SHORT_STORIES
            case "list":
                return self._short
            case _:
                return False

    def _recounted(self, mark: Fragment, was: Counter[str], left: Counter[str]) -> str:
        """The number in the words it was in: "5 stories" or "5"; anything else stays."""
        before, after = (each[mark.id] if mark.id else each.total() for each in (was, left))
        said = written(mark.content)
        words = {self._stories(before): self._stories(after), str(before): str(after)}
        return _in_marks(mark, words.get(said, said))


def _listed(contents: Fragment, left: Counter[str]) -> str:
    """A contents list, or nothing where so little is left that it needs none."""
    sections = [each for each in contents.content if isinstance(each, Fragment)]
    named = sum(each.kind == "section" for each in sections)
    return written((contents,)) if needs_contents(named, told=left.total()) else ""


def _relinked(mark: Fragment, links: dict[str, int]) -> str:
    """A link's number, counted through what is left: the same wherever it stands."""
    number = links.setdefault(written(mark.content), len(links) + 1)
    return _in_marks(mark, str(number))


def _in_marks(mark: Fragment, content: str) -> str:
    return f"{mark.opening}{content}{mark.closing}"
