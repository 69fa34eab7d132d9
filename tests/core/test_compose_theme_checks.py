"""Every theme, held to the checklist for emails; and what each has of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import html as lxml_html
from lxml.html import HtmlElement

from digest.compose.render import IssueRenderer
from digest.model import (
    Image,
    Issue,
    IssueKind,
    Newsletter,
    Quote,
    RenderedIssue,
    StandingText,
    Wording,
)
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL, as_read, picture, section, story

THEMES = ("classic", "briefing", "roundup")
WORDS = "Twice a day the sea fills the old mill pond and twice it lets go again, as it always did. "
HELP = "If it is too much, call Quay Line on 01632 960100."


def words(text: str) -> Wording:
    return Wording(value=text)


def told(number: int) -> Issue:
    """A roundup of so many sections; the second one tells two posts."""
    sections = []
    for n in range(1, number + 1):
        first = replace(
            story(n, f"Post {n}", image=picture(f"p{n}", f"Picture {n}")),
            lead_in=words(f"In June, our blog asked about {n}:"),
            quotes=(
                Quote(text=words(f"First quote of {n}. {WORDS * 3}")),
                Quote(text=words(f"He said “no” to {n}."), pivot=words(f"And {n} went on:")),
            ),
            support=(HELP,) if n == 1 else (),
        )
        second = replace(first, url=f"https://stories.example/more-{n}", support=())
        stories = (first, second) if n == 2 else (first,)
        sections.append(
            replace(
                section(f"Heading {n}", *stories),
                hook=words(f"Hook {n}. {WORDS}"),
                background=words(f"Background {n}."),
            )
        )
    hero = Image(url="https://pictures.example/hero.jpg", alt="The quay", credit="Ada Low, CC BY")
    return replace(
        ISSUE,
        kind=IssueKind.ROUNDUP,
        lead=None,
        sections=tuple(sections),
        hero=replace(hero, caption="The quay in June"),
        closing=words("Since 2014 we wrote."),
        wish=words("A calm 2027."),
    )


def render(issue: Issue = ISSUE, theme: str = "classic", **changes: object) -> RenderedIssue:
    standing = StandingText(theme=theme)
    newsletter: Newsletter = replace(NEWSLETTER, theme=theme, standing=standing, **changes)  # type: ignore[arg-type] # a test's shorthand
    return as_read(
        IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(issue, newsletter)
    )


def page(rendered: RenderedIssue) -> HtmlElement:
    return lxml_html.document_fromstring(rendered.html)


def styles(rendered: RenderedIssue) -> Sequence[str]:
    """Outlook's own, those that are inlined, screens, dark as asked for, dark as marked."""
    return re.findall(r"<style>(.*?)</style>", rendered.html, re.DOTALL)


def of_class(tree: HtmlElement, name: str) -> list[str]:
    """The words of every element of a class, in order."""
    return [
        " ".join(each.text_content().split())
        for each in tree.iter()
        if isinstance(each.tag, str) and name in each.get("class", "").split()
    ]


