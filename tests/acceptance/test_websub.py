"""Hubs over real HTTP: subscribing, verifying, pushing, renewing, leaving, and forgery."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from structlog.testing import capture_logs

from digest.app import App
from digest.collect.http.fetch import HttpFetcher
from digest.model import EntryKey, Feed, FeedHealth, FeedState, HubState, HubSubscription
from digest.pipeline.websub import hub_status
from digest.service.health import Pulse
from digest.service.jobs import COLLECT, HUBS, PUSHES, Jobs
from digest.service.run import Pages
from digest.store import open_store
from digest.web.public import create_public_app
from tests.acceptance.hub_server import Hub, call, feed, run_hub
from tests.acceptance.test_service import service, wait_for
from tests.acceptance.town import MailServer, free_port, make_publication
from tests.acceptance.web_world import Client
from tests.fakes import fake_app, fake_config

DAY = timedelta(days=1)


@dataclass
class Desk:
    """A service that answers, its jobs called by hand and its clock set by hand."""

    app: App
    hub: Hub
    now: datetime = field(default=datetime(2026, 6, 18, 7, 0, tzinfo=UTC))

    def tick(self, *names: str) -> None:
        """Run these jobs once, in this order."""
        jobs = self.jobs()
        for name in names:
            {COLLECT: jobs.collect, HUBS: jobs.hubs, PUSHES: jobs.pushes}[name]()

    def jobs(self) -> Jobs:
        pulse = Pulse()
        for name in (COLLECT, HUBS, PUSHES):
            pulse.expect(name, every=timedelta(minutes=1), now=self.now)
        return Jobs(self.app, pulse=pulse, stop=threading.Event())

    def subscribe(self) -> None:
        """Find the hub, ask it, and let it verify."""
        self.tick(COLLECT, HUBS)
        assert self.hub.verify()[0] == 200

    @property
    def subscription(self) -> HubSubscription:
        (only,) = self.app.store.hubs.subscriptions()
        return only

    @property
    def state(self) -> FeedState:
        return self.app.store.feeds.states([self.hub.topic])[self.hub.topic]

    def knows(self, name: str) -> bool:
        return self.app.store.feeds.entry(EntryKey(feed=self.hub.topic, id=name)) is not None


@pytest.fixture
def hub() -> Iterator[Hub]:
    with run_hub() as running:
        yield running


@contextmanager
def serving(directory: Path, hub: Hub, **collect: object) -> Iterator[Desk]:
    port = free_port()
    config = fake_config(
        directory,
        feeds=[Feed(url=hub.topic)],
        web={"public_url": f"http://127.0.0.1:{port}", "port": port},
        collect={"private_hosts": ["127.0.0.1"], "timeout": "2 seconds", **collect},
    )
    settings = config.settings
    store = open_store(f"sqlite:///{directory}/digest.db")
    app = replace(
        fake_app(config),
        store=store,
        fetcher=HttpFetcher(settings.collect, settings.instance),
        clock=lambda: running.now,
    )
    running = Desk(app=app, hub=hub)
    pages = Pages(app, create_public_app(app))
    pages.start()
    try:
        yield running
    finally:
        pages.stop()
        store.close()


@pytest.fixture
def desk(tmp_path: Path, hub: Hub) -> Iterator[Desk]:
    with serving(tmp_path, hub) as running:
        yield running


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_push_makes_an_entry_known_without_asking_the_feed(desk: Desk, method: str) -> None:
    """Subscribed, verified, pushed, kept: the feed itself is asked once, at the beginning."""
    hub = desk.hub
    desk.tick(COLLECT, HUBS)
    assert hub.requests[0]["hub.topic"] == hub.topic
    assert hub.verify() == (200, "chal/lenge ü&=")
    assert desk.subscription.state is HubState.ACTIVE
    assert hub.push(feed("old", "new"), method=method) == 202
    assert not desk.knows("new")
    desk.tick(PUSHES)
    assert desk.knows("new")
    assert hub.asked == 1
    desk.tick(HUBS, PUSHES)
    assert len(hub.requests) == 1
    assert hub_status(desk.app) == {hub.topic: "pushed"}


def test_a_feed_that_is_pushed_is_asked_seldom_until_its_hub_misses_something(desk: Desk) -> None:
    """Polling stretches while the hub works; what it finds unpushed brings it back to normal."""
    desk.subscribe()
    assert desk.state.next_check_at is not None
    normal = desk.state.next_check_at - desk.now
    desk.hub.push(feed("old", "new"))
    desk.tick(PUSHES)
    assert desk.state.next_check_at == desk.now + DAY
    desk.now += DAY
    desk.hub.document = feed("old", "new")
    desk.tick(COLLECT)
    assert desk.state.next_check_at == desk.now + DAY
    desk.now += DAY
    desk.hub.document = feed("old", "new", "unpushed")
    desk.tick(COLLECT)
    assert desk.knows("unpushed")
    assert desk.state.next_check_at - desk.now < DAY
    assert normal < DAY
    desk.now += timedelta(hours=1)
    desk.tick(HUBS)
    assert len(desk.hub.requests) == 2


def test_a_forged_push_changes_nothing(desk: Desk) -> None:
    """A wrong or missing signature is answered like a right one, and ignored."""
    desk.subscribe()
    before = desk.subscription
    with capture_logs() as logs:
        assert desk.hub.push(feed("forged"), secret="guessed") == 202
        assert call(desk.hub.callback, body=feed("forged"))[0] == 202
        desk.tick(PUSHES)
    assert not desk.knows("forged")
    assert desk.subscription == before
    assert desk.app.store.hubs.next_push() is None
    assert [log["event"] for log in logs] == ["push.ignored", "push.ignored"]
    assert before.token not in str(logs)


def test_only_what_was_asked_for_is_verified(desk: Desk) -> None:
    """Strangers' questions get 404 and leave the subscription as it was."""
    desk.tick(COLLECT, HUBS)
    before = desk.subscription
    assert desk.hub.verify(topic="https://elsewhere.example/")[0] == 404
    assert desk.hub.verify(mode="unsubscribe")[0] == 404
    assert desk.hub.verify(lease_seconds="soon")[0] == 404
    assert call(desk.hub.callback)[0] == 404
    guessed = desk.hub.callback.replace(before.token, "guessed")
    assert call(f"{guessed}?hub.mode=denied&hub.topic={desk.hub.topic}")[0] == 404
    assert call(guessed, body=b"x")[0] == 410
    assert desk.subscription == before


