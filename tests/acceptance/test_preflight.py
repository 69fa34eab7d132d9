"""The pre-flight as an editor runs it: links over real HTTP, waivers, approval."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.http_servers import ScriptedServer
from tests.acceptance.town import FEEDS, Publication, make_publication, serve_feeds

ISSUE = "harbour-2026-06-18"


@pytest.fixture
def pages() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def publication(tmp_path: Path, pages: ScriptedServer) -> Iterator[Publication]:
    """A draft whose three stories are on a real server: one there, one gone, one forbidden."""
    pages.serve("/there", b"<p>hello</p>" * 5_000)
    pages.serve("/gone", b"no", status="404 Not Found")
    pages.serve("/shut", b"no", status="403 Forbidden")
    moves = {
        "https://quay.example/ferry": pages.url("/there"),
        "https://tide.example/seagrass?utm_source=feed": pages.url("/gone"),
        "https://play.example/p1": pages.url("/shut"),
    }
    feeds = dict(FEEDS)
    for path, (kind, text) in FEEDS.items():
        moved = text
        for old, new in moves.items():
            moved = moved.replace(old, new)
        feeds[path] = (kind, moved)
    with serve_feeds(feeds) as site:
        made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=9)
        made.digest("collect")
        made.digest("draft", "harbour")
        yield made


def facts(publication: Publication, *more: str, status: int = 0) -> dict[str, Any]:
    said = publication.digest("preflight", ISSUE, "--json", *more, status=status).stdout
    loaded: dict[str, Any] = json.loads(said)
    return loaded


def rules(told: dict[str, Any], severity: str) -> set[str]:
    return {each["rule"] for each in told["findings"] if each["severity"] == severity}


def test_links_are_really_asked_and_the_good_ones_remembered(
    publication: Publication, pages: ScriptedServer
) -> None:
    """A page that is gone blocks, one that refuses warns, one that is there is asked once."""
    told = facts(publication, status=1)
    assert rules(told, "blocker") == {"recipients-none", "link-gone"}
    (gone,) = (each for each in told["findings"] if each["rule"] == "link-gone")
    assert gone["where"] == "Seagrass returns to the northern flats · url"
    assert "404" in gone["what"]
    assert gone["fix"]
    assert "link-unverified" in rules(told, "warning")
    assert told["counts"]["blockers"] == 2
    facts(publication, status=1)
    asked = [head.split()[1] for head in pages.seen]
    assert sorted(asked) == ["/gone", "/gone", "/shut", "/shut", "/there"]
    offline = facts(publication, "--offline", status=1)
    assert rules(offline, "blocker") == {"recipients-none"}
    assert any("offline" in note for note in offline["notes"])
    assert len(pages.seen) == 5


def test_an_editor_waives_and_approves(publication: Publication, pages: ScriptedServer) -> None:
    """Blockers refuse, then warnings until each has a reason; the reasons are shown."""
    refused = publication.digest("approve", ISSUE, status=1).stderr
    assert "link-gone" in refused
    assert "recipients-none" in refused
    pages.serve("/gone", b"back again")
    publication.digest("subscribers", "add", "reader@harbour.example")
    said = publication.digest("preflight", ISSUE).stdout
    assert "one-story-topic" in said
    assert "0 blockers" in said
    assert "--waive" in publication.digest("approve", ISSUE, status=1).stderr
    publication.digest("preflight", ISSUE, "--waive", "one-story-topic", status=2)
    waived = ("--waive", "one-story-topic", "--reason", "a short week", "--by", "Ada")
    shown = publication.digest("preflight", ISSUE, *waived).stdout
    assert "Ada: a short" in " ".join(shown.split())
    told = facts(publication)
    left = {e["rule"] for e in told["findings"] if e["severity"] == "warning" and not e["waived"]}
    assert "one-story-topic" not in left
    reasons = [part for rule in sorted(left) for part in ("--waive", f"{rule}=known")]
    approved = publication.digest("approve", ISSUE, "--by", "Ada", "--json", *reasons).stdout
    assert json.loads(approved)["by"] == "Ada"
    kept = [each["waived"] for each in facts(publication)["findings"] if each["waived"]]
    assert {each["reason"] for each in kept} == {"a short week", "known"}


def test_the_schedule_holds_what_is_blocked_and_says_so(
    publication: Publication, pages: ScriptedServer
) -> None:
    """An automatic newsletter's issue with a dead link stays a draft until the link is mended."""
    publication.digest("subscribers", "add", "reader@harbour.example")
    held = publication.digest("run", status=1).stdout
    assert "stays a draft" in held
    assert "link-gone" in held
    pages.serve("/gone", b"back again")
    later = "2026-06-18T10:00:00+01:00"
    publication.digest("run", now=later, status=1)  # its mail server is not there
    listed = publication.digest("issues", "list", "--json", now=later).stdout
    assert json.loads(listed)[0]["state"] != "draft"
