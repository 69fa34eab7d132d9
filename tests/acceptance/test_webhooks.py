"""Messages posted to a URL, taken by a real HTTP server that checks every signature."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from digest.collect.http.fetch import HttpFetcher
from digest.config import CollectSettings
from digest.deliver.webhooks import WebhookMailer
from digest.errors import HandOffError
from digest.model import Accepted, Envelope, Lost, Refused, SendOutcome, Unbuildable
from tests.acceptance.http_servers import INSTANCE, SHIPPED
from tests.acceptance.mail_servers import settings
from tests.acceptance.town import FEEDS, free_port, make_publication, serve_feeds

KEY = b"a key of thirty-two bytes, or so"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
WINDOW = 4


@dataclass
class Hook:
    """A receiver. ``answers`` are a status with headers by recipient; None hangs up, unsaid."""

    answers: dict[str, tuple[int, dict[str, str]] | None] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    pause: float = 0.0
    port: int = 0
    busy: int = 0
    busiest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving(hook: Hook) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            with hook.lock:
                hook.busy += 1
                hook.busiest = max(hook.busiest, hook.busy)
            time.sleep(hook.pause)
            with hook.lock:
                hook.busy -= 1
                status, headers = self.take(content) or (0, {})
            if status:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

        def take(self, content: bytes) -> tuple[int, dict[str, str]] | None:
            identity, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
            signed = f"{identity}.{stamp}.".encode() + content
            right = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
            if self.headers["webhook-signature"] != f"v1,{right}" or (
                abs(time.time() - int(stamp)) > 300
            ):
                return 401, {}
            data = json.loads(content)["data"]
            hook.posts.append(data)
            hook.ids.append(identity)
            return hook.answers.get(data["recipient"], (204, {}))

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield hook
        server.shutdown()


_NUMBERS = count(1)


def message(recipient: str = "reader@b.example") -> Envelope:
    number = next(_NUMBERS)
    head = f"Message-ID: <issue.{number}@a.example>\r\nFeedback-ID: issue:weekly:digest:a-example"
    content = f"Subject: =?utf-8?q?Z=C3=BCge?=\r\n{head}\r\n\r\nhello\r\n".encode()
    return Envelope(sender="news@a.example", recipient=recipient, content=content)


def mailer(url: str, *, secret: str = SECRET, private: bool = True) -> WebhookMailer:
    hosts = ["127.0.0.1"] if private else []
    collect = CollectSettings.model_validate(SHIPPED | {"private_hosts": hosts})
    limits = {"per_host": WINDOW, "concurrency": WINDOW, "timeout": timedelta(seconds=1)}
    return WebhookMailer(
        settings(25, protocol="webhook", url=url, window=WINDOW),
        fetcher=HttpFetcher(collect.model_copy(update=limits), INSTANCE),
        secret=secret,
    )


def posted(hook: Hook, *answer: Any) -> SendOutcome:  # noqa: ANN401 - a status and headers
    hook.answers["reader@b.example"] = answer[0] if answer else (200, {})
    return mailer(hook.url).connect().send(message())


def test_a_message_is_posted_whole_and_signed() -> None:
    """Its data says whose it is and of what issue; `raw` is the message, byte for byte."""
    with receiving(Hook()) as hook:
        sent = message()
        assert isinstance(mailer(hook.url).connect().send(sent), Accepted)
    (data,) = hook.posts
    assert base64.b64decode(data.pop("raw")) == sent.content
    number = hook.ids[0].removeprefix("issue.").removesuffix("@a.example")
    assert data == {
        "message_id": f"<issue.{number}@a.example>",
        "sender": "news@a.example",
        "recipient": "reader@b.example",
        "subject": "Züge",
        "issue": "issue",
        "newsletter": "weekly",
        "purpose": "digest",
    }


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (400, 554, "answered 400"),
        (422, 554, "answered 422"),
        (413, 552, "5.3.4"),
        (401, 535, "url and secret"),
        (404, 535, "url and secret"),
        (408, 450, "answered 408"),
        (425, 450, "answered 425"),
        (500, 450, "answered 500"),
        (502, 450, "answered 502"),
    ],
)
def test_a_refusal_is_final_for_a_message_and_no_other(status: int, code: int, words: str) -> None:
    """4xx ends it, but for those that ask us back; what is about the URL is about nobody."""
    with receiving(Hook()) as hook:
        refused = posted(hook, (status, {}))
    assert isinstance(refused, Refused)
    assert refused.reply.code == code
    assert words in refused.reply.text


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for_is_kept(status: int) -> None:
    """Retry-After is said as servers of mail say it, and so taken at its word."""
    with receiving(Hook()) as hook:
        refused = posted(hook, (status, {"Retry-After": "120"}))
    assert isinstance(refused, Refused)
    assert refused.transient
    assert "try again in 120 seconds" in refused.reply.text


def test_a_redirect_is_not_followed() -> None:
    """Whoever is redirected to gets nobody's address."""
    with receiving(Hook()) as other, receiving(Hook()) as hook:
        refused = posted(hook, (307, {"Location": other.url}))
        assert isinstance(refused, Refused)
        assert (refused.reply.code, other.posts) == (535, [])


