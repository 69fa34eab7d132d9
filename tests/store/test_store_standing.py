"""Where deliveries stand: by domain and by answer, and how many were sent lately."""

from datetime import timedelta

import pytest

from digest.model import Consent, DeliveryState, IssueState, NewSubscriber, Settlement
from digest.store import SqlStore
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeRenderer

NOW = ISSUE.key.period.end + timedelta(hours=1)
ADDRESSES = (
    "ann@large.example",
    "bob@Large.example",
    "cid@large.example",
    "dee@small.example",
    '"e@e"@small.example',
    "fay@tiny.example",
)


@pytest.fixture
def issue_id(store: SqlStore) -> int:
    """An issue being sent to readers of three domains."""
    rows = [NewSubscriber(address=address, consent=Consent.CONFIRMED) for address in ADDRESSES]
    store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=NOW)
    kept = store.issues.add(ISSUE, now=NOW)
    assert kept
    store.issues.approve(kept, FakeRenderer().render(ISSUE, NEWSLETTER), by="editor", now=NOW)
    store.ledger.freeze(kept.id, newsletter=NEWSLETTER.id, now=NOW)
    assert store.issues.issues(states=(IssueState.SENDING,))
    return kept.id


def test_domains_are_told_apart_by_what_follows_the_last_at(store: SqlStore, issue_id: int) -> None:
    """The largest first, whatever the case; an @ in a quoted name is none."""
    found = store.ledger.domains(issue_id, limit=2)
    assert [(each.domain, each.tally.total) for each in found] == [
        ("large.example", 3),
        ("small.example", 2),
    ]


def test_answers_and_pace_are_counted(store: SqlStore, issue_id: int) -> None:
    """Like answers are one row, those who have it are none, and the sent ones have their time."""
    rows = store.ledger.claim(
        issue_id, limit=9, owner="me", until=NOW + timedelta(minutes=5), now=NOW
    )
    failed = [
        Settlement(delivery_id=row.id, state=DeliveryState.FAILED, note="no user", reply_code=550)
        for row in rows[:2]
    ]
    sent = Settlement(delivery_id=rows[2].id, state=DeliveryState.SENT, note="queued as 1")
    store.ledger.settle([*failed, sent], now=NOW)
    (answer,) = store.ledger.answers(issue_id)
    assert (answer.state, answer.code, answer.note, answer.count) == (
        DeliveryState.FAILED,
        550,
        "no user",
        2,
    )
    assert store.ledger.sent_since(issue_id, NOW) == 1
    assert store.ledger.sent_since(issue_id, NOW + timedelta(seconds=1)) == 0
    domains = store.ledger.domains(issue_id, limit=9)
    assert sum(each.tally.total for each in domains) == len(ADDRESSES)
    assert sum(each.tally[DeliveryState.FAILED] for each in domains) == 2


def test_one_mailbox_is_one_recipient_however_it_is_spelt(store: SqlStore) -> None:
    """Case, space, and an international domain in letters or in punycode make no second row."""
    spellings = ("jo@bücher.example", " Jo@BÜCHER.example", "JO@xn--bcher-kva.EXAMPLE")
    for spelling in spellings:
        rows = [NewSubscriber(address=spelling, consent=Consent.CONFIRMED)]
        store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=NOW)
    kept = store.issues.add(ISSUE, now=NOW)
    assert kept
    store.issues.approve(kept, FakeRenderer().render(ISSUE, NEWSLETTER), by="editor", now=NOW)
    assert store.ledger.freeze(kept.id, newsletter=NEWSLETTER.id, now=NOW) == 1
