"""Server-side request forgery: which URLs of a list the fetcher asks, directly and by redirect.

The list is a TSV file with a header line and the columns ``url_or_host``, ``expect`` and
``source``. ``expect`` is one of

* ``block_ip``, ``block_name``, ``block_scheme``: refused before any connection is made;
* ``public_ip``: a connection to a public address is attempted;
* ``resolve_then_decide``: the name resolves to private addresses, alone and beside a public one,
  and none of the private ones is connected to;

other rows are left out. Lists that follow a library's ``is_global`` call addresses in
192.0.0.0/24 and fec0::/10 public. They are refused here on purpose, and so counted as misses: see
docs/decisions/0005-addresses-refused-on-purpose.md.

Names resolve here as their row has it, and connections are recorded
instead of made: nothing leaves the machine. Prints one figure a line, ``name value``, and a line
``miss URL expect got`` on standard error for each row that went otherwise.

    python tests/bench/ssrf.py FILE.tsv
"""

import csv
import errno
import logging
import socket
import sys
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from digest.collect.http.fetch import HttpFetcher
from digest.config import CollectSettings, InstanceSettings
from digest.model import FetchRequest
from digest.resources import CONFIG

ALLOWED_HOST = "allowed.example"
LOOPBACK = "127.0.0.1"
PUBLIC = "93.184.215.14"
PRIVATE = ("10.0.0.5", "127.0.0.9", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:10.0.0.5")
REDIRECT_BASE = "/to/"

# Where a connection was attempted, the redirecting server's own left out.
attempts: list[str] = []
own_ports: set[int] = set()


def record(host: object, port: object) -> None:
    """Let connections to our own server pass; every other attempt is noted and fails."""
    if host != LOOPBACK or port not in own_ports:
        attempts.append(str(host))
        raise OSError(errno.ENETUNREACH, "recorded")


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Hear of the connections that no Python socket makes."""
    if event == "digest.connect":
        record(*arguments)


class RecordingSocket(socket.socket):
    """Connects to our own redirecting server only."""

    def connect(self, address: object) -> None:
        record(address[0], address[1])  # type: ignore[index] # IP sockets only
        super().connect(address)  # type: ignore[arg-type] # passed through

    def connect_ex(self, address: object) -> int:
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or errno.ENETUNREACH
        return 0


@dataclass
class RowResolver(AbstractResolver):
    """Answers with what the row says; our own server is where it is."""

    addresses: tuple[str, ...] = (PUBLIC,)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        addresses = (LOOPBACK,) if host == ALLOWED_HOST else self.addresses
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        return None


class Redirecting(BaseHTTPRequestHandler):
    """Redirects to the URL that stands at a number."""

    protocol_version = "HTTP/1.1"
    targets: list[str]

    def do_GET(self) -> None:
        """Answer with the target's bytes as they are, or with nothing where there is none."""
        number = self.path.removeprefix(REDIRECT_BASE)
        location = self.targets[int(number)].encode() if number.isdecimal() else b""
        status = b"302 Found\r\nLocation: " + location if location else b"404 Not Found"
        self.wfile.write(
            b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Row:
    """One line of the list, as a URL."""

    url: str
    expect: str


def read_rows(path: Path) -> Iterator[Row]:
    """The list's rows; a bare host becomes a URL."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = row["url_or_host"]
            bare = "://" not in text and not text.startswith(("http:", "jar:", "file:"))
            host = f"[{text}]" if ":" in text and not text.startswith("[") else text
            yield Row(f"http://{host}/" if bare else text, row["expect"])


def outcome(url: str, addresses: tuple[str, ...]) -> str:
    """What came of asking: ``blocked``, ``public`` or ``private``, by where it connected."""
    shipped = tomllib.loads((CONFIG / "digest.toml").read_text(encoding="utf-8"))["collect"]
    collect = CollectSettings.model_validate(
        shipped | {"timeout": "10 seconds", "private_hosts": (ALLOWED_HOST,)}
    )
    instance = InstanceSettings(name="bench", contact="")
    fetcher = HttpFetcher(collect, instance, resolver=RowResolver(addresses))
    attempts.clear()
    list(fetcher.fetch([FetchRequest(url=url)]))
    if not attempts:
        return "blocked"
    private = any(address in PRIVATE or not ip_address(address).is_global for address in attempts)
    return "private" if private else "public"


def judge(row: Row, url: str) -> tuple[bool, str]:
    """Whether the row went as expected, asked through this URL, and what happened."""
    match row.expect:
        case "block_ip":
            got = outcome(url, PRIVATE)
            return got == "blocked", got
        case "block_name" | "block_scheme":
            # Were it asked, it would be a public address: the name or scheme alone must do.
            got = outcome(url, (PUBLIC,))
            return got == "blocked", got
        case "public_ip":
            got = outcome(url, (PUBLIC,))
            return got == "public", got
    alone = [outcome(url, (address,)) for address in PRIVATE]
    mixed = [outcome(url, (PUBLIC, address)) for address in PRIVATE]
    got = next((each for each in [*alone, *mixed] if each == "private"), alone[0])
    return set(alone) == {"blocked"} and "private" not in mixed, got


def figure_of(expect: str) -> str:
    """Under which figure a kind of row is counted; "" for none."""
    if expect.startswith("block_"):
        return "blocked"
    return {"public_ip": "allowed", "resolve_then_decide": "decided"}.get(expect, "")


def main() -> None:
    """Try every row and print the figures."""
    rows = list(read_rows(Path(sys.argv[1])))
    Redirecting.targets = [row.url for row in rows]
    server = ThreadingHTTPServer((LOOPBACK, 0), Redirecting)
    port = server.server_address[1]
    own_ports.add(port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.addaudithook(watch)
    socket.socket = RecordingSocket  # type: ignore[misc] # for this process
    logging.disable()
    right: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for number, row in enumerate(rows):
        figure = figure_of(row.expect)
        if not figure:
            continue
        by_redirect = f"http://{ALLOWED_HOST}:{port}{REDIRECT_BASE}{number}"
        for prefix, url in (("", row.url), ("redirect_", by_redirect)):
            fine, got = judge(row, url)
            expected[prefix + figure] += 1
            right[prefix + figure] += fine
            if not fine:
                print("miss", row.url, f"{prefix}{row.expect}", got, file=sys.stderr)
    for name in expected:
        print(f"{name} {right[name]}\n{name}_expected {expected[name]}")


if __name__ == "__main__":
    main()
