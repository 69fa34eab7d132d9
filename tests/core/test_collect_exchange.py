"""What a request sends at each step, and what answers mean."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.collect.http.addresses import Target
from digest.collect.http.exchange import (
    Head,
    Hop,
    RestingHosts,
    arrived,
    fetched,
    form_body,
    redacted,
    redirected,
    request_headers,
    unchanged,
    unsendable,
)
from digest.model import Attribute, FetchFailed, FetchRequest, Login

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
URL = "https://news.example/feed"
TOOK = timedelta(milliseconds=20)
HOP = Hop(url=URL, started=0.0)
DATE = "Thu, 18 Jun 2026 07:00:00 GMT"


def head(status: int = 200, **headers: str) -> Head:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Head(url=URL, status=status, phrase="", headers=named)


@pytest.mark.parametrize(
    ("etag", "sent"),
    [
        ('"a"', '"a"'),
        ('W/"a"', 'W/"a"'),
        ("unquoted", "unquoted"),
        ('"a-gzip"', '"a-gzip", "a"'),
        ('W/"a-gzip"', 'W/"a-gzip", W/"a"'),
    ],
)
def test_entity_tags_are_sent_back_as_they_came(etag: str, sent: str) -> None:
    """Weak ones too; one that a compressing server altered also in its first form."""
    assert request_headers(FetchRequest(url=URL, etag=etag), HOP)["If-None-Match"] == sent


def test_dates_that_are_none_are_not_sent() -> None:
    """If-Modified-Since is a valid date or absent; a POST carries no conditions at all."""
    request = FetchRequest(url=URL, etag='"a"', last_modified=DATE)
    assert request_headers(request, HOP)["If-Modified-Since"] == DATE
    broken = FetchRequest(url=URL, last_modified="yesterday")
    assert "If-Modified-Since" not in request_headers(broken, HOP)
    posted = FetchRequest(url=URL, etag='"a"', form=(Attribute(name="a", value="b c&"),))
    assert not {"If-None-Match", "If-Modified-Since"} & set(request_headers(posted, HOP))
    assert form_body(posted) == b"a=b+c%26"
    assert form_body(request) is None


def test_a_feeds_own_headers_replace_ours_at_its_own_origin_only() -> None:
    """Headers are compared without case; elsewhere neither they nor the login are sent."""
    request = FetchRequest(
        url=URL,
        accept="text/html",
        headers=(Attribute(name="accept", value="x/y"), Attribute(name="Cookie", value="k=v")),
        login=Login(username="ann", password="p:ä"),
    )
    own = request_headers(request, HOP)
    assert (own["accept"], own["Cookie"], "Accept" in own) == ("x/y", "k=v", False)
    assert own["Authorization"] == "Basic YW5uOnA6w6Q="
    assert request_headers(request, Hop(url=URL, started=0.0, own=False)) == {
        "Accept": "text/html",
        "Accept-Encoding": "gzip, deflate",
    }


@pytest.mark.parametrize(
    "target",
    [
        Target(scheme="http", host="news.example", port=443),
        Target(scheme="https", host="cdn.news.example", port=443),
        Target(scheme="https", host="news.example", port=8443),
    ],
)
def test_another_origin_is_another_origin_for_good(target: Target) -> None:
    """Scheme, host and port make the origin; having left it once, nothing brings it back."""
    home = Target(scheme="https", host="news.example", port=443)
    assert arrived(HOP, home, home).own
    away = arrived(HOP, target, home)
    assert not away.own
    assert not arrived(away, home, home).own


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param({"headers": (Attribute(name="X", value="s3cret\r\nY: z"),)}, "X", id="CRLF"),
        pytest.param({"headers": (Attribute(name="X", value="s3cret\0"),)}, "X", id="NUL"),
        pytest.param({"headers": (Attribute(name="X Y", value="s3cret"),)}, "name", id="name"),
        pytest.param({"headers": (Attribute(name="host", value="s3cret"),)}, "host", id="Host"),
        pytest.param({"login": Login(username="a:b", password="s3cret")}, "login", id="colon"),
        pytest.param({"login": Login(username="a", password="s3cret\n")}, "login", id="line"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_being_told(
    request_: dict[str, object], words: str
) -> None:
    """The reason names the header, never its value."""
    request = FetchRequest(url=URL, **request_)  # type: ignore[arg-type] # as parametrised
    reason = unsendable(request) or ""
    assert words in reason
    assert "s3cret" not in reason + repr(request)


def test_permanent_redirects_count_until_the_first_other_one() -> None:
    """moved_to is how far permanent redirects alone led from the start."""
    hop = HOP
    for status, location in ((308, "/a#x"), (301, "b?q=1 2"), (302, "/c"), (301, "/d")):
        following = redirected(hop, head(status, Location=location), posting=False)
        assert isinstance(following, Hop)
        hop = following
    assert hop.url == "https://news.example/d"
    assert hop.moved_to == "https://news.example/b?q=1%202"
    assert unchanged(head(304), hop, now=NOW, latency=TOOK).moved_to == hop.moved_to
    temporary = redirected(HOP, head(307, Location="/t"), posting=False)
    assert isinstance(temporary, Hop)
    assert temporary.moved_to == ""


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_is_not_turned_into_a_get(status: int) -> None:
    """Only 307 and 308 keep the method, and never onto a connection less safe."""
    assert isinstance(redirected(HOP, head(status, Location="/a"), posting=True), FetchFailed)
    assert isinstance(redirected(HOP, head(307, Location="/a"), posting=True), Hop)
    unsafe = redirected(HOP, head(307, Location="http://news.example/a"), posting=True)
    assert isinstance(unsafe, FetchFailed)


def test_a_document_says_where_it_is_and_how_long_it_holds() -> None:
    """Content-Location, freshness, hub and topic come from the headers."""
    answer = head(
        Content_Location="/en/feed",
        Cache_Control="max-age=60",
        Link="</hub>; rel=hub",
        ETag='W/"x"',
    )
    result = fetched(answer, HOP, b"body", now=NOW, latency=TOOK)
    assert result.content_location == "https://news.example/en/feed"
    assert result.fresh_for == timedelta(seconds=60)
    assert (result.hub, result.topic) == ("https://news.example/hub", "")
    assert (result.etag, result.moved_to) == ('W/"x"', "")


def test_a_host_that_asked_for_a_pause_rests_for_that_long() -> None:
    """Exactly that host, until the time is over; the wait grows shorter."""
    hosts = RestingHosts()
    busy = FetchFailed(reason="busy", status=429, retry_after=timedelta(seconds=30))
    hosts.note("a.example", busy, at=100.0)
    hosts.note("b.example", FetchFailed(reason="down", status=503), at=100.0)
    answer = hosts.answer("a.example", at=110.0)
    assert answer is not None
    assert (answer.status, answer.retry_after) == (429, timedelta(seconds=20))
    assert hosts.answer("a.example", at=130.0) is None
    assert hosts.answer("b.example", at=100.0) is hosts.answer("x.a.example", at=100.0) is None


def test_secrets_a_server_repeats_are_taken_out() -> None:
    """Header values, their credentials, passwords and posted fields."""
    request = FetchRequest(
        url=URL,
        headers=(Attribute(name="Authorization", value="Bearer t0ken"),),
        login=Login(username="ann", password="p4ssword"),
        form=(Attribute(name="hub.secret", value="h1dden"),),
    )
    said = redacted("t0ken, p4ssword, h1dden, Bearer t0ken, YW5uOnA0c3N3b3Jk, fine", request)
    assert said == "…, …, …, …, …, fine"
    assert "h1dden" not in repr(request)
