"""Saved drafts, choices and corrections, and what roundups leave alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from digest.errors import StateError
from digest.model import (
    Choice,
    Correction,
    Edits,
    Entry,
    EntryKey,
    FeedState,
    Issue,
    IssueKey,
    IssueKind,
    IssueState,
    KeptIssue,
    Period,
    RenderedIssue,
    Story,
    Verdict,
    Wording,
)
from digest.store import SqlStore, open_store
from digest.store.database import connect

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = Period(start=NOW - 365 * DAY, end=NOW)
FEED = "https://example.org/feed"
RENDERING = RenderedIssue(subject="s", preheader="p", html="<p>", text="t", digest="d" * 64)
EDITS = Edits(pins=(EntryKey(feed=FEED, id="2"),), by="Ada")


def key(number: int) -> EntryKey:
    return EntryKey(feed=FEED, id=str(number))


def issue(*numbers: int, kind: IssueKind = IssueKind.DIGEST) -> Issue:
    wording = Wording(value="2025")
    told = tuple(
        Story(
            entries=(key(number),),
            url="https://example.org/",
            headline=wording,
            excerpt=wording,
            source="Example",
            published_at=NOW,
        )
        for number in numbers
    )
    return Issue(
        key=IssueKey(newsletter="yearly", period=YEAR),
        slug=f"yearly-{kind}",
        kind=kind,
        title=wording,
        subject=wording,
        preheader=wording,
        also_published=told,
    )


def added(store: SqlStore, *numbers: int, kind: IssueKind = IssueKind.DIGEST) -> KeptIssue:
    kept = store.issues.add(issue(*numbers, kind=kind), now=NOW)
    assert kept is not None
    return kept


def with_entries(store: SqlStore, *numbers: int) -> None:
    entries = [
        Entry(key=key(one), title=f"t{one}", url=f"https://example.org/{one}", fingerprint="f")
        for one in numbers
    ]
    store.feeds.save_refresh(FeedState(url=FEED), entries, now=NOW)


def used(store: SqlStore) -> dict[str, str]:
    found = store.feeds.recent([FEED], newsletter="yearly", limit=9)
    return {kept.entry.key.id: kept.used_in for kept in found}


def choice(number: int, verdict: Verdict = Verdict.TOLD) -> Choice:
    return Choice(
        entry=key(number), title=f"t{number}", source="Example", verdict=verdict, reason="recent"
    )


def test_a_saved_draft_is_what_the_store_gives_back(store: SqlStore) -> None:
    """Text and edits are replaced together, and the revision grows by one."""
    kept = added(store, 1)
    saved = store.issues.save(kept, issue=issue(2), edits=EDITS, now=NOW + DAY)
    assert saved == replace(kept, issue=issue(2), edits=EDITS, revision=2)
    assert store.issues.get("yearly-digest") == saved


def test_a_draft_saved_in_between_is_not_overwritten(store: SqlStore) -> None:
    """Of two editors, the second is told to look again, and nothing of hers is kept."""
    kept = added(store, 1)
    first = store.issues.save(kept, issue=issue(2), edits=EDITS, now=NOW)
    with pytest.raises(StateError, match="changed in the meantime"):
        store.issues.save(kept, issue=issue(3), edits=EDITS, choices=(choice(3),), now=NOW)
    assert store.issues.get("yearly-digest") == first
    assert store.issues.choices(kept.id) == ()


def test_an_approval_of_what_was_read_before_a_change_fails(store: SqlStore) -> None:
    """What was saved after an editor looked is not what she approved."""
    kept = added(store, 1)
    store.issues.save(kept, issue=issue(2), edits=EDITS, now=NOW)
    with pytest.raises(StateError, match="before it is approved"):
        store.issues.approve(kept, RENDERING, by="Ada", now=NOW)


def test_only_a_draft_is_saved(store: SqlStore) -> None:
    """What was approved stays what was approved."""
    approved = store.issues.approve(added(store, 1), RENDERING, by="Ada", now=NOW)
    with pytest.raises(StateError, match="is approved, and only a draft can be changed"):
        store.issues.save(approved, issue=issue(2), edits=EDITS, now=NOW)


def test_saving_uses_up_what_the_new_text_holds(store: SqlStore) -> None:
    """A dropped entry is free for the next issue again, an added one no longer."""
    with_entries(store, 1, 2)
    kept = added(store, 1)
    store.issues.save(kept, issue=issue(2), edits=EDITS, now=NOW)
    assert used(store) == {"1": "", "2": "yearly-digest"}


def test_a_saved_draft_keeps_its_name_and_period(store: SqlStore) -> None:
    """What identifies an issue is not part of its text."""
    kept = added(store, 1)
    other = replace(issue(1), slug="other", kind=IssueKind.ROUNDUP)
    assert store.issues.save(kept, issue=other, edits=EDITS, now=NOW).issue == kept.issue


def test_choices_are_kept_with_their_issue(store: SqlStore) -> None:
    """They come back in order of key, and stay when a save brings none."""
    kept = store.issues.add(issue(1), now=NOW, choices=(choice(2), choice(1)))
    assert kept is not None
    assert store.issues.choices(kept.id) == (choice(1), choice(2))
    kept = store.issues.save(kept, issue=issue(1), edits=EDITS, now=NOW)
    assert store.issues.choices(kept.id) == (choice(1), choice(2))
    other = (choice(1, Verdict.LEFT_OUT),)
    store.issues.save(kept, issue=issue(1), edits=EDITS, choices=other, now=NOW)
    assert store.issues.choices(kept.id) == other


def test_an_issue_made_without_choices_has_none(store: SqlStore) -> None:
    """Issues of an older program explain nothing, and fail at nothing."""
    assert store.issues.choices(added(store, 1).id) == ()


def test_a_later_correction_replaces_the_earlier_one_of_its_entry(store: SqlStore) -> None:
    """A newsletter's corrections are listed oldest first, one for each entry."""
    first = Correction(
        newsletter="yearly", entry=key(1), topic="law", title="t", text="x", at=NOW, by="Ada"
    )
    second = replace(first, entry=key(2), at=NOW + DAY)
    third = replace(first, topic="courts", title="T", text="y", at=NOW + 2 * DAY, by="Eve")
    store.issues.add_corrections((first, second, replace(first, newsletter="weekly")))
    store.issues.add_corrections((third,))
    store.issues.add_corrections(())
    assert store.issues.corrections("yearly") == (second, third)
    assert store.issues.corrections("weekly") == (replace(first, newsletter="weekly"),)


