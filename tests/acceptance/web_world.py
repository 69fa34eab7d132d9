"""A publication behind the web pages, a real server in front of it, and a plain client."""

import http.client
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]  # has no stubs
import uvicorn
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.model import (
    Entry,
    EntryKey,
    Feed,
    FeedState,
    Image,
    Issue,
    IssueKey,
    Newsletter,
    Period,
    Rule,
    RuleField,
    Schedule,
    Section,
    Sender,
    Story,
    Topic,
    Weekday,
    Wording,
)

FEED_URL = "https://lighthouse.example/feed.xml"
FEED = Feed(url=FEED_URL, title="The Lighthouse", tags=("coast",))
NEWSLETTER = Newsletter(
    id="coast",
    name="Coast & Harbour",
    tagline="What the coast wrote this week",
    sender=Sender(address="letter@coast.example", name="Coast & Harbour"),
    postal_address="Coast & Harbour, 1 Quay, Anytown",
    schedule=Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30)),
    feeds=(FEED_URL,),
    topics=(Topic(id="sea", name="At sea"), Topic(id="land", name="On land")),
    default_topic="land",
    rules=(Rule(topic="sea", field=RuleField.KEYWORD, pattern="ferry"),),
    home_url="https://coast.example/",
)

_APP_HEADER = "X-Test-App"
_THURSDAY = datetime(2024, 5, 16, 6, 30, tzinfo=UTC)


def week(number: int = 0) -> Period:
    """The week that ended on the newsletter's last due time, or ``number`` weeks before it."""
    end = _THURSDAY - timedelta(weeks=number)
    return Period(start=end - timedelta(weeks=1), end=end)


def entry(number: int, title: str, *, days_ago: float, summary: str = "") -> Entry:
    """An entry of the newsletter's one feed, dated before ``fakes.NOW``."""
    return Entry(
        key=EntryKey(feed=FEED_URL, id=f"e{number}"),
        title=title,
        url=f"https://lighthouse.example/{number}",
        fingerprint=str(number),
        feed_title=FEED.title,
        published_at=_THURSDAY - timedelta(days=days_ago),
        summary=summary,
    )


def asked_feed() -> FeedState:
    """The feed's state after a round."""
    return FeedState(url=FEED_URL, title=FEED.title)


def story(number: int, headline: str, excerpt: str, *, image: Image | None = None) -> Story:
    """A story of one entry."""
    return Story(
        entries=(EntryKey(feed=FEED_URL, id=f"e{number}"),),
        url=f"https://lighthouse.example/{number}",
        headline=Wording(value=headline),
        excerpt=Wording(value=excerpt),
        source=FEED.title,
        published_at=_THURSDAY - timedelta(days=number % 6 + 1),
        minutes=number % 5 + 2,
        image=image,
        reason="keyword = 'ferry'" if "ferry" in headline.lower() else "",
    )


