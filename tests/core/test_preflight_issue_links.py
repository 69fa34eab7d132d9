"""Rules about links, and about what was found behind them."""

from typing import Any

import pytest

from digest.compose.preflight.anchors import urls_to_ask
from digest.model import LinkCheck, Severity
from tests.core.preflights import LEAD_KEY, NOW, found, proof, retold

B, W = Severity.BLOCKER, Severity.WARNING
PAGE = "https://quay.net/a"


def page(*urls: str, text: str = "The report of {}") -> str:
    """A page that links to these addresses."""
    links = (f'<p><a href="{url}">{text.format(n)}</a></p>' for n, url in enumerate(urls))
    return "".join(links)


def answered(url: str = PAGE, **what: Any) -> LinkCheck:  # noqa: ANN401 - fields by name
    """What was found at an address."""
    return LinkCheck(url=url, checked_at=NOW, **({"final_url": url} | what))


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://quay.net/a?b=c&d=%20#e", ""),
        ("https://münchen.de/straße", ""),
        ("mailto:a@quay.net", ""),
        ("", "link-syntax"),
        ("#top", "link-syntax"),
        ("quay.net/a", "link-syntax"),
        ("https://", "link-syntax"),
        ("https://quay net/a", "link-syntax"),
        ("https://quay.net:99999/", "link-syntax"),
        ("https://[::1", "link-syntax"),
        ("ftp://quay.net/", "link-syntax"),
        ("JavaScript:alert(1)", "link-script"),
        ("data:text/html,x", "link-script"),
        ("http://localhost:8600/a", "link-local"),
        ("https://192.168.1.4/", "link-local"),
        ("https://[::1]/", "link-local"),
        ("https://printer.local/", "link-local"),
        ("https://intranet/", "link-local"),
        ("https://example.com/a", "link-placeholder"),
        ("https://www.yourdomain.com/", "link-placeholder"),
        ("https://pier.example/a", "link-placeholder"),
    ],
)
def test_addresses(url: str, rule: str) -> None:
    """Each kind of bad address is found by its rule alone, as a blocker with a fix."""
    names = ("link-syntax", "link-script", "link-local", "link-placeholder")
    made = proof(None, html=page(url))
    findings = [each for name in names for each in found(name, made)]
    assert [each.rule for each in findings] == ([rule] if rule else [])
    assert all(each.severity is B and each.fix for each in findings)


def test_a_storys_link_that_the_html_lost_is_found_at_the_story() -> None:
    """Rendering drops a javascript: link; the story is told all the same."""
    (told,) = found("link-script", proof(retold(url="javascript:x()"), rehearsal=True))
    assert told.place.entry == LEAD_KEY


def test_a_made_up_publication_may_link_to_made_up_places() -> None:
    """In a rehearsal, reserved names and this machine are no placeholders; example domains too."""
    made = proof(None, html=page("https://pier.example/", "http://127.0.0.1/"), rehearsal=True)
    assert found("link-placeholder", made) == ()
    assert found("link-local", made) == ()
    assert found("link-placeholder", proof(None, html=page("https://domain.com"), rehearsal=True))


@pytest.mark.parametrize(
    ("rule", "html", "count"),
    [
        ("link-insecure", page("http://quay.net/"), 1),
        ("link-insecure", page("https://quay.net/"), 0),
        ("link-text", page(PAGE, text="Click here!"), 1),
        ("link-text", page(PAGE, text="Read more"), 1),
        ("link-text", page(PAGE, text="Read the tide report"), 0),
        ("link-same-text", page(PAGE, "https://quay.net/b", text="Read the story"), 1),
        ("link-same-text", page(PAGE, PAGE, text="Read the story"), 0),
        ("link-count", page(*[PAGE] * 81), 1),
        ("link-count", page(*[PAGE] * 80), 0),
    ],
)
def test_manners(rule: str, html: str, count: int) -> None:
    """Unencrypted, generic, ambiguous and too many links are warnings."""
    findings = found(rule, proof(None, html=html))
    assert [each.severity for each in findings] == [W] * count


@pytest.mark.parametrize(
    ("check", "rule", "severity"),
    [
        (answered(), "", None),
        (answered(final_url="https://www.quay.net/b"), "", None),
        (answered(final_url="https://parked.net/"), "link-moved", W),
        (answered(failure="HTTP 404", status=404), "link-gone", B),
        (answered(failure="HTTP 410", status=410), "link-gone", B),
        (answered(failure="no name", unresolved=True), "link-unresolved", B),
        (answered(failure="HTTP 403", status=403), "link-unverified", W),
        (answered(failure="HTTP 429", status=429), "link-unverified", W),
        (answered(failure="HTTP 503", status=503), "link-unverified", W),
        (answered(failure="no complete answer within 5 seconds"), "link-unverified", W),
    ],
)
def test_answers(check: LinkCheck, rule: str, severity: Severity | None) -> None:
    """What came of asking decides which rule tells it, and how much it matters."""
    made = proof(None, html=page(PAGE), links={PAGE: check})
    names = ("link-moved", "link-gone", "link-unresolved", "link-unverified")
    findings = [each for name in names for each in found(name, made)]
    assert [(e.rule, e.severity) for e in findings] == ([(rule, severity)] if rule else [])


def test_being_offline_blocks_nothing() -> None:
    """When no host at all has an address, it is our own network that is away."""
    urls = (PAGE, "https://pier.net/")
    links = {url: answered(url, failure="no name", unresolved=True) for url in urls}
    made = proof(None, html=page(*urls), links=links)
    assert {each.severity for each in found("link-unresolved", made)} == {W}


def test_only_public_pages_of_others_are_asked() -> None:
    """Our own pages, private hosts and reserved names are not asked for; others once."""
    own = "https://letters.net/issues/1"
    html = page(PAGE, PAGE, own, "http://127.0.0.1/", "https://a.example/", "mailto:a@b.net")
    assert urls_to_ask(proof(None, html=html, public_url="https://letters.net")) == (PAGE,)


def test_a_private_host_that_is_opted_in_is_linked_to_and_asked() -> None:
    """An intranet's newsletter may link to the intranet, and never to localhost."""
    made = proof(None, html=page("https://intranet/", "http://localhost/"))
    opted = proof(
        None, html=made.source, private_hosts=("intranet", "localhost"), public_url="https://a.net"
    )
    assert [each.excerpt for each in found("link-local", opted)] == ["http://localhost/"]
    assert urls_to_ask(made) == ()
    assert "https://intranet/" in urls_to_ask(opted)
