"""A small WebSub hub and the site it works for, over real HTTP."""

import hmac
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode

ITEM = """<item><title>{title}</title><link>https://quay.example/{name}</link>
<guid>{name}</guid><pubDate>Wed, 17 Jun 2026 09:00:00 GMT</pubDate></item>"""
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Quay News</title><link>https://quay.example/</link>
<description>News of the quay</description>{items}</channel></rss>"""


def feed(*names: str) -> bytes:
    """A feed whose items have these names."""
    items = "".join(ITEM.format(name=name, title=f"News: {name}") for name in names)
    return FEED.format(items=items).encode()


@dataclass
class Hub:
    """Takes requests as told and remembers them; ``verify``, ``deny`` and ``push`` do the rest.

    ``status`` answers requests, after ``pause_s``; with ``at_once`` a request is verified before it
    is answered. The site's feed is ``document``, which ``asked`` counts the requests for.
    """

    document: bytes = field(default_factory=lambda: feed("old"))
    status: int = 202
    location: str = ""
    pause_s: float = 0
    at_once: bool = False
    requests: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    asked: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hub"

    @property
    def topic(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed.xml"

    @property
    def callback(self) -> str:
        return self.requests[-1]["hub.callback"]

    def verify(self, **changes: str) -> tuple[int, str]:
        """Ask the callback of the last request whether it was meant."""
        last = self.requests[-1]
        question = {
            "hub.mode": last["hub.mode"],
            "hub.topic": last["hub.topic"],
            "hub.challenge": "chal/lenge ü&=",
            "hub.lease_seconds": last.get("hub.lease_seconds", ""),
        }
        question |= {f"hub.{name}": value for name, value in changes.items()}
        return call(f"{self.callback}?{urlencode(question)}")

    def deny(self, reason: str) -> int:
        """Refuse the last request."""
        return self.verify(mode="denied", reason=reason)[0]

    def push(self, body: bytes, *, method: str = "sha256", secret: str = "") -> int:
        """Distribute a document to the last callback, signed with its secret or another."""
        key = secret or next(r["hub.secret"] for r in reversed(self.requests) if "hub.secret" in r)
        signature = hmac.new(key.encode(), body, method).hexdigest()
        links = f'<{self.url}>; rel="hub", <{self.topic}>; rel="self"'
        headers = {
            "Content-Type": "application/rss+xml",
            "Link": links,
            "X-Hub-Signature": f"{method}={signature}",
        }
        return call(self.callback, body=body, headers=headers)[0]


def call(
    url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Ask a URL: its status and text."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data=body, headers=headers or {}), timeout=10
        ) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@contextmanager
def run_hub() -> Iterator[Hub]:
    """A hub that listens until the block ends."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Link", f'<{hub.url}>; rel="hub", <{hub.topic}>; rel="self"')
            self.send_header("Content-Length", str(len(hub.document)))
            self.end_headers()
            self.wfile.write(hub.document)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            hub.paths.append(self.path)
            moved = hub.location and self.path == "/hub"
            if not moved:
                assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
                hub.requests.append(dict(parse_qsl(sent, strict_parsing=True)))
            if hub.at_once:
                hub.verify()
            time.sleep(hub.pause_s)
            self.send_response(hub.status if moved or not hub.location else 202)
            if moved:
                self.send_header("Location", hub.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    hub.port = server.server_address[1]
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
