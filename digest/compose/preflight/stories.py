"""Stories: whether they belong into this issue, and are as they were when picked."""

from collections.abc import Iterator
from itertools import combinations

from digest.compose.preflight.circumstances import circumstances_of, entries_of
from digest.compose.preflight.remarks import ADVICE, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import section_place, story_place, told_and_listed
from digest.model import (
    EntryClock,
    Issue,
    IssueKind,
    KeptEntry,
    Origin,
    Story,
)
from digest.model.words import fold, fold_title, plain_text

_REMEMBERED = 4
_ALIKE, _ENOUGH_WORDS = 0.6, 3


@rule(
    "story-outside-period",
    WARNING,
    "Stories are of the issue's period",
    why="Readers take what an issue tells for news.",
)
def _outside(proof: Proof) -> Iterator[Remark]:
    by_date = not proof.newsletter or proof.newsletter.clock is EntryClock.PUBLISHED
    if proof.issue is None or not by_date:
        return
    period = proof.issue.key.period
    for story in proof.issue.stories:
        if not period.start <= story.published_at < period.end:
            what = f"The story is of {story.published_at:%d %B %Y}, which is outside the period."
            yield _about(story, what, fix="Take it out, or say why it is told now.")


@rule(
    "story-future",
    WARNING,
    "No story is of the future",
    why="A date ahead is a publisher's mistake, or a post that is not to be told yet.",
)
def _future(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    for story in proof.issue.stories if proof.issue and known else ():
        if known and story.published_at > known.now:
            what = f"The story is dated {story.published_at:%d %B %Y %H:%M} UTC, which is to come."
            yield _about(story, what, fix="Hold it back, or look at its date.")


@rule(
    "story-updated",
    WARNING,
    "Stories are as they were when they were picked",
    why="What was corrected since must not go out as it was.",
)
def _updated(proof: Proof) -> Iterator[Remark]:
    known, entries = circumstances_of(proof), entries_of(proof)
    if proof.issue is None or known is None or entries is None:
        return
    for story in proof.issue.stories:
        posts = [entries[key] for key in story.entries if key in entries]
        changed = [post for post in posts if post.edited_at and post.edited_at > known.made_at]
        if changed:
            yield _about(
                story,
                f"Its publisher changed the post on {changed[0].edited_at:%d %B at %H:%M} UTC.",
                fix=f"Read it again; digest issues rebuild {proof.issue.slug} takes its new words.",
                milder=_still_says(story, changed[0]),
            )


@rule(
    "story-used",
    WARNING,
    "No story was told in one of the last four issues",
    why="Readers remember.",
)
def _used(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if proof.issue is None or known is None or proof.issue.kind is IssueKind.ROUNDUP:
        return
    told = {key: past for past in reversed(known.past[:_REMEMBERED]) for key in _told(past)}
    for story in proof.issue.stories:
        keys = (*story.entries, *([story.url] if story.url else ()))
        before = next((told[key] for key in keys if key in told), None)
        if before:
            what = f"The issue {before.slug} told it already."
            yield _about(story, what, fix="Take it out.")


@rule(
    "story-repeated",
    WARNING,
    "No two headlines say the same",
    why="The same news twice looks like a mistake, and often is one.",
)
def _repeated(proof: Proof) -> Iterator[Remark]:
    told = [
        (story, fold_title(story.headline.value))
        for story in (told_and_listed(proof.issue) if proof.issue else ())
    ]
    for (_, title), (later, other) in combinations(told, 2):
        if title and _is_alike(title, other):
            what = "Its headline is nearly that of another story."
            yield _about(later, what, fix="Merge them, or take one out.")


@rule(
    "one-story-topic",
    WARNING,
    "Every topic has two stories or more",
    why="A heading for one story makes readers skim twice.",
)
def _one_story(proof: Proof) -> Iterator[Remark]:
    if proof.issue is None or proof.issue.kind is IssueKind.ROUNDUP:
        return
    for section in proof.issue.sections:
        if len(section.stories) == 1:
            heading = section.heading.value or section.topic
            what = f"The topic {heading!r} has one story."
            fix = "Move it to another topic, or find it company."
            yield Remark(what=what, place=section_place(section), excerpt=heading, fix=fix)


def _about(story: Story, what: str, *, fix: str, milder: bool = False) -> Remark:
    return Remark(
        what=what,
        place=story_place(story, "headline"),
        excerpt=story.headline.value,
        fix=fix,
        severity=ADVICE if milder else None,
    )


def _still_says(story: Story, post: KeptEntry) -> bool:
    """Whether the post still holds what the story took of it."""
    entry = post.entry
    says = fold(f"{entry.title} {entry.summary} {plain_text(entry.content)}")
    taken = [story.headline, story.excerpt, *(quote.text for quote in story.quotes)]
    own = (text.value for text in taken if text.origin is not Origin.EDITED)
    return all(fold(text).strip("…. ") in says for text in own)


def _told(issue: Issue) -> Iterator[object]:
    for story in issue.stories:
        yield from story.entries
        if story.url:
            yield story.url


def _is_alike(title: str, other: str) -> bool:
    words, others = set(title.split()), set(other.split())
    if title == other:
        return True
    enough = min(len(words), len(others)) >= _ENOUGH_WORDS
    return enough and len(words & others) >= _ALIKE * len(words | others)


RULES = (_outside, _future, _updated, _used, _repeated, _one_story)
