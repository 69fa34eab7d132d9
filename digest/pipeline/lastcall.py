"""The last call before an issue: its feeds are asked once more, whenever they were due."""

from collections.abc import Iterator

from digest.app import App
from digest.model import FeedHealth
from digest.pipeline.due import due_issues
from digest.pipeline.refresh import FeedRefreshed, refresh_feeds
from digest.pipeline.sources import newsletter_feeds


def last_call(app: App) -> Iterator[FeedRefreshed]:
    """Ask the healthy feeds of issues that are due, unless they were since the period's end.

    A feed that is asked once a day would otherwise bring the morning's posts after the issue.
    """
    urls: dict[str, None] = {}
    for due in due_issues(app):
        states = app.store.feeds.states(newsletter_feeds(app, due.newsletter))
        for url, state in states.items():
            asked = state.last_checked_at
            if state.health is FeedHealth.ACTIVE and (asked is None or asked < due.period.end):
                urls[url] = None
    if urls:
        yield from refresh_feeds(app, urls=tuple(urls), force=True)
