"""When an issue is due: for each of its readers, and for the first of them."""

from datetime import datetime

from digest.app import App
from digest.curate.timing.local import due_times
from digest.model import DueTimes, IssueKind, KeptIssue


def reader_times(app: App, kept: KeptIssue) -> DueTimes | None:
    """When the issue is due by the clock of each reader; None where all get it at once.

    A correction cannot wait for anybody's clock.
    """
    if kept.issue.kind is IssueKind.CORRECTION:
        return None
    newsletter = app.config.newsletters.get(kept.issue.key.newsletter)
    if newsletter is None or not newsletter.schedule.local_time:
        return None
    zones = app.store.audience.time_zones(newsletter=newsletter.id)
    return due_times(newsletter.schedule, kept.issue.due_at, zones)


def opens_at(app: App, kept: KeptIssue) -> datetime | None:
    """When the issue goes to the first of its readers; None for at once."""
    if kept.issue.send_at is None:
        return None
    times = reader_times(app, kept)
    return times.first if times else kept.issue.send_at
