"""What answers say about themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.freshness import (
    Freshness,
    fresh_for,
    http_date,
    hub_and_topic,
    read_links,
    web_url,
)

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
DATE = "Thu, 18 Jun 2026 07:00:00 GMT"
LATER = "Thu, 18 Jun 2026 08:00:00 GMT"
BASE = "https://news.example/blog/feed"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param(Freshness(), None, id="nothing"),
        pytest.param(Freshness(cache_control="max-age=600"), 600, id="max-age"),
        pytest.param(Freshness(cache_control='public, Max-Age="600"'), 600, id="quoted"),
        pytest.param(Freshness(cache_control="max-age=600", age="200"), 400, id="less age"),
        pytest.param(Freshness(cache_control="max-age=600", age="900"), 0, id="older than that"),
        pytest.param(Freshness(cache_control="max-age=600", age="old"), 600, id="no age"),
        pytest.param(Freshness(cache_control="max-age=600, max-age=5"), 600, id="first counts"),
        pytest.param(Freshness(cache_control="max-age=soon"), 0, id="no number"),
        pytest.param(Freshness(cache_control="max-age=-5"), 0, id="negative"),
        pytest.param(Freshness(cache_control="max-age=" + "9" * 400), 2**31, id="huge"),
        pytest.param(Freshness(cache_control="s-maxage=600"), None, id="for shared caches"),
        pytest.param(Freshness(cache_control="no-cache, max-age=600"), 0, id="no-cache"),
        pytest.param(Freshness(cache_control="max-age=600,no-store"), 0, id="no-store"),
        pytest.param(
            Freshness(cache_control='no-cache="set-cookie", max-age=60'), 60, id="one field's"
        ),
        pytest.param(Freshness(expires=LATER, date=DATE), 3600, id="expires less date"),
        pytest.param(Freshness(expires=LATER), 3600, id="expires without date"),
        pytest.param(Freshness(expires=LATER, date=DATE, age="600"), 3000, id="expires less age"),
        pytest.param(Freshness(expires=DATE, date=LATER), 0, id="expired"),
        pytest.param(Freshness(expires="0"), 0, id="expires 0"),
        pytest.param(
            Freshness(cache_control="max-age=60", expires=LATER), 60, id="max-age before expires"
        ),
        pytest.param(Freshness(cache_control="private", expires=LATER), 3600, id="both"),
    ],
)
def test_how_long_an_answer_is_fresh(headers: Freshness, seconds: int | None) -> None:
    """Lifetime less age after RFC 9111; None only where nothing is said."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert fresh_for(headers, now=NOW) == expected


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=40), st.text(max_size=40))
def test_any_headers_give_a_time_that_is_not_negative(
    cache_control: str, age: str, expires: str, date: str
) -> None:
    """Nonsense raises nothing and gives no negative time."""
    headers = Freshness(cache_control=cache_control, age=age, expires=expires, date=date)
    assert (fresh_for(headers, now=NOW) or timedelta(0)) >= timedelta(0)


@pytest.mark.parametrize(
    ("header", "hub", "topic"),
    [
        pytest.param("", "", "", id="none"),
        pytest.param(
            '<https://hub.example/>; rel="hub", <https://news.example/feed>; rel="self"',
            "https://hub.example/", "https://news.example/feed", id="both",
        ),
        pytest.param("<https://hub.example/>;rel=HUB", "https://hub.example/", "", id="token"),
        pytest.param('</hub> ; rel = "x hub y"', "https://news.example/hub", "", id="relative"),
        pytest.param(
            '<https://a.example/>; title="no, <https://b.example/>; rel=hub"; rel=hub',
            "https://a.example/", "", id="link in a quoted title",
        ),
        pytest.param('<https://a.example/>; title="a \\" b"; rel=hub', "https://a.example/", "",
                     id="escaped quote"),
        pytest.param("<https://a.example/>; rel=next; rel=hub", "", "", id="first rel counts"),
        pytest.param("<https://a.example/>; rel=hub, <https://b.example/>; rel=hub",
                     "https://a.example/", "", id="first hub counts"),
        pytest.param('<https://a.example/>; rel=hub; anchor="/other"', "", "", id="of another"),
        pytest.param("<javascript:alert(1)>; rel=hub", "", "", id="not http"),
        pytest.param("<http://[::1>; rel=hub", "", "", id="broken"),
    ],
)  # fmt: skip
def test_hub_and_topic_of_a_link_header(header: str, hub: str, topic: str) -> None:
    """The first hub and self, absolute, whatever else the header holds."""
    assert hub_and_topic(header, base=BASE) == (hub, topic)


@given(st.text(alphabet='<>;,="\\ abrel', max_size=200))
def test_reading_links_never_raises(header: str) -> None:
    """Any text is read to its end."""
    assert all(
        link.relations == tuple(map(str.lower, link.relations)) for link in read_links(header)
    )


def test_a_long_link_header_is_read_in_no_time() -> None:
    """Reading takes time in proportion to the header's length."""
    assert list(read_links('<a>; b="' + "\\a" * 50_000)) != []
    assert list(read_links("<" * 100_000)) == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (DATE, DATE),
        ("Thu, 18 Jun 2026 07:00:00 +0000", DATE),
        ("Thursday, 18-Jun-26 07:00:00 GMT", DATE),
        ("2026-06-18", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_only_real_dates_are_sent(text: str, sent: str) -> None:
    """A date goes out in the one form that requests have, or not at all."""
    assert http_date(text) == sent


def test_references_become_absolute_web_urls() -> None:
    """Empty and foreign references give nothing."""
    assert web_url("../x", base=BASE) == "https://news.example/x"
    assert web_url(" ", base=BASE) == web_url("mailto:a@b.example", base=BASE) == ""
