"""In-memory stand-ins for what the shell needs from the world, held to the ports' contracts."""

import hashlib
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from digest.app import App, relays_from
from digest.collect.articles.article import read_article
from digest.collect.pictures.resize import prepare_picture
from digest.collect.sources.kinds import read_source
from digest.config import Config, Secrets, Settings
from digest.errors import HandOffError
from digest.model import (
    ASCII_ONLY,
    Accepted,
    ArticleJob,
    ArticleResult,
    Envelope,
    Feed,
    FetchAnswer,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Issue,
    Lost,
    Media,
    MediaPurged,
    Newsletter,
    ParseJob,
    ParseResult,
    PictureJob,
    PictureResult,
    PictureSlot,
    PictureVisit,
    PreparedPicture,
    RenderedIssue,
    Reply,
    SendOutcome,
    Takes,
)
from digest.resources import CONFIG
from tests.fake_feedback import FakeFeedbackStore
from tests.fake_feeds import FakeArticleStore, FakeFeedStore, FakeHubStore, FakeListStore
from tests.fake_issues import FakeIssueStore, FakePreflightStore, FakeSubjectStore
from tests.fake_mail import mail, plain_text
from tests.fake_readers import FakeAudienceStore, FakeLedgerStore, FakeRelayStore

NOW = datetime(2024, 5, 16, 9, 0, tzinfo=UTC)
_Tag = TypeVar("_Tag")
PUBLIC_URL = "http://localhost:8600"
"""As the shipped settings have it."""
LINK_KEY = b"a key for tests, of thirty-two b"


@dataclass
class FakeMediaStore:
    """Visits and files in dictionaries."""

    known: dict[PictureSlot, PictureVisit] = field(default_factory=dict)
    files: dict[str, Media] = field(default_factory=dict)

    def visits(self, slots: Sequence[PictureSlot]) -> dict[PictureSlot, PictureVisit]:
        return {slot: self.known[slot] for slot in slots if slot in self.known}

    def keep(self, visit: PictureVisit, picture: PreparedPicture | None = None) -> None:
        self.known[visit.slot] = visit
        if picture:
            self.files[picture.hash] = Media(media_type=picture.media_type, body=picture.body)

    def file(self, hash_: str) -> Media | None:
        return self.files.get(hash_)

    def purge(
        self, wanted: Collection[PictureSlot], *, before: datetime, dry_run: bool
    ) -> MediaPurged:
        lately = {
            visit.picture.hash
            for visit in self.known.values()
            if visit.picture and (visit.slot in wanted or visit.visited_at >= before)
        }
        gone = {name: file for name, file in self.files.items() if name not in lately}
        if not dry_run:
            self.files = {name: self.files[name] for name in self.files if name in lately}
        size = sum(len(file.body) for file in gone.values())
        return MediaPurged(
            pictures=len(gone),
            size=size,
            left=len(self.files) - dry_run * len(gone),
            dry_run=dry_run,
        )


@dataclass
class FakeLife:
    """A life without a break, unless a test says otherwise."""

    doubted: str = ""

    def doubt(self) -> str:
        return self.doubted

    def advance(self) -> None:
        pass

    def trust(self) -> None:
        self.doubted = ""


class FakeStore:
    """All of it, over one set of dictionaries."""

    def __init__(self) -> None:
        self.feeds = FakeFeedStore()
        self.lists = FakeListStore()
        self.articles = FakeArticleStore(feeds=self.feeds)
        self.media = FakeMediaStore()
        self.issues = FakeIssueStore(feeds=self.feeds)
        self.audience = FakeAudienceStore()
        self.ledger = FakeLedgerStore(issues=self.issues, audience=self.audience)
        self.life = FakeLife()
        self.hubs = FakeHubStore()
        self.preflight = FakePreflightStore()
        self.feedback = FakeFeedbackStore(ledger=self.ledger)
        self.relays = FakeRelayStore()
        self.subjects = FakeSubjectStore()
        self.closed = False

    def link_key(self) -> bytes:
        return LINK_KEY

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeFetcher:
    """Answers from a dictionary; a URL it does not know fails."""

    results: dict[str, FetchResult] = field(default_factory=dict)
    asked: list[FetchRequest] = field(default_factory=list)

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        for request in requests:
            self.asked.append(request)
            unknown = FetchFailed(reason="the host does not exist")
            yield FetchAnswer(request=request, result=self.results.get(request.url, unknown))


class FakeParser:
    """Reads documents for real, in this process."""

    def parse_all(
        self, jobs: Iterable[tuple[_Tag, ParseJob | None]]
    ) -> Iterator[tuple[_Tag, ParseResult | None]]:
        for tag, job in jobs:
            yield tag, read_source(job) if job else None

    def articles(
        self, jobs: Iterable[tuple[_Tag, ArticleJob | None]]
    ) -> Iterator[tuple[_Tag, ArticleResult | None]]:
        for tag, job in jobs:
            yield tag, read_article(job) if job else None

    def pictures(
        self, jobs: Iterable[tuple[_Tag, PictureJob | None]]
    ) -> Iterator[tuple[_Tag, PictureResult | None]]:
        for tag, job in jobs:
            yield tag, prepare_picture(job) if job else None

    def close(self) -> None:
        pass


