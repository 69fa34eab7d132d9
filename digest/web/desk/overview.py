"""What the desk's first page shows of each newsletter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.app import App
from digest.curate.timing.periods import send_time
from digest.model import EntryKey, EntryState, IssueState, KeptIssue, Newsletter
from digest.pipeline.due import upcoming_period
from digest.pipeline.material import topic_names
from digest.pipeline.upcoming import Waiting, waiting_entries

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
    """A newsletter, when it next goes out, what would be in it, and what it has been.

    ``cut_off`` is when it is drafted, where that is earlier; ``paused`` means that it is not.
    """

    id: str
    name: str
    tagline: str
    due: Moment
    cut_off: Moment | None
    paused: bool
    upcoming: tuple[UpcomingEntry, ...]
    issues: tuple[IssueRow, ...]
    older: int


def overviews(app: App) -> tuple[NewsletterOverview, ...]:
    """Every newsletter as it stands now, in the configuration's order."""
    return tuple(_overview(app, newsletter) for newsletter in app.config.newsletters.values())


def _overview(app: App, newsletter: Newsletter) -> NewsletterOverview:
    zone = ZoneInfo(newsletter.schedule.time_zone)
    issues = app.store.issues.issues(newsletter=newsletter.id)
    upcoming = waiting_entries(app, newsletter)
    topics = topic_names(app, newsletter, [waiting.kept.entry for waiting in upcoming])
    period = upcoming_period(app, newsletter)
    send_at = send_time(newsletter.schedule, period)
    return NewsletterOverview(
        id=newsletter.id,
        name=newsletter.name,
        tagline=newsletter.tagline,
        due=moment(send_at or period.end, zone),
        cut_off=moment(period.end, zone) if send_at else None,
        paused=newsletter.schedule.paused,
        upcoming=tuple(_upcoming(waiting, newsletter, topics) for waiting in reversed(upcoming)),
        issues=tuple(_row(kept, zone) for kept in issues[:_SHOWN_ISSUES]),
        older=max(0, len(issues) - _SHOWN_ISSUES),
    )


def _upcoming(
    waiting: Waiting, newsletter: Newsletter, topics: Mapping[EntryKey, str]
) -> UpcomingEntry:
    kept, standing = waiting.kept, waiting.standing
    entry = kept.entry
    zone = ZoneInfo(newsletter.schedule.time_zone)
    return UpcomingEntry(
        title=entry.title,
        url=entry.url,
        source=entry.feed_title or entry.key.feed,
        dated=moment(kept.dated_at or kept.first_seen_at, zone),
        topic=topics[entry.key],
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
        due=moment(kept.issue.due_at, zone),
    )


def moment(when: datetime, zone: ZoneInfo) -> Moment:
    """A time on the newsletter's wall clock, such as ``Thu 19 Dec 2019, 07:30 GMT``."""
    local = when.astimezone(zone)
    text = f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
    return Moment(text=text, iso=local.isoformat())
