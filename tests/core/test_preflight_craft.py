"""The craft checklist: a good mail passes whole, and each fault is told by its own rule."""

import pytest

from digest.compose.preflight import ALL, CRAFT, inspect
from digest.compose.render import IssueRenderer
from digest.model import Severity
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL
from tests.core.preflight_pages import GOOD, TEXT, findings, proof, spoilt

P = 'class="words" style="font-size:16px;line-height:26px;color:#222222"'
H1 = 'style="font-size:30px;color:#222222">Low water'
LINK = 'href="https://tide.example/a" style="color:#222222"'
BUTTON = LINK.replace('222"', '222;display:inline-block;background-color:#dddddd;padding:{}"')
IMAGE = 'src="https://tide.example/b.png" alt="A seal" width="552"'
CELL = 'style="background-color:#ffffff;padding:0 24px"'
BODY_END = "</div></body>"
STYLE_END = "</head>"

FAULTS: dict[str, tuple[str, str, str]] = {
    "doctype missing": ("doctype", "<!DOCTYPE html>\n", ""),
    "doctype late": ("doctype", "<!DOCTYPE html>", "<!-- x --><!DOCTYPE html>"),
    "charset missing": ("charset", '<meta charset="utf-8">', ""),
    "charset other": ("charset", "utf-8", "iso-8859-1"),
    "viewport missing": ("viewport", "width=device-width", "width=600"),
    "zoom off": ("viewport", "initial-scale=1", "user-scalable=no"),
    "zoom limited": ("viewport", "initial-scale=1", "maximum-scale=1.0"),
    "no language": ("language", '<html lang="en"', "<html"),
    "no direction": ("language", 'dir="ltr"><head>', "><head>"),
    "no wrapper": ("language-wrapper", '<div lang="en" dir="ltr"', "<div"),
    "no title": ("title", "<title>Low water at noon", "<title>"),
    "other title": ("title", "<title>Low", "<title>High"),
    "one scheme meta": ("colour-schemes", "supported-color-schemes", "other"),
    "no scale": ("outlook-scale", "PixelsPerInch>96", "PixelsPerInch>72"),
    "comment open": ("conditional-comments", "</xml><![endif]-->", "</xml>-->"),
    "comment closed twice": ("conditional-comments", BODY_END, "<![endif]-->" + BODY_END),
    "table": ("layout-table", '<table role="presentation" style', "<table style"),
    "table in comment": ("layout-table", '<table role="presentation" width', "<table width"),
    "two h1": ("headings", "<h2", "<h1"),
    "skipped level": ("headings", "<h2", "<h3"),
    "too wide": ("width", "max-width:600px", "max-width:900px"),
    "no ghost": ("width", 'width="600"', 'width="580"'),
    "vml": ("vml-link", "<o:", '<v:rect href="https://a.example"/><o:'),
    "flex": ("layout-css", CELL, 'style="display:flex;background-color:#fff"'),
    "grid in block": ("layout-css", STYLE_END, "<style>.a{display:grid}</style></head>"),
    "position": ("layout-css", CELL, 'style="position:absolute;background-color:#fff"'),
    "variable": ("layout-css", CELL, 'style="padding:var(--x);background-color:#fff"'),
    "negative margin": ("layout-css", CELL, 'style="margin:0 -8px;background-color:#fff"'),
    "script": ("active-content", BODY_END, "<script>1</script>" + BODY_END),
    "form": ("active-content", BODY_END, "<form></form>" + BODY_END),
    "frame": ("active-content", BODY_END, "<iframe></iframe>" + BODY_END),
    "sheet": ("active-content", STYLE_END, '<link rel="stylesheet" href="a.css"></head>'),
    "import": ("active-content", STYLE_END, '<style>@import "a.css";</style></head>'),
    "font": ("active-content", STYLE_END, "<style>@font-face{src:url(a)}</style></head>"),
    "fragment": ("fragment-link", "https://tide.example/a", "#top"),
    "ids": ("unique-id", "<h1", '<i id="a"></i><i id="a"></i><h1'),
    "no alt": ("image-alt", ' alt="A seal"', ""),
    "empty alt of a link": ("image-alt-text", "A seal", ""),
    "file name": ("image-alt-text", "A seal", "seal_01.jpg"),
    "no width": ("image-width", ' width="552"', ""),
    "wide image": ("image-width", 'width="552"', 'width="553"'),
    "relative width": ("image-width", 'width="552"', 'width="100%"'),
    "webp": ("image-format", "b.png", "b.webp?x=1"),
    "data": ("image-format", "https://tide.example/b.png", "data:image/png;base64,AA"),
    "relative image": ("image-address", "https://tide.example/b.png", "/b.png"),
    "little text": ("live-text", "The pilot boat left at four", ""),
    "plain link": ("link-underline", LINK, LINK.replace('222"', '222;text-decoration:none"')),
    "tiny": ("type-size", H1, H1.replace("30px", "12px")),
    "small paragraph": ("type-size", "font-size:16px", "font-size:11pt"),
    "tight": ("line-height", "line-height:26px", "line-height:1.3"),
    "no family": ("font-stack", ' style="font-family:Arial,sans-serif"', ""),
    "no generic": ("font-stack", "Arial,sans-serif", "Arial"),
    "justified": ("text-setting", CELL, 'style="text-align:justify"'),
    "capitals": ("text-setting", CELL, 'style="text-transform:uppercase"'),
    "dark on dark": ("contrast", CELL, 'bgcolor="#333333"'),
    "weak": ("contrast", 'color:#222222">Low', 'color:#aaaaaa">Low'),
    "faint": ("contrast", 'color:#222222">Low', 'color:rgba(0,0,0,.3)">Low'),
    "no dark text": ("contrast-dark", ".words{color:#eeeeee!important}", ""),
    "outlook's text": (
        "contrast-dark",
        "[data-ogsc] .words{color:#eeeeee",
        "[data-ogsc] .words{color:#222222",
    ),
    "inversion": ("contrast-inverted", CELL, 'style="background-color:#787878"'),
    "no dark": ("dark-rules", "prefers-color-scheme:dark", "min-width:1px"),
    "no ogsc": ("dark-rules", "[data-ogsc] ", ""),
    "unimportant": ("dark-rules", "#eeeeee!important", "#eeeeee"),
    "one selector": ("dark-rules", ",[data-ogsc] .box", ""),
    "low button": ("button-height", LINK, BUTTON.format("6px 24px")),
    "little icon": ("target-size", 'width="552"', 'width="16"'),
    "long lines": ("line-length", 'class="words" style="font-size:16px', 'style="font-size:13px'),
    "wide table": ("fits-screen", CELL, 'width="640" style="background-color:#ffffff"'),
    "wide for sure": ("fits-screen", CELL, 'style="background-color:#ffffff;min-width:400px"'),
    "long word": ("fits-screen", "The pilot boat left", "x" * 60),
    "on one line": ("fits-screen", P, P.replace("16px", "16px;white-space:nowrap")),
    "heavy": ("html-size", BODY_END, "x" * 90_000 + BODY_END),
    "heavy styles": ("style-size", STYLE_END, f"<style>{'.a{color:red}' * 700}</style></head>"),
}


