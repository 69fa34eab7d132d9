"""Copy: what an editor would not want to have let through."""

import re
from collections.abc import Iterator

from digest.compose.preflight.remarks import ADVICE, BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import (
    section_place,
    story_place,
    texts_of,
    told_and_listed,
)
from digest.compose.sentences import LONGEST_HEADLINE
from digest.model import IssueKind, Place
from digest.model.words import count_words, fold_title

_LEFTOVERS = (
    re.compile(r"@@[^@\n]{0,80}@@"),
    re.compile(r"\{\{[^{}\n]{0,80}(?:\}\})?"),
    re.compile(r"\{%[^%\n]{0,80}(?:%\})?"),
    re.compile(r"\blorem\b(?: ipsum\b)?", re.IGNORECASE),
)
# As journalists write it; a publisher's own TK may be a company or a toolkit.
_TO_COME = re.compile(r"\b(?:TK)+\b")
_URL = re.compile(r"\S*(?:://|www\.)\S*")
_SHORTEST, _LONGEST = 50, 5_000
_LONGEST_EXCERPT = 60
_LONGEST_HEADING = 6
_A_MINUTE = 230


@rule(
    "leftovers",
    BLOCKER,
    "Nothing is left to be filled in",
    why="A placeholder in a reader's inbox is the most embarrassing of mistakes.",
)
def _leftovers(proof: Proof) -> Iterator[Remark]:
    own = list(_left_in_texts(proof))
    yield from own
    known = {remark.excerpt for remark in own}
    for part, text in (("text", proof.text), ("html", proof.source)):
        for found in dict.fromkeys(_left(text)):
            if found not in known:
                known.add(found)
                what = f"{found!r} stands in the {part} part, and in none of the issue's texts."
                fix = "Look for it in the templates and in the newsletter's own texts."
                yield Remark(what=what, place=Place(part=part), excerpt=found, fix=fix)


def _left_in_texts(proof: Proof) -> Iterator[Remark]:
    fix = "Write what is to stand there."
    for each in texts_of(proof):
        for found in dict.fromkeys(_left(each.text)):
            what = f"{found!r} is left in the {each.place.field}."
            yield Remark(what=what, place=each.place, excerpt=found, fix=fix)
        if to_come := _TO_COME.search(_URL.sub(" ", each.text)):
            milder = WARNING if each.from_feed else None
            what = f"{to_come[0]} stands in the {each.place.field} for what is not known yet."
            yield Remark(what=what, place=each.place, excerpt=each.text, fix=fix, severity=milder)


def _left(text: str) -> Iterator[str]:
    for pattern in _LEFTOVERS:
        for found in pattern.finditer(text):
            yield found[0]


@rule(
    "empty-heading",
    BLOCKER,
    "Every section and story has a heading",
    why="Screen readers go from heading to heading, and an empty one leads nowhere.",
)
def _empty_heading(proof: Proof) -> Iterator[Remark]:
    for section in proof.issue.sections if proof.issue else ():
        if not section.heading.value.strip():
            what = f"The section {section.topic!r} has no heading."
            yield Remark(what=what, place=section_place(section), excerpt=section.topic, fix=_WRITE)
    for story in told_and_listed(proof.issue) if proof.issue else ():
        if not story.headline.value.strip():
            place = story_place(story, "headline")
            what = "A story has no headline."
            yield Remark(what=what, place=place, excerpt=story.url, fix=_WRITE)


_WRITE = "Write one, or take it out."


@rule(
    "empty-section",
    BLOCKER,
    "Every section has a story, and the issue too",
    why="A heading with nothing below it looks as if something was lost.",
)
def _empty_section(proof: Proof) -> Iterator[Remark]:
    if proof.issue and not proof.issue.stories:
        yield Remark(what="The issue tells no story.", fix="Wait for posts, or cancel the issue.")
    for section in proof.issue.sections if proof.issue else ():
        if not section.stories:
            what = f"The section {section.heading.value or section.topic!r} has no story."
            fix = "Give it one, or take it out."
            yield Remark(what=what, place=section_place(section), excerpt=section.topic, fix=fix)


def word_count(proof: Proof) -> int:
    """How many words the text part has, but for addresses."""
    return count_words(_URL.sub(" ", proof.text))


@rule(
    "word-count",
    WARNING,
    "The issue is worth opening, and can be read",
    why="Below 50 words there is nothing to read; beyond 5,000 nobody does.",
)
def _word_count(proof: Proof) -> Iterator[Remark]:
    if not proof.text or (proof.issue and proof.issue.kind is IssueKind.ROUNDUP):
        return
    words = word_count(proof)
    if not _SHORTEST <= words <= _LONGEST:
        what = f"The issue has {words:,} words; {_SHORTEST} to {_LONGEST:,} make one."
        fix = "Tell more stories." if words < _SHORTEST else "Tell fewer stories."
        yield Remark(what=what, place=Place(part="text"), fix=fix)


@rule(
    "reading-time",
    ADVICE,
    "How long the issue takes",
    why="Readers give a newsletter a few minutes.",
)
def _reading_time(proof: Proof) -> Iterator[Remark]:
    if proof.text:
        words = word_count(proof)
        minutes = max(1, -(-words // _A_MINUTE))
        named = "1 minute" if minutes == 1 else f"{minutes} minutes"
        yield Remark(what=f"Reading it takes about {named} ({words:,} words).")


@rule(
    "excerpt-length",
    WARNING,
    "Excerpts are teasers",
    why="A long excerpt takes the place of other stories, and of the article itself.",
)
def _excerpt_length(proof: Proof) -> Iterator[Remark]:
    for story in proof.issue.stories if proof.issue else ():
        words = count_words(story.excerpt.value)
        if words > _LONGEST_EXCERPT:
            what = f"The excerpt has {words} words; {_LONGEST_EXCERPT} are the most."
            yield Remark(
                what=what,
                place=story_place(story, "excerpt"),
                excerpt=story.excerpt.value,
                fix="Shorten it.",
            )


@rule(
    "headline-length",
    WARNING,
    "Headlines are headlines",
    why="A paragraph in large letters fills a phone, and hides the stories after it.",
)
def _headline_length(proof: Proof) -> Iterator[Remark]:
    for story in told_and_listed(proof.issue) if proof.issue else ():
        length = len(story.headline.value)
        if length > LONGEST_HEADLINE:
            what = (
                f"A headline has {length:,} characters; a mail shows the first {LONGEST_HEADLINE}."
            )
            place = story_place(story, "headline")
            yield Remark(
                what=what, place=place, excerpt=story.headline.value, fix="Write a shorter one."
            )


@rule(
    "heading-words",
    WARNING,
    "Section headings are short, and their own",
    why="Headings are what readers skim; a post's title under itself says nothing new.",
)
def _heading_words(proof: Proof) -> Iterator[Remark]:
    for section in proof.issue.sections if proof.issue else ():
        heading, place = section.heading.value, section_place(section)
        words = count_words(heading)
        titles = {fold_title(story.headline.value) for story in section.stories}
        if words > _LONGEST_HEADING:
            what = f"The heading has {words} words; {_LONGEST_HEADING} are the most."
            yield Remark(what=what, place=place, excerpt=heading, fix="Shorten it.")
        if fold_title(heading) and fold_title(heading) in titles:
            what = "The heading is the title of a post below it."
            yield Remark(what=what, place=place, excerpt=heading, fix="Say what the section is.")


RULES = (
    _leftovers,
    _empty_heading,
    _empty_section,
    _word_count,
    _reading_time,
    _excerpt_length,
    _headline_length,
    _heading_words,
)
