"""What the desk's first page shows of each newsletter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.app import App
from digest.curate.topics import place
from digest.model import EntryState, IssueState, KeptIssue, Newsletter
from digest.pipeline.drafting import Waiting, upcoming_period, waiting_entries
from digest.pipeline.sources import all_feeds

_SHOWN_ISSUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as an editor reads it, and as machines do."""

    text: str
    iso: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingEntry:
    """An entry that the next issue could tell, or that is kept out of it.

    ``state`` is empty for one that it could. ``edited`` is when its feed last changed it.
    """

    title: str
    url: str
    source: str
    dated: Moment
    topic: str
    state: str = ""
    why: str = ""
    edited: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow:
    """An issue in a list."""

    slug: str
    title: str
    state: IssueState
    stories: int
    due: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterOverview:
    """A newsletter, when it is next due, what would be in it, and what it has been."""

    id: str
    name: str
    tagline: str
    due: Moment
    upcoming: tuple[UpcomingEntry, ...]
    issues: tuple[IssueRow, ...]
    older: int


def overviews(app: App) -> tuple[NewsletterOverview, ...]:
    """Every newsletter as it stands now, in the configuration's order."""
    return tuple(_overview(app, newsletter) for newsletter in app.config.newsletters.values())


def _overview(app: App, newsletter: Newsletter) -> NewsletterOverview:
    zone = ZoneInfo(newsletter.schedule.time_zone)
    tags = {feed.url: feed.tags for feed in all_feeds(app)}
    issues = app.store.issues.issues(newsletter=newsletter.id)
    upcoming = waiting_entries(app, newsletter)
    return NewsletterOverview(
        id=newsletter.id,
        name=newsletter.name,
        tagline=newsletter.tagline,
        due=moment(upcoming_period(app, newsletter).end, zone),
        upcoming=tuple(_upcoming(waiting, newsletter, tags) for waiting in reversed(upcoming)),
        issues=tuple(_row(kept, zone) for kept in issues[:_SHOWN_ISSUES]),
        older=max(0, len(issues) - _SHOWN_ISSUES),
    )


def _upcoming(
    waiting: Waiting, newsletter: Newsletter, tags: Mapping[str, tuple[str, ...]]
) -> UpcomingEntry:
    kept, standing = waiting.kept, waiting.standing
    entry = kept.entry
    zone = ZoneInfo(newsletter.schedule.time_zone)
    return UpcomingEntry(
        title=entry.title,
        url=entry.url,
        source=entry.feed_title or entry.key.feed,
        dated=moment(kept.dated_at or kept.first_seen_at, zone),
        topic=newsletter.topic(place(entry, newsletter, tags).topic).name,
        state="" if standing.state is EntryState.NEW else standing.state.value,
        why=standing.why,
        edited=moment(kept.edited_at, zone) if kept.edited_at else None,
    )


def _row(kept: KeptIssue, zone: ZoneInfo) -> IssueRow:
    return IssueRow(
        slug=kept.issue.slug,
        title=str(kept.issue.subject),
        state=kept.state,
        stories=len(kept.issue.stories),
        due=moment(kept.issue.key.period.end, zone),
    )


def moment(when: datetime, zone: ZoneInfo) -> Moment:
    """A time on the newsletter's wall clock, such as ``Thu 19 Dec 2019, 07:30 GMT``."""
    local = when.astimezone(zone)
    text = f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
    return Moment(text=text, iso=local.isoformat())
