"""A rendered issue: the checklist every theme passes, and what an override can do."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import cast

import html5lib  # type: ignore[import-untyped] # ships no stubs
import pytest
from lxml import etree

from digest.compose.personalise import SLOT_DOMAIN, UNSUBSCRIBE_SLOT, ReaderSlots, fill, for_web
from digest.compose.plaintext import display_width
from digest.compose.render import IssueRenderer, check_templates
from digest.errors import TemplateError
from digest.model import (
    Coverage,
    Earlier,
    EntryKey,
    Issue,
    Newsletter,
    RenderedIssue,
    Section,
    Wording,
)
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL, as_read, picture, section, story

URL = re.compile(r'https?://[^\s"<>]+')


def render(issue: Issue = ISSUE, newsletter: Newsletter = NEWSLETTER) -> RenderedIssue:
    return IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(issue, newsletter)


def tree_of(html: str) -> etree._Element:
    """The page as a browser builds it."""
    bare = re.sub(r' xmlns:\w="[^"]*"', "", html)  # html5lib warns of names with colons
    parsed = html5lib.parse(bare, treebuilder="lxml", namespaceHTMLElements=False)
    return parsed.getroot()  # type: ignore[no-any-return] # html5lib is untyped


def found(page: etree._Element, path: str) -> list[etree._Element]:
    """The elements at an XPath: at least one."""
    elements = cast("list[etree._Element]", page.xpath(path))
    assert elements
    return elements


def styled(page: etree._Element, of: str) -> Iterator[tuple[etree._Element, dict[str, str]]]:
    """Elements with their inline declarations."""
    for element in page.iter(*of.split()):
        pairs = (part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part)
        yield element, {name.strip(): value.strip() for name, value in pairs}


def text_of(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext())


def test_help_lines_go_wherever_their_story_goes() -> None:
    """In the lead, in a section and in the list of titles, in HTML and in text."""
    lines = [f"If it is too much, call Quay Line {n} on 01632 960{n}." for n in range(100, 104)]
    told = [replace(story(n, f"Story {n}"), support=(lines[n],)) for n in range(4)]
    pictured = replace(told[2], image=picture("boat.jpg", "A boat"))
    issue = replace(
        ISSUE,
        lead=told[0],
        sections=(section("Sea", told[1], pictured),),
        also_published=(told[3],),
    )
    rendered = render(issue)
    for line in lines:
        assert rendered.html.count(line) == 1
        assert " ".join(rendered.text.split()).count(line) == 1
    assert "helped" not in render().html.partition("<body")[2]


def covered(*names: str) -> tuple[Coverage, ...]:
    key = EntryKey(feed="https://feeds.example/other", id="1")
    return tuple(
        Coverage(source=name, url=f"https://{name.lower()}.example/", headline=name, entry=key)
        for name in names
    )


def test_other_sources_and_what_a_story_follows_up_stand_under_it() -> None:
    """In the lead and in a section, in HTML with links and in text; a long list is cut."""
    before = Earlier(
        issue="weekly-2026-06-11",
        headline="The ferry is < sold",
        url="https://stories.example/sold",
        date=ISSUE.key.period.start,
    )
    lead = replace(story(1, "One"), coverage=covered("Gull", "Tern"), follows=before)
    told = replace(story(2, "Two", excerpt="Words."), coverage=covered(*"ABCDEFG"))
    rendered = render(replace(ISSUE, lead=lead, sections=(section("Sea", told),)))
    page = tree_of(rendered.html)
    first, second = found(page, "//p[contains(@class, 'trail')]")
    assert text_of(first) == (
        "Also covered by Gull, TernFollows: The ferry is < sold (issue of 11 June)"
    )
    assert [link.get("href") for link in first.iter("a")] == [
        "https://gull.example/",
        "https://tern.example/",
        "https://stories.example/sold",
    ]
    assert text_of(second) == "Also covered by A, B, C, D, E and 2 more"
    text = as_read(rendered).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "\n\nAlso covered by Gull [2], Tern [3]\n\nFollows: The ferry is < sold [4]" in text
    assert "\n[2] https://gull.example/\n[3] https://tern.example/\n" in text
    assert "\n[4] https://stories.example/sold\n" in text
    assert "Also covered by A [6], B [7], C [8], D [9], E [10] and 2 more\n" in text


def test_a_story_that_stands_alone_says_nothing_of_others() -> None:
    """No empty line is left where nobody else tells it."""
    assert "trail" not in render().html.partition("<body")[2]
    assert "Also covered" not in render().text


@pytest.fixture(scope="module")
def rendering() -> RenderedIssue:
    return render()


@pytest.fixture(scope="module")
def page(rendering: RenderedIssue) -> etree._Element:
    return tree_of(rendering.html)


def test_document(rendering: RenderedIssue, page: etree._Element) -> None:
    """Checks 1 to 9: doctype, charset, viewport, language, title, colour schemes, Outlook."""
    metas = {meta.get("name"): meta.get("content") for meta in page.iter("meta")}
    wrapper = found(page, "body/div")[0]

    assert rendering.html.startswith("<!DOCTYPE html>\n<html")
    assert found(page, "head/meta")[0].get("charset") == "utf-8"
    assert metas["viewport"] == "width=device-width, initial-scale=1"
    assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
    assert (page.get("lang"), page.get("dir")) == ("en", "ltr")
    assert (wrapper.get("lang"), wrapper.get("dir")) == ("en", "ltr")
    assert page.findtext("head/title") == ISSUE.subject.value == rendering.subject
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in rendering.html
    assert rendering.html.count("<!--[if") == rendering.html.count("<![endif]-->") > 0


def test_structure(rendering: RenderedIssue, page: etree._Element) -> None:
    """Checks 10 to 17: tables for layout only, headings in order, nothing clients choke on."""
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3", "h4")]

    assert all('role="presentation"' in tag for tag in re.findall("<table[^>]*>", rendering.html))
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert "max-width:600px" in rendering.html
    assert '<table role="presentation" width="600"' in rendering.html
    assert not re.search(r"flex|grid|position\s*:|var\(|margin[^;]*:\s*-", rendering.html)
    assert not list(page.iter("script", "form", "iframe", "link", "base", "object", "svg"))
    assert not re.search(r"@import|@font-face|url\(", rendering.html)
    assert 'href="#' not in rendering.html
    assert not page.xpath("//@id")


def test_stories_stand_in_the_same_order(rendering: RenderedIssue, page: etree._Element) -> None:
    """Check 18: HTML and text tell the same stories, in the issue's order."""
    told = [told.headline.value for told in (*ISSUE.stories, *ISSUE.also_published)]
    links = [text_of(a) for a in page.iter("a") if a.get("class") in {"headline", "link"}]
    flat = " ".join(rendering.text.split())

    assert links == told
    places = [flat.index(title) for title in told]
    assert places == sorted(places)


