"""The desk's list of findings: what it says, and what its forms do."""

import html
import re
from dataclasses import replace

import pytest

from digest.model import NewSubscriber, Wording
from tests.acceptance.desk.desk_world import DRAFT
from tests.acceptance.desk.test_web_desk_forms import press
from tests.acceptance.web_world import Client
from tests.fakes import NOW, FakeWorld

SLUG = DRAFT.rpartition("/")[2]
CHECKS = f"{DRAFT}?view=checks"


@pytest.fixture
def subscribed(world: FakeWorld) -> FakeWorld:
    """With somebody to send the issue to."""
    rows = [NewSubscriber(address="reader@coast.example")]
    world.store.audience.subscribe_all(rows, newsletter="coast", now=NOW)
    return world


def reworded(world: FakeWorld, **texts: str) -> None:
    """Put other texts into the draft."""
    kept = world.store.issues.get(SLUG)
    words = {name: Wording(value=value) for name, value in texts.items()}
    world.store.issues.kept[kept.id] = replace(kept, issue=replace(kept.issue, **words))


def fields_of(page: str, rule: str, action: str) -> dict[str, str]:
    """The hidden fields of a rule's form."""
    for form in re.findall(
        rf'<form method="post" action="[^"]*/{action}">.*?</form>', page, re.DOTALL
    ):
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        if fields.get("rule") == rule:
            return fields
    raise AssertionError(rule)


def test_findings_say_what_why_and_where(client: Client) -> None:
    """Each has its rule, its sentence, whom it hurts, and what to do; links to it are there."""
    page = html.unescape(client.get(CHECKS).text)
    assert re.search(r'state blocker">blocker<', page)
    assert "recipients-none" in page
    assert "An issue without readers was approved by mistake" in page
    assert "digest subscribers import FILE" in page


def test_the_button_names_what_stands_against_it(client: Client) -> None:
    """It cannot be pressed while there are blockers, and their names stand beside it."""
    page = client.get(DRAFT).text
    assert 'disabled aria-describedby="blockers"' in page
    assert re.search(r'id="blockers".*recipients-none', page)


def test_the_button_is_there_once_no_blocker_is(subscribed: FakeWorld, client: Client) -> None:
    """Without blockers the button can be pressed, and the number of warnings stands beside it."""
    del subscribed
    page = client.get(DRAFT).text
    assert 'id="blockers"' not in page
    assert re.search(r"warnings are fine \(\d+ open\)", page)


def test_a_warning_is_waived_with_a_reason(subscribed: FakeWorld, client: Client) -> None:
    """The reason is kept for that finding alone, and shown with its author."""
    reworded(subscribed, subject="TIDES, EELS AND LAMPS")
    fields = fields_of(client.get(CHECKS).text, "subject-capitals", "waive")
    assert press(client, f"{DRAFT}/waive", "", **fields, reason=" ").status == 409
    answer = press(client, f"{DRAFT}/waive", "", **fields, reason="a name")
    assert answer.status == 303
    (waiver,) = subscribed.store.preflight.waived.values()
    assert (waiver.rule, waiver.reason) == ("subject-capitals", "a name")
    assert "a name" in client.get(answer.headers["location"]).text


def test_what_is_safe_is_put_right(subscribed: FakeWorld, client: Client) -> None:
    """Two spaces become one, as the editor's own edit; the page says what was written."""
    reworded(subscribed, intro="The lamp  is lit.")
    fields = fields_of(client.get(CHECKS).text, "spacing", "mend")
    answer = press(client, f"{DRAFT}/mend", "", **fields)
    assert answer.status == 303
    kept = subscribed.store.issues.get(SLUG)
    assert kept.issue.intro.value == "The lamp is lit."
    assert [edit.source for edit in kept.edits.texts] == ["The lamp  is lit."]
    assert "The intro is now: The lamp is lit." in client.get(answer.headers["location"]).text
    assert press(client, f"{DRAFT}/mend", "", **fields).status == 409


def test_links_are_asked_when_somebody_wants_it(subscribed: FakeWorld, client: Client) -> None:
    """Looking asks nobody; the button does, and what came of it is listed."""
    kept = subscribed.store.issues.get(SLUG)
    assert kept.issue.lead
    there = replace(kept.issue.lead, url="https://quay.net/lamp")
    subscribed.store.issues.kept[kept.id] = replace(kept, issue=replace(kept.issue, lead=there))
    page = client.get(CHECKS).text
    assert subscribed.fetcher.asked == []
    answer = press(client, f"{DRAFT}/links", page)
    assert [request.url for request in subscribed.fetcher.asked] == ["https://quay.net/lamp"]
    assert (
        "https://quay.net/lamp could not be verified" in client.get(answer.headers["location"]).text
    )
    assert len(subscribed.fetcher.asked) == 1


def test_a_test_is_sent_and_remembered(subscribed: FakeWorld, client: Client) -> None:
    """One marked message to that address; that this rendering was tested is kept and shown."""
    page = client.get(CHECKS).text
    answer = press(client, f"{DRAFT}/test", page, address="ed@coast.example")
    (sent,) = subscribed.mailer.sent
    assert sent.recipient == "ed@coast.example"
    shown = client.get(answer.headers["location"]).text
    assert "A test was sent to ed@coast.example." in shown
    assert "Sent as it is now by" in shown
    reworded(subscribed, subject="Another subject than before")
    assert "Sent as it is now by" not in client.get(CHECKS).text


def test_a_test_that_fails_says_so(subscribed: FakeWorld, client: Client) -> None:
    """A server that is away, and an address that is none, are told on the page; none is kept."""
    subscribed.mailer.down = True
    page = client.get(CHECKS).text
    for address in ("ed@coast.example", "nobody"):
        answer = press(client, f"{DRAFT}/test", page, address=address)
        assert "The test was not sent" in client.get(answer.headers["location"]).text
    assert subscribed.store.preflight.tried == {}


@pytest.mark.parametrize("name", ["waive", "mend", "links", "test"])
def test_forms_from_elsewhere_change_nothing(
    subscribed: FakeWorld, client: Client, name: str
) -> None:
    """Without the page's token, nothing is kept, asked or sent."""
    answer = press(client, f"{DRAFT}/{name}", "", token="made up", address="ed@coast.example")
    assert answer.status == 403
    assert subscribed.mailer.sent == []
    assert subscribed.fetcher.asked == []
    assert subscribed.store.preflight.waived == {}
