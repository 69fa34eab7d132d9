"""What has gone out, as archives list it; and the page that is kept with a rendering."""

from dataclasses import replace
from datetime import timedelta

from digest.model import IssueState, PublishedIssue, RenderedIssue
from digest.store import SqlStore
from tests.store.test_store_issues import NOW, issue

RENDERING = RenderedIssue(
    subject="Five boats", preheader="p", html="<p>", text="t", digest="d" * 64, web="<main>ü</main>"
)


def out(store: SqlStore, number: int, *, newsletter: str = "weekly", to: IssueState) -> int:
    """An issue in that state, a day for each number after NOW."""
    day = NOW + timedelta(days=number)
    kept = store.issues.add(issue(number, newsletter=newsletter), now=day)
    assert kept
    store.issues.approve(kept, replace(RENDERING, subject=f"No {number}"), by="Ed", now=day)
    if to is not IssueState.APPROVED:
        store.issues.change_state(kept.id, to=to, allowed=(IssueState.APPROVED,), now=day)
    return kept.id


def test_the_page_is_kept_with_the_rendering(store: SqlStore) -> None:
    """What was approved comes back whole."""
    kept = store.issues.add(issue(), now=NOW)
    assert kept
    store.issues.approve(kept, RENDERING, by="Ed", now=NOW)
    assert store.issues.rendering(kept.id) == RENDERING


def test_only_what_went_out_is_listed_latest_first(store: SqlStore) -> None:
    """Drafts, approved, paused and cancelled issues are nobody's archive yet."""
    states = [
        IssueState.SENT,
        IssueState.SENDING,
        IssueState.APPROVED,
        IssueState.PAUSED,
        IssueState.CANCELLED,
    ]
    ids = [out(store, number, to=state) for number, state in enumerate(states)]
    store.issues.add(issue(9), now=NOW)
    assert [one.id for one in store.issues.published()] == [ids[1], ids[0]]
    assert store.issues.published()[1] == PublishedIssue(
        id=ids[0], slug="weekly-0", newsletter="weekly", subject="No 0", preheader="p", at=NOW
    )


def test_a_newsletters_own_list(store: SqlStore) -> None:
    """Narrowed where asked; none for a newsletter that has none."""
    out(store, 0, to=IssueState.SENT)
    other = out(store, 1, newsletter="daily", to=IssueState.SENT)
    assert [one.id for one in store.issues.published(newsletter="daily")] == [other]
    assert store.issues.published(newsletter="monthly") == ()