def test_images(page: etree._Element) -> None:
    """Checks 19 to 21: each has alternative text and a width in pixels of at most 552."""
    images = list(page.iter("img"))

    assert [int(image.get("width", 0)) for image in images] == [552, 144, 144]
    assert [int(image.get("height", 0)) for image in images] == [310, 108, 180]
    assert images[2].get("alt") == "The heron that learned to wait for the lock"
    for image in images:
        assert image.get("alt")
        assert image.get("src", "").startswith("https://")
        assert "max-width" in image.get("style", "")


def test_type(page: etree._Element) -> None:
    """Checks 24 and 28 to 31: readable sizes, underlined links, a generic font at the end."""
    assert len(text_of(found(page, "body")[0])) > 500
    for element, style in styled(page, "a"):
        underlined = "underline" in style.get("text-decoration", "")
        assert underlined or element.get("class") in {"frame", "button-link"}
    for _, style in styled(page, "p"):
        assert int(style["font-size"][:-2]) >= 16
        assert int(style["line-height"][:-2]) >= 1.4 * int(style["font-size"][:-2])
    for element, style in styled(page, "div span p td h1 h2 h3 li a"):
        if "font-size" in style and element.get("class") not in {"preheader", "gap"}:
            assert int(style["font-size"][:-2]) >= 13
        if "font-family" in style:
            assert style["font-family"].endswith("sans-serif")
        assert "justify" not in style.values()
        assert "uppercase" not in style.values()