def test_a_digest_and_a_roundup_may_share_a_period(store: SqlStore) -> None:
    """Each is found by its kind, and of each kind there is one."""
    digest, roundup = added(store, 1), added(store, 1, kind=IssueKind.ROUNDUP)
    again = replace(issue(1, kind=IssueKind.ROUNDUP), slug="again")
    assert store.issues.add(again, now=NOW) is None
    assert store.issues.find(digest.issue.key) == digest
    assert store.issues.find(digest.issue.key, kind=IssueKind.ROUNDUP) == roundup
    assert store.issues.issues(kind=IssueKind.ROUNDUP) == (roundup,)
    assert store.issues.issues(newsletter="yearly") == (roundup, digest)


def test_a_newsletters_name_means_its_newest_digest(store: SqlStore) -> None:
    """A roundup is named by its slug only."""
    digest, roundup = added(store, 1), added(store, 1, kind=IssueKind.ROUNDUP)
    assert store.issues.get("yearly") == digest
    assert store.issues.get("yearly-roundup") == roundup


def test_a_roundup_uses_no_entry_up(store: SqlStore) -> None:
    """What it tells again stays as used or unused as it was, after a save as well."""
    with_entries(store, 1, 2)
    added(store, 1)
    roundup = added(store, 1, 2, kind=IssueKind.ROUNDUP)
    again = issue(2, kind=IssueKind.ROUNDUP)
    store.issues.save(roundup, issue=again, edits=EDITS, now=NOW)
    assert used(store) == {"1": "yearly-digest", "2": ""}


def test_migrating_keeps_issues_and_what_refers_to_them(empty_url: str) -> None:
    """A database from before there were edits comes through with every row and reference."""
    database = connect(empty_url)
    config = Config()
    config.set_main_option("script_location", "digest.store:migrations")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006_articles")
        _old_issue(connection.exec_driver_sql)
    database.close()
    store = open_store(empty_url)
    kept = store.issues.get("weekly-1")
    assert (kept.id, kept.state, kept.edits) == (7, IssueState.APPROVED, Edits())
    assert (store.issues.rendering(7).html, store.issues.rendering(7).web) == ("<p>", "")
    with store.database.writing() as connection:
        rows = connection.execute(text("SELECT issue_id, entry_id FROM issue_entries")).all()
    assert [tuple(row) for row in rows] == [(7, "1")]
    store.close()


def _old_issue(execute: object) -> None:
    assert callable(execute)
    document = (
        '{"v":1,"newsletter":"weekly","start":"2026-02-26T07:30:00+00:00",'
        '"end":"2026-03-05T07:30:00+00:00","slug":"weekly-1","kind":"digest",'
        '"title":["t","auto"],"subject":["t","auto"],"preheader":["","auto"],"intro":["","auto"]}'
    )
    start, end = "2026-02-26 07:30:00", "2026-03-05 07:30:00"
    execute(
        "INSERT INTO issues (id, newsletter, period_start, period_end, kind, slug, state,"
        " revision, document, created_at, approved_by, approved_digest) VALUES"
        f" (7, 'weekly', '{start}', '{end}', 'digest', 'weekly-1', 'approved', 2,"
        f" '{document}', '{end}', 'Ada', 'd')"
    )
    execute("INSERT INTO issue_entries VALUES (7, 'https://example.org/feed', '1')")
    execute("INSERT INTO renderings VALUES (7, 's', 'p', '<p>', 't', 'd')")


def test_references_to_issues_are_still_held_to_after_the_migration(
    store: SqlStore, path: Path
) -> None:
    """SQLite finds nothing that refers to an issue that is not there."""
    assert path.exists()
    added(store, 1)
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        names = connection.exec_driver_sql("PRAGMA foreign_key_list(deliveries)").all()
    assert [row[2] for row in names] == ["issues"]
