"""Whatever the HTML is, pre-flight answers: with findings, soon, and never by raising."""

from collections.abc import Iterator
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.preflight import CRASHED, inspect
from digest.compose.preflight.rules import Proof, Rule
from digest.model import Severity

PAGES = {
    "empty": "", "blank": " \n", "comment": "<!-- x", "nulls": "<p>\0a\0</p>",
    "surrogate": "<p>\ud800</p>", "xml": '<?xml version="1.0" encoding="utf-16"?><html><p>x',
    "deep": "<div>" * 50_000 + "x", "deep and styled": '<div style="color:#777">' * 5_000 + "x",
    "tables": "<table><tr><td>" * 3_000, "quotes": '<p style="' + "a:'" * 100_000 + '">x',
    "brackets": '<p style="a:' + "(" * 100_000 + '">x', "conditions": "<!--[if mso" * 20_000,
    "braces": "<style>" + "{" * 20_000 + "</style>x", "closed": "<style>" + "}" * 50_000 + "{",
    "at-rules": "<style>" + "@media (x:y){" * 20_000 + "</style>x",
    "remarks": "<style>" + "/*" * 100_000 + "</style>",
    "font": '<p style="font:' + " 9 " * 9_000 + '">x',
    "selectors": "<style>" + ",".join([":not(" * 40] * 300) + "{color:red}</style>x",
    "numbers": f'<p style="font-size:{"9" * 400}px;line-height:1e999;color:rgb({"9" * 400},0,0)">x'
    f'<img width="{"9" * 5000}">',
    "nothing": '<p style="font-size:0;line-height:0">x<p style="font:0/0 a">y',
    "names": '<a:b:c x:y="1"><svg><style>p{color:red}</style></svg>',
    "digits": '<img width="²"><p style="font-weight:²;color:#²²²">x'
    '<a style="padding:1 2 3 4 5" href=x>y</a>',
    "ten megabytes": '<p style="color:#777;font-size:12px">a <a href="#">x</a></p>' * 170_000,
    "ten megabytes of text": "<p>" + "x" * 10_000_000,
}  # fmt: skip


@pytest.mark.parametrize("source", PAGES.values(), ids=PAGES)
def test_no_page_makes_it_stumble(source: str) -> None:
    """Every check is made of broken, deep, huge and senseless HTML, in seconds."""
    started = perf_counter()
    found = inspect(Proof(source=source, text="https://a.example", subject="s"))
    assert [each for each in found if each.rule == CRASHED] == []
    assert {"doctype", "title"} <= {each.rule for each in found}
    assert perf_counter() - started < 60


_SOUP = st.lists(
    st.sampled_from(
        ["<p ", "<a href=x ", "<td ", "<style>", "</style>", "<!--[if mso]>", "<![endif]-->", ">",
         'style="', '"', "color:", "rgb(", "hsl(", "#abc", ";", "{", "}", "@media ", "(", ")", "%",
         "-", "9", "px", "em", "padding:", "font:", "line-height:", "background:", ",", "x", "²",
         "<img ", "width=", "alt=''", "<table", "<svg", ":not", ".", "[", "]", "\0", "\\"]
    )
)  # fmt: skip


@given(_SOUP)
def test_no_soup_makes_it_stumble(pieces: list[str]) -> None:
    """Nor does any mixture of what mails are made of."""
    found = inspect(Proof(source="".join(pieces)))
    assert [each for each in found if each.rule == CRASHED] == []


def _rule(look: object) -> Rule:
    return Rule(id="odd", severity=Severity.BLOCKER, title="Odd", why="a test", look=look)  # type: ignore[arg-type] # any callable


def test_a_rule_that_crashes_is_a_finding() -> None:
    """It takes the rule's severity: what could not be checked is not known to be good."""

    def look(proof: Proof) -> Iterator[str]:
        yield "one"
        raise RuntimeError(proof.source)

    (found,) = inspect(Proof(source="x"), [_rule(look)])
    assert (found.rule, found.severity, found.excerpt) == (CRASHED, Severity.BLOCKER, "odd")
    assert "RuntimeError" in found.what


def test_findings_past_the_twentieth_are_counted() -> None:
    """Nobody reads ten thousand; how many there are is told."""
    found = inspect(Proof(source="x"), [_rule(lambda _: map(str, range(1000)))])
    assert len(found) == 21
    assert found[-1].what == "and 980 more of the same"
    assert found[-1].severity is Severity.BLOCKER
