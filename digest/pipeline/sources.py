"""The sources there are: those of the configuration, and those that remote lists bring."""

from dataclasses import replace

from digest.app import App
from digest.model import Feed, Newsletter


def all_feeds(app: App) -> tuple[Feed, ...]:
    """Every source: first the configuration's, then what its lists hold and it does not name.

    A feed that several lists hold has the tags of all of them.
    """
    feeds = {feed.url: feed for feed in app.config.feeds}
    own = frozenset(feeds)
    for feed in _listed(app):
        if feed.url not in own:
            known = feeds.setdefault(feed.url, feed)
            feeds[feed.url] = replace(known, tags=tuple(dict.fromkeys(known.tags + feed.tags)))
    return tuple(feeds.values())


def newsletter_feeds(app: App, newsletter: Newsletter) -> tuple[str, ...]:
    """The URLs a newsletter draws on: its own, then the lists' feeds with one of its tags."""
    if not app.config.lists or not newsletter.feed_tags:
        return newsletter.feeds
    own = {feed.url for feed in app.config.feeds}
    wanted = set(newsletter.feed_tags)
    listed = (
        feed.url
        for feed in all_feeds(app)
        if feed.url not in own and not wanted.isdisjoint(feed.tags)
    )
    return tuple(dict.fromkeys((*newsletter.feeds, *listed)))


def _listed(app: App) -> list[Feed]:
    lists = app.config.lists
    if not lists:
        return []
    held = app.store.lists.feeds([each.url for each in lists])
    return [
        replace(feed, tags=tuple(dict.fromkeys(feed.tags + each.tags)))
        for each in lists
        for feed in held[each.url]
    ]
