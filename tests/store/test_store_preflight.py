"""Waivers, checked links and last looks, kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import (
    EntryKey,
    LastLook,
    LinkCheck,
    LookOutcome,
    StoryTrouble,
    Trial,
    Trouble,
    Waiver,
)
from digest.ports import PreflightStore
from digest.store import SqlStore
from tests.core.harbour import ISSUE
from tests.fakes import FakeStore

NOW = datetime(2026, 6, 18, 9, tzinfo=UTC)
WAIVER = Waiver(rule="one-feed", excerpt="“a” feed", reason="its week", by="Ada", at=NOW)
CHECK = LinkCheck(url="https://quay.net/", checked_at=NOW, final_url="https://quay.net/a")


@pytest.fixture
def kept(any_store: SqlStore | FakeStore) -> tuple[PreflightStore, int]:
    """A store's part, and an issue to waive for."""
    added = any_store.issues.add(ISSUE, now=NOW)
    assert added
    return any_store.preflight, added.id


def test_a_waiver_comes_back_and_a_later_one_replaces_it(
    kept: tuple[PreflightStore, int],
) -> None:
    """One waiver a rule and excerpt; other issues have none; none is fine too."""
    part, issue = kept
    other = replace(WAIVER, rule="link-text", excerpt="")
    part.waive(issue, [WAIVER, other])
    part.waive(issue, [])
    later = replace(WAIVER, reason="still", at=NOW + timedelta(hours=1))
    part.waive(issue, [later])
    assert part.waivers(issue) == (other, later)
    assert part.waivers(issue + 1) == ()


def test_links_are_remembered_until_they_are_old(kept: tuple[PreflightStore, int]) -> None:
    """What was asked since then comes back, the newest of each address; old ones go."""
    part, _ = kept
    gone = LinkCheck(url="https://pier.net/", checked_at=NOW, failure="HTTP 404", status=404)
    lost = LinkCheck(url="https://nil.net/", checked_at=NOW, failure="no name", unresolved=True)
    part.keep_links([CHECK, gone, lost], since=NOW)
    urls = [CHECK.url, gone.url, lost.url, "https://never.net/"]
    found = part.links(urls, since=NOW)
    assert found == {each.url: each for each in (CHECK, gone, lost)}
    later = replace(CHECK, checked_at=NOW + timedelta(hours=2))
    part.keep_links([later], since=NOW + timedelta(hours=1))
    assert part.links(urls, since=NOW) == {CHECK.url: later}
    assert part.links(urls, since=NOW + timedelta(hours=3)) == {}


def test_tests_are_remembered_by_rendering(kept: tuple[PreflightStore, int]) -> None:
    """The newest first; another test of the same bytes replaces the earlier."""
    part, issue = kept
    first = Trial(digest="a", by="Ada", at=NOW)
    second = Trial(digest="b", by="Bea", at=NOW + timedelta(hours=1))
    for trial in (first, second):
        part.keep_trial(issue, trial)
    assert part.trials(issue) == (second, first)
    again = replace(first, by="Cy", at=NOW + timedelta(hours=2))
    part.keep_trial(issue, again)
    assert part.trials(issue) == (again, second)
    assert part.trials(issue + 1) == ()


LOOK = LastLook(
    approved_at=NOW - timedelta(hours=1),
    looked_at=NOW,
    outcome=LookOutcome.HELD,
    links=9,
    unreached=1,
    found=(
        StoryTrouble(
            entry=EntryKey(feed="https://quay.net/feed", id="1"),
            headline="Tides",
            trouble=Trouble.GONE,
            what="its page is not found (404)",
            grave=True,
            runner_up=EntryKey(feed="https://quay.net/feed", id="2"),
            runner_up_title="Eels",
        ),
        StoryTrouble(
            entry=EntryKey(feed="https://quay.net/feed", id="3"),
            headline="Boats",
            trouble=Trouble.RETITLED,
            what="its title changed",
            grave=False,
        ),
    ),
    note="by hand",
)


def test_a_last_look_comes_back_and_a_later_one_replaces_it(
    kept: tuple[PreflightStore, int],
) -> None:
    """All of it, the runner-up too; an issue that was never looked at has none."""
    part, issue = kept
    assert part.look(issue) is None
    part.keep_look(issue, LOOK)
    assert part.look(issue) == LOOK
    later = replace(LOOK, looked_at=NOW + timedelta(hours=1), found=(), note="")
    part.keep_look(issue, later)
    assert part.look(issue) == later
