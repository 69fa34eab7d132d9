"""Two subjects through whole runs: who gets which, what is chosen, and what everybody sees."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest.app import App
from digest.compose.render import IssueRenderer
from digest.compose.webpage import published_page
from digest.errors import ConfigError, StateError
from digest.model import (
    Accepted,
    Arm,
    Envelope,
    IssueState,
    KeptIssue,
    NewSubscriber,
    Refused,
    Reply,
    SendOutcome,
    TextField,
    TrialPlan,
    TrialRule,
    Variant,
)
from digest.pipeline.approval import approve_issue, render_issue
from digest.pipeline.correcting import Wrong, correct_issue
from digest.pipeline.delivery import deliver_issue, deliver_waiting, send_test
from digest.pipeline.editing import export_galley, import_galley, reopen_issue
from digest.pipeline.preflight import Manner, preflight
from digest.pipeline.rehearsal import rehearse
from digest.pipeline.subjects import choose_subject, public_rendering, write_second_subject
from digest.resources import TEMPLATES
from digest.store import SqlStore, open_store
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.core.harbour_roundup import ROUNDUP
from tests.fakes import PUBLIC_URL, FakeMailer, fake_config, fake_world

OFFLINE = Manner(offline=True, warnings_pass=True)
START = ISSUE.key.period.end + timedelta(hours=1)
HOUR = timedelta(hours=1)
END = START + 4 * HOUR
A, B = ISSUE.subject.value, 'Lemons & a "brass band" on Pier <Two>'
PLAN = TrialPlan(sample=0.4, wait=4 * HOUR, minimum=2)
TOWN = Variant(topics=("around town",))


class Scene:
    """Twenty readers, some of one topic alone; a mail server; a clock to move."""

    def __init__(self, app: App, store: SqlStore, mailer: FakeMailer) -> None:
        self._app, self.store, self.mailer = app, store, mailer
        self.now: datetime = START

    @property
    def app(self) -> App:
        return replace(self._app, clock=lambda: self.now)

    @property
    def kept(self) -> KeptIssue:
        return self.store.issues.get(ISSUE.slug)

    def approve(self, second: str = B) -> None:
        """Without a pre-flight, which takes its time."""
        kept = write_second_subject(self.app, ISSUE.slug, second, by="Ada")
        rendering = render_issue(self.app, kept)
        self.store.issues.approve(kept, rendering, by="Ada", now=self.now)

    def run(self, at: datetime) -> list[EmailMessage]:
        """What was sent in a run of the schedule."""
        self.now, before = at, len(self.mailer.sent)
        list(deliver_waiting(self.app))
        return [letter(one) for one in self.mailer.sent[before:]]

    def leave(self, mails: list[EmailMessage]) -> None:
        people = {
            one.subscriber.address: one.subscriber.id for one in self.store.audience.subscriptions()
        }
        for mail in mails:
            self.store.audience.unsubscribe(
                people[str(mail["To"])], newsletter=NEWSLETTER.id, now=self.now
            )


def letter(envelope: Envelope) -> EmailMessage:
    made = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def subjects(mails: list[EmailMessage]) -> Counter[str]:
    return Counter(str(mail["Subject"]) for mail in mails)


def under(mails: list[EmailMessage], subject: str) -> list[EmailMessage]:
    return [mail for mail in mails if mail["Subject"] == subject]


def titles(page: str) -> list[str]:
    return re.findall(r"<title>(.*?)</title>", page)


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body
    return str(body.get_content())


@pytest.fixture
def plan() -> TrialPlan:
    return PLAN


@pytest.fixture
def scene(tmp_path: Path, plan: TrialPlan) -> Iterator[Scene]:
    newsletter = replace(NEWSLETTER, subject_trial=plan)
    world = fake_world(fake_config(tmp_path, newsletters=[newsletter], smtp={"connections": 1}))
    store = open_store(f"sqlite:///{tmp_path}/digest.db")
    renderer = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
    scene = Scene(replace(world.app, store=store, renderer=renderer), store, world.mailer)
    rows = [
        NewSubscriber(address=f"r{n:02}@reader.example", variant=TOWN if n % 3 else Variant())
        for n in range(20)
    ]
    store.audience.subscribe_all(rows, newsletter=newsletter.id, now=START)
    store.issues.add(ISSUE, now=START)
    yield scene
    store.close()


def test_the_better_subject_goes_to_the_rest(scene: Scene) -> None:
    """Four get each, two who got A leave; when the wait is over, twelve get B, and it is sent."""
    scene.approve()
    first = scene.run(START)
    assert sorted(subjects(first).values()) == [4, 4]
    assert scene.run(END - HOUR) == []
    scene.leave(under(first, A)[:2])
    rest = scene.run(END)
    assert subjects(rest) == {B: 12}
    assert scene.kept.state is IssueState.SENT
    everybody = {str(mail["To"]) for mail in first + rest}
    assert len(everybody) == len(first + rest) == 20
    assert {mail["Date"].datetime for mail in rest} == {END}


def test_an_even_trial_goes_on_under_the_first(scene: Scene) -> None:
    """Nobody left: A."""
    scene.approve()
    scene.run(START)
    assert subjects(scene.run(END)) == {A: 12}


def test_every_part_of_a_mail_has_its_own_subject(scene: Scene) -> None:
    """Title and label too, in whole copies as in cut ones; what is told does not differ."""
    scene.approve()
    first = scene.run(START)
    escaped = 'Lemons &amp; a "brass band" on Pier &lt;Two&gt;'
    for mail in under(first, B):
        assert titles(html_of(mail)) == [escaped]
        assert "aria-label=" in html_of(mail)
        assert "The night ferry returns and" not in html_of(mail)
    for mail in under(first, A):
        assert "brass band&quot;" not in html_of(mail)
        assert "Pier &lt;Two&gt;" not in html_of(mail)


def test_only_the_subject_differs(scene: Scene) -> None:
    """With one subject put for the other, a variant's two renderings are the same bytes."""
    from digest.pipeline.variants import Variants

    scene.approve("Another subject")
    rendering = scene.store.issues.rendering(scene.kept.id)
    made = Variants(kept=scene.kept, newsletter=NEWSLETTER, rendering=rendering)
    for variant in (Variant(), TOWN):
        a, b = (made.of(variant, arm) for arm in Arm)
        assert a
        assert b
        assert a.subject == A or variant == TOWN
        assert b.subject == "Another subject"
        assert a.html.replace(a.subject, b.subject) == b.html
        assert (a.text, a.preheader) == (b.text, b.preheader)


