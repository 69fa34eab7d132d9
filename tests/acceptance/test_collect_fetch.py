"""The fetcher against a real server on loopback."""

import gzip
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from digest.collect.http.fetch import HttpFetcher
from digest.model import Fetched, FetchFailed, FetchRequest, NotModified
from tests.acceptance.http_servers import (
    FEED,
    INSTANCE,
    OneAddress,
    ScriptedServer,
    failure,
    fetch,
    fetch_all,
    settings,
)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.close()


def test_a_document_arrives_with_what_is_needed_to_ask_again(server: ScriptedServer) -> None:
    """A 200 gives body, type, validators, final URL and a latency."""
    url = server.serve(
        "/f", Content_Type="application/rss+xml", ETag='"v1"', Last_Modified="yesterday"
    )
    result = fetch(url)
    assert isinstance(result, Fetched)
    assert (result.url, result.body) == (url, FEED)
    assert (result.content_type, result.etag) == ("application/rss+xml", '"v1"')
    assert result.last_modified == "yesterday"
    assert timedelta(0) < result.latency < timedelta(seconds=5)


def test_the_request_introduces_itself_and_sends_both_validators(server: ScriptedServer) -> None:
    """User-Agent names program, contact and instance; both validators go out; 304 is an answer."""
    url = server.answer("/f", b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
    request = FetchRequest(url=url, etag='"v1"', last_modified="Sun, 06 Nov 1994 08:49:37 GMT")
    (answer,) = HttpFetcher(settings(), INSTANCE).fetch([request])
    assert isinstance(answer.result, NotModified)
    head = server.seen[0]
    assert "User-Agent: digest/" in head
    assert "(+https://desk.example/about; test desk)" in head
    assert 'If-None-Match: "v1"' in head
    assert "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT" in head
    assert "application/feed+json" in head


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1"])
def test_an_opted_in_host_is_known_however_it_is_written(server: ScriptedServer, host: str) -> None:
    """An address opted in may be spelled in any way a browser would read."""
    server.serve("/f")
    assert isinstance(fetch(server.url("/f", host)), Fetched)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "[::ffff:7f00:1]"]
)
def test_nothing_on_this_machine_is_contacted_unasked(server: ScriptedServer, host: str) -> None:
    """Without opting in, loopback is refused before a connection is made."""
    server.serve("/f")
    assert failure(server.url("/f", host), private_hosts=()).status is None
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1", "fd00:ec2::254"],
)
def test_a_public_name_with_a_private_address_is_refused(
    server: ScriptedServer, address: str
) -> None:
    """What DNS answers is checked, IPv4 and IPv6, and the sentence says why."""
    url = server.url("/f", "feeds.example")
    fetcher = HttpFetcher(settings(), INSTANCE, resolver=OneAddress(address))
    (answer,) = fetcher.fetch([FetchRequest(url=url)])
    assert isinstance(answer.result, FetchFailed)
    assert "feeds.example is not asked" in answer.result.reason
    assert server.connections == 0


def test_opting_in_is_by_name_not_by_address(server: ScriptedServer) -> None:
    """Of two names for one private address only the one that was opted in is asked."""
    server.serve("/f")
    urls = [server.url("/f", "intranet.example"), server.url("/f", "other.example")]
    fetcher = HttpFetcher(
        settings(private_hosts=("Intranet.example",)), INSTANCE, resolver=OneAddress("127.0.0.1")
    )
    results = {a.request.url: a.result for a in fetcher.fetch([FetchRequest(url=u) for u in urls])}
    assert isinstance(results[urls[0]], Fetched)
    assert isinstance(results[urls[1]], FetchFailed)


def test_an_opted_in_name_still_cannot_reach_metadata() -> None:
    """Opting a host in opens private networks, not the cloud's metadata service."""
    fetcher = HttpFetcher(
        settings(private_hosts=("intranet.example",)),
        INSTANCE,
        resolver=OneAddress("169.254.169.254"),
    )
    (answer,) = fetcher.fetch([FetchRequest(url="http://intranet.example/")])
    assert isinstance(answer.result, FetchFailed)
    assert "metadata" in answer.result.reason