def in_order(text: str, parts: Sequence[str]) -> bool:
    flat = " ".join(text.split())
    places = [flat.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


BOTH = pytest.mark.parametrize("issue", [ISSUE, told(3)], ids=["digest", "roundup issue"])
EVERY = pytest.mark.parametrize("theme", THEMES)


@EVERY
@BOTH
def test_structure(theme: str, issue: Issue) -> None:
    """Checks 3 to 17: language, title, tables, headings, and nothing that clients choke on."""
    rendered = render(issue, theme)
    tree = page(rendered)
    levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3", "h4")]
    assert (tree.get("lang"), tree.get("dir")) == ("en", "ltr")
    assert tree.findtext("head/title") == issue.subject.value
    assert all('role="presentation"' in tag for tag in re.findall("<table[^>]*>", rendered.html))
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not re.search(r"flex|grid|position\s*:|var\(|margin[^;]*:\s*-", rendered.html)
    assert not re.search(r"@import|@font-face|url\(|&#39;Segoe", rendered.html)
    assert not list(tree.iter("script", "form", "iframe", "link", "base", "svg"))
    assert 'href="#' not in rendered.html
    assert not tree.xpath("//@id")
    assert rendered.html.count("<!--[if") == rendered.html.count("<![endif]-->") > 0


@EVERY
@BOTH
def test_every_story_and_its_order(theme: str, issue: Issue) -> None:
    """Checks 18 and 39: each story's link in both parts, in the issue's order; the footer's too.

    The text part numbers them, and each number stands before its link, once.
    """
    rendered = render(issue, theme)
    links = list(dict.fromkeys(a.get("href", "") for a in page(rendered).iter("a")))
    urls = [each.url for each in (*issue.stories, *issue.also_published)]
    assert [link for link in links if link in urls] == urls
    lines = [line.strip() for line in rendered.text.split("\n")]
    listed = [line.partition(" ") for line in lines if re.match(r"\[\d+\] http", line)]
    assert [url for _, _, url in listed if url in urls] == urls
    assert [number for number, _, _ in listed] == [f"[{n + 1}]" for n in range(len(listed))]
    assert {rendered.text.count(number) for number, _, _ in listed} == {2}
    assert "https://unsubscribe.slot.invalid/" in lines


@EVERY
@BOTH
def test_help_lines_are_never_lost(theme: str, issue: Issue) -> None:
    """Where a story is told or listed, so are its help lines, once in each part."""
    first, *others = issue.sections
    opening = replace(first.stories[0], support=(HELP,))
    listed = replace(story(30, "Listed"), support=("Call 01632 960200.",))
    changed = replace(
        issue,
        lead=replace(issue.lead, support=("Call 01632 960300.",)) if issue.lead else None,
        sections=(replace(first, stories=(opening, *first.stories[1:])), *others),
        also_published=(listed,),
    )
    rendered = render(changed, theme)
    numbers = ["960100", "960200", *(["960300"] if issue.lead else [])]
    for number in numbers:
        assert rendered.html.count(number) == 1
        assert rendered.text.count(number) == 1


@EVERY
@BOTH
def test_type(theme: str, issue: Issue) -> None:
    """Checks 28 to 31: paragraphs of 16 px and 1.4, nothing below 13, generic fonts, underlines."""
    rendered = render(issue, theme)
    generic = "serif" if theme == "roundup" else "sans-serif"
    for element in page(rendered).find("body").iter("a", "p", "div", "td", "li", "span", "table"):
        style = dict(
            part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part
        )
        size = int(style.get("font-size", "16px").removesuffix("px"))
        height = int(style.get("line-height", "99px").removesuffix("px"))
        assert size >= 13 or element.get("class") in {"preheader", "gap", "rule"}
        if element.tag == "p":
            assert size >= 16
            assert height >= 1.4 * size
        if element.tag == "a":
            assert "underline" in style["text-decoration"] or element.get("class") in {
                "frame",
                "button-link",
            }
        if "font-family" in style:
            assert style["font-family"].split(",")[-1] == generic
        assert not {"justify", "uppercase"} & set(style.values())


@EVERY
def test_dark_rules_cover_every_colour(theme: str) -> None:
    """Check 32: each class with a light colour has a dark one, !important, in both forms."""
    _, plain, _, asked, marked = styles(render(told(2), theme))
    coloured = re.findall(r"^(\.[^{]*){[^}]*?(?<![-\w])(?:background-)?color:", plain, re.MULTILINE)
    names = {name.strip().removeprefix(".") for rule in coloured for name in rule.split(",")}
    for name in names - {"preheader", "column"}:
        for dark in (asked, marked):
            assert re.search(rf"\.{name}\b[^}}]*{{[^}}]*color:", dark), name
    assert asked.count("!important") == marked.count("!important")
    rules = re.findall(r"^\S[^@{]*{([^}]*)}", marked, re.MULTILINE)
    assert rules
    assert all(rule.endswith("!important") for rule in rules)


@EVERY
def test_sizes(theme: str) -> None:
    """Check 38: sixty stories stay below 85 KiB, styles below 8,192 bytes."""
    stories = [
        story(n, f"A headline of some length, {n}", 16, WORDS * 2, None if n % 5 else picture("b"))
        for n in range(59)
    ]
    sections = tuple(section(f"Topic {n}", *stories[n * 10 : n * 10 + 10]) for n in range(6))
    rendered = render(replace(ISSUE, sections=sections), theme)
    assert len(rendered.html.encode()) < 85 * 1024
    assert sum(len(style.encode()) + 15 for style in styles(rendered)) <= 8192


def test_a_roundup_is_set_in_the_theme_for_roundups() -> None:
    """Whatever the theme of the other issues; five sections stay below 40 KiB."""
    renderer = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
    roundup = renderer.render(told(5), replace(NEWSLETTER, theme="briefing")).html
    assert "Georgia" in roundup
    assert len(roundup.encode()) < 40 * 1024
    assert "Georgia" not in renderer.render(ISSUE, NEWSLETTER).html


def test_anatomy_of_a_roundup() -> None:
    """Everything stands where readers of a year's roundup look for it, in both parts."""
    rendered = render(told(3), "roundup")
    body = page(rendered).find("body").text_content()
    common = [
        "Tides, timetables", "Good morning.", "1 of 3", "Heading 1", "Hook 1.", "Background 1.",
        "about 1:", "“First quote of 1.", "And 1 went on:", "“He said ‘no’ to 1.”", HELP,
        "Read “Post 1”", "2 of 3", "Heading 2", "3 of 3", "Read “Post 3”", "Since 2014",
        "A calm 2027.", "More from The Harbour Letter", "Also published", "You get this because",
    ]  # fmt: skip
    assert in_order(body.partition("Thursday")[2], common)
    assert in_order(rendered.text.partition("\n\n")[2], common)
    assert in_order(body, ["Good morning.", "The quay in June", "Image: Ada Low, CC BY", "1 of 3"])


def test_type_scale_of_a_roundup() -> None:
    """Sizes, the accent rule of quotes, and phones' smaller title are those of the design."""
    rendered = render(told(2), "roundup")
    _, plain, screen, *_ = styles(rendered)
    for selector, size in (
        ("h1", "32px;line-height:38px"),
        ("h2", "24px;line-height:30px"),
        ("quote", "18px;line-height:28px"),
    ):
        assert re.search(rf"^\.{selector}{{[^}}]*font-size:{size}", plain, re.MULTILINE)
    quotes = page(rendered).findall(".//blockquote")
    assert all("border-left:4px solid #8a2b3a" in quote.get("style", "") for quote in quotes)
    assert all("italic" in quote.get("style", "") for quote in quotes)
    assert ".h1{font-size:28px!important;line-height:34px!important}" in screen
    credit = re.search(r'<div class="credit" style="([^"]*)"', rendered.html)
    assert credit
    assert "font-size:13px" in credit[1]
    assert "line-height:18px" in credit[1]


def test_one_button_and_one_picture_a_post() -> None:
    """A roundup has one button; a section's picture opens it and is not shown again."""
    tree = page(render(told(2), "roundup"))
    assert len(of_class(tree, "button")) == 1
    pictures = [image.get("src", "") for image in tree.iter("img")]
    assert [each.rpartition("/")[2] for each in pictures] == [
        "hero.jpg", "p1.png", "p2.png", "p2.png",
    ]  # fmt: skip
    assert not of_class(page(render(told(2), "roundup", home_url="")), "button")


def test_a_lone_section_is_not_counted() -> None:
    """To say that it is one of one tells nobody anything."""
    assert not of_class(page(render(told(1), "roundup")), "eyebrow")


def test_a_briefing_is_numbered_and_has_no_pictures() -> None:
    """Numbers run through the issue; each story is a title and one sentence, with its source."""
    rendered = render(theme="briefing")
    tree = page(rendered)
    assert not list(tree.iter("img"))
    assert of_class(tree, "number") == [f"{n}." for n in range(1, 10)]
    excerpts = of_class(tree, "excerpt")
    assert all(each.endswith("(Coastal Courier)") for each in excerpts)
    assert "We rode along" not in rendered.html + rendered.text
    assert len(max(excerpts, key=len).split()) <= 25 + 2
    assert "\n1. The night ferry returns" in rendered.text
    assert "\n9. Why the town archive" in rendered.text


def test_a_briefing_loses_no_word_of_a_roundup() -> None:
    """Should somebody choose it for roundups: hooks, quotes and help lines are all there."""
    rendered = render(told(2), "briefing")
    parts = ["Hook 1.", "about 1:", "“First quote of 1.", HELP, "Hook 2.", "A calm 2027."]
    assert in_order(page(rendered).find("body").text_content(), parts)
    assert in_order(rendered.text, parts)
    assert "<img" not in rendered.html


@pytest.mark.parametrize("theme", ["classic", "briefing"])
def test_long_issues_say_what_is_in_them(theme: str) -> None:
    """Topics with their counts, as plain text, from eight stories on."""
    rendered = render(theme=theme)
    assert of_class(page(rendered), "contents") == [
        "In this issue: Around town (3), Science & sea (2), Tools and code (2), Long reads (1)"
    ]
    assert "In this issue:\n* Around town (3)\n* Science & sea (2)\n" in rendered.text
    short = render(replace(ISSUE, sections=ISSUE.sections[:3], lead=None), theme)
    assert "In this issue" not in short.html + short.text


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@EVERY
def test_nothing_scrolls_sideways(theme: str, chromium: str) -> None:
    """Checks 34 and 35: digests and roundups fit each width, and buttons are at least 44 px."""
    from playwright.sync_api import sync_playwright

    pages = [render(issue, theme).html for issue in (ISSUE, told(3))]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.route("**/*", lambda route: route.abort())
        for width in (320, 375, 600, 800):
            tab.set_viewport_size({"width": width, "height": 900})
            for html in pages:
                tab.set_content(html)
                assert tab.evaluate("document.documentElement.scrollWidth") <= width
                for button in tab.locator("td.button").all():
                    box = button.bounding_box()
                    assert box
                    assert box["height"] >= 44
        browser.close()
