"""Assembly: a period's entries become an issue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from digest.curate.excerpts import LEAD_WORDS, STORY_WORDS
from digest.curate.inbox import inbox_row
from digest.curate.periods import times_of_day, wall_clock
from digest.curate.rank import Candidate, Ranked, Ranking, order
from digest.curate.states import unfit
from digest.curate.stories import full_text, group_copies, tell
from digest.curate.topics import place
from digest.curate.words import count_words, one_line
from digest.model import (
    EntryKey,
    Feed,
    Issue,
    IssueKey,
    KeptEntry,
    Newsletter,
    Period,
    Section,
    Story,
    Topic,
    Wording,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An entry that the issue does not use up, and why."""

    entry: EntryKey
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """An issue, and the entries it does not use, in order of key."""

    issue: Issue
    left_out: tuple[LeftOut, ...]


def candidates(kept: Sequence[KeptEntry], period: Period) -> tuple[KeptEntry, ...]:
    """The entries that an issue of the period may tell, oldest first.

    They are dated in it, or came too late for their own, or an editor released them.
    """
    fit = (item for item in kept if not unfit(item, period))
    return tuple(sorted(fit, key=lambda item: (item.dated_at or period.start, item.entry.key)))


def assemble(
    newsletter: Newsletter,
    period: Period,
    kept: Sequence[KeptEntry],
    *,
    feeds: Sequence[Feed] = (),
) -> Assembly:
    """Make the newsletter's issue for the period out of what is kept of its feeds.

    ``feeds`` are the configured ones, for their tags and titles. Every entry of ``kept`` is in the
    issue or in ``left_out``, exactly once, and the order of ``kept`` does not matter.
    """
    by_url = {feed.url: feed for feed in feeds}
    tags = {feed.url: feed.tags for feed in feeds}
    usable = [_named(item, by_url) for item in candidates(kept, period)]
    groups = {group[0].entry.key: group for group in group_copies(usable)}
    choice = [_candidate(group, newsletter, tags) for group in groups.values()]
    ranking = order(choice, newsletter, period=period)
    first = ranking.lead
    lead = _lead(first, groups[first.candidate.key]) if first else None
    left_out = (*_unused(kept, period), *_cut(ranking))
    return Assembly(
        issue=_issue(newsletter, period, ranking, lead),
        left_out=tuple(sorted(left_out, key=lambda left: left.entry)),
    )


def is_empty(issue: Issue, newsletter: Newsletter) -> bool:
    """Whether the issue tells fewer stories than the newsletter wants at least."""
    return len(issue.stories) < newsletter.min_stories


def _unused(kept: Iterable[KeptEntry], period: Period) -> Iterable[LeftOut]:
    for item in kept:
        reason = unfit(item, period)
        if reason:
            yield LeftOut(entry=item.entry.key, reason=reason)


def _cut(ranking: Ranking) -> Iterable[LeftOut]:
    return (
        LeftOut(entry=key, reason=ranked.reason)
        for ranked in ranking.left_out
        for key in ranked.candidate.story.entries
    )


def _named(item: KeptEntry, feeds: dict[str, Feed]) -> KeptEntry:
    """The entry under the title that the configuration gives its feed, if it gives one."""
    feed = feeds.get(item.entry.key.feed)
    if feed is None or not feed.title:
        return item
    return replace(item, entry=replace(item.entry, feed_title=feed.title))


def _candidate(
    group: Sequence[KeptEntry], newsletter: Newsletter, tags: dict[str, tuple[str, ...]]
) -> Candidate:
    """A group of copies as one story; a copy that a rule places, places them all."""
    placements = [place(item.entry, newsletter, tags) for item in group]
    placement = next((found for found in placements if found.by_rule), placements[0])
    text = full_text(group[0].entry)
    return Candidate(
        story=tell(group, text=text, words=STORY_WORDS, reason=placement.reason),
        topic=placement.topic,
        words=count_words(text),
    )


def _lead(ranked: Ranked, group: Sequence[KeptEntry]) -> Story:
    """The lead, told again at greater length."""
    text = full_text(group[0].entry)
    return tell(group, text=text, words=LEAD_WORDS, reason=_why(ranked))


def _why(ranked: Ranked) -> str:
    return f"{ranked.candidate.story.reason}; {ranked.reason}"


def _issue(newsletter: Newsletter, period: Period, ranking: Ranking, lead: Story | None) -> Issue:
    sections = tuple(
        section for topic in newsletter.topics if (section := _section(topic, ranking)).stories
    )
    also = tuple(replace(ranked.candidate.story, reason=_why(ranked)) for ranked in ranking.also)
    told = [*([lead] if lead else []), *(story for part in sections for story in part.stories)]
    end = wall_clock(newsletter.schedule, period.end)
    row = inbox_row(newsletter, told, also=also, date=f"{end:%Y-%m-%d}")
    return Issue(
        key=IssueKey(newsletter=newsletter.id, period=period),
        slug=_slug(newsletter, period),
        title=Wording(value=one_line(newsletter.name)),
        subject=Wording(value=row.subject),
        preheader=Wording(value=row.preheader),
        intro=Wording(value=newsletter.intro),
        lead=lead,
        sections=sections,
        also_published=also,
    )


def _section(topic: Topic, ranking: Ranking) -> Section:
    return Section(
        topic=topic.id,
        heading=Wording(value=topic.name),
        stories=tuple(
            ranked.candidate.story for ranked in ranking.told if ranked.candidate.topic == topic.id
        ),
    )


def _slug(newsletter: Newsletter, period: Period) -> str:
    """The newsletter and the local date of its period's end; the time too, if days have several."""
    schedule = newsletter.schedule
    end = wall_clock(schedule, period.end)
    several = len(times_of_day(schedule)) > 1
    return f"{newsletter.id}-{end:%Y-%m-%d-%H%M}" if several else f"{newsletter.id}-{end:%Y-%m-%d}"
