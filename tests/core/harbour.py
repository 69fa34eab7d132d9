"""A made-up issue for the tests of compose: nine stories, four topics, awkward titles."""

from dataclasses import replace
from datetime import UTC, datetime, time

from digest.compose.marks import strip
from digest.compose.plaintext import tidy
from digest.model import (
    EntryKey,
    Image,
    Issue,
    IssueKey,
    Newsletter,
    Period,
    RenderedIssue,
    Schedule,
    Section,
    Sender,
    Story,
    Weekday,
    Wording,
)

PUBLIC_URL = "https://letters.example"
LONG_TITLE = (
    "Everything you ever wanted to know about the drainage ordinance of 1911, why it still governs "
    "where you may park a wheelbarrow, and what the council intends to do about it before autumn"
)
UNBREAKABLE = (
    "Supercalifragilistic_identifier_names_considered_harmful_in_public_transport_interchanges"
)


def june(day: int, hour: int = 9) -> datetime:
    """A moment of June 2026."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def picture(name: str, alt: str = "", size: tuple[int, int] = (1104, 621)) -> Image:
    """A picture of twice the size it is shown at."""
    return Image(
        url=f"https://pictures.example/{name}.png",
        alt=alt,
        credit="Ines Okafor",
        width=size[0],
        height=size[1],
    )


def story(
    number: int, headline: str, day: int = 16, excerpt: str = "", image: Image | None = None
) -> Story:
    """A story of the Coastal Courier."""
    return Story(
        entries=(EntryKey(feed="https://feeds.example/courier", id=str(number)),),
        url=f"https://stories.example/{number}/a-post?part=one&page=2",
        headline=Wording(value=headline),
        excerpt=Wording(value=excerpt),
        source="Coastal Courier",
        published_at=june(day),
        minutes=number,
        image=image,
    )


def section(heading: str, *stories: Story) -> Section:
    """A topic's stories."""
    return Section(topic=heading.lower(), heading=Wording(value=heading), stories=stories)


NEWSLETTER = Newsletter(
    id="weekly",
    name="The Harbour Letter",
    sender=Sender(address="weekly@newsletter.example", name="The Harbour Letter"),
    postal_address="The Harbour Letter, 12 Quay Street, Port Anselm",
    schedule=Schedule(time_zone="Europe/London", days=(Weekday.THURSDAY,), at=time(7, 30)),
    feeds=(),
    topics=(),
    default_topic="other",
    tagline="What the coast wrote this week",
    home_url="https://harbour.example/",
)

ISSUE = Issue(
    key=IssueKey(newsletter="weekly", period=Period(start=june(11, 6), end=june(18, 6))),
    slug="weekly-2026-06-18",
    title=Wording(value="Tides, timetables and a very patient\N{NO-BREAK SPACE}heron"),
    subject=Wording(value="The night ferry returns and 8 more"),
    preheader=Wording(value="Also: a bakery that runs on tide power, and an archive of oranges."),
    intro=Wording(
        value="Good morning. The harbour reopened its eastern wall this week.\n\n"
        "We picked nine pieces worth your coffee."
    ),
    lead=story(
        1,
        "The night ferry returns after eleven years away",
        17,
        "At ten past eleven on Friday the Marguerite left Pier Two with 214 passengers, a brass "
        "band and a crate of lemons. We rode along for the first crossing and talked to the crew.",
        picture("ferry", "The ferry Marguerite at dusk, leaving the pier"),
    ),
    sections=(
        section(
            "Around town",
            story(
                2,
                "A bakery that runs on the tide",
                16,
                "Twice a day the sea fills the old mill pond, and twice a day it lets go again.",
                picture("bakery", "A baker sliding loaves into an oven", (1200, 900)),
            ),
            story(
                3, "Café Ñandú serves its last flat white ☕", 15, "The corner café turns round."
            ),
            story(4, LONG_TITLE, 14, "The wheelbarrow clause turns out to be about eels."),
        ),
        section(
            "Science & sea",
            story(
                5,
                "The heron that learned to wait for the lock",
                17,
                "It stands by gate three at a quarter to every hour, as if it read the clock.",
                picture("heron", "", (800, 1000)),
            ),
            story(6, "Counting plankton with a borrowed lens", 13, "It found two new species."),
        ),
        section(
            "Tools and code",
            story(7, "Our timetable is a spreadsheet", 12, "Three rewrites later we are back."),
            story(8, UNBREAKABLE, 16, "On the joy of short names."),
        ),
        section(
            "Long reads",
            story(9, "Why the town archive smells of oranges", 11, "A debt paid in shelving."),
        ),
    ),
    also_published=(
        story(20, "Minutes of the rowing club, annotated"),
        story(21, "Seven walls worth a detour"),
    ),
)


def as_read(rendering: RenderedIssue) -> RenderedIssue:
    """What a reader of everything sees of a rendering: no marks, but slots still."""
    return replace(rendering, html=strip(rendering.html), text=tidy(strip(rendering.text)))