def test_dark_rules(rendering: RenderedIssue) -> None:
    """Check 32: each dark rule is !important, for clients that ask and for Outlook's apps."""
    styles = re.findall(r"<style>(.*?)</style>", rendering.html, re.DOTALL)
    asked = next(style for style in styles if "prefers-color-scheme" in style)
    marked = next(style for style in styles if "[data-ogsc]" in style)
    rules = re.findall(r"^\.[^{]*{([^}]*)}", asked, re.MULTILINE)

    assert len(rules) > 5
    assert all(rule.endswith("!important") for rule in rules)
    assert marked.count("!important") == len(rules)
    assert all(
        selector.strip().startswith("[data-ogsc] .")
        for selectors in re.findall(r"^([^{\n]*){", marked, re.MULTILINE)
        for selector in selectors.split(",")
    )


def test_every_coloured_class_has_a_dark_rule(rendering: RenderedIssue) -> None:
    """No light colour is left standing on a dark ground."""
    styles = re.findall(r"<style>(.*?)</style>", rendering.html, re.DOTALL)
    rules = re.findall(
        r"^(\.[^{]*){[^}]*?(?<![-\w])(?:background-)?color:", styles[0], re.MULTILINE
    )
    coloured = [name.strip().removeprefix(".") for rule in rules for name in rule.split(",")]
    dark = next(style for style in styles if "prefers-color-scheme" in style)

    # The preheader is hidden; the column's colour is inherited by nothing that lacks its own.
    for name in set(coloured) - {"preheader", "column"}:
        assert re.search(rf"\.{name}\b[^}}]*{{[^}}]*color:", dark), name


def test_inbox(page: etree._Element) -> None:
    """Check 37: the preheader is first, hidden, padded, and the publication's name follows."""
    divs = found(page, "body/div//div")

    assert [div.get("class") for div in divs[:3]] == ["preheader", "preheader", "name"]
    assert text_of(divs[0]) == ISSUE.preheader.value != ISSUE.subject.value
    assert "mso-hide:all" in divs[0].get("style", "")
    assert not set(text_of(divs[1])) - set("\u034f\u200c\xa0 ")
    assert text_of(divs[2]) == NEWSLETTER.name


def test_a_large_issue_stays_small() -> None:
    """Check 38: sixty stories stay below 85 KiB, and the styles below 8,192 bytes."""
    words = "Twice a day the sea fills the old mill pond and twice it lets go again " * 2
    stories = tuple(
        story(number, f"A bakery that runs on the tide, part {number}", 16, words)
        if number % 5
        else story(number, f"A headline of some length, {number}", 16, words, picture("bakery"))
        for number in range(59)
    )
    sections = tuple(section(f"Topic {n}", *stories[n * 10 : n * 10 + 10]) for n in range(6))

    html = render(replace(ISSUE, sections=sections)).html

    assert html.count("minute read") == 60
    assert len(html.encode()) < 85 * 1024
    assert sum(len(s.encode()) for s in re.findall(r"<style>.*?</style>", html, re.DOTALL)) <= 8192


def test_text_part(rendering: RenderedIssue) -> None:
    """Check 39: every story's URL under its number, whole; no other line over 72 columns."""
    text = as_read(rendering).text
    lines = text.split("\n")

    for number, told in enumerate((*ISSUE.stories, *ISSUE.also_published), start=1):
        assert f"[{number}] {told.url}" in [line.strip() for line in lines]
    assert UNSUBSCRIBE_SLOT in lines
    assert f"{PUBLIC_URL}/issues/{ISSUE.slug}" in lines
    assert NEWSLETTER.postal_address in lines
    assert ISSUE.preheader.value not in text
    assert [n for n in lines if display_width(n.rstrip()) > 72 and " " in n.strip()] == []
    assert "\n\n\n" not in text


def test_footer(page: etree._Element) -> None:
    """Check 40: why, unsubscribe at the footer's size, view in browser, postal address."""
    foot = found(page, "//td[contains(@class, 'foot')]")[0]
    links = {text_of(link): link.get("href") for link in foot.iter("a")}

    assert links["Unsubscribe"] == UNSUBSCRIBE_SLOT
    assert links["View in browser"] == f"{PUBLIC_URL}/issues/{ISSUE.slug}"
    assert "You get this because you subscribed to The Harbour Letter." in text_of(foot)
    assert NEWSLETTER.postal_address in text_of(foot)
    assert all("font-size" not in style for _, style in styled(foot, "a"))
    assert all(style["font-size"] == "14px" for _, style in styled(foot, "div"))


