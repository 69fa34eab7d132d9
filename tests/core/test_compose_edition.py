"""What templates see: cleaned words, safe links, fitting pictures, local days."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.edition import Edition, Picture, StoryView, edition_of, plain, web_link
from digest.compose.personalise import SLOT_DOMAIN
from digest.model import Image, IssueKey, Newsletter, Period, Wording
from tests.core.harbour import ISSUE, LONG_TITLE, NEWSLETTER, PUBLIC_URL, story


def edition(newsletter: Newsletter = NEWSLETTER) -> Edition:
    return edition_of(ISSUE, newsletter, public_url=PUBLIC_URL)


def lead(**changes: object) -> StoryView:
    told = replace(story(1, "The headline", excerpt="x"), **changes)  # type: ignore[arg-type] # each test knows its field
    view = edition_of(replace(ISSUE, lead=told), NEWSLETTER, public_url=PUBLIC_URL).issue.lead
    assert view
    return view


@given(st.text())
def test_plain_text_is_one_clean_line(text: str) -> None:
    """Whatever a feed says, no line break, control character or slot is left."""
    cleaned = plain(f"{text} https://unsubscribe.{SLOT_DOMAIN}/ {text}")

    assert not set(cleaned) & set("\x00\x07\x1b\r\n\t\x7f\u202e\u2028")
    assert SLOT_DOMAIN not in cleaned


def test_plain_text_keeps_what_was_meant() -> None:
    """No-break spaces and joined emoji stay as they are."""
    assert (
        plain("a  very\npatient\N{NO-BREAK SPACE}heron 👩‍🚀")
        == "a very patient\N{NO-BREAK SPACE}heron 👩‍🚀"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/b?c=d&e=[f]#g", "https://a.example/b?c=d&e=[f]#g"),
        (" http://a.example/b c ", "http://a.example/b%20c"),
        ("javascript:alert(1)", ""),
        ("java\x00script:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//a.example/", ""),
        ("https:///x", ""),
        ("https://[broken/", ""),
        (f"https://unsubscribe.{SLOT_DOMAIN}/", ""),
        ("", ""),
    ],
)
def test_only_web_links_are_followed(url: str, expected: str) -> None:
    """Other schemes, broken addresses and slots are no links."""
    assert web_link(url) == expected


def test_days_are_those_of_the_newsletter() -> None:
    """Half past eleven at night in UTC is the next day in London's summer."""
    moment = datetime(2026, 6, 17, 23, 30, tzinfo=UTC)
    period = Period(start=ISSUE.key.period.start, end=moment)
    issue = replace(
        ISSUE, key=IssueKey(newsletter="weekly", period=period), lead=story(1, "x", day=16)
    )

    assert edition_of(issue, NEWSLETTER, public_url="").issue.date == "Thursday 18 June 2026"
    assert lead(published_at=moment).date == "18 June"


def test_facts_are_one_line() -> None:
    """Source, day and reading time; a missing source leaves no gap."""
    assert lead().facts == "Coastal Courier · 16 June · 1 minute read"
    assert lead(source="").facts == "16 June · 1 minute read"


def test_a_button_names_its_story_unless_too_long() -> None:
    """Links say where they lead; a headline of many lines makes no button."""
    assert lead().button == "Read “The headline”"
    assert lead(headline=Wording(value=LONG_TITLE)).button == "Read the story"


@pytest.mark.parametrize(
    "image",
    [
        Image(url="data:image/png;base64,x"),
        Image(url="/relative.png"),
        Image(url="https://a.example/logo.SVG?x=1"),
        Image(url="https://a.example/pixel.gif", width=1, height=1),
    ],
    ids=["data", "relative", "svg", "pixel"],
)
def test_pictures_no_client_shows_are_left_out(image: Image) -> None:
    """No data URI, no vector graphics, no tracking pixel."""
    assert lead(image=image).picture is None


def test_a_picture_without_a_description_takes_the_headline() -> None:
    """A linked picture is never without a name."""
    view = lead(image=Image(url="https://a.example/a.jpg"))

    assert view.picture
    assert view.picture.alt == "The headline"


SIZES = st.none() | st.integers(1, 10_000)


@given(SIZES, SIZES)
def test_a_picture_fits_its_box(width: int | None, height: int | None) -> None:
    """It is never wider or higher than the box, never enlarged, never distorted."""
    picture = Picture(url="u", alt="a", credit="", width=width, height=height)

    fitted = picture.within(552, 400)

    assert fitted.width is not None
    assert fitted.width <= min(552, width or 552)
    if width and height:
        assert fitted.height
        assert fitted.height <= 400
        assert abs(fitted.width * height - fitted.height * width) <= max(width, height)
    else:
        assert fitted.height is None


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1200, 630), True),
        ((None, None), True),
        ((800, 1000), False),
        ((200, 100), False),
    ],
    ids=["landscape", "unknown", "upright", "small"],
)
def test_only_landscapes_fill_a_phone(size: tuple[int | None, int | None], expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """An upright or small picture is not blown up."""
    picture = Picture(url="u", alt="a", credit="", width=size[0], height=size[1])

    assert picture.landscape is expected


def test_a_newsletter_without_a_reason_gets_one() -> None:
    """The footer always says why somebody gets this mail."""
    assert edition().newsletter.why == "You get this because you subscribed to The Harbour Letter."
    assert edition(replace(NEWSLETTER, why="You asked.")).newsletter.why == "You asked."


def test_an_introduction_keeps_its_paragraphs() -> None:
    """Blank lines part paragraphs."""
    assert len(edition().issue.intro) == 2