def test_a_challenge_is_echoed_as_no_page(desk: Desk) -> None:
    """What a stranger wrote comes back as bytes that no browser runs; HEAD verifies nothing."""
    desk.tick(COLLECT, HUBS)
    topic = quote(desk.hub.topic, safe="")
    question = f"hub.mode=subscribe&hub.topic={topic}&hub.challenge=%3Cscript%3E"
    client = Client(port=desk.app.config.settings.web.port)
    path = f"/hub/{desk.subscription.token}?{question}"
    assert client.ask("HEAD", path).status == 404
    assert desk.subscription.state is HubState.REQUESTED
    answer = client.get(path)
    assert (answer.status, answer.body) == (200, b"<script>")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_lease_is_renewed_at_the_same_callback(desk: Desk) -> None:
    """After two thirds of its lease a subscription is asked for again, and goes on meanwhile."""
    desk.subscribe()
    desk.now += 7 * DAY
    desk.tick(HUBS)
    first, second = desk.hub.requests
    assert first == second
    assert desk.hub.push(feed("old", "meanwhile")) == 202
    desk.tick(PUSHES)
    assert desk.knows("meanwhile")
    assert desk.hub.verify(lease_seconds="172800")[0] == 200
    assert desk.subscription.lease_until == desk.now + 2 * DAY


