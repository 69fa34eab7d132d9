"""HTML made safe, and text made of it."""

import json
import time
import warnings
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib  # type: ignore[import-untyped] # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.sanitise import clean_html, is_pixel, plain_text, text_of_clean

BASE = "https://site.example/posts/one"
ACTIVE = frozenset(
    ["script", "iframe", "object", "embed", "base", "meta", "link", "form", "svg", "style",
     "input", "button", "math", "template"]
)  # fmt: skip


def dangers(html: str) -> list[str]:
    """What a browser could run in this HTML, or be led astray by."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree: ET.Element = html5lib.parseFragment(html, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        tag = str(element.tag).rpartition("}")[2].lower()
        found += [tag] if tag in ACTIVE else []
        for name, value in element.attrib.items():
            if str(name).lower().startswith("on") or name in ("style", "class", "id"):
                found.append(str(name))
            if name in ("href", "src", "cite") and not value.startswith(
                ("http://", "https://", "mailto:")
            ):
                found.append(value)
    return found


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p style='x' class=c id=i>a</p>", "<p>a</p>"),
        ("<script>x</script><p>a", "<p>a</p>"),
        ("<a href='/x' onclick=y>a</a>", '<a href="https://site.example/x">a</a>'),
        ("<a href='two'>a</a>", '<a href="https://site.example/posts/two">a</a>'),
        ("<a href='javascript:x'>a</a>", "<a>a</a>"),
        ("<iframe src=//x>f</iframe>b", "b"),
        ('<p>a<iframe src="//x?a>b" /></p><p>b</p>', "<p>a</p><p>b</p>"),
        ("<SCRIPT src='x'/>a<object data=x/>b", "ab"),
        ("<noscript><img src=p.png></noscript>", '<img src="https://site.example/posts/p.png">'),
        ("<img src=/p.gif width=1 height=1>a", "a"),
        ("<img alt=x>a", "a"),
        ("<img src=data:image/png;base64,AA>a", "a"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("plain > text", "plain &gt; text"),
        ("<form><b>kept</b></form>", "<b>kept</b>"),
        ("<!-- c -->a", "a"),
        ("\x00a\x08b", "ab"),
    ],
)
def test_clean_html(html: str, clean: str) -> None:
    """The allowlist, absolute links and dropped pixels, case by case."""
    assert clean_html(html, BASE) == clean


@pytest.mark.parametrize("base", ["", "nonsense", "//x", "http://", "http://[", "mailto:a@b.c"])
def test_a_bad_base_drops_relative_links_only(base: str) -> None:
    """Whatever the base, cleaning never raises and never leaves a relative link."""
    html = '<a href="/x">a</a><a href="https://e.org/">b</a>'
    assert clean_html(html, base) == '<a>a</a><a href="https://e.org/">b</a>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<b>b</b>c", "abc"),
        ("<li>1<li>2", "1\n2"),
        ("AT&amp;T &lt;3", "AT&T <3"),
        ('<img src="http://e.org/x" alt="a > b">after', "after"),
        ("<style>p{}</style>  x \n y ", "x\ny"),
        ("no markup", "no markup"),
        ("<pre>x</pre>y", "x\ny"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    """Tags out, entities decoded, one line a block."""
    assert plain_text(html) == text


PIECES = st.sampled_from(
    ["<p>", "</p>", "<b", ">", "<", "a", " ", '"', "'", "<img src=x alt=", "<!--", "-->", "&lt;",
     "<script>", "</script>", "<svg><style>", "<a href=javascript:", "onload=x", "<math>",
     "<noscript>", "</noscript>", "<textarea>", "<plaintext>", "\x00", "<td", "</x>", "&#0;"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_nothing_active_survives(html: str) -> None:
    """A real HTML parser finds nothing to run in what comes out, and cleaning again agrees."""
    clean = clean_html(html, BASE)
    assert dangers(clean) == []
    assert clean_html(clean, BASE) == clean
    assert text_of_clean(clean) == plain_text(clean)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 100_000 + "x", id="deep"),
        pytest.param("".join(f"<b x={n}>" for n in range(900)) + "<p>" * 90_000, id="formatting"),
        pytest.param("<p " + " ".join(f"a{n}=1" for n in range(80_000)) + ">x", id="attributes"),
        pytest.param(
            "<p " + " ".join(f"a{n}='>'" for n in range(60_000)) + ">x", id="quoted attributes"
        ),
        pytest.param("<p " + "/".join(f"a{n}" for n in range(80_000)) + ">x", id="slashes"),
        pytest.param("<!--" * 50_000, id="comments"),
        pytest.param("<" * 300_000, id="less-than"),
        pytest.param('<img alt="' * 30_000, id="quotes"),
        pytest.param("&amp" * 100_000, id="entities"),
        pytest.param("<p>x" * 100_000, id="paragraphs"),
        pytest.param("x" * 5_000_000 + "<", id="long"),
    ],
)
def test_html_built_to_exhaust_is_harmless(html: str) -> None:
    """Inputs that cost parsers minutes take no more than two seconds."""
    started = time.process_time()
    text_of_clean(clean_html(html, BASE))
    assert time.process_time() - started < 2


def test_a_long_ordinary_article_keeps_its_markup() -> None:
    """The guards against exhaustion leave real articles alone."""
    html = '<div><p>A <a href="https://e.org/">link</a>.</p><ul><li>one<li>two</ul></div>' * 3000
    assert clean_html(html, BASE).count("<a href=") == 3000


@pytest.mark.parametrize(
    ("width", "height", "pixel"),
    [("1", "1", True), (1, 300, True), ("0px", None, True), ("100%", "20", False),
     (None, None, False), ("²", "x", False)],
)  # fmt: skip
def test_pixels(width: str | int | None, height: str | int | None, pixel: bool) -> None:  # noqa: FBT001 - a table's column
    """A side of two pixels or less only counts readers."""
    assert is_pixel(width, height) is pixel


@pytest.mark.corpus
def test_known_payloads_come_out_harmless(corpora: Path) -> None:
    """Nothing a browser would run is left of the corpus' cross-site-scripting payloads."""
    payloads = [
        text
        for file in sorted((corpora / "hostile/xss").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for text in json.loads(line).values()
        if isinstance(text, str)
    ]
    assert len(payloads) > 100
    assert [found for text in payloads if (found := dangers(clean_html(text, BASE)))] == []
