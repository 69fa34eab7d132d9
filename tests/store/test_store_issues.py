"""Issues as the store keeps them."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import StateError, UnknownNameError
from digest.model import (
    EntryKey,
    Issue,
    IssueKey,
    IssueState,
    KeptIssue,
    Period,
    RenderedIssue,
    Story,
    Wording,
)
from digest.store import SqlStore, open_store

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
RENDERING = RenderedIssue(
    subject="Süßes", preheader="p", html="<p>ü</p>", text="ü\r\n", digest="d" * 64
)


def issue(number: int = 0, *, newsletter: str = "weekly") -> Issue:
    end = NOW + number * 7 * DAY
    wording = Wording(value=f"Number {number}")
    key = EntryKey(feed="https://example.org/feed", id=str(number))
    lead = Story(
        entries=(key, key),
        url="https://example.org/",
        headline=wording,
        excerpt=wording,
        source="Example",
        published_at=NOW,
    )
    return Issue(
        key=IssueKey(newsletter=newsletter, period=Period(start=end - 7 * DAY, end=end)),
        slug=f"{newsletter}-{number}",
        title=wording,
        subject=wording,
        preheader=wording,
        lead=lead,
    )


def added(store: SqlStore, number: int = 0) -> KeptIssue:
    kept = store.issues.add(issue(number), now=NOW)
    assert kept is not None
    return kept


def test_a_new_issue_comes_back_as_it_was_given(store: SqlStore) -> None:
    """add, get and find give the same kept issue: a draft at its first revision."""
    kept = added(store)
    assert kept == KeptIssue(
        id=kept.id, issue=issue(), state=IssueState.DRAFT, revision=1, created_at=NOW
    )
    assert store.issues.get("weekly-0") == kept
    assert store.issues.find(issue().key) == kept
    assert store.issues.find(issue(1).key) is None


def test_a_period_has_one_issue(store: SqlStore) -> None:
    """A second issue for the same newsletter and period is None, whatever its slug."""
    added(store)
    assert store.issues.add(replace(issue(), slug="other"), now=NOW) is None
    assert len(store.issues.issues()) == 1


def test_a_slug_names_one_issue(store: SqlStore) -> None:
    """Another period's issue cannot take a slug that is in use."""
    added(store)
    with pytest.raises(StateError, match="weekly-0"):
        store.issues.add(replace(issue(1), slug="weekly-0"), now=NOW)
    assert store.issues.find(issue(1).key) is None


def test_a_skipped_period_is_used_up(store: SqlStore) -> None:
    """A skipped issue takes its period like any other."""
    kept = store.issues.add(issue(), now=NOW, state=IssueState.SKIPPED)
    assert kept is not None
    assert kept.state is IssueState.SKIPPED
    assert store.issues.add(issue(), now=NOW) is None


def test_a_newsletters_name_means_its_newest_issue(store: SqlStore) -> None:
    """Issues can be named by slug or by newsletter; an unknown name lists some known ones."""
    added(store, 1)
    added(store, 0)
    assert store.issues.get("weekly").issue.slug == "weekly-1"
    with pytest.raises(UnknownNameError, match="weekly-1, weekly-0"):
        store.issues.get("wekly")


def test_a_slug_wins_over_a_newsletter_of_that_name(store: SqlStore) -> None:
    """An exact slug is never read as a newsletter."""
    store.issues.add(issue(1, newsletter="weekly-0"), now=NOW)
    kept = added(store)
    assert store.issues.get("weekly-0") == kept


def test_issues_are_listed_newest_first_and_narrowed(store: SqlStore) -> None:
    """Lists narrow by newsletter and by state."""
    for number in (1, 2, 0):
        added(store, number)
    store.issues.add(issue(newsletter="daily"), now=NOW, state=IssueState.SKIPPED)
    weekly = [kept.issue.slug for kept in store.issues.issues(newsletter="weekly")]
    skipped = [kept.issue.slug for kept in store.issues.issues(states=(IssueState.SKIPPED,))]
    assert weekly == ["weekly-2", "weekly-1", "weekly-0"]
    assert skipped == ["daily-0"]


def test_approval_freezes_the_rendering(store: SqlStore) -> None:
    """After approval the very bytes are kept, under the editor's name."""
    kept = store.issues.approve(added(store), RENDERING, by="Ada", now=NOW + DAY)
    assert kept == store.issues.get("weekly-0")
    assert (kept.state, kept.revision) == (IssueState.APPROVED, 2)
    assert (kept.approved_at, kept.approved_by) == (NOW + DAY, "Ada")
    assert kept.approved_digest == RENDERING.digest
    assert store.issues.rendering(kept.id) == RENDERING


def test_only_a_draft_is_approved_and_only_once(store: SqlStore) -> None:
    """A second approval is refused and leaves the first one's rendering alone."""
    kept = added(store)
    store.issues.approve(kept, RENDERING, by="Ada", now=NOW)
    with pytest.raises(StateError, match="is approved"):
        store.issues.approve(kept, replace(RENDERING, html=""), by="Eve", now=NOW)
    assert store.issues.rendering(kept.id) == RENDERING


def test_an_issue_that_changed_since_it_was_read_is_not_approved(store: SqlStore) -> None:
    """What an editor did not see is not what they approved."""
    kept = added(store)
    for to in (IssueState.CANCELLED, IssueState.DRAFT):
        store.issues.change_state(kept.id, to=to, allowed=tuple(IssueState), now=NOW)
    with pytest.raises(StateError, match="changed in the meantime"):
        store.issues.approve(kept, RENDERING, by="Ada", now=NOW)


def test_an_unapproved_issue_has_no_rendering(store: SqlStore) -> None:
    """Asking for one says what is missing."""
    with pytest.raises(StateError, match="approve it first"):
        store.issues.rendering(added(store).id)


def test_a_withdrawn_approval_can_be_given_again(store: SqlStore) -> None:
    """Back to a draft means without approval and rendering, ready for the next."""
    kept = store.issues.approve(added(store), RENDERING, by="Ada", now=NOW)
    assert store.issues.change_state(
        kept.id, to=IssueState.DRAFT, allowed=(IssueState.APPROVED,), now=NOW
    )
    draft = store.issues.get("weekly-0")
    assert (draft.approved_at, draft.approved_by, draft.approved_digest) == (None, "", "")
    other = replace(RENDERING, html="<p>better</p>")
    store.issues.approve(draft, other, by="Ada", now=NOW)
    assert store.issues.rendering(kept.id) == other


def test_states_change_only_from_those_allowed(store: SqlStore) -> None:
    """A move from another state is refused, and a repeated one does nothing."""
    kept = added(store)
    move = store.issues.change_state
    assert not move(kept.id, to=IssueState.SENT, allowed=(IssueState.SENDING,), now=NOW)
    assert move(kept.id, to=IssueState.SENT, allowed=(IssueState.DRAFT,), now=NOW)
    assert not move(kept.id, to=IssueState.SENT, allowed=(IssueState.DRAFT,), now=NOW + DAY)
    assert store.issues.get("weekly-0").sent_at == NOW


def test_of_many_threads_one_adds_the_issue(store: SqlStore, url: str) -> None:
    """Schedulers that race for a period make one issue, on one connection or on several."""
    others = [open_store(url) for _ in range(3)]
    results: list[KeptIssue | None] = []

    def add(one: SqlStore) -> None:
        results.append(one.issues.add(issue(), now=NOW))

    threads = [threading.Thread(target=add, args=(one,)) for one in [*others, store, store]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert len([kept for kept in results if kept is not None]) == 1
    assert len(results) == 5
