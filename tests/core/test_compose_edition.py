"""What templates see: cleaned words, safe links, fitting pictures, local days."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.edition import Edition, Picture, StoryView, edition_of, plain, web_link
from digest.compose.markdown import markdown
from digest.compose.personalise import SLOT_DOMAIN
from digest.compose.render import IssueRenderer
from digest.model import Earlier, Image, IssueKey, Newsletter, Period, Wording
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, LONG_TITLE, NEWSLETTER, PUBLIC_URL, section, story

SOURCES = ("Coastal Courier", "Other Post", "Coastal Courier", "Coastal Courier")


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


def test_a_button_names_its_story() -> None:
    """Links say where they lead; a long headline is cut after a word."""
    assert lead().button == "Read “The headline”"
    long = Wording(value=f"Nearly {LONG_TITLE}")
    assert lead(headline=long).button == "Read “Nearly Everything you ever wanted to know…”"
    assert lead(headline=long, lead_in=Wording(value="In May:")).button == f"Read “{long.value}”"


PIER = "The harbour office has an answer on the north pier"


@pytest.mark.parametrize(
    ("headlines", "says"),
    [
        (
            [f"{PIER} and one on the south pier", f"{PIER} after forty years of questions"],
            [f"“{PIER} and…”", f"“{PIER}…”"],
        ),
        (["Tides!", "Tides?"], ["“Tides!” · Coastal Courier", "“Tides?” · Other Post"]),
        (
            ["Tides", "Tides", "Tides", "Tides"],
            [
                "“Tides” · Coastal Courier · 10 June",
                "“Tides” · Other Post",
                "“Tides” · Coastal Courier · 12 June",
                "“Tides” · Coastal Courier · 12 June (2)",
            ],
        ),
        (["Ebb. " * 99] * 2, [f"“{'Ebb. ' * 8}Ebb…” · {name}" for name in SOURCES[:2]]),
    ],
    ids=["same-beginning", "nearly", "same", "hopeless"],
)
def test_no_two_buttons_are_alike(headlines: list[str], says: list[str]) -> None:
    """As much of the titles as tells them apart; else the source, the day, a number."""
    days = (10, 11, 12, 12)
    stories = tuple(
        replace(story(number, text, day=days[number]), source=SOURCES[number])
        for number, text in enumerate(headlines)
    )
    issue = replace(
        ISSUE,
        lead=stories[0],
        sections=(section("Sea", stories[1]),),
        also_published=stories[2:],
    )
    view = edition_of(issue, NEWSLETTER, public_url="").issue
    assert view.lead
    shown = (view.lead, *view.sections[0].stories, *view.also_published)
    assert [one.button for one in shown] == [f"Read {text}" for text in says]


@given(st.lists(st.text("ab .?…é", max_size=200), min_size=1, max_size=8))
def test_no_titles_make_two_buttons_alike(texts: list[str]) -> None:
    """Whatever the headlines are, every label stands once, and none runs over many lines."""
    stories = tuple(story(number, text) for number, text in enumerate(texts))
    issue = replace(ISSUE, lead=None, sections=(section("Sea", *stories),), also_published=())
    view = edition_of(issue, NEWSLETTER, public_url="").issue
    buttons = [one.button for one in view.sections[0].stories]
    assert len(set(buttons)) == len(buttons)
    assert max(map(len, buttons)) < 160


def test_a_headline_of_pages_is_cut() -> None:
    """A mail shows 200 characters of it, and of what it follows up; all of it is the title."""
    text = "Why the keeper would not come down. " * 84
    follows = Earlier(issue="weekly-1", headline=text, url="", date=ISSUE.due_at)
    view = lead(
        headline=Wording(value=text),
        follows=follows,
        image=Image(url="https://a.example/a.jpg"),
    )
    assert view.follows
    assert view.picture
    for shown in (view.headline, view.follows.headline, view.picture.alt):
        assert len(shown) <= 201
        assert shown.endswith("down. Why the keeper would…")
    assert view.title == text.strip()


def test_no_stories_are_not_counted() -> None:
    """What says "0 stories" is left out, in the mail and on its page."""
    issue = replace(ISSUE, lead=None, sections=(), also_published=())
    renderer = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
    rendered = renderer.render(issue, NEWSLETTER)
    assert not re.search(r"\b0 stor|· *<|·\s*$", rendered.web + rendered.text, re.MULTILINE)
    assert "0 stories" not in rendered.html
    assert "0 stories" not in markdown(edition_of(issue, NEWSLETTER, public_url=""))


def test_the_page_has_the_whole_headline() -> None:
    """Whoever follows "View in browser" reads what the mail cut off."""
    text = f"{'Why the keeper would not come down. ' * 84}The end"
    issue = replace(ISSUE, lead=story(1, text))
    rendered = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(issue, NEWSLETTER)
    assert "The end</p>" in rendered.web
    assert "The end" not in rendered.html.partition("<body")[2] + rendered.text


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
