"""Visits to articles: who waits for one, what is kept, and what an edit undoes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.model import (
    ArticleCandidate,
    ArticleVisit,
    Entry,
    EntryKey,
    FeedState,
    Robots,
    RobotsRule,
)
from digest.store.sql_store import SqlStore

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = "https://quay.example/feed"


def entry(id_: str, *, days: int = 1, fingerprint: str = "f1") -> Entry:
    return Entry(
        key=EntryKey(feed=FEED, id=id_),
        title=f"Entry {id_}",
        url=f"https://quay.example/{id_}",
        fingerprint=fingerprint,
        published_at=NOW - days * DAY,
        summary=f"Summary {id_} {fingerprint}",
    )


def keep(store: SqlStore, *entries: Entry) -> None:
    store.feeds.save_refresh(FeedState(url=FEED, last_ok_at=NOW), entries, now=NOW)


def waiting(store: SqlStore, *, now: datetime = NOW) -> tuple[ArticleCandidate, ...]:
    return store.articles.waiting((FEED,), since=NOW - 10 * DAY, now=now, limit=50)


def visit(of: Entry, **changes: object) -> ArticleVisit:
    made = ArticleVisit(key=of.key, fingerprint=of.fingerprint, visited_at=NOW)
    return replace(made, **changes)


def test_new_entries_wait_the_newest_first(store: SqlStore) -> None:
    """Entries within the window wait, up to the limit; older ones and other feeds' do not."""
    keep(store, entry("a", days=3), entry("b", days=1), entry("old", days=20))
    assert [each.entry.key.id for each in waiting(store)] == ["b", "a"]
    assert store.articles.waiting((), since=NOW - DAY, now=NOW, limit=9) == ()
    one = store.articles.waiting((FEED,), since=NOW - 10 * DAY, now=NOW, limit=1)
    assert [each.entry.key.id for each in one] == ["b"]


def test_a_settled_entry_waits_no_more_until_its_feed_changes_it(store: SqlStore) -> None:
    """A visit is for one fingerprint; with another the count of attempts starts again."""
    keep(store, entry("a"))
    store.articles.settle([visit(entry("a"), attempts=2)])
    assert waiting(store) == ()
    keep(store, entry("a", fingerprint="f2"))
    assert [each.attempts for each in waiting(store)] == [0]


def test_a_failure_waits_until_it_is_due(store: SqlStore) -> None:
    """What failed comes back at its time, with the attempts so far."""
    keep(store, entry("a"))
    store.articles.settle([visit(entry("a"), attempts=1, remark="timeout", retry_at=NOW + DAY)])
    assert waiting(store) == ()
    assert [each.attempts for each in waiting(store, now=NOW + DAY)] == [1]


def test_an_enriched_entry_stays_so_until_its_feed_changes_it(store: SqlStore) -> None:
    """A refresh that brings the feed's own text again is no edit; one that changes it is."""
    keep(store, entry("a"))
    full = replace(entry("a"), content="<p>All of it.</p>", full_text=True, support=("Line",))
    assert store.articles.enrich(full, visit(entry("a")))
    assert store.feeds.save_refresh(
        FeedState(url=FEED, last_ok_at=NOW), [entry("a")], now=NOW + DAY
    ) == (0, 0)
    kept = store.feeds.entry(full.key)
    assert kept is not None
    assert kept.entry == full
    assert kept.edits == 0
    assert waiting(store) == ()
    keep(store, entry("a", fingerprint="f2"))
    assert [each.entry.full_text for each in waiting(store)] == [False]


def test_an_entry_that_changed_meanwhile_is_not_overwritten(store: SqlStore) -> None:
    """An article that was read for an older text is dropped, and the entry waits."""
    keep(store, entry("a", fingerprint="f2"))
    full = replace(entry("a"), content="<p>Old.</p>", full_text=True)
    assert not store.articles.enrich(full, visit(entry("a")))
    assert [each.entry.content for each in waiting(store)] == [""]


def test_rules_of_sites_are_kept_while_fresh(store: SqlStore) -> None:
    """Rules come back as they were, newer ones replace them, stale ones are forgotten."""
    rules = (RobotsRule(pattern="/a*", allow=False), RobotsRule(pattern="/", allow=True))
    site = Robots(origin="https://quay.example", rules=rules, fresh_until=NOW + DAY)
    store.articles.keep_robots(replace(site, rules=()))
    store.articles.keep_robots(site)
    asked = ("https://quay.example", "https://other.example")
    assert store.articles.robots(asked, now=NOW) == {site.origin: site}
    assert store.articles.robots(asked, now=NOW + DAY) == {}