@dataclass
class FakeRenderer:
    """Renders titles only, into a sound mail or a ``page``; ``error`` is raised instead."""

    page: str = ""
    error: Exception | None = None

    def render(self, issue: Issue, newsletter: Newsletter) -> RenderedIssue:
        if self.error:
            raise self.error
        web = f"{PUBLIC_URL}/issues/{issue.slug}"
        stories = "; ".join(str(story.headline) for story in issue.stories)
        html = (
            self.page.format(title=issue.title, stories=stories)
            if self.page
            else mail(issue, newsletter, web=web)
        )
        text = plain_text(issue, newsletter, web=web)
        return RenderedIssue(
            subject=str(issue.subject),
            preheader=str(issue.preheader),
            html=html,
            text=text,
            digest=hashlib.sha256((html + text).encode()).hexdigest(),
        )


@dataclass
class FakeMailer:
    """Takes every message into ``sent``, or answers as ``outcome`` decides.

    ``takes`` is what a relay takes besides ASCII, by its name.
    ``by`` are the relays of the messages in ``sent``; ``down_relays`` cannot be reached.
    """

    sent: list[Envelope] = field(default_factory=list)
    outcome: Callable[[Envelope], SendOutcome] | None = None
    down: bool = False
    by: list[str] = field(default_factory=list)
    down_relays: set[str] = field(default_factory=set)
    takes: dict[str, Takes] = field(default_factory=dict)

    def connect(self, relay: str = "") -> "FakeMailSession":
        if self.down or relay in self.down_relays:
            raise HandOffError("mail.example", "connection refused")
        return FakeMailSession(self, relay)


@dataclass
class FakeMailSession:
    """A session with a FakeMailer."""

    mailer: FakeMailer
    relay: str = ""
    closed: bool = False

    @property
    def takes(self) -> Takes:
        return self.mailer.takes.get(self.relay, ASCII_ONLY)

    def send(self, envelope: Envelope) -> SendOutcome:
        answer = self.mailer.outcome(envelope) if self.mailer.outcome else None
        outcome = answer or Accepted(reply=Reply(code=250, text="2.0.0 Ok: queued"))
        if isinstance(outcome, Accepted):
            self.mailer.sent.append(envelope)
            self.mailer.by.append(self.relay)
        return outcome

    def stream(self, jobs: Iterable[tuple[_Tag, Envelope]]) -> Iterator[tuple[_Tag, SendOutcome]]:
        for tag, envelope in jobs:
            outcome = self.send(envelope)
            yield tag, outcome
            if isinstance(outcome, Lost):
                return

    def close(self) -> None:
        self.closed = True


def fake_config(
    directory: Path,
    *,
    newsletters: Sequence[Newsletter] = (),
    feeds: Sequence[Feed] = (),
    relay: Sequence[dict[str, object]] = (),
    domain: Sequence[dict[str, object]] = (),
    **sections: dict[str, object],
) -> Config:
    """The shipped settings, with ``sections`` such as ``web={"port": 0}`` over them."""
    tables = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))
    merged = {name: table | sections.get(name, {}) for name, table in tables.items()}
    return Config(
        directory=directory,
        settings=Settings.model_validate(merged | {"relay": relay, "domain": domain}),
        feeds=tuple(feeds),
        newsletters=MappingProxyType({newsletter.id: newsletter for newsletter in newsletters}),
        secrets=Secrets(),
        database_url="sqlite://",
    )


@dataclass(frozen=True, kw_only=True)
class FakeWorld:
    """An App and its fakes by their own types, for tests that look inside."""

    app: App
    store: FakeStore
    fetcher: FakeFetcher
    renderer: FakeRenderer
    mailer: FakeMailer


def fake_world(config: Config, *, now: datetime = NOW) -> FakeWorld:
    """An App over fakes, its clock standing at ``now``."""
    store, fetcher, renderer, mailer = FakeStore(), FakeFetcher(), FakeRenderer(), FakeMailer()
    app = App(
        config=config,
        store=store,
        fetcher=fetcher,
        parser=FakeParser(),
        renderer=renderer,
        mailer=mailer,
        relays=relays_from(config),
        clock=lambda: now,
        link_key=LINK_KEY,
    )
    return FakeWorld(app=app, store=store, fetcher=fetcher, renderer=renderer, mailer=mailer)


def fake_app(config: Config, *, now: datetime = NOW) -> App:
    """An App over fakes."""
    return fake_world(config, now=now).app
