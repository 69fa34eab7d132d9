"""Fetching many feeds: feeds a second in a first round, one with some news, and one with none.

The feeds lie on distinct hosts, all on loopback, behind a server in a process of its own that
takes 50 ms to answer. In the second round half of them answer 304 and half of the others send the
same body again; in the third, the unchanged one, all answer 304. Ours is measured against asyncio's
bare streams doing the same (a connection for each feed; and, further down, on connections that are
kept) and against ``reader`` where it is installed. Each client runs in a process of its own. Prints
one figure a line: ``name value``.

    python tests/bench/fetch.py [--feeds 2000] [--concurrency 256] [--reader-python PYTHON]
"""

import argparse
import asyncio
import hashlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import ClassVar

DELAY = 0.05
ADDRESSES = 8
ENTRIES = 30
READER_WORKERS = 20
NO_READER = 3
ROUNDS = ("first", "second", "unchanged")
PARAGRAPH = (
    '<p>The council met by the <a href="/harbour">harbour</a> and spoke of the <em>ferry</em>, the '
    'bridge and the <img src="/school.jpg" alt="school">, as it had done the week before.</p>\n'
) * 19


def address_of(host: str) -> str:
    """Where fN.example is."""
    return f"127.0.0.{1 + int(host[1:].partition('.')[0]) % ADDRESSES}"


def url_of(number: int, port: int) -> str:
    """The feed's URL, on a host of its own."""
    return f"http://f{number}.example:{port}/{number}.xml"


def feed_text(number: int, edition: int) -> bytes:
    """An RSS feed of 30 entries in 111 KB, most of it HTML."""
    items = "".join(
        f"<item><title>Feed {number}, entry {n}</title><guid>{number}-{n}-{edition}</guid>"
        f"<link>http://f{number}.example/{n}</link><description><![CDATA[{PARAGRAPH}]]></description></item>"
        for n in range(ENTRIES)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>'
        f"<link>http://f{number}.example/</link>{items}</channel></rss>"
    ).encode()


EDITIONS = {edition: feed_text(0, int(edition)) for edition in (False, True)}