def test_everybody_sees_the_winner(scene: Scene) -> None:
    """The page and the lists are under A until B has won, then under B."""
    scene.approve()
    scene.run(START)

    def seen() -> tuple[str, str]:
        rendering = public_rendering(scene.app, scene.kept.id)
        assert titles(published_page(rendering))
        (listed,) = scene.store.issues.published()
        return rendering.subject, listed.subject

    assert seen() == (A, A)
    assert render_issue(scene.app, scene.kept).digest == scene.kept.approved_digest
    choose_subject(scene.app, ISSUE.slug, Arm.B, by="Ada")
    assert seen() == (B, B)
    assert render_issue(scene.app, scene.kept).digest == scene.kept.approved_digest


def test_an_editor_may_choose_before(scene: Scene) -> None:
    """The rest is due at once; choosing the same again does no harm, the other is refused."""
    scene.approve()
    scene.run(START)
    scene.now = START + HOUR
    trial = choose_subject(scene.app, ISSUE.slug, Arm.B, by="Ada")
    assert trial.choice
    assert (trial.choice.by, trial.decided_at) == ("Ada", START + HOUR)
    assert choose_subject(scene.app, ISSUE.slug, Arm.B, by="Bo") == trial
    with pytest.raises(StateError, match="goes out under subject B already: an editor chose it"):
        choose_subject(scene.app, ISSUE.slug, Arm.A, by="Bo")
    assert subjects(scene.run(START + HOUR)) == {B: 12}