def test_a_denial_is_waited_out(desk: Desk) -> None:
    """A hub may end what it verified; it is asked again after a day, and the feed at once."""
    desk.subscribe()
    desk.now += timedelta(minutes=1)
    assert desk.hub.deny("the publisher left") == 200
    assert desk.subscription.last_error == "the hub denied it: the publisher left"
    assert desk.state.next_check_at == desk.now
    desk.tick(HUBS)
    assert len(desk.hub.requests) == 1
    desk.now += DAY
    desk.tick(HUBS)
    assert len(desk.hub.requests) == 2


def test_a_feed_that_is_no_longer_listed_is_left(desk: Desk) -> None:
    """The hub is asked to end it, confirms, and what it pushes later is gone."""
    desk.subscribe()
    desk.app = replace(desk.app, config=replace(desk.app.config, feeds=()))
    desk.tick(HUBS)
    assert desk.hub.requests[-1]["hub.mode"] == "unsubscribe"
    assert desk.hub.push(feed("late")) == 410
    assert desk.hub.verify(challenge="bye") == (200, "bye")
    assert desk.app.store.hubs.subscriptions() == ()
    assert desk.hub.push(feed("late")) == 410


@pytest.mark.parametrize(
    ("status", "location", "words"),
    [
        pytest.param(500, "", "500", id="error"),
        pytest.param(400, "", "400", id="refusal"),
        pytest.param(302, "/other", "takes no posts", id="redirect-to-a-page"),
        pytest.param(307, "/hub", "redirect", id="loop"),
    ],
)
def test_a_hub_that_fails_is_left_alone(desk: Desk, status: int, location: str, words: str) -> None:
    """The reason is kept, the wait grows, and the feed is asked as ever."""
    desk.hub.status, desk.hub.location = status, location
    desk.tick(COLLECT, HUBS)
    assert desk.subscription.state is HubState.FAILED
    assert words in desk.subscription.last_error
    first_wait = desk.subscription.next_action_at
    assert first_wait is not None
    asked = len(desk.hub.paths)
    desk.tick(HUBS)
    assert len(desk.hub.paths) == asked
    waited = first_wait - desk.now
    desk.now = first_wait
    desk.tick(HUBS)
    second_wait = desk.subscription.next_action_at
    assert second_wait is not None
    assert abs(second_wait - first_wait - 2 * waited) < timedelta(seconds=1)
    assert desk.state.health is FeedHealth.ACTIVE


@pytest.mark.parametrize("status", [307, 308])
def test_a_hub_may_send_on_to_another(desk: Desk, status: int) -> None:
    """A request is posted again, whole, where the hub says."""
    desk.hub.status, desk.hub.location = status, "/other"
    desk.subscribe()
    assert desk.hub.paths == ["/hub", "/other"]
    assert desk.hub.requests[0]["hub.secret"] == desk.subscription.secret


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_hub_may_verify_before_it_answers(desk: Desk, status: int) -> None:
    """Hubs of before the Recommendation verify at once and answer 204."""
    desk.hub.status, desk.hub.at_once = status, True
    desk.tick(COLLECT, HUBS)
    assert desk.subscription.state is HubState.ACTIVE


def test_a_hub_that_hangs_after_verifying_is_believed(tmp_path: Path, hub: Hub) -> None:
    """A request that times out may have been verified all the same."""
    with serving(tmp_path, hub, timeout="1 second") as desk:
        desk.tick(COLLECT)
        hub.at_once, hub.pause_s = True, 1.3
        desk.tick(HUBS)
        assert desk.subscription.state is HubState.ACTIVE


def test_a_hub_that_never_verifies_has_failed(desk: Desk) -> None:
    """202 alone is worth nothing."""
    desk.tick(COLLECT, HUBS)
    desk.now += timedelta(hours=6)
    desk.tick(HUBS)
    assert "never verified" in desk.subscription.last_error
    assert desk.hub.verify()[0] == 404


def test_a_push_that_is_no_feed_has_the_feed_asked(desk: Desk) -> None:
    """What the hub got wrong is not held against the feed."""
    desk.subscribe()
    before = desk.state
    desk.now += timedelta(minutes=1)
    assert desk.hub.push(b"<html><p>Bad gateway</p></html>") == 202
    desk.tick(PUSHES)
    assert replace(desk.state, next_check_at=before.next_check_at) == before
    desk.hub.document = feed("old", "new")
    desk.tick(COLLECT)
    assert desk.knows("new")


