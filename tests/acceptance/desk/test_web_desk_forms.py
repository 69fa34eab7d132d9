"""The desk's forms: who may send them, and what they do."""

import re
from urllib.parse import urlencode

import pytest

from digest.model import IssueState, NewSubscriber
from digest.web.security import form_token, is_form_token, is_loopback
from tests.acceptance.desk.desk_world import DRAFT
from tests.acceptance.web_world import (
    Answer,
    Client,
)
from tests.fakes import NOW, FakeWorld


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8601", 200),
        ("127.0.0.1:8601", 200),
        ("[::1]:8601", 200),
        ("LOCALHOST:8601", 200),
        ("evil.example", 400),
        ("localhost.evil.example:8601", 400),
        ("127.0.0.1.evil.example", 400),
        ("evil@localhost", 400),
        ("localhost/evil", 400),
        ("localhost:port", 400),
        ("0.0.0.0:8601", 400),
        ("", 400),
    ],
)
def test_only_loopback_names_are_answered(client: Client, host: str, status: int) -> None:
    """A page elsewhere cannot reach the desk under a name of its own (DNS rebinding)."""
    answer = client.get("/", Host=host)
    assert answer.status == status
    assert is_loopback(host) is (status == 200)
    assert ("Coast" in answer.text) is (status == 200)


@pytest.mark.parametrize(
    ("origin", "status"),
    [("", 403), ("null", 403), ("https://evil.example", 403), ("http://localhost:9", 403)],
)
def test_other_sites_change_nothing(client: Client, origin: str, status: int) -> None:
    """What is sent from another origin, or from none, is refused before anything else."""
    headers = {"Origin": origin} if origin else {}
    assert client.ask("POST", "/", headers=headers).status == status


def test_the_desks_own_origin_passes(client: Client) -> None:
    """A request from the desk's own origin gets as far as the page, which takes none here."""
    origin = f"http://127.0.0.1:{client.port}"
    assert client.ask("POST", "/", headers={"Origin": origin}).status == 405


def press(client: Client, action: str, page: str, **changes: str) -> Answer:
    """Send a page's form as a browser would, with some fields changed."""
    fields = dict(re.findall(r'name="(token|seen)" value="([^"]*)"', page)) | changes
    return client.ask(
        "POST",
        action,
        body=urlencode(fields).encode(),
        headers={
            "Origin": f"http://127.0.0.1:{client.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )


def press_approve(client: Client, page: str, **changes: str) -> int:
    """Press the issue page's button."""
    return press(client, f"{DRAFT}/approve", page, **changes).status


def subscribe(world: FakeWorld) -> None:
    """Somebody to send the issue to."""
    rows = [NewSubscriber(address="reader@coast.example")]
    world.store.audience.subscribe_all(rows, newsletter="coast", now=NOW)


def test_an_editor_polls_a_newsletters_feeds(world: FakeWorld, client: Client) -> None:
    """The button asks the newsletter's feeds at once and says what came of it."""
    answer = press(client, "/newsletters/coast/poll", client.get("/").text)
    assert answer.status == 303
    asked = {request.url for request in world.fetcher.asked}
    assert asked == set(world.app.config.newsletters["coast"].feeds)
    page = client.get(answer.headers["location"]).text
    assert f"{len(asked)} feed" in page
    assert "failed" in page


def test_a_poll_without_the_pages_token_asks_nobody(world: FakeWorld, client: Client) -> None:
    """A form that did not come from a page of the desk changes nothing."""
    answer = press(client, "/newsletters/coast/poll", client.get("/").text, token="made up")
    assert answer.status == 403
    assert world.fetcher.asked == []


def test_an_editor_approves_what_was_looked_at(world: FakeWorld, client: Client) -> None:
    """The button freezes the rendering shown: with readers, and a reason for its warnings."""
    page = client.get(DRAFT).text
    assert press_approve(client, page, reason="a quiet week") == 409
    subscribe(world)
    assert press_approve(client, page) == 409
    assert press_approve(client, page, reason="a quiet week") == 303
    kept = world.store.issues.get(DRAFT.rpartition("/")[2])
    assert kept.state is IssueState.APPROVED
    assert kept.approved_digest in page
    assert "Approve this issue" not in client.get(DRAFT).text


def test_an_issue_that_changed_meanwhile_is_not_approved(world: FakeWorld, client: Client) -> None:
    """When the template changed after the page was made, the editor has to look again."""
    page = client.get(DRAFT).text
    world.renderer.page = "changed since {title} {stories}"
    assert press_approve(client, page) == 409
    assert world.store.issues.get(DRAFT.rpartition("/")[2]).state is IssueState.DRAFT


def test_an_approval_without_the_pages_token_is_refused(world: FakeWorld, client: Client) -> None:
    """A form that did not come from a page of the desk approves nothing."""
    page = client.get(DRAFT).text
    assert press_approve(client, page, token="made up") == 403
    assert world.store.issues.get(DRAFT.rpartition("/")[2]).state is IssueState.DRAFT


def test_form_tokens_hold_for_their_key_only() -> None:
    """A token is ours, whole, or nothing."""
    token = form_token(b"key")
    assert is_form_token(b"key", token)
    assert not is_form_token(b"other", token)
    assert not is_form_token(b"key", token[:-1])
    assert not is_form_token(b"key", "")
