"""A publication to run for real: feeds over HTTP, a mail server, a working directory."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.warm import run_digest

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Quay News</title><link>https://quay.example/</link>
<description>News of the quay</description>
<item><title>Ferry timetable doubles for summer</title><link>https://quay.example/ferry</link>
<guid>quay-1</guid><category>Transport</category><pubDate>Tue, 16 Jun 2026 09:00:00 GMT</pubDate>
<description>Boats will leave every half hour from Saturday until the end of August.</description>
</item>
<item><title>Old news of the winter storm</title><link>https://quay.example/storm</link>
<guid>quay-0</guid><pubDate>Tue, 06 Jan 2026 09:00:00 GMT</pubDate>
<description>The sea wall held, and two moorings were lost.</description></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Tide Lab</title><id>tag:tide.example,2026:lab</id>
<updated>2026-06-15T10:00:00Z</updated><link href="https://tide.example/"/>
<entry><title>Seagrass returns to the northern flats</title><id>tag:tide.example,2026:seagrass</id>
<link href="https://tide.example/seagrass?utm_source=feed"/><updated>2026-06-15T10:00:00Z</updated>
<published>2026-06-15T10:00:00Z</published><author><name>Noor Haddad</name></author>
<summary>Divers counted four hundred shoots where there were none in 2019.</summary></entry>
</feed>
"""

JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "Playhouse",
"home_page_url": "https://play.example/", "items": [{"id": "p1", "url": "https://play.example/p1",
"title": "A new play opens in the boathouse", "date_published": "2026-06-17T18:00:00+01:00",
"content_text": "Twelve actors, one rowing boat and a tide that will not wait."}]}
"""

FEEDS = {
    "/quay.xml": ("application/rss+xml", RSS),
    "/tide.xml": ("application/atom+xml", ATOM),
    "/play.json": ("application/feed+json", JSON_FEED),
}

NEWSLETTER = """
name = "Harbour Letter"
from = "Harbour Letter <letter@harbour.example>"
postal_address = "1 Quay, Harbour"
feed_tags = ["harbour"]
default_topic = "town"
approval = "automatic"
[schedule]
time_zone = "Europe/London"
days = ["thursday"]
time = "07:30"
[[topics]]
id = "town"
name = "Town"
[[topics]]
id = "sea"
name = "The sea"
[[rules]]
topic = "sea"
keyword = "seagrass"
"""

NOW = "2026-06-18T08:00:00+01:00"


@dataclass
class Site:
    """Feeds over real HTTP; ``hits`` counts the requests for each path."""

    feeds: dict[str, tuple[str, str]]
    hits: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def serve_feeds(feeds: dict[str, tuple[str, str]]) -> Iterator[Site]:
    site = Site(feeds=dict(feeds))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.hits.append(self.path)
            kind, text = site.feeds.get(self.path, ("text/plain", ""))
            etag = f'"{hash(text)}"'
            if not text:
                self._answer(404, kind, b"")
            elif self.headers.get("If-None-Match") == etag:
                self._answer(304, kind, b"", etag)
            else:
                self._answer(200, kind, text.encode(), etag)

        def _answer(self, status: int, kind: str, body: bytes, etag: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if etag:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.port = server.server_address[1]
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Letter:
    """One accepted message: its envelope's recipient and what arrived."""

    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, kind: str) -> str:
        body = self.message.get_body(preferencelist=(kind,))
        assert body is not None
        return str(body.get_content())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer:
    """A real SMTP server that remembers what it accepted.

    ``refuse`` maps recipients to replies; ``pause_s`` is slept before each acceptance.
    """

    def __init__(self, *, refuse: dict[str, str] | None = None, pause_s: float = 0) -> None:
        self.letters: list[Letter] = []
        self.refuse = refuse or {}
        self.pause_s = pause_s
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        time.sleep(self.pause_s)  # noqa: ASYNC251 - one message after the other, on purpose
        content = envelope.original_content or b""
        self.letters += [Letter(recipient, content) for recipient in envelope.rcpt_tos]
        return "250 2.0.0 queued"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


@dataclass
class Publication:
    """A working directory, driven by the command line as a user would."""

    directory: Path

    def command(self, *arguments: str, now: str = NOW) -> list[str]:
        root = [sys.executable, "-m", "digest", "--config", str(self.directory), "--now", now]
        return [*root, *arguments]

    def digest(
        self,
        *arguments: str,
        now: str = NOW,
        status: int = 0,
        stdin: str = "",
        under: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a command, perhaps ``under`` another, and expect an exit status."""
        command = [*under, *self.command(*arguments, now=now)]
        if under:
            done = subprocess.run(
                command, input=stdin, capture_output=True, text=True, timeout=60, check=False
            )
        else:
            done = run_digest(*command[3:], stdin=stdin)
        assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


def make_publication(directory: Path, *, feeds_port: int, mail_port: int) -> Publication:
    """Write a working directory that draws on the served feeds."""
    (directory / "newsletters").mkdir(parents=True)
    (directory / "digest.toml").write_text(
        f"""
[collect]
private_hosts = ["127.0.0.1"]
per_host = 8
[smtp]
host = "127.0.0.1"
port = {mail_port}
connections = 2
[web]
public_url = "https://letters.harbour.example"
[log]
level = "warning"
"""
    )
    (directory / "newsletters" / "harbour.toml").write_text(NEWSLETTER)
    (directory / "feeds.toml").write_text(
        "".join(
            f'[[feed]]\nurl = "http://127.0.0.1:{feeds_port}{path}"\ntags = ["harbour"]\n'
            for path in FEEDS
        )
    )
    return Publication(directory=directory)
