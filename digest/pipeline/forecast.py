"""What is known about a newsletter's next issues, gathered for the forecast."""

from collections.abc import Sequence

from digest.app import App
from digest.curate.forecast import (
    ForecastIssue,
    Neighbour,
    Pace,
    Slot,
    forecast,
    goes_out,
    shares_day,
)
from digest.curate.grouping.stories import group_stories
from digest.curate.states import candidates
from digest.curate.timing.periods import next_periods
from digest.model import Consent, IssueKind, KeptIssue, Newsletter, Period
from digest.pipeline.due import due_now, upcoming_periods
from digest.pipeline.sources import newsletter_feeds
from digest.pipeline.upcoming import period_entries

_PAST_ISSUES = 8


def forecast_issues(app: App, newsletter: Newsletter, *, count: int) -> tuple[ForecastIssue, ...]:
    """What the newsletter's next ``count`` issues will likely hold, one that is due now first."""
    periods = _periods(app, newsletter, count)
    slots = [_slot(app, newsletter, period) for period in periods]
    return forecast(
        newsletter,
        slots,
        now=app.clock(),
        pace=_pace(app, newsletter, slots),
        neighbours=_neighbours(app, newsletter, periods),
    )


def _periods(app: App, newsletter: Newsletter, count: int) -> tuple[Period, ...]:
    now = app.clock()
    due = due_now(app, newsletter, now)
    if due is None:
        return upcoming_periods(app, newsletter, count=count)
    return (due, *next_periods(newsletter, now=now, latest=due, count=count - 1))


def _slot(app: App, newsletter: Newsletter, period: Period) -> Slot:
    if period.start >= app.clock():
        return Slot(period=period)
    kept = period_entries(app, newsletter, period)
    usable = candidates(kept, period, clock=newsletter.clock)
    groups = group_stories(usable, sources=newsletter.ranking.sources)
    return Slot(period=period, posts=len(usable), stories=len(groups))


def _pace(app: App, newsletter: Newsletter, slots: Sequence[Slot]) -> Pace:
    """The feeds' own pace, and what the last issues and the running one made of their posts."""
    urls = newsletter_feeds(app, newsletter)
    measures = app.store.feeds.measures(urls, now=app.clock())
    past = app.store.issues.issues(newsletter=newsletter.id, kind=IssueKind.DIGEST)[:_PAST_ISSUES]
    posts = sum(slot.posts for slot in slots) + sum(len(kept.issue.entry_keys) for kept in past)
    stories = sum(slot.stories for slot in slots) + sum(_stories(kept) for kept in past)
    return Pace(
        posts_per_week=sum(each.per_week for each in measures.values()),
        stories_per_post=stories / posts if posts else 1.0,
    )


def _stories(kept: KeptIssue) -> int:
    return len(kept.issue.stories) + len(kept.issue.also_published)


def _neighbours(
    app: App, newsletter: Newsletter, periods: Sequence[Period]
) -> tuple[Neighbour, ...]:
    """The newsletters that ever share a day with this one, and what they share besides."""
    times = [goes_out(newsletter, period) for period in periods]
    near = [
        other
        for other in app.config.newsletters.values()
        if other.id != newsletter.id and any(shares_day(newsletter, at, other) for at in times)
    ]
    if not near:
        return ()
    feeds, readers = set(newsletter_feeds(app, newsletter)), _readers(app, newsletter)
    return tuple(
        Neighbour(
            newsletter=other,
            shared_feeds=len(feeds & set(newsletter_feeds(app, other))),
            shared_readers=len(readers & _readers(app, other)) if readers else 0,
        )
        for other in near
    )


def _readers(app: App, newsletter: Newsletter) -> set[int]:
    subscriptions = app.store.audience.subscriptions(newsletter=newsletter.id)
    return {each.subscriber.id for each in subscriptions if each.consent is Consent.CONFIRMED}
