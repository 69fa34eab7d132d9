"""A made-up roundup for the tests of compose: three sections, one of two posts."""

from dataclasses import replace

from digest.model import (
    Coverage,
    Earlier,
    EntryKey,
    Issue,
    IssueKind,
    Quote,
    Section,
    Story,
    Wording,
)
from tests.core.harbour import ISSUE, june, picture, section, story

COVERAGE = tuple(
    Coverage(
        source=name,
        url=f"https://{name.lower()}.example/ferry",
        headline="The ferry",
        entry=EntryKey(feed=f"https://{name.lower()}.example/feed", id="1"),
    )
    for name in ("Gull", "Tern")
)
EARLIER = Earlier(
    issue="weekly-2026-06-11",
    headline="The ferry is < sold",
    url="https://stories.example/sold?a=1&b=2",
    date=june(11, 6),
)
HELP = "If it touches you, call Quay Line on 01632 960100, day or night."


def post(number: int, headline: str, *quotes: Quote, lead_in: str) -> Story:
    """A post of a roundup."""
    told = story(number, headline, 1, "It began with a letter nobody expected.")
    return replace(told, lead_in=Wording(value=lead_in), quotes=quotes)


def quote(text: str, pivot: str = "") -> Quote:
    """A quote, and the line that leads to it."""
    return Quote(text=Wording(value=text), pivot=Wording(value=pivot))


ROUNDUP: Issue = replace(
    ISSUE,
    kind=IssueKind.ROUNDUP,
    slug="harbour-2026",
    title=Wording(value="Three posts that told the story of the\N{NO-BREAK SPACE}year"),
    subject=Wording(value="Three posts that told the story of the year"),
    preheader=Wording(value="A wall, a heron and a ferry: the year in three stories worth a look."),
    intro=Wording(
        value="As the year draws to a close, we look back at the posts that you came back to. "
        "The Harbour Letter ran over 70 of them, from bread and bicycles to plankton and prizes."
    ),
    hero=picture("harbour", "The harbour at dawn, three boats at anchor"),
    lead=None,
    sections=(
        Section(
            topic="wall",
            heading=Wording(value="A wall against water"),
            hook=Wording(
                value="Few walls are loved. The eastern one has been climbed, painted, cursed and "
                "kissed against for a hundred and ten years, and this spring it had to go."
            ),
            background=Wording(value="The old stones came from the quarry at Lorne."),
            stories=(
                replace(
                    post(
                        31,
                        "What the divers found",
                        quote(
                            "Every stone was numbered in chalk by a man called Pettibone, who did "
                            "not live to see them laid. We found his nine, upside down, forty feet "
                            "under the mud where he said that it would be."
                        ),
                        quote(
                            "We measured the gap twice and then, because none of us believed it, "
                            "a third time with a borrowed rule.",
                            "It did not stay a matter of stones:",
                        ),
                        lead_in="In March, the divers went down to see what held it up:",
                    ),
                    image=picture("divers", "Two divers on the quay steps"),
                    support=(HELP,),
                ),
            ),
        ),
        Section(
            topic="heron",
            heading=Wording(value="The patient heron"),
            stories=(
                post(
                    32,
                    "The heron at gate three",
                    quote("> It waits. From June to August it missed the lock on two days only."),
                    lead_in="By June, one bird had learned the timetable:",
                ),
                post(33, "Plankton on loan", lead_in="In July, a lens went round the town:"),
            ),
        ),
        section("In the dark", replace(story(34, "Night ferry"), coverage=COVERAGE)),
    ),
    also_published=(),
    closing=Wording(value="Since 1998 we have told more than 2,000 stories of one small coast."),
    wish=Wording(value="A calm sea to all of you in 2027."),
)