def test_a_good_mail_passes_the_whole_checklist() -> None:
    """No rule of the craft finds anything in it."""
    assert inspect(proof(GOOD), CRAFT) == ()


@pytest.mark.parametrize(("rule", "old", "new"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_rule(rule: str, old: str, new: str) -> None:
    """The mail with one fault fails that rule, with a sentence and the rule's own id."""
    if rule == "live-text":
        source = GOOD.replace("and came back with news of seals on the bar. ", "").replace(old, new)
    else:
        source = spoilt(old, new)
    found = findings(rule, source)
    assert found
    assert all(finding.rule == rule and finding.what and finding.fix for finding in found)


def test_every_rule_has_a_fault_here() -> None:
    """No check goes untried; the order of stories is tried below."""
    assert {rule for rule, _, _ in FAULTS.values()} | {"story-order"} == {r.id for r in CRAFT}


def test_stories_in_another_order_are_told() -> None:
    """Links that both parts have must follow each other alike; others do not matter."""
    turned = "https://tide.example/b then https://other.example/ and https://tide.example/a."
    assert findings("story-order", GOOD) == ()
    assert len(findings("story-order", GOOD, text=turned)) == 1
    assert findings("story-order", GOOD, text="") == ()


PASSES = {
    "xhtml doctype": ("doctype", "<!DOCTYPE html>", '<!DOCTYPE html PUBLIC "-//W3C//X" "x">'),
    "typed charset": (
        "charset",
        '<meta charset="utf-8">',
        '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">',
    ),
    "zoom to five": ("viewport", "initial-scale=1", "maximum-scale=5"),
    "data table": ("layout-table", "<h2", "<table><tr><th scope=col>a</table><h2"),
    "structured data": (
        "active-content",
        BODY_END,
        '<script type="application/ld+json">{}</script>' + BODY_END,
    ),
    "named link": ("image-alt-text", 'alt="A seal" width="552">', 'alt="" width="9">Seals'),
    "slot": ("image-address", "https://tide.example/b.png", "{{ image }}"),
    "line of a span": (
        "link-underline",
        LINK + ">",
        LINK[:-1] + ';text-decoration:none"><u style="text-decoration:underline">x</u>',
    ),
    "button": ("link-underline", LINK, BUTTON.format("12px;text-decoration:none")),
    "high button": ("button-height", LINK, BUTTON.format("14px 24px")),
    "large": ("contrast", 'color:#222222">Low', 'color:#888888">Low'),
    "picture behind": ("contrast", CELL, 'background="https://a.example/b.png" bgcolor=""'),
    "narrow on phones": (
        "fits-screen",
        CELL,
        'width="640"><style>@media (max-width:599px){.box{width:100%!important}}</style><p',
    ),
    "fluid": ("fits-screen", CELL, 'width="640" style="width:100%"'),
    "broken words": ("fits-screen", P, P.replace('"font', '"word-break:break-all;font')),
    "hidden": ("type-size", "<h2", '<div style="display:none;font-size:1px">x</div><h2'),
    "phone rules": (
        "contrast",
        STYLE_END,
        "<style>@media (max-width:500px){.words{color:#fff!important}}</style></head>",
    ),
    "hover": ("contrast", STYLE_END, "<style>.words:hover{color:#fff!important}</style></head>"),
    "capitals already": ("text-setting", "<h2", '<b style="text-transform:uppercase">NHS</b><h2'),
}


@pytest.mark.parametrize(("rule", "old", "new"), PASSES.values(), ids=PASSES)
def test_what_is_fine_is_left_alone(rule: str, old: str, new: str) -> None:
    """Another way to do the same passes."""
    assert findings(rule, spoilt(old, new)) == ()


def test_sizes_block_past_their_second_mark() -> None:
    """A warning at 85 KiB and 8 KiB, a blocker at 95 KiB and past 16 KiB."""
    heavy = spoilt(BODY_END, "x" * 100_000 + BODY_END)
    styled = spoilt(STYLE_END, f"<style>{'.a{color:red}' * 1400}</style></head>")
    light = spoilt(BODY_END, "x" * 88_000 + BODY_END)
    assert [each.severity for each in findings("html-size", heavy)] == [Severity.BLOCKER]
    assert [each.severity for each in findings("style-size", styled)] == [Severity.BLOCKER]
    assert [each.severity for each in findings("html-size", light)] == [Severity.WARNING]


def test_rules_have_short_stable_names() -> None:
    """Each id stands once, in lower case; each rule says what and why."""
    ids = [rule.id for rule in ALL]
    assert len(set(ids)) == len(ids)
    assert all(name == name.lower() and " " not in name and len(name) < 24 for name in ids)
    assert all(rule.title and rule.why for rule in ALL)


def test_classic_passes_the_craft_checklist() -> None:
    """Our own theme: no blocker, no warning, from any rule."""
    rendered = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(ISSUE, NEWSLETTER)
    found = inspect(proof(rendered.html, text=rendered.text, subject=rendered.subject))
    assert [each for each in found if each.severity is not Severity.ADVICE] == []


def test_the_text_of_the_good_mail_is_its_own() -> None:
    """The sample's two parts hold the same links, so that order is put to the test."""
    assert all(url in GOOD for url in TEXT.split() if url.startswith("http"))
