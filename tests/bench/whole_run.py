"""The whole job, stage by stage: seconds, CPU seconds and peak memory of each.

Every stage is a real ``digest`` command in a process of its own, against an HTTP and an SMTP server
that run in another process on loopback. Prints one figure a line: ``name value``.

    python tests/bench/whole_run.py [--feeds 200] [--entries 25] [--subscribers 10000]
"""

import argparse
import os
import random
import socketserver
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
WORDS = [
    "harbour",
    "council",
    "river",
    "bridge",
    "school",
    "theatre",
    "museum",
    "coast",
    "train",
    "market",
    "garden",
    "library",
    "survey",
    "budget",
    "winter",
    "summer",
    "record",
    "ancient",
    "local",
    "plan",
    "reef",
    "comet",
    "match",
    "final",
    "river",
    "estuary",
    "ferry",
    "volunteers",
    "decision",
    "evidence",
    "report",
    "history",
    "science",
    "street",
    "weather",
    "energy",
    "season",
    "culture",
]
TOPICS = ("civic", "science", "arts", "sport")


def feed_text(number: int, entries: int) -> str:
    """A deterministic RSS feed; a sixth of its entries lie in the last week."""
    dice = random.Random(number)
    items = []
    for position in range(entries):
        published = NOW - timedelta(hours=6 + position * 28 + dice.randrange(20))
        title = " ".join(dice.choices(WORDS, k=7)).capitalize()
        body = " ".join(dice.choices(WORDS, k=260))
        items.append(
            f"<item><title>{title}</title><link>https://f{number}.example/{position}</link>"
            f"<guid>f{number}-{position}</guid><pubDate>{format_datetime(published)}</pubDate>"
            f"<category>{dice.choice(TOPICS)}</category>"
            f"<description><![CDATA[<p>{body}</p><p>{body}</p>]]></description></item>"
        )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>'
        f"<link>https://f{number}.example/</link>{''.join(items)}</channel></rss>"
    )


class FeedHandler(BaseHTTPRequestHandler):
    """Answers /NUMBER.xml, and 304 to whoever has it."""

    protocol_version = "HTTP/1.1"
    entries = 25

    def do_GET(self) -> None:
        known = self.headers.get("If-None-Match") == '"1"'
        body = b"" if known else feed_text(int(self.path[1:-4]), self.entries).encode()
        self.send_response(304 if known else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class SinkHandler(socketserver.StreamRequestHandler):
    """Accepts every message and drops it."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                self.wfile.write(b"250 2.0.0 dropped\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class Sink(socketserver.ThreadingTCPServer):
    """An SMTP server without any extension."""

    allow_reuse_address = True
    daemon_threads = True


def serve(entries: int) -> None:
    """Run both servers and print their ports; the parent ends this process."""
    FeedHandler.entries = entries
    feeds = ThreadingHTTPServer(("127.0.0.1", 0), FeedHandler)
    feeds.request_queue_size = 256
    sink = Sink(("127.0.0.1", 0), SinkHandler)
    print(feeds.server_address[1], sink.server_address[1], flush=True)
    if os.fork() == 0:
        sink.serve_forever()
    feeds.serve_forever()


def write_publication(folder: Path, arguments: argparse.Namespace, ports: list[str]) -> None:
    """A working directory over the served feeds, and the subscribers as CSV."""
    (folder / "newsletters").mkdir()
    (folder / "digest.toml").write_text(
        f'[collect]\nprivate_hosts = ["127.0.0.1"]\nper_host = 64\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {ports[1]}\n[log]\nlevel = "error"\n'
    )
    (folder / "feeds.toml").write_text(
        "".join(
            f'[[feed]]\nurl = "http://127.0.0.1:{ports[0]}/{n}.xml"\ntags = ["all"]\n'
            for n in range(arguments.feeds)
        )
    )
    topics = "".join(f'[[topics]]\nid = "{t}"\nname = "{t.title()}"\n' for t in TOPICS)
    rules = "".join(f'[[rules]]\ntopic = "{t}"\ncategory = "{t}"\n' for t in TOPICS)
    (folder / "newsletters" / "weekly.toml").write_text(
        'name = "Weekly"\nfrom = "Weekly <weekly@example.org>"\npostal_address = "1 High Street"\n'
        'feed_tags = ["all"]\ndefault_topic = "civic"\nmax_stories = 60\nmax_per_topic = 15\n'
        f'[schedule]\ntime_zone = "UTC"\ndays = ["thursday"]\ntime = "06:30"\n{topics}{rules}'
    )
    rows = (f"reader{n}@example.org,Reader {n}" for n in range(arguments.subscribers))
    (folder / "people.csv").write_text("email,name\n" + "\n".join(rows) + "\n")


def stage(name: str, folder: Path, *command: str) -> None:
    """Run one command and print what it cost."""
    started = time.perf_counter()
    pid = os.posix_spawn(
        sys.executable,
        [
            *(sys.executable, "-m", "digest", "-q", "--config", str(folder)),
            *("--now", NOW.isoformat(), *command),
        ],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    print(f"{name}_s {time.perf_counter() - started:.2f}")
    print(f"{name}_cpu_s {usage.ru_utime + usage.ru_stime:.2f}")
    print(f"{name}_peak_mb {usage.ru_maxrss / 1024:.0f}")
    if status:
        sys.exit(f"{name} failed")


def main() -> None:
    """Run the stages one after another."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--entries", type=int, default=25)
    parser.add_argument("--subscribers", type=int, default=10_000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.entries)
    servers = subprocess.Popen(
        [sys.executable, __file__, "--serve", "--entries", str(arguments.entries)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        ports = servers.stdout.readline().split() if servers.stdout else []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_publication(folder, arguments, ports)
            stage("import", folder, "subscribers", "import", str(folder / "people.csv"))
            stage("collect", folder, "collect")
            stage("draft", folder, "draft", "weekly")
            stage("approve", folder, "approve", "weekly", "--waive", "*=a benchmark")
            stage("deliver", folder, "send", "weekly")
            stage("idle_run", folder, "run")
    finally:
        os.killpg(servers.pid, 9)


if __name__ == "__main__":
    main()
