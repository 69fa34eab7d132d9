"""A right-to-left issue: mirrored, centred, and right where Latin text stands in it."""

from dataclasses import replace

import pytest

from digest.compose.render import IssueRenderer
from digest.config.catalogues import read_words
from digest.model import Newsletter, Quote, RenderedIssue, Wording
from digest.resources import TEMPLATES
from digest.web.pages import Pages
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL, as_read, section, story

ARABIC = replace(
    NEWSLETTER, name="رسالة الميناء", tagline="", language="ar", words=read_words("ar")
)


def render(newsletter: Newsletter) -> RenderedIssue:
    quoted = replace(
        story(5, "مالك الحزين الذي تعلّم الانتظار"),
        lead_in=Wording(value="في يونيو كتبت مدونتنا عن الصبر:"),
        quotes=(Quote(text=Wording(value="يقف عند البوابة 3 في كل ساعة")),),
        support=("للمساعدة اتصل بالرقم 16000.",),
    )
    issue = replace(ISSUE, sections=(*ISSUE.sections, section("البحر", quoted)))
    return as_read(
        IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(issue, newsletter)
    )


@pytest.fixture(scope="module")
def arabic() -> RenderedIssue:
    return render(ARABIC)


def test_its_rules_are_mirrored(arabic: RenderedIssue) -> None:
    """Quotes and help lines have their rule on the right; no letters are slanted or spaced."""
    assert "border-right:4px solid" in arabic.html
    assert "border-right-color" in arabic.html
    assert "border-left" not in arabic.html
    assert "font-style:italic" not in arabic.html
    assert "letter-spacing" not in arabic.html


def test_a_left_to_right_issue_stays_as_it_was() -> None:
    """Its rules are on the left, and no cell is told its alignment."""
    html = render(NEWSLETTER).html

    assert "border-left:4px solid" in html
    assert "border-right" not in html
    assert 'align="right"' not in html


def test_latin_titles_are_embedded(arabic: RenderedIssue) -> None:
    """A Latin headline and its source read left to right, in both parts; the URLs are untouched."""
    headline = "\u200f\u202aA bakery that runs on the tide\u202c\u200f"
    facts = "\u200f\u202aCoastal Courier\u202c\u200f · 16 يونيو · قراءة في دقيقتين"

    for part in (arabic.html, arabic.text):
        assert headline in part
        assert facts in part
    assert "https://stories.example/2/a-post?part=one&page=2" in arabic.text


def test_its_words_are_arabic(arabic: RenderedIssue) -> None:
    """Labels, dates and counts are in the newsletter's language, in both parts."""
    for part in (arabic.html, arabic.text):
        assert "الخميس، 18 يونيو 2026 · 10 مقالات" in part
        assert "نُشر أيضًا" in part
        assert "إلغاء الاشتراك" in part
    assert "Unsubscribe" not in arabic.html


def test_pages_are_in_the_newsletters_language() -> None:
    """A page has the language and direction of its words; what is filled in is escaped."""
    page = Pages().html(
        "done.html", ARABIC.words, newsletter="<Tides>", home_url="", address="a…@example.org"
    )

    assert '<html lang="ar" dir="rtl">' in page
    assert "لن يُرسل شيء بعد الآن" in page
    assert "<strong><bdi>&lt;Tides&gt;</bdi></strong>" in page


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_is_centred_and_starts_on_the_right(arabic: RenderedIssue, chromium: str) -> None:
    """The column stands in the middle, nothing scrolls, and the button is on the right."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.route("**/*", lambda route: route.abort())
        for width, left in ((320, 0), (640, 20)):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.set_content(arabic.html)
            column = tab.locator("table.column").bounding_box()
            button = tab.locator("td.button").bounding_box()
            assert column
            assert button
            assert column["x"] == left
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            side = 16 if width < 600 else 24
            assert button["x"] + button["width"] == width - left - side
