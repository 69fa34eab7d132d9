"""Pre-flight over fakes: facts, waivers, approval with and without an editor, links, spam."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import StateError, UnfitError
from digest.model import (
    Approval,
    Fetched,
    FetchFailed,
    Issue,
    IssueState,
    KeptIssue,
    Newsletter,
    NewSubscriber,
    RenderedIssue,
    Sender,
)
from digest.pipeline.approval import approve_automatic, approve_issue, render_issue
from digest.pipeline.links import check_links
from digest.pipeline.preflight import EVERY, Manner, Preflight, preflight, waive
from digest.pipeline.spam import has_spamassassin, spam_score
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeWorld, fake_config, fake_world

NOW = ISSUE.key.period.end + timedelta(hours=1)
OFFLINE = Manner(offline=True)
PAGE = "https://quay.net/a"
GONE = FetchFailed(reason="HTTP 404", status=404)
NO_NAME = FetchFailed(reason="the host name quay.net cannot be resolved", unresolved=True)


def world(tmp_path: Path, *, approval: Approval = Approval.EDITOR, readers: int = 1) -> FakeWorld:
    """A draft with that many readers."""
    newsletter = replace(NEWSLETTER, approval=approval)
    made = fake_world(fake_config(tmp_path, newsletters=[newsletter]), now=NOW)
    rows = [NewSubscriber(address=f"r{number}@reader.example") for number in range(readers)]
    made.store.audience.subscribe_all(rows, newsletter=newsletter.id, now=NOW)
    made.store.issues.add(ISSUE, now=NOW)
    return made


def fly(made: FakeWorld, manner: Manner = OFFLINE) -> Preflight:
    kept = made.store.issues.get(ISSUE.slug)
    return preflight(made.app, kept, render_issue(made.app, kept), manner=manner)


def state(made: FakeWorld) -> IssueState:
    kept: KeptIssue = made.store.issues.get(ISSUE.slug)
    return kept.state


def test_a_waiver_holds_for_what_it_was_given_for(tmp_path: Path) -> None:
    """Waived with a reason, a warning is closed; when its text changes it is open again."""
    made = world(tmp_path)
    subject = replace(ISSUE.subject, value="TIDES!")
    kept = made.store.issues.get(ISSUE.slug)
    made.store.issues.kept[kept.id] = replace(kept, issue=replace(ISSUE, subject=subject))
    before = fly(made)
    assert "subject-capitals" in {each.rule for each in before.verdict.warnings}
    after = waive(made.app, before, {"subject-capitals": "a name"}, by="Ada")
    assert after == fly(made)
    assert after.verdict.counts["waived"] == 1
    assert "subject-capitals" not in {each.rule for each in after.verdict.warnings}
    louder = replace(ISSUE, subject=replace(subject, value="TIDES AND EELS!"))
    made.store.issues.kept[kept.id] = replace(kept, issue=louder)
    assert "subject-capitals" in {each.rule for each in fly(made).verdict.warnings}


@pytest.mark.parametrize(
    ("rule", "reason", "said"),
    [
        ("recipients-none", "whatever", "cannot be waived"),
        ("html-size", "whatever", "open warnings: "),
        ("one-story-topic", "  ", "needs a reason"),
    ],
)
def test_what_cannot_be_waived_says_why(tmp_path: Path, rule: str, reason: str, said: str) -> None:
    """A blocker, a rule that found nothing and an empty reason are refused; nothing is kept."""
    made = world(tmp_path, readers=0)
    with pytest.raises(StateError, match=said):
        waive(made.app, fly(made), {rule: reason}, by="Ada")
    assert made.store.preflight.waived == {}


def test_an_editor_approves_once_warnings_have_reasons(tmp_path: Path) -> None:
    """Open warnings refuse by name, a reason for each lets the issue pass, and is kept."""
    made = world(tmp_path)
    with pytest.raises(UnfitError, match="one-story-topic"):
        approve_issue(made.app, ISSUE.slug, by="Ada")
    assert state(made) is IssueState.DRAFT
    approve_issue(made.app, ISSUE.slug, by="Ada", reasons={EVERY: "a short week"})
    assert state(made) is IssueState.APPROVED
    assert {each.reason for each in made.store.preflight.waived.values()} == {"a short week"}


def test_blockers_refuse_editors_whatever_they_waive(tmp_path: Path) -> None:
    """Without readers nothing helps, and no waiver is kept."""
    made = world(tmp_path, readers=0)
    with pytest.raises(UnfitError, match="recipients-none"):
        approve_issue(made.app, ISSUE.slug, by="Ada", reasons={EVERY: "please"})
    assert state(made) is IssueState.DRAFT
    assert made.store.preflight.waived == {}


@pytest.mark.parametrize(("readers", "passes"), [(1, True), (0, False)], ids=["fit", "unfit"])
def test_without_an_editor_warnings_pass_and_blockers_hold(
    tmp_path: Path, readers: int, *, passes: bool
) -> None:
    """The schedule approves over warnings, and tells the blocker that holds the issue."""
    made = world(tmp_path, approval=Approval.AUTOMATIC, readers=readers)
    (told,) = approve_automatic(made.app)
    assert (state(made) is IssueState.APPROVED) is passes
    assert ("recipients-none" in told.error) is not passes


def test_what_another_machine_approved_meanwhile_is_no_trouble(tmp_path: Path) -> None:
    """Two services approve by themselves; the slower one has nothing to tell."""
    made = world(tmp_path, approval=Approval.AUTOMATIC)
    kept = made.store.issues.get(ISSUE.slug)

    class Slower:
        def render(self, issue: Issue, newsletter: Newsletter) -> RenderedIssue:
            made.store.issues.change_state(
                kept.id, to=IssueState.SENDING, allowed=(IssueState.DRAFT,), now=NOW
            )
            return made.app.renderer.render(issue, newsletter)

    assert list(approve_automatic(replace(made.app, renderer=Slower()))) == []
    assert state(made) is IssueState.SENDING


def test_a_public_publication_needs_https(tmp_path: Path) -> None:
    """Pages at http are fine in a rehearsal, and a blocker for a sender that exists."""
    made = world(tmp_path)
    assert fly(made).verdict.blockers == ()
    real = replace(NEWSLETTER, sender=Sender(address="letter@harbour.net"))
    config = replace(made.app.config, newsletters={"weekly": real})
    kept = made.store.issues.get(ISSUE.slug)
    app = replace(made.app, config=config)
    flown = preflight(app, kept, render_issue(app, kept), manner=OFFLINE)
    assert "public-url" in {each.rule for each in flown.verdict.blockers}


def test_links_are_asked_once_a_day_and_failures_again(tmp_path: Path) -> None:
    """A page that is there is not asked again within a day; one that is gone is, unless told."""
    made = world(tmp_path)
    other = "https://pier.net/"
    made.fetcher.results = {PAGE: Fetched(url=PAGE, body=b""), other: GONE}
    found = check_links(made.app, [PAGE, other, PAGE])
    assert (found[PAGE].failure, found[other].status) == ("", 404)
    assert all(each.max_size and each.keep_partial for each in made.fetcher.asked)
    check_links(made.app, [PAGE, other])
    assert [each.url for each in made.fetcher.asked] == [PAGE, other, other]
    check_links(made.app, [PAGE, other], failures_for=timedelta(hours=1))
    assert len(made.fetcher.asked) == 3
    later = replace(made.app, clock=lambda: NOW + timedelta(hours=25))
    check_links(later, [PAGE])
    assert len(made.fetcher.asked) == 4


def test_a_host_without_an_address_is_asked_for_three_times(tmp_path: Path) -> None:
    """Name servers stumble: only after three tries is a host taken not to exist."""
    made = world(tmp_path)
    made.fetcher.results = {PAGE: NO_NAME}
    assert check_links(made.app, [PAGE])[PAGE].unresolved
    assert len(made.fetcher.asked) == 3


def test_spamassassin_is_asked_where_it_is_installed(tmp_path: Path) -> None:
    """The score is that of spamc, or of spamassassin where spamc says nothing; else none."""
    assert not has_spamassassin(path=str(tmp_path))
    assert spam_score(b"hello", path=str(tmp_path)) is None
    program(tmp_path / "spamc", "echo 0/0")
    program(tmp_path / "spamassassin", "echo 'X-Spam-Status: No, score=-1.2 required=5.0 tests=A'")
    assert has_spamassassin(path=str(tmp_path))
    score = spam_score(b"hello", path=str(tmp_path))
    assert score
    assert (score.score, score.threshold) == (-1.2, 5.0)
    program(tmp_path / "spamc", "echo 6.5/5.0")
    again = spam_score(b"hello", path=str(tmp_path))
    assert again
    assert again.score == 6.5


def program(path: Path, script: str) -> None:
    """A program that reads its input and says something."""
    path.write_text(f"#!/bin/sh\nwhile read line; do :; done\n{script}\n", "utf-8")
    path.chmod(0o755)
