"""What requests carry, where they carry it, and the ways there: logins, forms, pauses, a proxy."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from digest.collect.http.fetch import HttpFetcher
from digest.model import (
    Attribute,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Login,
    NotModified,
)
from tests.acceptance.http_servers import (
    FEED,
    INSTANCE,
    OneAddress,
    ScriptedServer,
    fetch_all,
    settings,
)

KEY = Attribute(name="X-Key", value="s3cret-key")
LOGIN = Login(username="ann", password="s3cret-word")
BASIC = "Authorization: Basic YW5uOnMzY3JldC13b3Jk"
HOSTS = ("127.0.0.1", "a.example", "b.example", "x.a.example")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.close()


@pytest.fixture
def other() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.close()


def ask(request: FetchRequest, *addresses: str, **changes: object) -> FetchResult:
    """One request, where every name is opted in and this machine's."""
    collect = settings(private_hosts=HOSTS, **changes)
    resolver = OneAddress(*addresses or ("127.0.0.1",))
    (answer,) = HttpFetcher(collect, INSTANCE, resolver=resolver).fetch([request])
    return answer.result


def test_headers_and_login_stay_at_their_own_origin(
    server: ScriptedServer, other: ScriptedServer
) -> None:
    """Sent to the feed's host and on redirects there, but to no other host, nor back again."""
    server.serve("/a", b"", status="302 Found", Location="/b")
    server.serve("/b", b"", status="302 Found", Location=other.url("/c", "b.example"))
    other.serve("/c", b"", status="302 Found", Location=server.url("/d", "a.example"))
    server.serve("/d")
    url = server.url("/a", "a.example")
    result = ask(FetchRequest(url=url, headers=(KEY,), login=LOGIN))
    assert isinstance(result, Fetched)
    sent = [("X-Key: s3cret-key" in head, BASIC in head) for head in server.seen + other.seen]
    assert sent == [(True, True), (True, True), (False, False), (False, False)]


