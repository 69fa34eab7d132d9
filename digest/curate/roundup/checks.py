"""Checks: what a roundup lacks before it may be approved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.curate.editing.texts import texts_of
from digest.curate.roundup.phrases import TO_COME, roundup_phrases
from digest.curate.roundup.quotes import quote_candidates
from digest.curate.words import count_words, fold_title
from digest.model import (
    Catalogue,
    Entry,
    EntryKey,
    Issue,
    Newsletter,
    Origin,
    Quote,
    Section,
    Story,
)
from digest.model.verbatim import is_verbatim

_CLOSING_MARKS = (("“", "”"), ("«", "»"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that a roundup lacks. ``where`` names the section, the post, or the issue."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def lacks(
    issue: Issue, newsletter: Newsletter, entries: Mapping[EntryKey, Entry]
) -> tuple[Lack, ...]:
    """Everything that a roundup lacks, in reading order; ``entries`` are the posts it tells.

    A heading that nobody chose or that is a post's title, a hook, a quote, a quote that its post
    does not hold word for word, a lead-in or pivot without its colon, a help line that was lost, a
    "TK" that nobody filled in, and a number in the title that is not that of sections.
    """
    return tuple(_lacks(issue, newsletter, entries))


def _lacks(
    issue: Issue, newsletter: Newsletter, entries: Mapping[EntryKey, Entry]
) -> Iterator[Lack]:
    yield from _title(issue, newsletter)
    for place, text in texts_of(issue).items():
        if TO_COME in text.value.split() or any(
            word.strip(".,;:!?") == TO_COME for word in text.value.split()
        ):
            yield Lack(where=str(place), what=f"{TO_COME} stands for what is not known yet")
    for number, section in enumerate(issue.sections, start=1):
        yield from _section(f"section {number} ({_name(section)})", section, entries)
    for story in (*issue.stories, *issue.also_published):
        yield from _support(story, entries)


def promised_sections(title: str, words: Catalogue) -> int | None:
    """The number that a roundup's title begins with ("Five posts …"); None without one."""
    phrases = roundup_phrases(words)
    said = {phrases.number(count): count for count in range(1, 101)}
    said |= {str(count): count for count in range(1, 101)}
    return said.get(next(iter(title.lower().split()), ""))


def _title(issue: Issue, newsletter: Newsletter) -> Iterator[Lack]:
    title, there = issue.title.value, len(issue.sections)
    promised = promised_sections(title, newsletter.words)
    if promised is not None and promised != there:
        first = title.lower().split()[0]
        what = f"{title!r} promises {first}, and there are {there} sections"
        yield Lack(where="title", what=what)


def _section(where: str, section: Section, entries: Mapping[EntryKey, Entry]) -> Iterator[Lack]:
    heading = section.heading
    titles = {fold_title(story.headline.value) for story in section.stories}
    if not heading.value.strip():
        yield Lack(where=where, what="the heading is to be written")
    elif fold_title(heading.value) in titles:
        yield Lack(where=where, what="the heading is the post's title")
    elif heading.origin is Origin.AUTO:
        what = f"the heading {heading.value!r} is a proposal: take it over or write another"
        yield Lack(where=where, what=what)
    if not section.hook.value.strip():
        yield Lack(where=where, what="the hook is to be written")
    quoted = False
    for story in section.stories:
        quoted = quoted or bool(story.quotes)
        yield from _story(where, story, entries)
    quotable = any(
        quote_candidates(entries[key], most=1)
        for story in section.stories
        for key in story.entries[:1]
        if key in entries
    )
    if quotable and not quoted:
        yield Lack(where=where, what="no quote is picked")


def _story(where: str, story: Story, entries: Mapping[EntryKey, Entry]) -> Iterator[Lack]:
    if not story.lead_in.value.rstrip().endswith(":"):
        yield Lack(where=where, what=f"the lead-in of {story.headline.value!r} has no colon")
    markup = [entries[key].content for key in story.entries if key in entries]
    for number, quote in enumerate(story.quotes, start=1):
        what = _fault(quote, markup)
        if what:
            yield Lack(where=where, what=f"quote {number} of {story.headline.value!r} {what}")
        if quote.pivot.value and not quote.pivot.value.rstrip().endswith(":"):
            yield Lack(where=where, what=f"the line before quote {number} has no colon")


def _fault(quote: Quote, markup: list[str]) -> str:
    text = quote.text.value
    if not text.strip():
        return "is empty"
    if any(text.count(opens) != text.count(closes) for opens, closes in _CLOSING_MARKS):
        return "has a quotation mark without its partner"
    if not markup:
        return "cannot be verified: its post is gone"
    if not any(is_verbatim(text, each) for each in markup):
        return "is not verbatim: its post does not say so word for word"
    return "" if count_words(text) > 1 else "is a single word"


def _support(story: Story, entries: Mapping[EntryKey, Entry]) -> Iterator[Lack]:
    wanted = [line for key in story.entries if key in entries for line in entries[key].support]
    for line in dict.fromkeys(wanted):
        if line not in story.support:
            yield Lack(where=repr(story.headline.value), what=f"its help line is lost: {line!r}")


def _name(section: Section) -> str:
    return section.heading.value or section.topic
