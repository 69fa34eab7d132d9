"""The inliner: each trap that was met, and what must survive."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from digest.compose.inline import inline
from digest.errors import TemplateError

PAGE = (
    '<!DOCTYPE html>\n<html lang="en" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8">'
    "<title>t</title><style>{css}</style>{head}</head><body>{body}</body></html>"
)


def inlined(css: str, body: str, head: str = "") -> str:
    return inline(PAGE.format(css=css, body=body, head=head))


def test_quoted_font_names_stay_readable() -> None:
    """Trap 1: a quoted font name reaches the attribute in quotes, not as entities."""
    html = inlined(".a{font-family:\"Segoe UI\",'Helvetica Neue',serif}", '<p class="a">x</p>')

    assert "style=\"font-family:'Segoe UI','Helvetica Neue',serif\"" in html


def test_ignored_blocks_keep_their_rules_and_lose_their_mark() -> None:
    """Trap 2: media queries, Outlook's selectors and !important survive as written."""
    rules = (
        "@media (max-width:599px){.a{color:#000000!important}}"
        "[data-ogsc] .a{color:#ffffff!important}"
    )

    html = inlined(
        ".a{color:#112233}",
        '<p class="a">x</p>',
        head=f'<style data-premailer="ignore">{rules}</style>',
    )

    assert f"<style>{rules}</style>" in html
    assert "data-premailer" not in html


def test_rules_that_cannot_be_inlined_stay_in_the_head() -> None:
    """Trap 2: a media query in an ordinary block is neither dropped nor rewritten."""
    html = inlined("@media print{.a{color:#000!important}}", '<p class="a">x</p>')

    assert "@media print{.a{color:#000!important}}" in html


def test_width_and_height_attributes_are_kept() -> None:
    """Trap 3: a style of 100 % does not replace the pixels that Outlook needs."""
    html = inlined(".i{width:100%;height:auto}", '<img class="i" width="552" height="311">')

    assert 'width="552" height="311"' in html


def test_slot_urls_are_left_alone() -> None:
    """Trap 4: an absolute slot URL is the same after inlining."""
    html = inlined("a{color:#112233}", '<a href="https://unsubscribe.slot.invalid/">u</a>')

    assert 'href="https://unsubscribe.slot.invalid/"' in html


def test_colours_keep_six_digits() -> None:
    """Trap 5: #aabbcc is not shortened to #abc."""
    html = inlined(".a{color:#aabbcc;background-color:#ffffff}", '<p class="a">x</p>')

    assert "color:#aabbcc;background-color:#ffffff" in html


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback and the paths it was asked for."""
    paths: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b".a{color:red}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "rule",
    ['@import url("{url}/a.css");', "@IMPORT '{url}/a.css'", "@\\69mport url({url}/a.css);"],
    ids=["plain", "upper-case", "escaped"],
)
def test_nothing_is_fetched(rule: str, asked: tuple[str, list[str]]) -> None:
    """An import, however written, and a linked style sheet stay unasked for."""
    url, paths = asked

    inlined(rule.format(url=url), "<p>x</p>", f'<link rel="stylesheet" href="{url}/b.css">')

    assert paths == []


def test_the_frame_of_the_document_survives() -> None:
    """Doctype, name spaces, conditional comments and characters beyond ASCII are kept."""
    conditional = '<!--[if mso]><table role="presentation"><tr><td><![endif]-->'

    html = inlined("p{color:#112233}", f"{conditional}<p>é &amp; &lt; ☕ 日本</p><!--mail-only-->")

    assert html.startswith('<!DOCTYPE html>\n<html lang="en" xmlns:v="urn:')
    assert conditional in html
    assert ">é &amp; &lt; ☕ 日本</p><!--mail-only-->" in html


def test_deep_nesting_keeps_its_text() -> None:
    """Text a thousand elements deep, past the parser's usual limit, is still there."""
    html = inlined("p{color:#112233}", "<div>" * 1000 + "deep" + "</div>" * 1000 + "after")

    assert "deep</div>" in html
    assert "after" in html


def test_lost_text_is_an_error() -> None:
    """Nesting beyond what the parser can hold raises, rather than cutting the text short."""
    with pytest.raises(TemplateError, match="lose or move text"):
        inlined("p{color:#112233}", "<div>" * 9000 + "deep" + "</div>" * 9000)


@pytest.mark.parametrize("html", ["", "   "], ids=["empty", "blank"])
def test_an_empty_page_is_an_error(html: str) -> None:
    """A template that renders to nothing is reported, not sent."""
    with pytest.raises(TemplateError, match="cannot be inlined"):
        inline(html)


@pytest.mark.parametrize("css", ["}}}", ".a{color", "{}", "<!--", ".a{}"])
def test_broken_css_breaks_no_text(css: str) -> None:
    """A style sheet with mistakes leaves the words alone."""
    assert "all the words" in inlined(css, '<p class="a">all the words</p>')


def test_it_may_run_in_many_threads() -> None:
    """The libraries' shared caches do not mix up pages inlined at the same time."""
    results: dict[int, str] = {}

    def work(number: int) -> None:
        results[number] = inlined(f".a{{color:#0000{number:02}}}", '<p class="a">x</p>')

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(f'style="color:#0000{number:02}"' in results[number] for number in range(8))