def test_words_of_a_feed_stay_words() -> None:
    """Markup, quotes, braces and comments in a title are shown, not obeyed."""
    hostile = (
        """</a><script>alert("x")</script> {{ 7*7 }} {% raw %} <!--mail-only--> 'q' ]]> &amp;"""
    )
    lead = story(1, hostile, 17, hostile, picture("a", '" onerror="alert(1)'))

    rendering = render(replace(ISSUE, lead=lead, subject=Wording(value=hostile)))
    page = tree_of(rendering.html)

    assert text_of(next(page.iter("h2"))).strip() == hostile
    assert page.findtext("head/title") == hostile
    assert not list(page.iter("script"))
    assert "onerror" not in next(page.iter("img")).keys()  # noqa: SIM118 - an element, not a dictionary
    assert hostile in " ".join(rendering.text.split())


def test_a_story_that_cannot_be_linked_is_still_told() -> None:
    """A story with an address no one may follow has its words, and no link or button."""
    lead = replace(story(1, "Unlinked", 17, "x", picture("a")), url="javascript:alert(1)")

    rendering = render(replace(ISSUE, lead=lead))

    assert ">Unlinked</h2>" in rendering.html.replace("\n", "")
    assert "javascript:" not in rendering.html + rendering.text
    assert 'button-link"' not in rendering.html


@pytest.mark.parametrize(
    "issue",
    [
        replace(ISSUE, lead=None),
        replace(ISSUE, intro=Wording(value="")),
        replace(ISSUE, sections=(), also_published=()),
        replace(ISSUE, preheader=Wording(value="")),
        replace(ISSUE, sections=(Section(topic="x", heading=Wording(value="Empty"), stories=()),)),
    ],
    ids=["no lead", "no intro", "lead only", "no preheader", "empty section"],
)
def test_missing_parts_leave_no_trace(issue: Issue) -> None:
    """What an issue lacks has no empty heading, paragraph or cell."""
    page = tree_of(render(issue).html)

    assert all(text_of(part).strip() for part in page.iter("h1", "h2", "h3", "p", "li"))
    assert not any(text_of(heading) == "Empty" for heading in page.iter("h2"))


def test_a_right_to_left_newsletter() -> None:
    """Language and direction reach the page, the wrapper, and the rows with pictures."""
    page = tree_of(render(newsletter=replace(NEWSLETTER, language="he")).html)
    row = found(page, "//table[@class='row']")[0]

    assert (page.get("lang"), page.get("dir")) == ("he", "rtl")
    assert found(page, "body/div")[0].get("dir") == "rtl"
    assert row.get("dir") == "ltr"
    assert [cell.get("dir") for cell in row.iter("td")] == ["rtl", None, "rtl"]


def test_a_rendering_is_the_same_each_time(rendering: RenderedIssue) -> None:
    """The same issue gives the same bytes, and its digest changes with any of them."""
    assert render() == rendering
    assert re.fullmatch("[0-9a-f]{64}", rendering.digest)
    assert render(replace(ISSUE, preheader=Wording(value="x" * 50))).digest != rendering.digest
    moved = replace(ISSUE, subject=Wording(value="ab"), preheader=Wording(value="c"))
    other = replace(ISSUE, subject=Wording(value="a"), preheader=Wording(value="bc"))
    assert render(moved).digest != render(other).digest


def test_a_readers_copy_and_the_web_page_have_no_slot(rendering: RenderedIssue) -> None:
    """Filled, the reader's address stands once in each part; on the web, nowhere."""
    url = "https://letters.example/unsubscribe/a?b=c&d=e"

    choices = "https://letters.example/preferences/a"
    copy = fill(rendering, ReaderSlots(unsubscribe_url=url, preferences_url=choices))
    web = for_web(rendering)

    assert SLOT_DOMAIN not in copy.html + copy.text + web
    assert copy.html.count("https://letters.example/unsubscribe/a?b=c&amp;d=e") == 1
    assert copy.text.count(url) == copy.text.count(choices) == 1
    assert "mail-only" not in web
    assert "Unsubscribe" not in web
    assert ISSUE.preheader.value not in web
    assert NEWSLETTER.postal_address in web


