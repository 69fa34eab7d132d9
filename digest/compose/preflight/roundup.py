"""Roundups: quotes that are quotes, in sections that keep to their form."""

from collections.abc import Iterator

from digest.compose.preflight.circumstances import circumstances_of, entries_of
from digest.compose.preflight.copy import word_count
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import issue_place, section_place, story_place
from digest.model import IssueKind, Origin, Place, Quote, Section, Story
from digest.model.verbatim import is_verbatim
from digest.model.words import count_words, plain_text

_SHORT_QUOTE, _LONG_QUOTE, _TOO_LONG_QUOTE = 40, 75, 120
_MOST_OF_BODY, _MOST_OF_POST = 0.45, 0.15
_SHORT_HOOK = 20
_SHORTEST, _LONGEST = 900, 1_400


@rule(
    "quote-verbatim",
    BLOCKER,
    "Quotes are verbatim",
    why="Words that nobody said, between quotation marks, are a false report.",
)
def _verbatim(proof: Proof) -> Iterator[Remark]:
    entries = entries_of(proof)
    if entries is None:
        return
    for story, quote in _quotes(proof):
        sources = [entries[key].entry.content for key in story.entries if key in entries]
        text = quote.text.value
        if any(is_verbatim(text, source) for source in sources):
            continue
        what = "The post does not say so word for word." if text.strip() else "The quote is empty."
        if not sources:
            what = "The quote cannot be verified: its post is gone."
        fix = "Copy it from the post; … stands for words left out."
        yield Remark(what=what, place=_place(story), excerpt=text, fix=fix)


@rule(
    "quote-length",
    BLOCKER,
    "Quotes have 40 to 75 words",
    why="Shorter ones say little; from 120 words on, it is a copy and no quote.",
)
def _quote_length(proof: Proof) -> Iterator[Remark]:
    for story, quote in _quotes(proof):
        words = count_words(quote.text.value)
        if not _SHORT_QUOTE <= words <= _LONG_QUOTE:
            yield Remark(
                what=f"The quote has {words} words; {_SHORT_QUOTE} to {_LONG_QUOTE} read well.",
                place=_place(story),
                excerpt=quote.text.value,
                fix="Quote more of it." if words < _SHORT_QUOTE else "Leave some of it out.",
                severity=None if words >= _TOO_LONG_QUOTE else WARNING,
            )


@rule(
    "quote-share",
    WARNING,
    "Most of the words are our own",
    why="Quoting is fair where it is little of a post and serves an own text.",
)
def _quote_share(proof: Proof) -> Iterator[Remark]:
    quoted = sum(count_words(quote.text.value) for _, quote in _quotes(proof))
    body = word_count(proof)
    if body and quoted > _MOST_OF_BODY * body:
        what = f"{quoted / body:.0%} of the words are quotes; {_MOST_OF_BODY:.0%} are the most."
        yield Remark(what=what, place=Place(part="html"), fix="Quote less, or say more.")
    entries = entries_of(proof) or {}
    for story in proof.issue.stories if proof.issue else ():
        taken = sum(count_words(quote.text.value) for quote in story.quotes)
        own = [entries[key].entry for key in story.entries[:1] if key in entries]
        there = sum(count_words(plain_text(entry.content)) for entry in own)
        if there and taken > _MOST_OF_POST * there:
            share = f"{taken / there:.0%} of the post is quoted; {_MOST_OF_POST:.0%} are the most."
            title = story.headline.value
            yield Remark(what=share, place=_place(story), excerpt=title, fix="Quote less of it.")


@rule(
    "quote-missing",
    WARNING,
    "Every section quotes a post",
    why="A roundup lets its authors speak.",
)
def _quote_missing(proof: Proof) -> Iterator[Remark]:
    for section in _sections(proof):
        if section.stories and not any(story.quotes for story in section.stories):
            slug = proof.issue.slug if proof.issue else "ISSUE"
            yield Remark(
                what=f"The section {section.heading.value!r} quotes nothing.",
                place=section_place(section, "quote"),
                excerpt=section.topic,
                fix=f"digest roundup quotes {slug}",
            )


@rule(
    "lead-in-colon",
    WARNING,
    "Lead-ins end in a colon",
    why="The colon is what tells readers that somebody else's words follow.",
)
def _lead_in(proof: Proof) -> Iterator[Remark]:
    for section in _sections(proof):
        for story in section.stories:
            lines = [("lead-in", story.lead_in.value)]
            lines += [("pivot", each.pivot.value) for each in story.quotes if each.pivot.value]
            for field, line in lines:
                if not line.rstrip().endswith(":"):
                    yield Remark(
                        what=f"The {field} does not end in a colon.",
                        place=story_place(story, field),
                        excerpt=line or story.headline.value,
                        fix="End it in a colon." if line else "Write one, ending in a colon.",
                    )


@rule(
    "hook-length",
    WARNING,
    "Hooks say what the section is about",
    why="Without one, readers do not know why the posts below matter.",
)
def _hook(proof: Proof) -> Iterator[Remark]:
    for section in _sections(proof):
        words = count_words(section.hook.value)
        if words < _SHORT_HOOK:
            yield Remark(
                what=f"The hook has {words} words; {_SHORT_HOOK} are the fewest.",
                place=section_place(section, "hook"),
                excerpt=section.hook.value or section.topic,
                fix="Say what happened in the world.",
            )


@rule(
    "heading-proposed",
    WARNING,
    "An editor chose the headings",
    why="The program proposes headings from the posts' words; they read like it.",
)
def _heading_proposed(proof: Proof) -> Iterator[Remark]:
    for section in _sections(proof):
        heading = section.heading
        if heading.value.strip() and heading.origin is Origin.AUTO:
            what, fix = "The heading is a proposal.", "Take it over, or write another."
            place = section_place(section)
            yield Remark(what=what, place=place, excerpt=heading.value, fix=fix)


@rule(
    "title-count",
    BLOCKER,
    "The title's number is that of the sections",
    why="Readers count.",
)
def _title_count(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if proof.issue is None or known is None or known.promised is None:
        return
    there = len(proof.issue.sections)
    if known.promised != there:
        yield Remark(
            what=f"The title promises {known.promised}, and there are {there} sections.",
            place=issue_place("title"),
            excerpt=proof.issue.title.value,
            fix="Change the title, or the number of sections.",
        )


@rule(
    "roundup-length",
    WARNING,
    "A roundup has 900 to 1,400 words",
    why="It is read in one go, over a cup of tea.",
)
def _length(proof: Proof) -> Iterator[Remark]:
    words = word_count(proof)
    if _sections(proof) and words and not _SHORTEST <= words <= _LONGEST:
        what = f"The roundup has {words:,} words; {_SHORTEST} to {_LONGEST:,} make one."
        fix = "Say more." if words < _SHORTEST else "Cut."
        yield Remark(what=what, place=Place(part="text"), fix=fix)


def _sections(proof: Proof) -> tuple[Section, ...]:
    """The sections of a roundup; none of another issue."""
    issue = proof.issue
    return issue.sections if issue and issue.kind is IssueKind.ROUNDUP else ()


def _quotes(proof: Proof) -> Iterator[tuple[Story, Quote]]:
    for story in proof.issue.stories if proof.issue else ():
        for quote in story.quotes:
            yield story, quote


def _place(story: Story) -> Place:
    return story_place(story, "quote")


RULES = (
    _verbatim,
    _quote_length,
    _quote_share,
    _quote_missing,
    _lead_in,
    _hook,
    _heading_proposed,
    _title_count,
    _length,
)