def test_a_push_of_the_newest_entry_alone_does_not_change_the_feeds_rhythm(desk: Desk) -> None:
    """Hubs leave out what they pushed before; how often a feed publishes is told by the feed."""
    desk.subscribe()
    desk.app.store.feeds.save_refresh(
        replace(desk.state, gap=timedelta(hours=8), ttl=timedelta(hours=1)), (), now=desk.now
    )
    desk.hub.push(feed("new"))
    desk.tick(PUSHES)
    assert desk.knows("new")
    assert (desk.state.gap, desk.state.ttl) == (timedelta(hours=8), timedelta(hours=1))


def test_a_push_outlives_a_crash(desk: Desk) -> None:
    """What was answered with success is on disk, and read by whoever starts next, once."""
    desk.subscribe()
    desk.hub.push(feed("old", "new"))
    desk.hub.push(feed("old", "new"))
    again = open_store(f"sqlite:///{desk.app.config.directory}/digest.db")
    desk.app = replace(desk.app, store=again)
    with capture_logs() as logs:
        desk.tick(PUSHES, PUSHES)
    assert [(log["event"], log["new"]) for log in logs] == [("push.taken", 1), ("push.taken", 0)]
    again.close()


def test_pushes_have_limits(tmp_path: Path, hub: Hub) -> None:
    """As large as a feed may be, and no more than may wait."""
    with serving(tmp_path, hub, max_size="100 KB") as desk:
        desk.subscribe()
        assert hub.push(feed("big") + b" " * 90_000) == 202
        assert hub.push(feed("big") + b" " * 120_000) == 413
        statuses = {hub.push(b"%d" % n + b" " * 95_000) for n in range(10)}
        assert statuses == {202, 503}
        desk.tick(PUSHES)
        assert desk.knows("big")
        assert hub.push(feed("big")) == 202


def test_nobody_is_subscribed_to_where_hubs_cannot_reach(tmp_path: Path, hub: Hub) -> None:
    """With websub off, and under plain http, no hub is asked; what was held is left."""
    with serving(tmp_path, hub) as desk:
        desk.subscribe()
        settings = desk.app.config.settings
        web = settings.web.model_copy(update={"public_url": "http://letters.example"})
        plain = settings.model_copy(update={"web": web})
        desk.app = replace(desk.app, config=replace(desk.app.config, settings=plain))
        desk.tick(HUBS)
        assert hub.requests[-1]["hub.mode"] == "unsubscribe"
    (tmp_path / "off").mkdir()
    with serving(tmp_path / "off", hub, websub=False) as desk:
        desk.tick(COLLECT, HUBS)
        assert desk.state.hub == hub.url
        assert desk.app.store.hubs.subscriptions() == ()


@pytest.mark.slow
def test_the_service_subscribes_and_takes_pushes_in(tmp_path: Path, hub: Hub) -> None:
    """`digest serve` does all of it by itself, and its logs hold neither token nor secret."""
    port = free_port()
    with MailServer() as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=1, mail_port=mail.port)
        (publication.directory / "feeds.toml").write_text(
            f'[[feed]]\nurl = "{hub.topic}"\ntags = ["harbour"]\n'
        )
        publication.digest("collect")
        with service(publication, port) as process:
            wait_for(lambda: bool(hub.requests))
            assert hub.verify()[0] == 200
            assert hub.push(feed("old", "new")) == 202
            database = f"sqlite:///{publication.directory}/digest.db"
            wait_for(lambda: _knows(database, EntryKey(feed=hub.topic, id="new")))
            process.terminate()
            _, logs = process.communicate(timeout=20)
    assert "push.taken" in logs
    assert hub.requests[0]["hub.secret"] not in logs
    assert hub.callback.rpartition("/")[2] not in logs


def _knows(database: str, key: EntryKey) -> bool:
    store = open_store(database)
    try:
        return store.feeds.entry(key) is not None
    finally:
        store.close()