def test_redirects_are_followed_to_the_end(server: ScriptedServer) -> None:
    """Relative and absolute redirects lead to the document, whose URL is the last one."""
    server.serve("/a", b"", status="301 Moved", Location="b?x=1")
    server.serve("/b?x=1", b"", status="307 Moved", Location=server.url("/c"))
    final = server.serve("/c")
    result = fetch(server.url("/a"))
    assert isinstance(result, Fetched)
    assert result.url == final


def test_a_redirect_loop_ends(server: ScriptedServer) -> None:
    """A page that redirects to itself is asked max_redirects + 1 times, then given up."""
    url = server.serve("/a", b"", status="302 Found", Location="/a")
    assert failure(url).reason == "more than 3 redirects"
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://0/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/secret",
        "http://user:word@127.0.0.1:{port}/secret",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_leads_nowhere_forbidden(server: ScriptedServer, target: str) -> None:
    """Each redirect is checked as the first URL was; the refused one is never contacted."""
    url = server.serve("/a", b"", status="302 Found", Location=target.format(port=server.port))
    failure(url)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_in_seconds(server: ScriptedServer, status: str) -> None:
    """A busy server's wish to be left alone is passed on."""
    result = failure(server.serve("/f", b"", status=status, Retry_After="120"))
    assert result.status == int(status[:3])
    assert result.retry_after == timedelta(seconds=120)


def test_retry_after_as_a_date(server: ScriptedServer) -> None:
    """A Retry-After date counts from now."""
    moment = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    result = failure(server.serve("/f", b"", status="429 Slow", Retry_After=moment))
    assert result.retry_after is not None
    assert timedelta(minutes=119) < result.retry_after <= timedelta(hours=2)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 418, 500])
def test_refusals_say_their_status(server: ScriptedServer, status: int) -> None:
    """Anything but a document is a failure with its status and a sentence."""
    result = failure(server.serve("/f", b"no", status=f"{status} Because"))
    assert result.status == status
    assert str(status) in result.reason


def test_a_large_document_is_not_read_to_the_end(server: ScriptedServer) -> None:
    """The size limit holds with and without Content-Length."""
    stated = server.serve("/a", b"x" * 300_000)
    unstated = server.answer("/b", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000)
    for url in (stated, unstated):
        assert "larger than 200,000 bytes" in failure(url).reason


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compression_bomb_stops_at_the_limit(server: ScriptedServer, coding: str) -> None:
    """Decompressed bytes are counted while they arrive: 50 MB in 50 KB is refused at 200 KB."""
    packed = (gzip.compress if coding == "gzip" else zlib.compress)(bytes(50_000_000))
    assert len(packed) < 100_000
    started = time.monotonic()
    url = server.serve("/bomb", packed, Content_Encoding=coding)
    assert "larger than" in failure(url).reason
    assert time.monotonic() - started < 2