def test_filling_is_cheap(rendering: RenderedIssue) -> None:
    """A thousand readers' copies cost far less than one rendering each would."""
    slots = [ReaderSlots(unsubscribe_url=f"https://a.example/{n}") for n in range(1000)]

    started = perf_counter()
    for reader in slots:
        fill(rendering, reader)

    assert perf_counter() - started < 1


def test_an_override_changes_one_block(tmp_path: Path) -> None:
    """A publication replaces the footer and a colour, and keeps the rest of the theme."""
    own = tmp_path / "email/classic"
    own.mkdir(parents=True)
    (own / "issue.html").write_text(
        '{% extends "default/email/classic/issue.html" %}'
        "{% block footer %}<tr><td>Our own footer {{ links.unsubscribe }}</td></tr>{% endblock %}"
    )
    shipped = (TEMPLATES / "email/classic/theme.toml").read_text(encoding="utf-8")
    (own / "theme.toml").write_text(shipped.replace("#0b5cad", "#7a1fa2"))

    html = (
        IssueRenderer(folders=[tmp_path, TEMPLATES], public_url="").render(ISSUE, NEWSLETTER).html
    )

    assert "Our own footer" in html
    assert "The night ferry returns after eleven years away" in html
    assert "#7a1fa2" in html
    assert "#0b5cad" not in html


def test_a_theme_of_ones_own(tmp_path: Path) -> None:
    """A new theme needs two files; its colours are Classic's until it has its own."""
    own = tmp_path / "email/plain"
    own.mkdir(parents=True)
    (own / "issue.html").write_text(
        "<html><head><style>h1{color:{{ dark.accent }}}</style></head>"
        "<body><h1>{{ issue.title }}</h1></body></html>"
    )
    (own / "issue.txt").write_text("{{ issue.title }}")
    renderer = IssueRenderer(folders=[tmp_path, TEMPLATES], public_url="")

    rendering = renderer.render(ISSUE, replace(NEWSLETTER, theme="plain"))

    assert 'style="color:#7cb8ff"' in rendering.html
    assert rendering.text == f"{ISSUE.title.value}\n"


def test_an_unknown_theme_names_the_known_ones() -> None:
    """A misspelt theme is answered with what there is."""
    with pytest.raises(TemplateError, match=r"no theme named 'clasic' – known: .*classic"):
        render(newsletter=replace(NEWSLETTER, theme="clasic"))


def test_the_shipped_templates_are_sound() -> None:
    """`digest check` finds nothing wrong as shipped, nor where there is no folder of one's own."""
    assert check_templates((Path("/nonexistent"), TEMPLATES)) == ()


@pytest.mark.parametrize(
    ("name", "source", "line", "message"),
    [
        ("classic/issue.html", "a\n{% if %}", 2, "Expected an expression"),
        ("classic/issue.txt", "{{ x|nope }}", 1, "No filter named 'nope'"),
        ("classic/part.html", 'a\n{% include "email/gone.html" %}', 2, "no template named"),
        ("classic/theme.toml", "[light]\nrule = 3", None, "is not a colour"),
        ("classic/style.css", "{% endif %}", 1, "unknown tag 'endif'"),
    ],
    ids=["syntax", "filter", "include", "colour", "css"],
)
def test_check_finds_what_is_wrong(
    tmp_path: Path, name: str, source: str, line: int | None, message: str
) -> None:
    """Each kind of mistake is one problem, with its file and line."""
    path = tmp_path / "email" / name
    path.parent.mkdir(parents=True)
    path.write_text(source)

    (problem,) = check_templates((tmp_path, TEMPLATES))

    assert (problem.file, problem.line) == (str(path), line)
    assert message in problem.message


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_scrolls_sideways(rendering: RenderedIssue, chromium: str) -> None:
    """Checks 34 and 35: no horizontal scroll at any width, and a button of at least 44 px."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(color_scheme="dark")
        tab.route("**/*", lambda route: route.abort())
        for width in (320, 375, 600, 800):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.set_content(rendering.html)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            button = tab.locator("td.button").bounding_box()
            assert button
            assert button["height"] >= 44
        ground = "getComputedStyle(document.querySelector('td.surface')).backgroundColor"
        assert tab.evaluate(ground) == "rgb(24, 28, 34)"
        browser.close()
