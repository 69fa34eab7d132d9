"""An issue as a page of its own: well made, everybody's, and frozen with the mail."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import html5lib  # type: ignore[import-untyped] # ships no stubs
import pytest
from lxml import etree

from digest.compose.personalise import SLOT_DOMAIN
from digest.compose.render import IssueRenderer
from digest.compose.webpage import Neighbour, published_page
from digest.model import Issue, Newsletter, RenderedIssue, Wording
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL, picture, story
from tests.core.harbour_roundup import COVERAGE, EARLIER, HELP, ROUNDUP

OLDER = Neighbour(title='Walls & "wheelbarrows" <b>', url="https://letters.example/issues/a?b&c")
FULL = replace(
    ISSUE,
    lead=replace(
        story(1, "The night ferry", 17, "Words.", picture("ferry", "A ferry")),
        coverage=COVERAGE,
        follows=EARLIER,
        support=(HELP,),
    ),
)


def render(issue: Issue = ISSUE, newsletter: Newsletter = NEWSLETTER) -> RenderedIssue:
    return IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(issue, newsletter)


def read(page: str) -> etree._Element:
    """The page as a browser builds it; what a strict parser minds is a failure."""
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False, strict=True
    )
    return parser.parse(page).getroot()  # type: ignore[no-any-return] # html5lib is untyped


def text_of(element: etree._Element) -> str:
    return " ".join("".join(str(piece) for piece in element.itertext()).split())


def linked(page: str) -> dict[str, object]:
    """The page's linked data."""
    (script,) = read(page).iter("script")
    assert script.get("type") == "application/ld+json"
    found = json.loads(script.text or "")
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("issue", [ISSUE, FULL, ROUNDUP], ids=["digest", "full", "roundup"])
def test_structure(issue: Issue) -> None:
    """Valid HTML: one h1, no level skipped, landmarks, unique ids, each part named."""
    page = read(published_page(render(issue)))
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3", "h4")]
    ids = [str(one) for one in page.xpath("//@id")]
    assert [tag for tag in ("header", "main", "footer") if len(list(page.iter(tag))) != 1] == []
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))
    for part in page.iter("section"):
        assert part.get("aria-labelledby") in ids
    for moment in page.iter("time"):
        assert re.match(r"\d{4}-\d\d-\d\d", moment.get("datetime", ""))
    for image in page.iter("img"):
        assert image.get("alt")
        assert image.getparent().tag == "figure"


def test_nothing_is_left_out() -> None:
    """Each story with its link, its help lines, who else tells it and what it follows up."""
    page = read(published_page(render(FULL)))
    hrefs = [link.get("href") for link in page.iter("a")]
    for told in (*FULL.stories, *FULL.also_published):
        assert told.url in hrefs
    text = text_of(page)
    assert HELP in text
    assert "Also covered by Gull, Tern" in text
    assert "Follows: The ferry is < sold (issue of 11 June)" in text
    assert "Image: Ines Okafor" in text
    assert NEWSLETTER.postal_address in text


def test_a_roundup_is_whole() -> None:
    """Hook, background, lead-ins, quotes with their sources, pivot, closing and wish."""
    page = read(published_page(render(ROUNDUP)))
    quotes = [quote.get("cite") for quote in page.iter("blockquote")]
    assert quotes == [
        ROUNDUP.sections[0].stories[0].url,
        ROUNDUP.sections[0].stories[0].url,
        ROUNDUP.sections[1].stories[0].url,
    ]
    text = text_of(page)
    said = ["Few walls are loved.", "The old stones came", "In March, the divers", "“Every stone"]
    said += ["It did not stay", HELP, "Read “What the divers found”", "Since 1998", "A calm sea"]
    places = [text.index(words) for words in said]
    assert places == sorted(places)
    assert page.find("body").get("class") == "roundup"


def test_the_page_is_everybodys() -> None:
    """No slot, no unsubscribe link, no preheader's padding, nothing from elsewhere but pictures."""
    page = published_page(render(FULL))
    assert SLOT_DOMAIN not in page
    assert "nsubscribe" not in page
    assert "&#847;" not in page
    assert not re.search(r"url\(|@import|<link[^>]*stylesheet|<iframe|<script(?! type)", page)
    sources = set(re.findall(r'src="([^"]*)"', page))
    assert {source.split("/")[2] for source in sources} == {"pictures.example"}