@pytest.mark.parametrize("plan", [pytest.param(replace(PLAN, rule=TrialRule.EDITOR), id="editor")])
def test_an_issue_never_waits_for_an_editor_for_ever(scene: Scene) -> None:
    """By the editor's rule too it goes on when the wait is over: under A."""
    scene.approve()
    scene.leave(under(scene.run(START), A))
    assert subjects(scene.run(END)) == {A: 12}


def test_a_cancelled_issue_has_nothing_to_choose(scene: Scene) -> None:
    """Nor has one that has not begun, or has one subject."""
    with pytest.raises(StateError, match="is draft"):
        choose_subject(scene.app, ISSUE.slug, Arm.B, by="Ada")
    scene.approve()
    scene.run(START)
    scene.store.issues.change_state(
        scene.kept.id, to=IssueState.CANCELLED, allowed=(IssueState.SENDING,), now=START
    )
    with pytest.raises(StateError, match="is cancelled; nobody is left"):
        choose_subject(scene.app, ISSUE.slug, Arm.B, by="Ada")
    assert scene.run(END) == []


def test_a_pause_over_the_end_decides_when_it_goes_on(scene: Scene) -> None:
    """What happened by then is counted."""
    scene.approve()
    first = scene.run(START)
    states = scene.store.issues.change_state
    states(scene.kept.id, to=IssueState.PAUSED, allowed=(IssueState.SENDING,), now=START)
    assert scene.run(END) == []
    scene.leave(under(first, A)[:1])
    states(scene.kept.id, to=IssueState.SENDING, allowed=(IssueState.PAUSED,), now=END)
    assert subjects(scene.run(END + HOUR)) == {B: 12}


def test_a_mail_that_was_put_off_keeps_its_subject(scene: Scene) -> None:
    """The server defers one mail under A; B is chosen; it comes back under A all the same."""
    scene.approve()
    put_off: list[str] = []

    def busy(envelope: Envelope) -> SendOutcome:
        if put_off or letter(envelope)["Subject"] != A:
            return Accepted(reply=Reply(code=250, text="2.0.0 Ok: queued"))
        put_off.append(envelope.recipient)
        return Refused(reply=Reply(code=451, text="4.3.0 come back later"))

    scene.mailer.outcome = busy
    assert len(scene.run(START)) == 7
    choose_subject(scene.app, ISSUE.slug, Arm.B, by="Ada")
    later = scene.run(START) + scene.run(END)
    assert [str(mail["To"]) for mail in under(later, A)] == put_off
    assert len(under(later, B)) == 12


def test_too_few_readers_wait_for_nothing(scene: Scene) -> None:
    """Where no sample is large enough, everybody gets A at once."""
    plan = replace(PLAN, minimum=9)
    newsletter = replace(NEWSLETTER, subject_trial=plan)
    config = replace(scene.app.config, newsletters={newsletter.id: newsletter})
    scene._app = replace(scene._app, config=config)
    scene.approve()
    assert subjects(scene.run(START)) == {A: 20}
    assert scene.kept.state is IssueState.SENT


def test_one_subject_is_as_ever(scene: Scene) -> None:
    """Without a second subject, with the same twice or with one taken away, nobody waits."""
    scene.approve(A)
    assert scene.store.issues.rendering(scene.kept.id).second is None
    assert len(scene.run(START)) == 20
    assert scene.store.subjects.trial(scene.kept.id) is None


def test_the_approval_is_of_both_subjects(scene: Scene) -> None:
    """What is approved covers both; a changed B needs a reopening, and is another digest."""
    scene.approve()
    before = scene.kept.approved_digest
    with pytest.raises(StateError, match="only a draft can be changed"):
        write_second_subject(scene.app, ISSUE.slug, "Other words", by="Ada")
    reopen_issue(scene.app, ISSUE.slug)
    write_second_subject(scene.app, ISSUE.slug, "Other words", by="Ada")
    with pytest.raises(StateError, match="changed since it was looked at"):
        approve_issue(scene.app, ISSUE.slug, by="Ada", seen=before, manner=OFFLINE)
    approve_issue(scene.app, ISSUE.slug, by="Ada", manner=OFFLINE)
    assert scene.kept.approved_digest != before


