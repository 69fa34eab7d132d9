"""Corrections: which story of an issue is meant, and the small issue that puts it right."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.curate.excerpts import shorten
from digest.model import (
    NO_WORDING,
    Issue,
    IssueKey,
    IssueKind,
    Newsletter,
    Origin,
    Period,
    Story,
    Wording,
)
from digest.model.catalogue import LONG_DATE

_LONGEST_IN_SUBJECT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong in a story of an issue that went out.

    ``text`` says what was wrong and what is true; ``title`` is the right headline, where the old
    one was wrong. ``number`` counts the issue's corrections, from 1.
    """

    story: Story
    text: str
    title: str = ""
    number: int = 1


def stories_named(issue: Issue, name: str) -> tuple[Story, ...]:
    """The stories of an issue that a URL, a key, an id or words of a headline mean.

    Where one is exactly that, it alone is meant.
    """
    shown = (*issue.stories, *issue.also_published)
    exact = tuple(story for story in shown if name in _names(story))
    if exact:
        return exact
    wanted = name.casefold().split()
    return tuple(
        story for story in shown if wanted and _has(str(story.headline).casefold(), wanted)
    )


def correction_of(
    original: Issue, mistake: Mistake, newsletter: Newsletter, *, now: datetime
) -> Issue:
    """The issue that tells a correction: what was wrong, and the story without what it said.

    It goes out at once. Its texts are the newsletter's language's.
    """
    words, headline = newsletter.words, str(mistake.story.headline)
    day = original.due_at.astimezone(ZoneInfo(newsletter.schedule.time_zone)).date()
    source = words.text(
        "This corrects “{title}” in our issue of {day}.",
        title=headline,
        day=words.date(LONG_DATE, day),
    )
    right = mistake.title or headline
    # Periods are one an issue; corrections of one moment differ by their number.
    end = now + timedelta(microseconds=mistake.number)
    return Issue(
        key=IssueKey(
            newsletter=original.key.newsletter,
            period=Period(start=original.key.period.start, end=end),
        ),
        slug=f"{original.slug}-correction-{mistake.number}",
        kind=IssueKind.CORRECTION,
        title=_said(words.text("Correction")),
        subject=_said(words.text("Correction: {title}", title=shorten(right, _LONGEST_IN_SUBJECT))),
        preheader=_said(" ".join(mistake.text.split())),
        intro=_said(f"{mistake.text.strip()}\n\n{source}"),
        lead=_bare(mistake.story, right),
    )


def _bare(story: Story, headline: str) -> Story:
    """The story without its excerpt, which may say what was wrong, and what came with it."""
    return replace(
        story,
        headline=_said(headline),
        excerpt=NO_WORDING,
        image=None,
        coverage=(),
        follows=None,
        lead_in=NO_WORDING,
        quotes=(),
    )


def _said(text: str) -> Wording:
    return Wording(value=text, origin=Origin.EDITED)


def _names(story: Story) -> set[str]:
    keys = {name for key in story.entries for name in (key.id, str(key))}
    return {story.url, str(story.headline), *keys}


def _has(headline: str, words: list[str]) -> bool:
    return all(word in headline for word in words)
