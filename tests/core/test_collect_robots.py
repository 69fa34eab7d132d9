"""Robots Exclusion Protocol: which group counts, which rule wins, and what silence means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.robots import (
    MAX_SIZE,
    allows,
    origin_of,
    parse_robots,
    robots_of,
    robots_request,
)
from digest.model import Fetched, FetchFailed, FetchResult, Robots, RobotsRule

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
SITE = "https://quay.example"


def site(text: str) -> Robots:
    return robots_of(SITE, Fetched(url=f"{SITE}/robots.txt", body=text.encode()), now=NOW)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("user-AGENT: *\ndisALLOW: /a", "/a/b", False),
        ("User-agent: *\nDisallow: /a", "/b", True),
        ("User-agent: *\nDisallow: /a # not this\n", "/a", False),
        # The longest match decides, wherever it stands.
        ("User-agent: *\nAllow: /posts/one\nDisallow: /posts/", "/posts/one", True),
        ("User-agent: *\nDisallow: /posts/\nAllow: /posts/one", "/posts/two", False),
        ("User-agent: *\nAllow: /p\nDisallow: /page", "/page", False),
        # Of two as long, the friendlier one.
        ("User-agent: *\nDisallow: /page\nAllow: /page", "/page", True),
        # The own group replaces the one for all; its name has any case, and may have a version.
        ("User-agent: *\nDisallow: /\n\nUser-agent: Digest\nDisallow: /x", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: digest/1.0\nAllow: /", "/a", True),
        ("User-agent: digest\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: digestive\nDisallow: /\n", "/a", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        # Groups of one name are one group; several names share a group.
        ("User-agent: digest\nDisallow: /a\nUser-agent: digest\nDisallow: /b", "/b", False),
        ("User-agent: other\nUser-agent: digest\nDisallow: /a", "/a", False),
        ("User-agent: digest\nSitemap: /s.xml\nUser-agent: other\nDisallow: /a", "/a", False),
        ("User-agent: digest\n\nUser-agent: *\nDisallow: /", "/a", False),
        # Wild cards, and a pattern that says where a path ends.
        ("User-agent: *\nDisallow: *.pdf", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*/print$", "/a/print", False),
        ("User-agent: *\nDisallow: /*/print$", "/a/print/2", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a-b-c-d", False),
        ("User-agent: *\nDisallow: /a*b*c", "/a-c-b", True),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/a", True),
        ("User-agent: *\nDisallow: /*a$", "/a", False),
        ("User-agent: *\nDisallow: /*aa$", "/a", True),
        # A query belongs to the path; encoded and plain characters are the same.
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /café", "/caf%c3%a9", False),
        ("User-agent: *\nDisallow: /%61", "/a", False),
        ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
        # What cannot be read is passed over.
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("Disallow: /a", "/a", True),
        ("<!doctype html><title>Nothing here</title>", "/a", True),
    ],
)  # fmt: skip
def test_rules(text: str, path: str, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    """The group, the longest match and its spelling decide, as RFC 9309 has it."""
    assert allows(site(text), SITE + path) is allowed


@pytest.mark.parametrize(
    ("result", "allowed", "fresh_for"),
    [
        (FetchFailed(reason="gone", status=404), True, timedelta(days=1)),
        (FetchFailed(reason="no entry", status=403), True, timedelta(days=1)),
        (FetchFailed(reason="busy", status=429), False, timedelta(hours=1)),
        (FetchFailed(reason="broken", status=503), False, timedelta(hours=1)),
        (FetchFailed(reason="no connection"), False, timedelta(hours=1)),
    ],
    ids=["404", "403", "429", "503", "unreachable"],
)
def test_without_a_file(result: FetchResult, allowed: bool, fresh_for: timedelta) -> None:  # noqa: FBT001 - a table's column
    """No file allows everything for a day; a server in trouble forbids everything for an hour."""
    found = robots_of(SITE, result, now=NOW)
    assert allows(found, f"{SITE}/a") is allowed
    assert found.fresh_until == NOW + fresh_for


def test_what_is_beyond_the_limit_is_not_read() -> None:
    """Rules after 500 KB do not count, and the request says that a beginning will do."""
    text = "User-agent: *\n" + "#" * MAX_SIZE + "\nDisallow: /\n"
    assert parse_robots(text.encode()) == ()
    request = robots_request(SITE)
    assert (request.url, request.max_size, request.keep_partial) == (
        f"{SITE}/robots.txt", MAX_SIZE, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Quay.example/a?b#c", "https://quay.example"),
        ("https://quay.example:443/a", "https://quay.example"),
        ("http://quay.example:8080/a", "http://quay.example:8080"),
        ("http://[2001:db8::1]/a", "http://[2001:db8::1]"),
        ("mailto:a@quay.example", ""),
        ("http://quay.example:99999/", ""),
        ("http://[::1/", ""),
    ],
)
def test_origins(url: str, origin: str) -> None:
    """One file speaks for a scheme, host and port."""
    assert origin_of(url) == origin


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_file_and_path_is_answered(body: bytes, path: str) -> None:
    """No file, however broken, makes a question fail."""
    rules = parse_robots(b"user-agent: *\n" + body)
    robots = Robots(origin=SITE, rules=rules, fresh_until=NOW)
    assert allows(robots, f"{SITE}/{path.replace('[', '').replace(']', '')}") in (True, False)


def test_many_stars_cost_nothing() -> None:
    """A pattern built to backtrack is matched in time."""
    rule = RobotsRule(pattern="/" + "*a" * 900 + "$", allow=False)
    robots = Robots(origin=SITE, rules=(rule,), fresh_until=NOW)
    assert allows(robots, f"{SITE}/{'a' * 3_000}b")