def test_a_galley_has_the_second_subject(scene: Scene) -> None:
    """It is written, read, and gone with its line."""
    plain = export_galley(scene.app, ISSUE.slug)
    assert "\nsubject_b" not in plain
    with_b = plain.replace("\n#auto preheader", '\nsubject_b = "Lemons"\n#auto preheader')
    import_galley(scene.app, ISSUE.slug, with_b.encode(), name="galley", by="Ada")
    assert scene.kept.issue.subject_b.value == "Lemons"
    again = export_galley(scene.app, ISSUE.slug)
    assert '\nsubject_b = "Lemons"\n' in again
    without = again.replace('\nsubject_b = "Lemons"', "")
    import_galley(scene.app, ISSUE.slug, without.encode(), name="galley", by="Ada")
    assert scene.kept.issue.subject_b.value == ""


def test_the_pre_flight_looks_at_both(scene: Scene) -> None:
    """What is wrong with B alone is found, at its place; the same twice is told."""

    def found(text: str) -> list[tuple[str, str, str]]:
        write_second_subject(scene.app, ISSUE.slug, text, by="Ada")
        rendering = render_issue(scene.app, scene.kept)
        flown = preflight(scene.app, scene.kept, rendering, manner=OFFLINE)
        return [
            (one.finding.rule, one.finding.place.field, one.finding.excerpt)
            for one in flown.verdict.judged
            if one.finding.place.field == TextField.SUBJECT_B
        ]

    assert found("Lemons on the pier, and a band") == []
    assert found("LEMONS ON THE PIER!!!") == [
        ("subject-capitals", "subject-b", "LEMONS ON THE PIER!!!"),
        ("subject-exclamation", "subject-b", "LEMONS ON THE PIER!!!"),
    ]
    assert [rule for rule, *_ in found("a" * 151)] == ["subject-limit"]
    assert [rule for rule, *_ in found(A)] == ["subjects-alike"]


def test_tests_and_rehearsals_show_both(scene: Scene) -> None:
    """A test is one mail of each; test mode sends a sample under B and the others under A."""
    scene.approve()
    outcome = send_test(
        scene.app, scene.kept, render_issue(scene.app, scene.kept), address="qa@quay.example"
    )
    assert isinstance(outcome, Accepted)
    assert [letter(one)["Subject"] for one in scene.mailer.sent] == [f"[TEST] {A}", f"[TEST] {B}"]
    rehearse(scene.app, scene.kept, address="qa@quay.example")
    assert subjects([letter(one) for one in scene.mailer.sent[2:]])[f"[TEST MODE] {B}"] == 4
    assert len(scene.mailer.sent) == 22


def test_a_correction_has_one_subject_and_reaches_readers_of_both(scene: Scene) -> None:
    """It waits for no trial: a second subject is refused, by command and in a galley."""
    scene.approve()
    scene.run(START)
    scene.run(END)
    wrong = Wrong(story="The night ferry", text="It left at eleven.", by="Ada")
    done = correct_issue(scene.app, ISSUE.slug, wrong)
    slug = done.correction.issue.slug
    assert done.readers == len(scene.mailer.sent) == 20
    with pytest.raises(StateError, match="waits for no trial"):
        write_second_subject(scene.app, slug, "Other words", by="Ada")
    galley = export_galley(scene.app, slug).replace("\nrevision", '\nsubject_b = "B"\nrevision')
    with pytest.raises(ConfigError, match="a correction waits for no trial"):
        import_galley(scene.app, slug, galley.encode(), name="galley", by="Ada")


def test_a_roundup_is_tried_too(scene: Scene) -> None:
    """Its copies are all whole, and each has its own title."""
    roundup = replace(ROUNDUP, subject_b=replace(ISSUE.subject, value="Lemons"))
    kept = scene.store.issues.add(roundup, now=START)
    assert kept
    rendering = render_issue(scene.app, kept)
    scene.store.issues.approve(kept, rendering, by="Ada", now=START)
    deliver_issue(scene.app, scene.store.issues.get(roundup.slug))
    first = [letter(one) for one in scene.mailer.sent]
    assert sorted(subjects(first).values()) == [4, 4]
    assert {tuple(titles(html_of(mail))) for mail in under(first, "Lemons")} == {("Lemons",)}