def test_another_port_is_another_origin(server: ScriptedServer, other: ScriptedServer) -> None:
    """The same host on another port gets no login."""
    server.serve("/a", b"", status="301 Moved", Location=other.url("/c", "a.example"))
    other.serve("/c")
    ask(FetchRequest(url=server.url("/a", "a.example"), login=LOGIN))
    assert (BASIC in server.seen[0], BASIC in other.seen[0]) == (True, False)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            b"HTTP/1.1 418 s3cret-key s3cret-word\r\nContent-Length: 0\r\n\r\n", id="phrase"
        ),
        pytest.param(b"HTTP/1.1 302 F\r\nLocation: ftp://x/s3cret-key\r\n\r\n", id="redirect"),
        pytest.param(b"s3cret-key s3cret-word\r\n\r\n", id="garbage"),
        pytest.param(b"HTTP/1.1 200 OK\r\ns3cret-key\x00: s3cret-word\r\n\r\n", id="header"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_secrets_are_in_no_reason_log_or_representation(
    server: ScriptedServer, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Even when the server says them back."""
    caplog.set_level(logging.DEBUG)
    request = FetchRequest(url=server.answer("/f", answer), headers=(KEY,), login=LOGIN)
    result = ask(request)
    assert isinstance(result, FetchFailed)
    assert "s3cret" not in f"{result!r} {request!r} {caplog.text}"
    assert "s3cret-key" in server.seen[0]


def test_a_header_that_cannot_be_sent_is_a_failure(server: ScriptedServer) -> None:
    """It is named, its value is not, and nothing is asked."""
    key = Attribute(name="X-Key", value="s3cret\r\nX-More: yes")
    result = ask(FetchRequest(url=server.serve("/f"), headers=(key,)))
    assert isinstance(result, FetchFailed)
    assert "X-Key" in result.reason
    assert "s3cret" not in result.reason
    assert server.connections == 0


def test_a_form_is_posted(server: ScriptedServer) -> None:
    """The fields arrive form-encoded; a 202 is an answer with its body."""
    url = server.serve("/hub", b"", status="202 Accepted")
    form = (Attribute(name="hub.mode", value="subscribe"), Attribute(name="x", value="ä b"))
    result = ask(FetchRequest(url=url, form=form))
    assert isinstance(result, Fetched)
    assert server.seen[0].startswith("POST /hub HTTP/1.1\r\n")
    assert "Content-Type: application/x-www-form-urlencoded" in server.seen[0]
    assert server.seen[0].endswith("\r\n\r\nhub.mode=subscribe&x=%C3%A4+b")


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (301, FetchFailed),
        (302, FetchFailed),
        (303, FetchFailed),
        (307, Fetched),
        (308, Fetched),
    ],
)
def test_a_post_is_redirected_only_as_a_post(
    server: ScriptedServer, status: int, result: type[FetchResult]
) -> None:
    """307 and 308 repeat the form; the others would make a GET of it and are refused."""
    server.serve("/hub", b"", status=f"{status} There", Location="/new")
    server.serve("/new")
    request = FetchRequest(url=server.url("/hub"), form=(Attribute(name="a", value="b"),))
    assert isinstance(ask(request), result)
    posts = 2 if result is Fetched else 1
    assert [head.split(" ")[0] for head in server.seen] == ["POST"] * posts


def test_accept_and_size_can_be_narrower(server: ScriptedServer) -> None:
    """A request may ask for something else and allow less, but never more."""
    url = server.serve("/p", b"x" * 5_000)
    small = ask(FetchRequest(url=url, accept="image/*", max_size=4_000))
    assert isinstance(small, FetchFailed)
    assert "larger than 4,000 bytes" in small.reason
    assert "Accept: image/*\r\n" in server.seen[0]
    large = ask(FetchRequest(url=server.serve("/q", b"x" * 9_000), max_size=99_000), max_size=6_000)
    assert isinstance(large, FetchFailed)


def test_what_an_answer_says_about_itself_arrives(server: ScriptedServer) -> None:
    """Where permanent redirects led, how long it is fresh, its location, hub and topic."""
    server.serve("/old", b"", status="301 Moved", Location="/new")
    server.serve("/new", b"", status="302 Found", Location="/today")
    links = '<https://hub.example/>; rel="hub", <https://news.example/feed>; rel=self'
    server.serve("/today", Cache_Control="max-age=90", Age="30", Link=links, Content_Location="/en")
    result = ask(FetchRequest(url=server.url("/old")))
    assert isinstance(result, Fetched)
    assert result.moved_to == server.url("/new")
    assert result.url == server.url("/today")
    assert result.fresh_for == timedelta(seconds=60)
    assert result.content_location == server.url("/en")
    assert (result.hub, result.topic) == ("https://hub.example/", "https://news.example/feed")


def test_an_unchanged_answer_says_so_too(server: ScriptedServer) -> None:
    """A 304 behind a permanent redirect keeps both the move and the freshness."""
    server.serve("/old", b"", status="308 Moved", Location="/new")
    server.answer("/new", b"HTTP/1.1 304 Not Modified\r\nCache-Control: no-cache\r\n\r\n")
    result = ask(FetchRequest(url=server.url("/old"), etag='W/"a"'))
    assert isinstance(result, NotModified)
    assert (result.moved_to, result.fresh_for) == (server.url("/new"), timedelta(0))
    assert all('If-None-Match: W/"a"\r\n' in head for head in server.seen)


def test_a_host_that_asks_for_a_pause_is_left_alone(server: ScriptedServer) -> None:
    """The rest of that very host is answered unasked; other hosts, subdomains too, are asked."""
    server.serve("/0", b"", status="429 Slow", Retry_After="120")
    for path in ("/1", "/2", "/s"):
        server.serve(path)
    urls = [server.url(path, "a.example") for path in ("/0", "/1", "/2")]
    urls += [server.url("/s", "x.a.example"), server.url("/s", "b.example")]
    fetcher = HttpFetcher(
        settings(private_hosts=HOSTS, per_host=1), INSTANCE, resolver=OneAddress("127.0.0.1")
    )
    answers = fetcher.fetch([FetchRequest(url=url) for url in urls])
    results = {answer.request.url: answer.result for answer in answers}
    for url in urls[:3]:
        result = results[url]
        assert isinstance(result, FetchFailed)
        assert result.status == 429
        assert result.retry_after is not None
        assert timedelta(seconds=100) < result.retry_after <= timedelta(seconds=120)
    assert all(isinstance(results[url], Fetched) for url in urls[3:])
    assert sorted(head.split(" ")[1] for head in server.seen) == ["/0", "/s", "/s"]


def test_a_busy_host_that_names_no_time_is_asked_on(server: ScriptedServer) -> None:
    """A 503 without Retry-After speaks of one URL only."""
    urls = [server.serve("/0", b"", status="503 Busy"), server.serve("/1")]
    assert isinstance(fetch_all(urls, per_host=1)[urls[1]], Fetched)


def test_a_proxy_is_asked_instead(server: ScriptedServer) -> None:
    """With a proxy every request goes there, whatever address it has itself."""
    server.serve("http://news.example/feed")
    request = FetchRequest(url="http://news.example/feed", login=LOGIN)
    result = ask(request, "93.184.215.14", proxy=server.url(""))
    assert isinstance(result, Fetched)
    assert result.body == FEED
    assert server.seen[0].startswith("GET http://news.example/feed HTTP/1.1")
    assert BASIC in server.seen[0]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://news.example/", "10.0.0.1"),
        ("http://news.example/", "::ffff:169.254.169.254"),
        ("https://news.example/", "127.0.0.1"),
        ("http://127.0.0.2/", "93.184.215.14"),
        ("http://localhost/", "93.184.215.14"),
    ],
)
def test_a_proxy_is_not_asked_for_what_is_private(
    server: ScriptedServer, url: str, address: str
) -> None:
    """Names are resolved and checked here, before the proxy hears of them."""
    result = ask(FetchRequest(url=url), address, proxy=server.url(""))
    assert isinstance(result, FetchFailed)
    assert server.connections == 0


def test_a_proxy_may_be_the_only_one_that_resolves(server: ScriptedServer) -> None:
    """A machine without DNS asks through its proxy; an address in a URL is refused all the same."""
    server.serve("http://news.example/feed")
    ways = {"proxy": server.url(""), "proxy_resolves": True}
    asked = ask(FetchRequest(url="http://news.example/feed"), "10.0.0.1", **ways)
    assert isinstance(asked, Fetched)
    refused = ask(FetchRequest(url="http://169.254.169.254/latest/"), **ways)
    assert isinstance(refused, FetchFailed)
    assert server.connections == 1


def test_a_redirect_by_way_of_a_proxy_is_checked_too(server: ScriptedServer) -> None:
    """A public page's redirect to a private address never reaches the proxy."""
    server.serve("http://news.example/", b"", status="302 F", Location="http://10.1.2.3/")
    result = ask(FetchRequest(url="http://news.example/"), "93.184.215.14", proxy=server.url(""))
    assert isinstance(result, FetchFailed)
    assert "redirected to http://10.1.2.3/" in result.reason
    assert len(server.seen) == 1


def test_a_proxys_own_troubles_are_told(server: ScriptedServer) -> None:
    """A proxy that refuses a tunnel, or is not there, and its password is in no sentence."""
    proxy = server.url("").replace("//", "//ann:s3cret@")
    server.scripts["news.example:443"] = [b"HTTP/1.1 403 No tunnels\r\nContent-Length: 0\r\n\r\n"]
    request = FetchRequest(url="https://news.example/")
    refused = ask(request, "93.184.215.14", proxy=proxy)
    assert isinstance(refused, FetchFailed)
    assert refused.reason == "the proxy answered 403: No tunnels"
    assert "Proxy-Authorization: Basic" in server.seen[0]
    gone = ask(request, "93.184.215.14", proxy="http://ann:s3cret@127.0.0.1:1")
    assert isinstance(gone, FetchFailed)
    assert gone.reason.startswith("no connection to the proxy")
    assert "s3cret" not in refused.reason + gone.reason