class FeedServer(asyncio.Protocol):
    """Answers /N.xml after a while: 304 for odd N, to those who know the tag.

    Of the others every second one has a new edition for those who know the tag. Who asks for the
    third time has all of them.
    """

    asked: ClassVar[Counter[int]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, self.received = self.received.split(b"\r\n\r\n", 1)
            asyncio.get_running_loop().call_later(DELAY, self.answer, head)

    def answer(self, head: bytes) -> None:
        number = int(head.split(b" ", 2)[1].strip(b"/").split(b".")[0])
        known = b"if-none-match" in head.lower()
        close = b"connection: close" in head.lower()
        ending = b"Connection: close\r\n\r\n" if close else b"\r\n"
        self.asked[number] += 1
        if known and (number % 2 or self.asked[number] >= len(ROUNDS)):
            self.transport.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n' + ending)
        else:
            body = EDITIONS[known and number % 4 == 0]
            self.transport.write(
                b'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "1"\r\n'
                b"Content-Length: %d\r\n%b%b" % (len(body), ending, body)
            )
        if close:
            self.transport.close()


async def serve() -> None:
    """Listen on several loopback addresses, on one port, and print it."""
    first = socket.create_server(("127.0.0.1", 0), backlog=2048)
    port = first.getsockname()[1]
    others = [socket.create_server((f"127.0.0.{n + 1}", port)) for n in range(1, ADDRESSES)]
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(FeedServer, sock=s, backlog=2048) for s in [first, *others]]
    print(port, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def ours(feeds: int, concurrency: int, port: int) -> list[float]:
    """The rounds with digest's own fetcher, a body's hash included."""
    import tomllib

    from aiohttp.abc import AbstractResolver, ResolveResult

    from digest.collect.http.fetch import HttpFetcher
    from digest.config import CollectSettings, InstanceSettings
    from digest.model import Fetched, FetchFailed, FetchRequest, NotModified
    from digest.resources import CONFIG

    class Loopback(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            del family
            address = address_of(host)
            return [
                ResolveResult(
                    hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
                )
            ]

        async def close(self) -> None:
            return None

    shipped = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))["collect"]
    private = tuple(f"f{n}.example" for n in range(feeds))
    collect = CollectSettings.model_validate(
        shipped | {"concurrency": concurrency, "private_hosts": private}
    )
    fetcher = HttpFetcher(collect, InstanceSettings(name="bench", contact=""), resolver=Loopback())
    tags: dict[str, str] = {}
    hashes: dict[str, bytes] = {}
    rounds = []
    for expected in (0, feeds // 2, feeds):
        requests = [
            FetchRequest(url=url, etag=tags.get(url, ""))
            for url in (url_of(n, port) for n in range(feeds))
        ]
        unchanged = 0
        started = time.perf_counter()
        for answer in fetcher.fetch(requests):
            unchanged += isinstance(answer.result, NotModified)
            if isinstance(answer.result, FetchFailed):
                sys.exit(answer.result.reason)
            if isinstance(answer.result, Fetched):
                url = answer.request.url
                hashes[url] = hashlib.sha256(answer.result.body).digest()
                tags[url] = answer.result.etag
        rounds.append(time.perf_counter() - started)
        if unchanged != expected:
            sys.exit(f"{unchanged} feeds were unchanged")
    return rounds


async def raw(feeds: int, concurrency: int, port: int, *, reuse: bool) -> list[float]:
    """The rounds with bare streams: what the machine and asyncio allow at most."""
    tags: dict[int, bytes] = {}
    hashes: dict[int, bytes] = {}

    async def lane(numbers: Iterator[int]) -> None:
        reader = writer = None
        for n in numbers:
            if writer is None:
                address = address_of(f"f{n}.example")
                reader, writer = await asyncio.open_connection(address, port, limit=1 << 20)
            assert reader is not None
            known = b"If-None-Match: %b\r\n" % tags[n] if n in tags else b""
            close = b"" if reuse else b"Connection: close\r\n"
            writer.write(
                b"GET /%d.xml HTTP/1.1\r\nHost: f%d.example\r\n%b%b\r\n" % (n, n, known, close)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 200"):
                fields = dict(line.split(b": ") for line in head.split(b"\r\n")[1:-2])
                body = await reader.readexactly(int(fields[b"Content-Length"]))
                tags[n], hashes[n] = fields[b"ETag"], hashlib.sha256(body).digest()
            if not reuse:
                writer.close()
                writer = None

    rounds = []
    for _ in ROUNDS:
        numbers = iter(range(feeds))
        started = time.perf_counter()
        await asyncio.gather(*(lane(numbers) for _ in range(concurrency)))
        rounds.append(time.perf_counter() - started)
    return rounds


def with_reader(feeds: int, port: int) -> list[float]:
    """The rounds with lemon24/reader, which also parses and stores."""
    # Its own copy of feedparser needs a module that is not always there.
    os.environ["READER_NO_VENDORED_FEEDPARSER"] = "1"
    try:
        from reader import make_reader  # type: ignore[import-not-found] # not ours to require
    except ImportError:
        sys.exit(NO_READER)
    resolve = socket.getaddrinfo

    def loopback(host: object, *rest: object, **more: object) -> object:
        name = address_of(host) if isinstance(host, str) and host.endswith(".example") else host
        return resolve(name, *rest, **more)  # type: ignore[arg-type] # passed through

    socket.getaddrinfo = loopback  # type: ignore[assignment] # this process ends after it
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        store = make_reader(str(Path(folder) / "reader.sqlite"))
        for n in range(feeds):
            store.add_feed(url_of(n, port))
        for _ in ROUNDS:
            started = time.perf_counter()
            results = list(store.update_feeds_iter(workers=READER_WORKERS, scheduled=False))
            rounds.append(time.perf_counter() - started)
            # Left alone, it asks only for what is scheduled, which is nothing in a second round.
            failed = [result.error for result in results if result.error]
            if failed or len(results) != feeds:
                sys.exit(f"reader failed: {failed[:1]}, {len(results)} feeds updated")
    return rounds


@contextmanager
def running_server() -> Iterator[int]:
    """The port of a server of its own for each client."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--child", "serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(server.stdout.readline()) if server.stdout else 0
    finally:
        server.kill()
        server.wait()


def run_child(name: str, port: int, arguments: argparse.Namespace) -> None:
    """What a child process does: run one client and print what it took."""
    feeds, concurrency = arguments.feeds, arguments.concurrency
    if name == "serve":
        asyncio.run(serve())
    if name == "ours":
        rounds = ours(feeds, concurrency, port)
    elif name == "reader":
        rounds = with_reader(feeds, port)
    else:
        rounds = asyncio.run(raw(feeds, concurrency, port, reuse=name == "raw_reused"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([*(feeds / seconds for seconds in rounds), peak]))


def measure(name: str, arguments: argparse.Namespace) -> list[float] | None:
    """Feeds a second of each round, and peak MB; None where the client is not installed."""
    feeds = arguments.reader_feeds if name == "reader" else arguments.feeds
    python = arguments.reader_python if name == "reader" else sys.executable
    with running_server() as port:
        child = subprocess.run(
            [
                *(python, __file__, "--child", name, "--port", str(port)),
                *("--feeds", str(feeds), "--concurrency", str(arguments.concurrency)),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if child.returncode == NO_READER:
        return None
    if child.returncode:
        sys.exit(f"{name} failed")
    figures: list[float] = json.loads(child.stdout)
    return figures


def main() -> None:
    """Measure each client and print the figures and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=256)
    parser.add_argument("--reader-feeds", type=int, default=2000)
    parser.add_argument("--reader-python", default=sys.executable)
    parser.add_argument("--repeat", type=int, default=3, help="take medians of so many runs")
    parser.add_argument("--no-reader", action="store_true")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        run_child(arguments.child, arguments.port, arguments)
        return
    rounds: dict[str, list[list[float]]] = {}
    clients = ["raw", "raw_reused", "ours"]
    for name in [*clients * arguments.repeat, *([] if arguments.no_reader else ["reader"])]:
        figures = measure(name, arguments)
        if figures is None:
            print("reader not installed")
        else:
            rounds.setdefault(name, []).append(figures)
    speeds: dict[str, dict[str, float]] = {}
    for name, measured in rounds.items():
        *speed, peak = (median(values) for values in zip(*measured, strict=True))
        speeds[name] = dict(zip(ROUNDS, speed, strict=True))
        for each, feeds_per_s in speeds[name].items():
            print(f"{name}_{each}_feeds_per_s {feeds_per_s:.1f}")
        if name == "ours":
            print(f"peak_rss_mb {peak:.0f}")
    for other in ("raw", "raw_reused", "reader"):
        if other in speeds:
            for each, label in (("second", ""), ("unchanged", "unchanged_")):
                print(f"ours_{label}to_{other} {speeds['ours'][each] / speeds[other][each]:.3f}")


if __name__ == "__main__":
    main()
