"""An issue as Markdown (CommonMark), to be put into a post, a wiki or an archive of one's own."""

import re
from collections.abc import Iterator

from digest.compose.edition import Edition, Picture, SectionView, StoryView

# What CommonMark could take for markup wherever it stands; ~ and | are GitHub's.
_MARKUP = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)|(?<=.)#$")
# What it could only take for markup at the start of a line: headings, lists, rules.
_BLOCK_START = re.compile(r"[#+=-]|(?<=\d)[.)]")
_NUMBER = re.compile(r"\d{1,9}(?=[.)])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_NO_TARGET = re.compile(r"[\x00-\x20\x7f<>\\]")


def markdown(edition: Edition) -> str:
    """The issue in reading order, each block parted from the next by a blank line."""
    return "\n\n".join(filter(None, _blocks(edition))) + "\n"


def escaped(text: str) -> str:
    """One line of text that says, as Markdown, what it says as text."""
    safe = _inline(text)
    number = _NUMBER.match(safe)
    start = number.end() if number else 0
    return f"{safe[:start]}\\{safe[start:]}" if _BLOCK_START.match(safe, start) else safe


def link(label: str, url: str) -> str:
    """A link, or only its label where there is no URL. Both are plain text."""
    return f"[{_inline(label)}]({_target(url)})" if url else escaped(label)


def _inline(text: str) -> str:
    return _MARKUP.sub(_behind_a_backslash, text)


def _behind_a_backslash(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _target(url: str) -> str:
    """A URL as a link's destination: no entity in it, and no parenthesis that would end it."""
    whole = _NO_TARGET.sub(lambda match: f"%{ord(match[0]):02X}", url)
    safe = _ENTITY.sub(_behind_a_backslash, whole)
    return f"<{safe}>" if "(" in safe or ")" in safe else safe


def _blocks(edition: Edition) -> Iterator[str]:
    issue, phrases = edition.issue, edition.phrases
    yield f"# {escaped(issue.title)}"
    name = "" if issue.title == edition.newsletter.name else edition.newsletter.name
    yield escaped(" · ".join(filter(None, (name, issue.date, issue.count))))
    yield from map(escaped, issue.intro)
    if issue.hero:
        yield from _picture(edition, issue.hero)
    if issue.lead:
        yield from _told(edition, issue.lead, level=2)
    for section in issue.sections:
        yield from _section(edition, section)
    yield from map(escaped, (*issue.closing, *issue.wish))
    if issue.also_published:
        yield f"## {escaped(phrases.also_published)}"
        yield "\n".join(_listed(story) for story in issue.also_published)
    yield "---"
    yield from _imprint(edition)


def _section(edition: Edition, section: SectionView) -> Iterator[str]:
    if section.heading:
        yield f"## {escaped(section.heading)}"
    yield from map(escaped, (*section.hook, *section.background))
    for story in section.stories:
        if story.lead_in or story.quotes:
            yield from _quoted(edition, story)
        else:
            yield from _told(edition, story, level=3 if section.heading else 2)


def _told(edition: Edition, story: StoryView, *, level: int) -> Iterator[str]:
    yield f"{'#' * level} {link(story.headline, story.url)}"
    yield escaped(story.facts)
    if story.picture:
        yield from _picture(edition, story.picture)
    yield escaped(story.excerpt)
    yield from map(escaped, story.support)
    yield from _trail(story)


def _quoted(edition: Edition, story: StoryView) -> Iterator[str]:
    if story.picture:
        yield from _picture(edition, story.picture)
    yield escaped(story.lead_in)
    for quote in story.quotes:
        yield escaped(quote.pivot)
        yield f"> {escaped(quote.text)}"
    if not story.quotes:
        yield escaped(story.excerpt)
    yield from map(escaped, story.support)
    yield link(story.button if story.url else story.headline, story.url)
    yield from _trail(story)


def _trail(story: StoryView) -> Iterator[str]:
    if story.coverage:
        links = (link(other.name, other.url) for other in story.coverage.sources)
        names = story.coverage.separator.join(links)
        label, more = escaped(story.coverage.label), escaped(story.coverage.more)
        yield " ".join(filter(None, (label, names, more)))
    if story.follows:
        followed = link(story.follows.headline, story.follows.url)
        yield f"{escaped(story.follows.label)} {followed} ({escaped(story.follows.issue)})"


def _picture(edition: Edition, picture: Picture) -> Iterator[str]:
    yield f"!{link(picture.alt, picture.url)}"
    yield escaped(picture.caption)
    if picture.credit:
        yield escaped(edition.phrases.photo(picture.credit))


def _listed(story: StoryView) -> str:
    source = f" ({_inline(story.source)})" if story.source else ""
    lines = [f"- {link(story.headline, story.url)}{source}"]
    lines += [f"\n  {escaped(line)}" for line in story.support]
    return "\n".join(lines)


def _imprint(edition: Edition) -> Iterator[str]:
    newsletter = edition.newsletter
    yield link(newsletter.name, newsletter.home_url)
    yield escaped(newsletter.postal_address)
    yield link(edition.phrases.view_in_browser, edition.links.web)
