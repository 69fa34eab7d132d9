"""The fetcher against servers that mean harm or are broken, each on a real socket."""

import gzip
import itertools
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from digest.collect.http.fetch import HttpFetcher
from digest.model import Fetched, FetchFailed, FetchRequest, FetchResult
from tests.acceptance.http_servers import (
    FEED,
    INSTANCE,
    OneAddress,
    ScriptedServer,
    failure,
    fetch_all,
    settings,
)

OK = b"HTTP/1.1 200 OK\r\n"
SECOND = timedelta(seconds=1)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.close()


def endless(server: ScriptedServer, path: str, start: bytes, again: bytes) -> str:
    """A URL whose answer never ends."""
    server.scripts[path] = itertools.chain([start], itertools.repeat(again))
    return server.url(path)


@pytest.mark.parametrize(
    ("start", "again"),
    [
        pytest.param(b"", b"H", id="status line, a byte at a time"),
        pytest.param(OK, b"X-A: b\r\n", id="headers, a line at a time"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="100 Continue for ever"),
        pytest.param(OK + b"\r\n", b"x", id="body, a byte at a time"),
        pytest.param(OK + b"Content-Length: 9000\r\n\r\n", b"x", id="body of a stated length"),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", id="chunks of a byte"
        ),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n1;a=", b"b", id="a chunk extension"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-T: t\r\n", id="trailers"),
    ],
)
def test_a_trickle_is_cut_off_in_time(server: ScriptedServer, start: bytes, again: bytes) -> None:
    """Wherever a server drips, the answer as a whole has its time, and no more."""
    server.pause = 0.02
    began = time.monotonic()
    failure(endless(server, "/drip", start, again), timeout=SECOND)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("start", "again"),
    [
        pytest.param(OK + b"\r\n", b"x" * 60_000, id="until the connection closes"),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n",
            b"ea60\r\n" + b"x" * 60_000 + b"\r\n",
            id="chunked",
        ),
        pytest.param(
            OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10],
            b"\x00\x00\x00\xff\xff" * 10_000,
            id="gzip blocks that unpack to nothing",
        ),
        pytest.param(
            OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 2_000, id="gzip members"
        ),
    ],
)
def test_an_endless_body_is_cut_off_at_the_size_limit(
    server: ScriptedServer, start: bytes, again: bytes
) -> None:
    """A fast endless body ends at the size limit, long before the time limit."""
    began = time.monotonic()
    reason = failure(endless(server, "/flood", start, again), timeout=20 * SECOND).reason
    assert "larger than" in reason or "too many parts" in reason
    assert time.monotonic() - began < 5


def test_a_gigabyte_that_is_announced_is_not_read(server: ScriptedServer) -> None:
    """Content-Length alone is enough to refuse, compressed or not; nothing is waited for."""
    began = time.monotonic()
    for coding in ("identity", "gzip"):
        head = f"Content-Encoding: {coding}\r\nContent-Length: 1000000000\r\n\r\n".encode()
        url = endless(server, f"/{coding}", OK + head, b"")
        assert "larger than" in failure(url).reason
    assert time.monotonic() - began < 2


def test_a_body_shorter_than_announced_is_a_failure(server: ScriptedServer) -> None:
    """Half a feed is not kept for a whole one."""
    url = server.answer("/f", OK + b"Content-Length: 500\r\n\r\n" + FEED)
    assert "broke off" in failure(url).reason


def test_what_follows_the_body_answers_nothing_else(server: ScriptedServer) -> None:
    """Bytes beyond Content-Length are neither part of this document nor of the next one."""
    forged = OK + b"Content-Length: 6\r\n\r\nforged"
    length = str(len(FEED)).encode()
    server.answer("/a", OK + b"Content-Length: " + length + b"\r\n\r\n" + FEED + forged)
    server.serve("/b", b"genuine")
    results = fetch_all([server.url("/a"), server.url("/b")], per_host=1)
    bodies = [result.body for result in results.values() if isinstance(result, Fetched)]
    assert bodies == [FEED, b"genuine"]


def bomb(coding: str) -> bytes:
    """A hundred megabytes in a hundred kilobytes."""
    zeros = bytes(100_000_000)
    if coding == "raw deflate":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(zeros) + packer.flush()
    return gzip.compress(zeros, 6) if "gzip" in coding else zlib.compress(zeros)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw deflate"])
def test_a_bomb_of_a_known_coding_stops_at_the_limit(server: ScriptedServer, coding: str) -> None:
    """What unpacks to a hundred megabytes is refused at two hundred kilobytes."""
    url = server.serve("/b", bomb(coding), Content_Encoding=coding.removeprefix("raw "))
    began = time.monotonic()
    assert "larger than 200,000 bytes" in failure(url).reason
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "deflate,gzip"]
)
def test_codings_that_were_not_asked_for_are_refused(server: ScriptedServer, coding: str) -> None:
    """Brotli, zstd and codings within codings are not unpacked at all, nor asked for."""
    url = server.serve("/b", gzip.compress(gzip.compress(FEED)), Content_Encoding=coding)
    assert "compressed" in failure(url).reason
    assert "Accept-Encoding: gzip, deflate\r\n" in server.seen[0]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://10.0.0.1/"])
