"""What came back, kept and counted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from digest.model import (
    BounceVerdict,
    Cause,
    Consent,
    DeliveryState,
    FeedbackRates,
    FeedbackRecord,
    InboxState,
    IssueState,
    Period,
    RecipientReport,
    RenderedIssue,
    Settlement,
)
from digest.ports import Store
from digest.store import SqlStore
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import FakeStore

START = ISSUE.key.period.end
SENT, FAILED = DeliveryState.SENT, DeliveryState.FAILED
SOFT, HARD = BounceVerdict.SOFT, BounceVerdict.HARD
DAY = timedelta(days=1)
RENDERING = RenderedIssue(subject="s", preheader="", html="h", text="t", digest="d")

WENT_WELL = Settlement(delivery_id=0, state=SENT)


@dataclass
class Desk:
    """A store with a reader, and issues that were sent to them a week apart."""

    store: Store
    person: int = 0
    sent: int = 0

    def send(self, now: datetime, settled: Settlement = WENT_WELL) -> int:
        """Send one more issue; its id. ``settled`` is how that goes."""
        start = ISSUE.key.period.start + 7 * self.sent * DAY
        period = Period(start=start, end=start + 7 * DAY)
        key = replace(ISSUE.key, period=period)
        issue = replace(ISSUE, key=key, slug=f"weekly-{self.sent}", sections=())
        kept = self.store.issues.add(issue, now=now)
        assert kept
        approved = self.store.issues.approve(kept, RENDERING, by="Ada", now=now)
        ledger = self.store.ledger
        ledger.freeze(approved.id, newsletter=NEWSLETTER.id, now=now)
        (row,) = ledger.claim(approved.id, limit=9, owner="o", until=now + DAY, now=now)
        assert ledger.begin(row, owner="o", now=now)
        ledger.settle([replace(settled, delivery_id=row.id)], now=now)
        self.sent += 1
        return approved.id

    def report(
        self, issue: int, verdict: BounceVerdict, at: datetime, *, proven: bool = True
    ) -> None:
        """Keep one report of that issue's mail."""
        self.store.feedback.keep(
            [
                FeedbackRecord(
                    identity=f"{issue}-{verdict}-{at:%j%H}",
                    number=0,
                    report=RecipientReport(verdict=verdict, address="ada@reader.example"),
                    at=at,
                    proven=proven,
                    issue_id=issue,
                    subscriber_id=self.person,
                )
            ]
        )

    def soft(self, now: datetime, *, window: timedelta = 60 * DAY, besides: int = 0) -> int:
        return self.store.feedback.soft_bounces(
            self.person, besides=besides, since=now - window, settled=now - 3 * DAY
        )


@pytest.fixture
def desk(any_store: SqlStore | FakeStore) -> Desk:
    row = any_store.audience.subscribe(
        address="ada@reader.example",
        name="",
        newsletter=NEWSLETTER.id,
        consent=Consent.CONFIRMED,
        now=START,
    )
    return Desk(store=any_store, person=row.subscriber.id)


def test_a_mail_is_kept_once(desk: Desk) -> None:
    """Keeping a report twice counts once; an unknown mail is not known."""
    issue = desk.send(START)
    for _ in range(2):
        desk.report(issue, HARD, START)
    assert desk.store.feedback.knows(f"{issue}-hard-{START:%j%H}")
    assert not desk.store.feedback.knows("another")
    assert desk.store.feedback.rates(issue) == FeedbackRates(sent=1, hard=1)


@pytest.mark.parametrize(
    ("cause", "code", "rates"),
    [
        (Cause.BAD_ADDRESS, 550, FeedbackRates(sent=1, hard=1)),
        (Cause.CONTENT, 554, FeedbackRates(sent=1, policy=1)),
        (Cause.FULL, 552, FeedbackRates(sent=1)),
        (Cause.BAD_ADDRESS, None, FeedbackRates()),
    ],
    ids=["dead", "content", "full", "never-asked"],
)
def test_refusals_at_hand_over_count(
    desk: Desk, cause: Cause, code: int | None, rates: FeedbackRates
) -> None:
    """What a server refused for good counts as a bounce would; what it never saw does not."""
    settled = Settlement(delivery_id=0, state=FAILED, cause=cause, reply_code=code)
    assert desk.store.feedback.rates(desk.send(START, settled)) == rates


