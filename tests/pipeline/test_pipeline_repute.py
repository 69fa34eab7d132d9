"""What pre-flight knows of the past and of the way out, over a real store and real pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from digest.app import App
from digest.model import (
    Accepted,
    BounceVerdict,
    Consent,
    Envelope,
    FeedbackRecord,
    FetchAnswer,
    Fetched,
    FetchFailed,
    FetchRequest,
    RecipientReport,
    Refused,
    Reply,
    Sender,
    SendOutcome,
)
from digest.pipeline.approval import render_issue
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.preflight import Manner, Preflight, preflight
from digest.pipeline.repute import knock, sending_record, vouching_for
from digest.web.public import create_public_app
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.pipeline.delivery_scene import Scene, fill, opened

PUBLIC = "https://letters.harbour.net"
REAL = replace(NEWSLETTER, sender=Sender(address="letter@harbour.net"))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path) as made:
        fill(made, readers=20)
        yield made


class PublicPages:
    """The door to the web, behind which our own pages are."""

    def __init__(self, app: App) -> None:
        self.client = TestClient(create_public_app(app), base_url=PUBLIC)
        self.asked: list[FetchRequest] = []

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        for request in requests:
            self.asked.append(request)
            answer = self.client.get(request.url.removeprefix(PUBLIC))
            result: Fetched | FetchFailed = Fetched(url=request.url, body=answer.content)
            if not answer.is_success:
                status = answer.status_code
                result = FetchFailed(reason=f"HTTP {status}", status=status)
            yield FetchAnswer(request=request, result=result)


def real(app: App) -> App:
    """The same publication, no rehearsal any more: its names are nobody's examples."""
    settings = app.config.settings
    web = settings.web.model_copy(update={"public_url": PUBLIC})
    config = replace(
        app.config,
        newsletters={REAL.id: REAL},
        settings=settings.model_copy(update={"web": web}),
    )
    return replace(app, config=config)


def fly(app: App, *, offline: bool) -> Preflight:
    kept = app.store.issues.get(ISSUE.slug)
    return preflight(app, kept, render_issue(app, kept), manner=Manner(offline=offline))


def report(scene: Scene, number: int, verdict: BounceVerdict) -> FeedbackRecord:
    """A proven report on the mail to a reader."""
    return FeedbackRecord(
        identity=f"mail-{number}",
        number=0,
        report=RecipientReport(verdict=verdict),
        at=scene.clock(),
        proven=True,
        issue_id=scene.kept.id,
        subscriber_id=number,
    )


def test_what_came_back_is_counted_over_ledger_and_mailbox(scene: Scene) -> None:
    """Addresses refused at the door and those that bounced later are dead, complaints apart."""
    words = {"r00": (550, "5.1.1 no such user"), "r01": (554, "5.7.1 not today")}

    def answer(envelope: Envelope) -> SendOutcome:
        said = words.get(envelope.recipient.partition("@")[0])
        reply = Reply(code=said[0], text=said[1]) if said else Reply(code=250, text="2.0.0 Ok")
        return Refused(reply=reply) if said else Accepted(reply=reply)

    scene.mailer.outcome = answer
    assert sending_record(scene.app, NEWSLETTER) is None
    deliver_issue(scene.app, scene.kept)
    scene.store.feedback.keep(
        [report(scene, 5, BounceVerdict.HARD), report(scene, 6, BounceVerdict.COMPLAINT)]
    )
    record = sending_record(scene.app, NEWSLETTER)
    assert record
    assert record.issues == (ISSUE.slug,)
    assert (record.mailed, record.dead, record.complaints) == (20, 2, 1)
    assert record.last_at == scene.clock()


def test_a_bad_past_is_a_warning_while_few_were_mailed(scene: Scene) -> None:
    """The whole check tells it, with the issue it is about; a rehearsal's is passed over."""
    deliver_issue(scene.app, scene.kept)
    scene.store.feedback.keep([report(scene, 5, BounceVerdict.COMPLAINT)])
    assert "complaint-rate" not in {
        each.rule for each in fly(scene.app, offline=True).verdict.warnings
    }
    flown = fly(real(scene.app), offline=True)
    (told,) = (each for each in flown.verdict.warnings if each.rule == "complaint-rate")
    assert told.excerpt == ISSUE.slug
    assert "20 mails" in told.what


def test_who_vouches_follows_the_envelope(scene: Scene) -> None:
    """A bounce address under the sender's domain is aligned, one elsewhere is not."""
    near = vouching_for(scene.app, REAL, envelope="bounces@mail.harbour.net")
    far = vouching_for(scene.app, REAL, envelope="bounces@mill.net")
    assert (near.by_envelope, near.by_key, near.sender) == (True, False, "harbour.net")
    assert (far.by_envelope, far.envelope) == (False, "mill.net")


def test_our_own_pages_take_the_link_and_refuse_a_misspelt_one(scene: Scene) -> None:
    """Two GETs, neither with a reader's token; nobody is unsubscribed by them."""
    app = real(scene.app)
    pages = PublicPages(app)
    app = replace(app, fetcher=pages)
    door = knock(app, scene.kept)
    assert (door.link.failure, door.misspelt and door.misspelt.status) == ("", 400)
    assert [each.form for each in pages.asked] == [(), ()]
    assert app.store.audience.count(newsletter=NEWSLETTER.id, consent=Consent.CONFIRMED) == 20


def test_the_desk_remembers_what_the_last_asking_found(scene: Scene) -> None:
    """Offline nothing is asked; what was found when somebody did is still told."""
    app = real(scene.app)
    unasked = fly(app, offline=True)
    assert any("way to unsubscribe" in note for note in unasked.notes)
    assert "unsubscribe-answers" not in {each.rule for each in unasked.verdict.warnings}
    asked = fly(app, offline=False)
    assert "unsubscribe-answers" in {each.rule for each in asked.verdict.warnings}
    kept = app.store.issues.get(ISSUE.slug)
    desk = Manner(offline=True, failures_for=timedelta(days=1))
    again = preflight(app, kept, render_issue(app, kept), manner=desk)
    assert "unsubscribe-answers" in {each.rule for each in again.verdict.warnings}