def test_a_post_without_an_answer_is_uncertain() -> None:
    """Hung up on or left waiting after all was sent, nobody knows; before that, everybody does."""
    with receiving(Hook()) as hook:
        assert posted(hook, None) == Lost(
            reason="the server closed the connection without an answer", uncertain=True
        )
        hook.pause = 1.3
        late = posted(hook)
        assert isinstance(late, Lost)
        assert late.uncertain
    away = mailer(f"http://127.0.0.1:{free_port()}/").connect().send(message())
    assert isinstance(away, Lost)
    assert not away.uncertain


def test_a_private_host_is_asked_only_where_it_is_named() -> None:
    """The same guard stands here as before feeds."""
    with receiving(Hook()) as hook:
        lost = mailer(hook.url, private=False).connect().send(message())
    assert isinstance(lost, Lost)
    assert "private" in lost.reason or "loopback" in lost.reason
    assert hook.posts == []


def test_posts_go_side_by_side_and_no_more_than_the_window() -> None:
    """Each tag has its outcome; what cannot be said to anybody ends nothing."""
    jobs = [(number, message(f"r{number}@b.example")) for number in range(10)]
    jobs.insert(3, (99, message("no address")))
    with receiving(Hook(pause=0.1)) as hook:
        results = dict(mailer(hook.url).connect().stream(jobs))
    assert isinstance(results.pop(99), Unbuildable)
    assert sorted(results) == list(range(10))
    assert {type(each) for each in results.values()} == {Accepted}
    assert 1 < hook.busiest <= WINDOW


def test_nothing_more_is_posted_after_one_was_lost() -> None:
    """As on a connection that broke: the jobs left are not read."""
    left = iter([(number, message(f"r{number}@b.example")) for number in range(9)])
    with receiving(Hook(answers={"r1@b.example": None})) as hook:
        results = dict(mailer(hook.url).connect().stream(left))
    assert sorted(results) == [0, 1, 2, 3]
    assert isinstance(results[1], Lost)
    assert next(left)[0] == 4


@pytest.mark.parametrize("secret", ["", "short", "whsec_%%%", "whsec_c2hvcnQ="])
def test_without_a_secret_nothing_is_posted(secret: str) -> None:
    """None, a short one and one that is not base64: the error names the variable."""
    with pytest.raises(HandOffError, match="DIGEST_WEBHOOK_SECRET"):
        mailer("http://127.0.0.1/", secret=secret).connect()


def test_an_issue_goes_out_by_webhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was taken is sent, who was refused has failed; who is unsure has it again, same id."""
    monkeypatch.setenv("DIGEST_RELAY_HOOK_SECRET", SECRET)
    names = ("ann", "bea", "cid")
    answers: dict[str, Any] = {"bea@reader.example": (422, {}), "cid@reader.example": None}
    with serve_feeds(FEEDS) as site, receiving(Hook(answers=answers)) as hook:
        made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1)
        relay = f'[[relay]]\nname = "hook"\nprotocol = "webhook"\nurl = "{hook.url}"\n'
        with (made.directory / "digest.toml").open("a") as file:
            file.write(relay)
        people = "".join(f"{name}@reader.example,,confirmed\n" for name in names)
        made.digest("subscribers", "import", "-", stdin=f"email,name,status\n{people}")
        made.digest("run")
        hook.answers["cid@reader.example"] = (200, {})
        made.digest("run", now="2026-06-18T08:30:00+01:00")
        shown = made.digest("issues", "show", "harbour-2026-06-18").stdout
    by_reader: dict[str, list[str]] = {}
    for data, identity in zip(hook.posts, hook.ids, strict=True):
        by_reader.setdefault(data["recipient"][:3], []).append(identity)
    assert {name: len(ids) for name, ids in by_reader.items()} == {"ann": 1, "bea": 1, "cid": 2}
    assert len(set(by_reader["cid"])) == 1
    assert "1 failed, 2 sent" in shown
