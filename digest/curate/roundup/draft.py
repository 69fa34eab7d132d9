"""A roundup's draft: all that the program can say of it, and nothing that an editor must."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.curate.excerpts import STORY_WORDS
from digest.curate.grouping.stories import coverage, full_text, tell
from digest.curate.roundup.longlist import Longlist, Post, year_of
from digest.curate.roundup.opening import (
    Counted,
    Ground,
    examples_of,
    ground_of,
    intro_of,
    preheader_of,
    title_of,
)
from digest.curate.roundup.phrases import fill_standing
from digest.curate.roundup.shortlist import Candidate, Shortlist, listed
from digest.curate.roundup.titles import proposed_heading, subject_of
from digest.curate.words import fold, one_line
from digest.model import (
    NO_WORDING,
    Choice,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    IssueKind,
    Newsletter,
    Section,
    Story,
    Wording,
)

_RELATED = 5
_RELATED_TO_ONE = 2
_SLUG = 40  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundupDraft:
    """The draft, each post's fate, and what could not be said, in sentences."""

    issue: Issue
    choices: tuple[Choice, ...]
    warnings: tuple[str, ...] = ()


def draft_roundup(
    newsletter: Newsletter,
    posts: Longlist,
    shortlisted: Shortlist,
    *,
    counted: Counted,
    now: datetime,
    elected: Sequence[frozenset[EntryKey]] = (),
) -> RoundupDraft:
    """Make the draft of a year's roundup: a section for each featured post, in editorial order.

    It may go out from ``now`` on, though the year be not over.

    Headings are proposed, hooks are left to write, and quotes to pick. Posts that ``elected``
    holds, that were voted for, get their beginning as a background to rewrite.
    """
    ground = ground_of(newsletter, posts.year, counted, elected, count=len(shortlisted.featured))
    sections = _sections(shortlisted.featured, ground)
    hero, sections = _hero(sections)
    related = _related(shortlisted)
    examples = examples_of(shortlisted.others)
    issue = Issue(
        key=IssueKey(newsletter=newsletter.id, period=year_of(newsletter, posts.year)),
        slug=f"{newsletter.id}-roundup-{posts.year}",
        title=Wording(value=title_of(ground)),
        subject=Wording(value=title_of(ground)),
        preheader=Wording(value=preheader_of(shortlisted.featured, ground)),
        kind=IssueKind.ROUNDUP,
        intro=Wording(value=intro_of(examples, ground)),
        sections=sections,
        also_published=tuple(_listed_story(each, why) for each, why in related),
        hero=hero,
        closing=_standing(newsletter.standing.closing, ground),
        wish=_standing(newsletter.standing.wish, ground),
        send_at=now,
    )
    reasons = {each.post.key: why for each, why in related}
    return RoundupDraft(
        issue=issue,
        choices=listed(shortlisted, reasons),
        warnings=tuple(_warnings(issue, examples, ground)),
    )


def _standing(text: str, ground: Ground) -> Wording:
    return Wording(value=fill_standing(text, ground.fill)) if text else NO_WORDING


def _sections(featured: Sequence[Candidate], ground: Ground) -> tuple[Section, ...]:
    sections: list[Section] = []
    for turn, each in enumerate(featured):
        entry = each.post.kept.entry
        taken = [section.heading.value for section in sections]
        story = _story(each, ground, turn=turn)
        voted = each.post.key in ground.elected
        sections.append(
            Section(
                topic=_section_id(entry.title, {section.topic for section in sections}),
                heading=Wording(value=proposed_heading(entry, topic=each.post.topic, taken=taken)),
                stories=(story,),
                background=Wording(value=story.excerpt.value) if voted else NO_WORDING,
            )
        )
    return tuple(sections)


def _story(each: Candidate, ground: Ground, *, turn: int) -> Story:
    post = each.post
    entry = post.kept.entry
    told = _told(post, reason=f"featured: {each.total:.2f} points")
    lead_in = ground.phrases.lead_in(
        turn,
        month=post.published_at.month,
        subject=subject_of(entry),
        title=one_line(entry.title),
    )
    return replace(told, lead_in=Wording(value=lead_in), score=each.score)


def _told(post: Post, *, reason: str) -> Story:
    text = full_text(post.kept.entry)
    told = tell(post.group, text=text, words=STORY_WORDS, reason=reason)
    return replace(told, placement=post.placement, coverage=coverage(post.group))


def _listed_story(each: Candidate, why: str) -> Story:
    return replace(_told(each.post, reason=why), score=each.score)


def _section_id(title: str, taken: set[str]) -> str:
    """A section's own id, from its first post's title."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")
    short = words[:_SLUG].rpartition("-")[0] if len(words) > _SLUG else words
    name = short or words[:_SLUG] or "section"
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    return unique


def _hero(sections: Sequence[Section]) -> tuple[Image | None, tuple[Section, ...]]:
    """The first featured picture with a credit, else the first one; its section goes without."""
    pictures = [
        (number, image) for number, part in enumerate(sections) if (image := part.stories[0].image)
    ]
    chosen = next((pair for pair in pictures if pair[1].credit), next(iter(pictures), None))
    if chosen is None:
        return None, tuple(sections)
    number, hero = chosen
    bare = replace(sections[number].stories[0], image=None)
    changed = replace(sections[number], stories=(bare,))
    return hero, (*sections[:number], changed, *sections[number + 1 :])


def _related(shortlisted: Shortlist) -> list[tuple[Candidate, str]]:
    """Posts on the topics of those featured, the best first, and why they are listed."""
    room = {each.post.topic: _RELATED_TO_ONE for each in shortlisted.featured if each.post.topic}
    found: list[tuple[Candidate, str]] = []
    for each in shortlisted.others:
        if room.get(each.post.topic, 0) and len(found) < _RELATED:
            room[each.post.topic] -= 1
            found.append((each, f"related: on {each.post.topic} too"))
    return found


def _warnings(issue: Issue, examples: Sequence[str], ground: Ground) -> Iterator[str]:
    standing = ground.newsletter.standing
    if ground.counted.year is None:
        yield f"what was collected does not cover {ground.year}: the intro names no number of posts"
    asked = standing.closing + standing.wish
    if "{total}" in asked and ground.counted.total is None:
        yield "the posts since the beginning cannot be counted: TK stands for {total}"
    if "{since}" in asked and standing.since is None:
        yield "[roundup] does not say since when: TK stands for {since}"
    if not examples:
        yield "too few other posts have a short title: the intro gives no examples"
    if issue.hero is None:
        yield "none of the posts has a picture: there is none at the top"
    elif not issue.hero.credit:
        yield "the picture at the top has no credit"
    for name, text in (("closing", issue.closing), ("wish", issue.wish)):
        if not text.value:
            yield f"there is no {name}: write it, or set it under [roundup] of the newsletter"
