"""URLs made absolute and canonical."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from url_normalize import url_normalize

from digest.collect.urls import absolute_url, canonical_url, without_tracking


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.ORG:443/a/../b", "https://example.org/b"),
        ("/p?id=3", "https://base.example/p?id=3"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("page.html#part", "https://base.example/dir/page.html"),
        ("https://e.org/?utm_source=a&id=1&fbclid=b&UTM_X=c", "https://e.org/?id=1"),
        ("https://e.org/?utm_source=a", "https://e.org/"),
        ("https://e.org/#!/topic/1", "https://e.org/#!/topic/1"),
        (" https://e.org/a\nb ", "https://e.org/ab"),
        ("https://e.org/a b", "https://e.org/a%20b"),
        ("https://e.org/ü", "https://e.org/%C3%BC"),
        ("javascript:alert(1)", ""),
        ("mailto:a@b.example", ""),
        ("data:text/html,x", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("http://e.org:port/", ""),
        ("", ""),
        ("https://e.org/" + "a" * 5000, ""),
    ],
)
def test_canonical_urls(url: str, canonical: str) -> None:
    """Absolute, normalised, without trackers and fragment; not http(s) is nothing."""
    assert canonical_url(url, "https://base.example/dir/feed.xml") == canonical


def test_a_signed_picture_url_keeps_every_character() -> None:
    """absolute_url changes nothing but what makes it absolute."""
    url = "https://cdn.example/x.jpg?utm_source=a&sig=%7E%2b"
    assert absolute_url(url) == url


@given(st.from_regex(r"https?://[a-z0-9-]{1,6}\.[a-z]{2,3}/[A-Za-z0-9._~/-]{0,20}", fullmatch=True))
def test_the_short_cut_agrees_with_the_library(url: str) -> None:
    """What is taken for normal already is what url-normalize would leave alone."""
    try:
        expected = url_normalize(url)
    except (ValueError, UnicodeError):
        return
    assert canonical_url(url) == expected


@given(st.text(max_size=50), st.sampled_from(["", "https://e.org/a/b", "nonsense"]))
def test_canonical_is_stable_and_never_raises(url: str, base: str) -> None:
    """Any text gives "" or an http(s) URL that is its own canonical form."""
    once = canonical_url(url, base)
    assert once == "" or once.startswith(("http://", "https://"))
    assert canonical_url(once) == once


@given(st.lists(st.sampled_from(["a=1", "utm_x=2", "b", "gclid=3", "c=%26"]), max_size=6))
def test_only_trackers_are_dropped(pairs: list[str]) -> None:
    """The other parameters keep order and spelling."""
    kept = [pair for pair in pairs if not pair.startswith(("utm_", "gclid"))]
    assert without_tracking("&".join(pairs)) == "&".join(kept)