def test_the_guard_pauses_in_one_step_and_once(desk: Desk) -> None:
    """The issue is paused with the note of why; resumed, it is not paused again."""
    issue, issues = desk.send(START), desk.store.issues
    feedback = desk.store.feedback
    assert feedback.tripped(issue) == ""
    assert feedback.trip(issue, reason="too many", now=START)
    (kept,) = issues.issues()
    assert (kept.state, feedback.tripped(issue)) == (IssueState.PAUSED, "too many")
    issues.change_state(issue, to=IssueState.SENDING, allowed=(IssueState.PAUSED,), now=START)
    assert not feedback.trip(issue, reason="again", now=START)
    (kept,) = issues.issues()
    assert (kept.state, feedback.tripped(issue)) == (IssueState.SENDING, "too many")


def test_what_is_not_proven_counts_for_nothing(desk: Desk) -> None:
    """Forged reports move neither the rates nor a reader's count."""
    issue = desk.send(START)
    desk.report(issue, HARD, START, proven=False)
    desk.report(issue, SOFT, START, proven=False)
    assert desk.store.feedback.rates(issue) == FeedbackRates(sent=1)
    assert desk.soft(START + DAY) == 0


def test_a_reader_counts_once_an_issue(desk: Desk) -> None:
    """Two reports on one mail are one reader."""
    issue = desk.send(START)
    for hours in (1, 2):
        at = START + timedelta(hours=hours)
        desk.report(issue, BounceVerdict.COMPLAINT, at)
        desk.report(issue, SOFT, at)
    assert desk.store.feedback.rates(issue).complaints == 1
    assert desk.soft(START + DAY) == 1


def test_soft_bounces_are_counted_within_their_window(desk: Desk) -> None:
    """Issue after issue; what is too long ago is forgotten."""
    for week in range(3):
        now = START + 7 * week * DAY
        desk.report(desk.send(now), SOFT, now + timedelta(hours=1))
    end = START + 15 * DAY
    assert desk.soft(end) == 3
    assert desk.soft(end, window=10 * DAY) == 2
    last = desk.store.issues.issues()[0].id
    assert desk.soft(end, besides=last) == 2


def test_a_mail_that_arrived_starts_the_count_again(store: SqlStore) -> None:
    """Arrived is what was sent some days ago and of which nothing came back."""
    row = store.audience.subscribe(
        address="ada@reader.example",
        name="",
        newsletter=NEWSLETTER.id,
        consent=Consent.CONFIRMED,
        now=START,
    )
    desk = Desk(store=store, person=row.subscriber.id)
    desk.report(desk.send(START), SOFT, START + timedelta(hours=1))
    desk.send(START + 7 * DAY)
    assert desk.soft(START + 8 * DAY) == 1
    assert desk.soft(START + 11 * DAY) == 0
    desk.report(desk.send(START + 14 * DAY), SOFT, START + 14 * DAY + timedelta(hours=1))
    assert desk.soft(START + 15 * DAY) == 1


def test_a_mail_of_ours_is_found(desk: Desk) -> None:
    """By issue and reader, and only where the ledger has it."""
    issue = desk.send(START)
    sent = desk.store.feedback.sent_mail(issue, desk.person)
    assert sent
    assert (sent.newsletter, sent.address) == (NEWSLETTER.id, "ada@reader.example")
    assert sent.slug == desk.store.issues.issues(states=[IssueState.SENDING])[0].issue.slug
    assert desk.store.feedback.sent_mail(issue, desk.person + 1) is None
    assert desk.store.feedback.sent_mail(issue + 1, desk.person) is None


def test_an_issue_trips_once(desk: Desk) -> None:
    """The second time is no news."""
    issue = desk.send(START)
    assert desk.store.feedback.trip(issue, reason="first of it", now=START)
    assert not desk.store.feedback.trip(issue, reason="more of it", now=START + DAY)


def test_how_a_mailbox_does_is_kept_by_name(desk: Desk) -> None:
    """A later state takes the place of the one before; an unknown mailbox has none."""
    feedback = desk.store.feedback
    assert feedback.inbox("a") is None
    failing = InboxState(
        name="a", next_at=START + DAY, failures=2, failing_since=START, reason="refused"
    )
    feedback.keep_inbox(InboxState(name="a", next_at=START, read_at=START))
    feedback.keep_inbox(failing)
    assert feedback.inbox("a") == failing
    assert feedback.inbox("b") is None