def test_other_programs_read_what_it_is() -> None:
    """Canonical address, Open Graph, Twitter card; the picture is the lead's."""
    page = read(published_page(render(FULL, replace(NEWSLETTER, language="en-GB"))))
    metas = {
        meta.get("property") or meta.get("name"): meta.get("content") for meta in page.iter("meta")
    }
    links = {link.get("rel"): link.get("href") for link in page.iter("link")}
    assert links["canonical"] == metas["og:url"] == f"{PUBLIC_URL}/issues/{ISSUE.slug}"
    assert metas["og:title"] == ISSUE.title.value
    assert metas["og:site_name"] == NEWSLETTER.name
    assert metas["og:locale"] == "en_GB"
    assert metas["description"] == metas["og:description"] == ISSUE.preheader.value
    assert metas["og:image"] == "https://pictures.example/ferry.png"
    assert metas["twitter:card"] == "summary_large_image"
    assert metas["article:published_time"] == ISSUE.due_at.isoformat()


def test_linked_data_lists_the_stories() -> None:
    """An article whose main thing is the list of its stories, in order."""
    data = linked(published_page(render(FULL)))
    items = data["mainEntity"]
    assert data["@type"] == "Article"
    assert data["headline"] == ISSUE.title.value
    assert isinstance(items, dict)
    assert [item["url"] for item in items["itemListElement"]] == [s.url for s in FULL.stories]
    assert items["numberOfItems"] == len(FULL.stories)


def test_linked_data_ends_no_script() -> None:
    """A title may say anything: it stays a string, and the page stays the page it was."""
    hostile = """</script><!--<script>alert('1')//--> <!--next--> & "q" \u2028 {{ 7*7 }}"""
    lead = story(1, hostile, 17, hostile, picture("a", '" onerror="alert(1)'))
    page = published_page(render(replace(ISSUE, title=Wording(value=hostile), lead=lead)))
    data = linked(page)
    assert data["headline"] == " ".join(hostile.split())
    assert "alert('1')" in text_of(next(read(page).iter("h1")))
    assert not [e for e in read(page).iter(etree.Element) if e.get("onerror")]


def test_neighbours_are_filled_in_when_it_is_shown() -> None:
    """In the head and at the foot; where there is none, nothing stands for it."""
    rendering = render()
    alone = published_page(rendering)
    both = read(published_page(rendering, previous=OLDER, following=OLDER))
    before = read(published_page(rendering, previous=OLDER))
    assert "Previous issue" not in alone
    assert "Next issue" not in alone
    assert [link.get("rel") for link in both.iter("link")][1:3] == ["prev", "next"]
    (link,) = [a for a in before.iter("a") if a.get("rel") == "prev"]
    assert (link.get("href"), text_of(link)) == (OLDER.url, OLDER.title)
    assert not [a for a in before.iter("a") if a.get("rel") == "next"]
    assert "<!--" not in etree.tostring(before, encoding="unicode")


def test_approval_covers_the_page() -> None:
    """The digest changes with the page alone; a rendering without one keeps its own."""
    rendering = render()
    british = render(newsletter=replace(NEWSLETTER, language="en-GB"))
    assert rendering.digest != british.digest
    old = replace(rendering, web="")
    assert published_page(old).startswith("<!DOCTYPE html>\n<html")
    assert "mail-only" not in published_page(old)


def test_a_long_introduction_is_a_short_description() -> None:
    """Without a preheader the introduction's first words describe the page, whole."""
    intro = Wording(value="The harbour wall stands again, and so do we. " * 20)
    issue = replace(ISSUE, preheader=Wording(value=""), intro=intro)
    page = read(published_page(render(issue)))
    metas = {meta.get("name"): meta.get("content", "") for meta in page.iter("meta")}
    assert 150 < len(metas["description"]) <= 201
    assert metas["description"].endswith("…")


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_fits_every_window(chromium: str) -> None:
    """No horizontal scroll at any width; dark where asked for, black on white on paper."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(color_scheme="dark")
        tab.route("**/*", lambda route: route.abort())
        ground = "getComputedStyle(document.querySelector('main')).backgroundColor"
        for issue, dark in ((FULL, "rgb(24, 28, 34)"), (ROUNDUP, "rgb(29, 28, 24)")):
            tab.emulate_media(media="screen")
            tab.set_content(published_page(render(issue), previous=OLDER))
            for width in (320, 375, 600, 800, 1280):
                tab.set_viewport_size({"width": width, "height": 900})
                assert tab.evaluate("document.documentElement.scrollWidth") <= width
            assert tab.evaluate(ground) == dark
            tab.emulate_media(media="print")
            assert tab.evaluate(ground) == "rgb(255, 255, 255)"
            assert not tab.locator("nav.others").is_visible()
        browser.close()
