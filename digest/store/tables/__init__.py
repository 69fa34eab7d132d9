"""The tables. Datetimes are kept in UTC, identities by the keys of :mod:`digest.model`.

A change here needs a migration; a test compares the two.
"""

from digest.store.tables.audience import subscribers, subscriptions, suppressions
from digest.store.tables.columns import METADATA, UtcDateTime
from digest.store.tables.deliveries import (
    deliveries,
    feedback,
    guard_trips,
    inboxes,
    instance,
    rate_uses,
    relays,
    subject_trials,
)
from digest.store.tables.entries import (
    article_visits,
    entries,
    entry_aliases,
    entry_history,
    media,
    picture_visits,
    robots,
)
from digest.store.tables.feeds import (
    feed_archives,
    feeds,
    hub_pushes,
    hub_subscriptions,
    listed_feeds,
)
from digest.store.tables.issues import (
    amendments,
    corrections,
    issue_choices,
    issue_entries,
    issues,
    last_looks,
    link_checks,
    rehearsals,
    renderings,
    second_renderings,
    trials,
    waivers,
)

__all__ = [
    "METADATA",
    "UtcDateTime",
    "amendments",
    "article_visits",
    "corrections",
    "deliveries",
    "entries",
    "entry_aliases",
    "entry_history",
    "feed_archives",
    "feedback",
    "feeds",
    "guard_trips",
    "hub_pushes",
    "hub_subscriptions",
    "inboxes",
    "instance",
    "issue_choices",
    "issue_entries",
    "issues",
    "last_looks",
    "link_checks",
    "listed_feeds",
    "media",
    "picture_visits",
    "rate_uses",
    "rehearsals",
    "relays",
    "renderings",
    "robots",
    "second_renderings",
    "subject_trials",
    "subscribers",
    "subscriptions",
    "suppressions",
    "trials",
    "waivers",
]