def test_a_redirect_out_of_bounds_says_where_to(server: ScriptedServer, target: str) -> None:
    """The reason names the redirect's target, which is never asked."""
    url = server.serve("/r", b"", status="301 Moved", Location=target)
    assert failure(url).reason.startswith(f"redirected to {target}: ")
    assert len(server.seen) == 1


def test_two_urls_that_redirect_to_each_other_end(server: ScriptedServer) -> None:
    """A loop of two ends at the limit of redirects, as does a chain without end."""
    server.serve("/a", b"", status="302 Found", Location="/b")
    server.serve("/b", b"", status="307 Temporary", Location="/a")
    assert failure(server.url("/a")).reason == "more than 3 redirects"
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"X-A: " + b"b" * 1_000_000 + b"\r\n", id="one of a megabyte"),
        pytest.param(b"X" * 1_000_000 + b": b\r\n", id="a name of a megabyte"),
        pytest.param(b"X-A: b\r\n" * 10_000, id="ten thousand"),
        pytest.param(b"X-A: a\x00b\r\n", id="NUL in a value"),
        pytest.param(b"X\x00-A: b\r\n", id="NUL in a name"),
        pytest.param(b"Location: /\x00\r\nX: y\rz\r\n", id="a bare carriage return"),
        pytest.param(b"Content-Length: 3\r\nContent-Length: 5\r\n", id="two lengths"),
        pytest.param(b"Content-Length: -1\r\n", id="a negative length"),
        pytest.param(
            b"Content-Length: 60\r\nTransfer-Encoding: chunked\r\n", id="length and chunked"
        ),
    ],
)
def test_abusive_headers_are_refused(server: ScriptedServer, headers: bytes) -> None:
    """Headers without bounds, or that two readers would read differently, are no HTTP."""
    began = time.monotonic()
    failure(server.answer("/f", OK + headers + b"\r\n" + FEED))
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(bytes(range(256)) * 40, id="every byte"),
        pytest.param(b"220 mail.example ESMTP\r\n", id="SMTP"),
        pytest.param(b"HTTP/9.9 200 OK\r\n\r\n", id="a version there is not"),
        pytest.param(b"HTTP/1.1 99999 OK\r\n\r\n", id="a status there is not"),
        pytest.param(b"<rss></rss>", id="a document without headers"),
    ],
)
def test_what_is_not_http_is_a_failure(server: ScriptedServer, noise: bytes) -> None:
    """Garbage instead of an answer becomes a sentence, on one line, and short."""
    assert len(failure(server.answer("/f", noise)).reason) <= 300


def test_a_connection_reset_in_the_middle_is_a_failure(server: ScriptedServer) -> None:
    """A reset, not a close, in the middle of the body."""
    server.reset = True
    url = server.answer("/f", OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 5_000)
    failure(url)


def test_plain_http_where_tls_was_expected_is_a_failure(server: ScriptedServer) -> None:
    """An https URL of a server that speaks no TLS."""
    server.greeting = OK + b"Content-Length: 0\r\n\r\n"
    url = server.url("/f").replace("http:", "https:")
    assert "no secure connection to 127.0.0.1" in failure(url).reason


def test_a_server_that_never_speaks_tls_is_cut_off(server: ScriptedServer) -> None:
    """A TLS handshake that never goes on ends with the time limit."""
    server.mute = True
    began = time.monotonic()
    url = server.url("/f").replace("http:", "https:")
    assert "within 1 seconds" in failure(url, timeout=SECOND).reason
    assert time.monotonic() - began < 3


def test_a_bad_host_costs_the_others_nothing(server: ScriptedServer) -> None:
    """Forty feeds arrive at once beside one host whose four feeds each run into the time limit."""
    bad = ScriptedServer(pause=0.05)
    slow = [endless(bad, f"/{n}", OK + b"\r\n", b"x") for n in range(4)]
    hosts = tuple(f"f{n}.example" for n in range(40))
    server.serve("/f")
    urls = [server.url("/f", host) for host in hosts]
    fetcher = HttpFetcher(
        settings(timeout=timedelta(seconds=2), per_host=2, private_hosts=("127.0.0.1", *hosts)),
        INSTANCE,
        resolver=OneAddress("127.0.0.1"),
    )
    began = time.monotonic()
    arrived: dict[str, tuple[float, FetchResult]] = {}
    for answer in fetcher.fetch([FetchRequest(url=url) for url in [*slow, *urls]]):
        arrived[answer.request.url] = (time.monotonic() - began, answer.result)
    bad.close()
    assert all(isinstance(arrived[url][1], Fetched) for url in urls)
    assert max(arrived[url][0] for url in urls) < 1.8
    assert all(isinstance(arrived[url][1], FetchFailed) for url in slow)