def issue(number: int = 0, *, slug: str = "", image: Image | None = None) -> Issue:
    """An issue of five stories for a week; the week's end is in its slug."""
    period = week(number)
    return Issue(
        key=IssueKey(newsletter=NEWSLETTER.id, period=period),
        slug=slug or f"coast-{period.end:%Y-%m-%d}",
        title=Wording(value=f"The week to {period.end.day} {period.end:%B}"),
        subject=Wording(value="The night ferry is back and 4 more"),
        preheader=Wording(value="Also: a lamp room opens, seals count themselves, and a new quay"),
        lead=story(
            11,
            "The night ferry is back after eleven winters",
            "From June a boat leaves the outer pier at ten each evening and is across by dawn. "
            "We sailed on the trial run, with two hundred bicycles and one brass band.",
            image=image,
        ),
        sections=(
            Section(
                topic="sea",
                heading=Wording(value="At sea"),
                stories=(
                    story(
                        12,
                        "Seals, counted by the people who row past them",
                        "Forty rowers carried a notebook for a year. What they saw disagrees "
                        "with the aerial survey, and both may be right.",
                    ),
                    story(
                        13,
                        "What a tide table leaves out",
                        "Pressure, wind and a river in flood: three reasons why the water was "
                        "half a metre higher than printed.",
                    ),
                ),
            ),
            Section(
                topic="land",
                heading=Wording(value="On land"),
                stories=(
                    story(
                        14,
                        "The lamp room opens to visitors",
                        "One hundred and nine steps, no lift, and a view of three counties. "
                        "Booking starts on Monday.",
                    ),
                    story(
                        15,
                        "A quay made of oyster shell",
                        "The harbour board tried a concrete with a third of its gravel replaced. "
                        "After two winters it is harder than the old one.",
                    ),
                ),
            ),
        ),
        also_published=(story(16, "Minutes of the April meeting", ""),),
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(kw_only=True)
class Client:
    """Asks one server, a connection for each request."""

    port: int
    app: str = ""
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        return self.ask("POST", path, body=body, headers=headers)

    def ask(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        try:
            connection.request(
                method, path, body=body or None, headers={_APP_HEADER: self.app, **named}
            )
            response = connection.getresponse()
            return Answer(status=response.status, headers=response.headers, body=response.read())
        finally:
            connection.close()

    def stream(self, method: str, path: str, *, parts: list[bytes]) -> Answer:
        """Send a body in chunks, its length not announced."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(
                method, path, body=iter(parts), encode_chunked=True, headers={_APP_HEADER: self.app}
            )
            response = connection.getresponse()
            return Answer(status=response.status, headers=response.headers, body=response.read())
        finally:
            connection.close()


@contextmanager
def running(server: uvicorn.Server, *, listen: bool = False) -> Iterator[Client]:
    """A server in a thread of its own, until the block ends; ``listen``: on a socket from here."""
    listener = socket.create_server(("127.0.0.1", 0)) if listen else None
    sockets = [listener] if listener else None
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    try:
        port = (listener or server.servers[0].sockets[0]).getsockname()[1]
        yield Client(port=port, server=server, thread=thread)
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the server did not stop"


class House:
    """One server for many apps: starting one for each test would take most of the time.

    A header that clients of :meth:`serving` send tells which app is asked; lifespans do not run.
    """

    def __init__(self) -> None:
        self._apps: dict[str, ASGIApp] = {}
        self.port = 0

    @contextmanager
    def open(self) -> Iterator[Self]:
        config = uvicorn.Config(
            self._dispatch,
            host="127.0.0.1",
            port=0,
            lifespan="off",
            interface="asgi3",
            log_level="critical",
            access_log=False,
            ws="none",
        )
        with running(uvicorn.Server(config)) as client:
            self.port = client.port
            yield self

    @contextmanager
    def serving(self, asgi: ASGIApp) -> Iterator[Client]:
        """The app, for as long as the block lasts."""
        name = str(id(asgi))
        self._apps[name] = asgi
        try:
            yield Client(port=self.port, app=name)
        finally:
            del self._apps[name]

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[Headers(scope=scope)[_APP_HEADER]](scope, receive, send)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as a strict parser sees it."""

    errors: tuple[str, ...]
    language: str
    title: str
    headings: tuple[int, ...]
    landmarks: tuple[str, ...]
    unlabelled: tuple[str, ...]
    ids: tuple[str, ...]


def read_page(html: str) -> Page:
    """Parse a page and list what screen readers steer by."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    elements = list(root.iter())
    return Page(
        errors=tuple(f"{where}: {code}" for where, code, _ in parser.errors),
        language=root.get("lang", ""),
        title=(root.findtext("head/title") or "").strip(),
        headings=tuple(
            int(e.tag[1]) for e in elements if str(e.tag) in {f"h{n}" for n in range(1, 7)}
        ),
        landmarks=tuple(str(e.tag) for e in elements if e.tag in {"main", "nav", "header"}),
        unlabelled=tuple(_unlabelled(elements)),
        ids=tuple(value for e in elements if (value := e.get("id"))),
    )


def _unlabelled(elements: Iterable[Element]) -> Iterator[str]:
    """What has no accessible name but needs one."""
    for element in elements:
        name = "".join(element.itertext()).strip() or element.get("aria-label")
        if element.tag in {"a", "button", "th", "h1", "h2", "h3"} and not name:
            yield str(element.tag)
        if element.tag == "img" and element.get("alt") is None:
            yield "img"
        if element.tag == "iframe" and not element.get("title"):
            yield "iframe"
        if element.tag == "nav" and not (
            element.get("aria-label") or element.get("aria-labelledby")
        ):
            yield "nav"