def test_a_compressed_document_is_decompressed(server: ScriptedServer) -> None:
    """What gzip packed is unpacked."""
    result = fetch(server.serve("/f", gzip.compress(FEED), Content_Encoding="gzip"))
    assert isinstance(result, Fetched)
    assert result.body == FEED


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort"], id="cut off"),
        pytest.param([b""], id="no answer"),
        pytest.param([b"SSH-2.0-OpenSSH\r\n"], id="not HTTP"),
        pytest.param([b"HTTP/1.1 200 OK\r\nBad Header\x00: x\r\n\r\n"], id="invalid header"),
        pytest.param([b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000 + b"\r\n\r\n"], id="huge header"),
        pytest.param([b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 500 + b"\r\n"], id="many headers"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], id="bad chunk"
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"],
            id="not gzip",
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd"],
            id="unknown compression",
        ),
        pytest.param([b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"], id="no Location"),
        pytest.param(
            [b"HTTP/1.1 301 Moved\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n"],
            id="broken Location",
        ),
    ],
)
def test_broken_answers_are_failures(server: ScriptedServer, pieces: list[bytes]) -> None:
    """Whatever a server sends instead of HTTP, a sentence comes of it."""
    failure(server.answer("/f", *pieces))


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_dripping_server_is_cut_off_in_time(server: ScriptedServer, where: str) -> None:
    """The time limit is for the whole answer, not for each byte."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    drip = [bytes([byte]) for byte in head] if where == "headers" else [head, *([b"x"] * 40)]
    server.pause = 0.05
    started = time.monotonic()
    result = failure(server.answer("/slow", *drip), timeout=timedelta(seconds=1))
    assert "within 1 seconds" in result.reason
    assert 0.9 < time.monotonic() - started < 2


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "http://", "ftp://h/x", "http://[::1", "http://a b/", "http://x\\@y/", "\x00"],
)
def test_what_is_no_url_is_a_failure(url: str) -> None:
    """Nonsense in the list of feeds ends nothing but itself."""
    failure(url)


def test_a_closed_port_and_an_unknown_name(server: ScriptedServer) -> None:
    """Refused connections and unknown names are told apart, in words."""
    server.close()
    assert "no connection to 127.0.0.1" in failure(server.url("/")).reason
    assert "cannot be resolved" in failure("http://nowhere.invalid/").reason


def test_one_bad_url_leaves_the_others_alone(server: ScriptedServer) -> None:
    """Every request gets exactly one answer."""
    good = [server.serve(f"/{n}") for n in range(20)]
    bad = ["http://localhost:1/", "nonsense", server.serve("/x", status="500 Oops")]
    results = fetch_all(good + bad)
    assert len(results) == 23
    assert all(isinstance(results[url], Fetched) for url in good)
    assert all(isinstance(results[url], FetchFailed) for url in bad)


def test_no_host_is_asked_more_often_at_once_than_allowed(server: ScriptedServer) -> None:
    """per_host limits the requests under way at one host."""
    server.pause = 0.02
    results = fetch_all([server.serve(f"/{n}") for n in range(12)], per_host=2)
    assert len(results) == 12
    assert server.busiest <= 2


def test_a_slow_host_does_not_hold_up_the_others(server: ScriptedServer) -> None:
    """Requests queued at one host take no slot that another host could use."""
    slow = ScriptedServer(pause=0.3)
    late = [b"", b"HTTP/1.1 304 Not Modified\r\n\r\n"]
    urls = [slow.answer(f"/{n}", *late).replace("127.0.0.1", "localhost") for n in range(3)]
    fast = server.serve("/f")
    fetcher = HttpFetcher(
        settings(concurrency=2, per_host=1, private_hosts=("127.0.0.1", "localhost")), INSTANCE
    )
    answers = fetcher.fetch([FetchRequest(url=url) for url in [*urls, fast]])
    assert next(answers).request.url == fast
    answers.close()  # type: ignore[attr-defined] # it is a generator
    slow.close()


def test_leaving_early_leaves_nothing_behind(server: ScriptedServer) -> None:
    """Closing the iterator ends the round's thread, with more answers than fit in the queue."""
    before = threading.active_count()
    urls = [server.serve(f"/{n}") for n in range(30)]
    fetcher = HttpFetcher(settings(concurrency=2), INSTANCE)
    answers = fetcher.fetch([FetchRequest(url=url) for url in urls])
    next(answers)
    answers.close()  # type: ignore[attr-defined] # it is a generator
    assert not [thread for thread in threading.enumerate() if thread.name == "fetch"]
    assert threading.active_count() <= before + 6
    assert len(server.seen) < 30


def test_nothing_to_ask_is_no_round() -> None:
    """An empty list of requests gives no answers."""
    assert list(HttpFetcher(settings(), INSTANCE).fetch([])) == []


def test_a_proxy_in_the_environment_is_not_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would connect on our behalf, past the guard: it is ignored."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert isinstance(fetch(server.serve("/f")), Fetched)
