"""The desk's preview: an issue's mail in every look, framed and harmless."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from digest.web.desk.message import force_scheme, localise_media, read_message, still_links
from digest.web.desk.preview import size_pill
from tests.acceptance.desk.desk_world import DRAFT
from tests.acceptance.web_world import (
    Client,
)
from tests.fakes import FakeWorld

DARK_MAIL = """<!doctype html><html lang="en"><head><title>t</title>\
<meta name="color-scheme" content="light dark">\
<meta name="supported-color-schemes" content="light dark">\
<style>:root{{color-scheme:light dark}}\
@media (prefers-color-scheme: dark){{body{{color:#fff}}}}\
@media screen and (prefers-color-scheme:light){{body{{color:#000}}}}</style></head>\
<body><h1>{title}</h1><p>{stories}</p>\
<img src="http://localhost:8600/media/ferry.png" alt=""></body></html>"""


def test_the_mail_is_framed_without_scripts_or_origin(client: Client) -> None:
    """The preview's frame may do nothing, and its document says so, too."""
    page = client.get(DRAFT).text
    frame = re.search(r'<iframe class="w600" sandbox="" title="[^"]+" src="([^"]+)">', page)
    assert frame
    mail = client.get(frame[1].replace("&amp;", "&"))
    assert mail.status == 200
    policy = mail.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("width", [360, 600, 800])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_look_stands_in_the_url(client: Client, width: int, scheme: str) -> None:
    """Width and colours are links: they work without a script and can be shared."""
    page = client.get(f"{DRAFT}?width={width}&scheme={scheme}&view=email").text
    assert f'<iframe class="w{width}"' in page
    assert f"email.html?scheme={scheme}" in page
    current = re.findall(r'aria-current="true">(\w+)<', page)
    assert current == [str(width), scheme.title(), "Pictures"]


@pytest.mark.parametrize("query", ["width=9999", "scheme=mauve", "view=x", "images=", "width=x"])
def test_a_look_that_makes_no_sense_is_the_plain_one(client: Client, query: str) -> None:
    """A mistyped URL shows the page as usual."""
    page = client.get(f"{DRAFT}?{query}").text
    assert '<iframe class="w600"' in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_is_forced(world: FakeWorld, client: Client, scheme: str) -> None:
    """Whatever the editor's own device prefers, the frame shows the scheme asked for."""
    world.renderer.page = DARK_MAIL
    mail = client.get(f"{DRAFT}/email.html?scheme={scheme}").text
    assert "prefers-color-scheme" not in mail
    assert f'name="color-scheme" content="{scheme}"' in mail
    assert f":root{{color-scheme:{scheme}}}" in mail
    dark, light = re.findall(r"@media ([^{]+)\{", mail)
    assert ("min-width:0px" in dark) is (scheme == "dark")
    assert ("min-width:0px" in light) is (scheme == "light")
    assert light.startswith("screen and (")


def test_pictures_come_from_the_desk(tmp_path: Path, world: FakeWorld, client: Client) -> None:
    """Media under the public address show without the public server running."""
    (tmp_path / "media" / "ferry.png").write_bytes(b"\x89PNG")
    world.renderer.page = DARK_MAIL
    mail = client.get(f"{DRAFT}/email.html").text
    source = re.search(r'<img src="([^"]+)"', mail)
    assert source
    assert source[1] == "/media/ferry.png"
    assert client.get(source[1]).body == b"\x89PNG"


def test_pictures_can_be_off(client: Client) -> None:
    """As in a mail program that blocks them."""
    policy = client.get(f"{DRAFT}/email.html?images=off").headers["Content-Security-Policy"]
    assert "img-src 'none'" in policy


def test_text_headers_and_source_are_those_of_the_message(client: Client) -> None:
    """The tabs show what the bytes say, and the bytes can be had."""
    answer = client.get(f"{DRAFT}/message.eml")
    assert answer.headers.get_content_type() == "message/rfc822"
    assert 'filename="coast-2024-05-16.eml"' in answer.headers["Content-Disposition"]
    message = message_from_bytes(answer.body, policy=default)
    headers = client.get(f"{DRAFT}?view=headers").text
    for name in message:
        assert f'<th scope="row">{name}</th>' in headers
    assert "List-Unsubscribe=One-Click" in headers
    assert "[TEST] The night ferry is back" in headers
    assert "Seals, counted by the people" in client.get(f"{DRAFT}?view=text").text
    assert "&lt;!DOCTYPE html&gt;" in client.get(f"{DRAFT}?view=source").text


def test_an_approved_issue_shows_its_frozen_bytes(world: FakeWorld, client: Client) -> None:
    """After approval, templates no longer matter."""
    world.renderer.page = "changed since {title} {stories}"
    mail = client.get("/issues/coast-2024-05-09/email.html").text
    assert "changed since" not in mail
    assert "Approved by Ed" in client.get("/issues/coast-2024-05-09").text


@pytest.mark.parametrize(
    ("size", "text", "level"),
    [
        (1, "1 KB of 85", "ok"),
        (25 * 1024, "25 KB of 85", "ok"),
        (85 * 1024, "85 KB of 85", "warn"),
        (95 * 1024, "95 KB of 85", "bad"),
    ],
)
def test_the_size_pill(size: int, text: str, level: str) -> None:
    """Within the budget, over it, over the limit."""
    pill = size_pill(size)
    assert (pill.text, pill.level) == (text, level)


def test_a_message_without_html_has_no_html() -> None:
    """Reading a plain message gives its text, unfolded headers, and an empty HTML part."""
    read = read_message(b"Subject: a\r\n b\r\nTo: x@y.example\r\n\r\nHello\r\n")
    assert [(line.name, line.value) for line in read.headers] == [
        ("Subject", "a b"),
        ("To", "x@y.example"),
    ]
    assert (read.text, read.html) == ("Hello\n", "")


def test_rewriting_leaves_the_rest_alone() -> None:
    """A document with nothing to rewrite comes back as it was, its links still."""
    page = "<html><head></head><body>The colour-scheme: light dark</body></html>"
    assert force_scheme(page, dark=True) == page
    assert localise_media(page, public_url="https://x.example") == page
    assert still_links(page).replace("<style>a{pointer-events:none}</style>", "") == page


def test_the_web_page_is_framed_as_the_mail_is(client: Client) -> None:
    """The tab shows the page that readers see in a browser, in every look, as harmless."""
    page = client.get(f"{DRAFT}?view=web&scheme=dark").text
    assert f'src="{DRAFT}/web.html?scheme=dark' in page
    answer = client.get(f"{DRAFT}/web.html?scheme=dark&images=off")
    assert answer.status == 200
    assert "The night ferry is back" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "img-src 'none'" in answer.headers["Content-Security-Policy"]
