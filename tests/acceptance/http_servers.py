"""A server whose every byte is scripted, and a fetcher to ask it with."""

import re
import socket
import struct
import threading
import time
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp.abc import AbstractResolver, ResolveResult

from digest.collect.http.fetch import HttpFetcher
from digest.config import CollectSettings, InstanceSettings
from digest.model import FetchFailed, FetchRequest, FetchResult
from digest.resources import CONFIG

INSTANCE = InstanceSettings(name="test desk", contact="https://desk.example/about")
FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
SHIPPED = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))["collect"]


@dataclass
class ScriptedServer:
    """Answers each path with the bytes scripted for it, in pieces, pausing between them.

    With ``greeting`` it speaks first; with ``reset`` it ends connections rudely; with ``mute`` it
    reads and never says anything.
    """

    scripts: dict[str, Iterable[bytes]] = field(default_factory=dict)
    pause: float = 0.0
    reset: bool = False
    mute: bool = False
    greeting: bytes = b""
    seen: list[str] = field(default_factory=list)
    connections: int = 0
    busiest: int = 0
    busy: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def answer(self, path: str, *pieces: bytes) -> str:
        self.scripts[path] = list(pieces)
        return self.url(path)

    def serve(
        self, path: str, body: bytes = FEED, *, status: str = "200 OK", **headers: str
    ) -> str:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.answer(path, "\r\n".join([*lines, "", ""]).encode() + body)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with closing(connection):
            try:
                head = b""
                connection.sendall(self.greeting)
                while self.mute or b"\r\n\r\n" not in head:
                    piece = connection.recv(65_536)
                    if not piece:
                        return
                    head += piece
                length = re.search(rb"Content-Length: (\d+)", head)
                while length and len(head.partition(b"\r\n\r\n")[2]) < int(length[1]):
                    head += connection.recv(65_536)
                self._reply(connection, head.decode("latin-1"))
                if self.reset:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            except OSError:
                return

    def _reply(self, connection: socket.socket, head: str) -> None:
        with self._lock:
            self.seen.append(head)
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        try:
            for piece in self.scripts.get(head.split(" ")[1], [b""]):
                connection.sendall(piece)
                time.sleep(self.pause)
        finally:
            with self._lock:
                self.busy -= 1


class OneAddress(AbstractResolver):
    """A name server that answers as told, one answer after the other, the last for ever."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        address = self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
        ]

    async def close(self) -> None:
        return None


def settings(**changes: object) -> CollectSettings:
    values: dict[str, object] = {
        "concurrency": 8,
        "per_host": 4,
        "timeout": timedelta(seconds=5),
        "max_size": 200_000,
        "max_redirects": 3,
        "private_hosts": ("127.0.0.1",),
    }
    return CollectSettings.model_validate(SHIPPED | values | changes)


def fetch_all(urls: Sequence[str], **changes: object) -> dict[str, FetchResult]:
    fetcher = HttpFetcher(settings(**changes), INSTANCE)
    answers = fetcher.fetch([FetchRequest(url=url) for url in urls])
    return {answer.request.url: answer.result for answer in answers}


def fetch(url: str, **changes: object) -> FetchResult:
    return fetch_all([url], **changes)[url]


def failure(url: str, **changes: object) -> FetchFailed:
    result = fetch(url, **changes)
    assert isinstance(result, FetchFailed)
    assert result.reason.isprintable()
    return result
