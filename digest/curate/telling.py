"""Telling: an issue's stories and texts, once it is decided what is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from digest.curate.choosing.field import Group
from digest.curate.choosing.selection import Ranked, Ranking
from digest.curate.choosing.sifting import Ground
from digest.curate.excerpts import LEAD_WORDS, STORY_WORDS
from digest.curate.grouping.stories import coverage, earlier, full_text, tell
from digest.curate.inbox_row import inbox_row
from digest.curate.timing.periods import send_time, times_of_day, wall_clock
from digest.curate.words import one_line
from digest.model import (
    EntryKey,
    Issue,
    IssueKey,
    Newsletter,
    Period,
    Section,
    Story,
    Topic,
    Wording,
)


def issue_of(
    ground: Ground, ranking: Ranking, groups: Mapping[EntryKey, Group], past: Sequence[Issue]
) -> Issue:
    """Tell what was chosen; ``groups`` are the entries of each story, ``past`` earlier issues."""
    told = _Told(groups, past)
    newsletter, period = ground.newsletter, ground.period
    first = ranking.lead
    lead = told.story(first, words=LEAD_WORDS, reason=_why(first)) if first else None
    made = (_section(topic, ranking, told) for topic in newsletter.topics)
    sections = tuple(section for section in made if section.stories)
    also = tuple(
        told.story(ranked, words=STORY_WORDS, reason=_why(ranked)) for ranked in ranking.also
    )
    stories = [*([lead] if lead else []), *(story for part in sections for story in part.stories)]
    send_at = send_time(newsletter.schedule, period)
    day = wall_clock(newsletter.schedule, send_at or period.end)
    row = inbox_row(newsletter, stories, also=also, day=day.date())
    return Issue(
        key=IssueKey(newsletter=newsletter.id, period=period),
        slug=ground.slug,
        title=Wording(value=one_line(newsletter.name)),
        subject=Wording(value=row.subject),
        preheader=Wording(value=row.preheader),
        intro=Wording(value=newsletter.intro),
        lead=lead,
        sections=sections,
        also_published=also,
        send_at=send_at,
    )


def slug_of(newsletter: Newsletter, period: Period) -> str:
    """The newsletter and the local date it goes out on; the time too, if days have several."""
    schedule = newsletter.schedule
    day = wall_clock(schedule, send_time(schedule, period) or period.end)
    several = len(times_of_day(schedule)) > 1
    return f"{newsletter.id}-{day:%Y-%m-%d-%H%M}" if several else f"{newsletter.id}-{day:%Y-%m-%d}"


class _Told:
    """Stories as the issue tells them."""

    def __init__(self, groups: Mapping[EntryKey, Group], past: Sequence[Issue]) -> None:
        self._groups = groups
        self._past = past

    def story(self, ranked: Ranked, *, words: int, reason: str) -> Story:
        group = self._groups[ranked.candidate.key]
        told = tell(group, text=full_text(group[0].entry), words=words, reason=reason)
        return replace(
            told,
            placement=ranked.candidate.placement,
            score=ranked.score,
            coverage=coverage(group),
            follows=earlier(group, self._past),
        )


def _why(ranked: Ranked) -> str:
    return f"{ranked.candidate.placement.reason}; {ranked.reason}"


def _section(topic: Topic, ranking: Ranking, told: _Told) -> Section:
    return Section(
        topic=topic.id,
        heading=Wording(value=topic.name),
        stories=tuple(
            told.story(
                ranked,
                words=STORY_WORDS,
                reason=_why(ranked)
                if ranked.candidate.wanted
                else ranked.candidate.placement.reason,
            )
            for ranked in ranking.told
            if ranked.candidate.topic == topic.id
        ),
    )
