"""Wordings: an issue's own texts, each with the place where an editor changes it."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.compose.preflight.rules import Proof
from digest.model import Image, Issue, Origin, Place, Section, Story, TextField, Wording

_WHOLE = ("title", "subject", "subject_b", "preheader", "intro", "closing", "wish")
_OF_SECTION = ("heading", "hook", "background")
_OF_STORY = ("headline", "excerpt", "lead_in")
_QUOTE = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A text and where it stands. ``from_feed``: a publisher's own words, and nobody changed them.

    ``field`` of a quote is ``quote``, of the line before one ``pivot``.
    """

    text: str
    place: Place
    from_feed: bool = False


def issue_place(field: str) -> Place:
    """The place of a text of the issue's own."""
    parts = {"subject": "subject", "subject-b": "subject", "preheader": "preheader"}
    return Place(part=parts.get(field, "html"), field=field)


def section_place(section: Section, field: str = "heading") -> Place:
    """The place of a section's text."""
    return Place(part="html", section=section.topic, field=field)


def story_place(story: Story, field: str = "") -> Place:
    """The place of a story, or of one of its texts."""
    return Place(part="html", entry=story.entries[0] if story.entries else None, field=field)


def told_and_listed(issue: Issue) -> tuple[Story, ...]:
    """Every story of an issue, in reading order."""
    return issue.stories + issue.also_published


def texts_of(proof: Proof) -> Iterator[Placed]:
    """Every text of the issue, in reading order, empty ones too; none where no issue is known."""
    issue = proof.issue
    if issue is None:
        return
    for name in _WHOLE:
        yield _placed(getattr(issue, name), issue_place(name.replace("_", "-")))
    if issue.hero:
        yield from _picture(issue.hero, Place(part="html"))
    if issue.lead:
        yield from _story(issue.lead)
    for section in issue.sections:
        for name in _OF_SECTION:
            yield _placed(getattr(section, name), section_place(section, name))
        for story in section.stories:
            yield from _story(story)
    for story in issue.also_published:
        yield from _story(story)


def _story(story: Story) -> Iterator[Placed]:
    for name in _OF_STORY:
        yield _placed(getattr(story, name), story_place(story, name.replace("_", "-")))
    for quote in story.quotes:
        yield _placed(quote.pivot, story_place(story, "pivot"))
        yield _placed(quote.text, story_place(story, _QUOTE))
    if story.image:
        yield from _picture(story.image, story_place(story))


def _picture(image: Image, owner: Place) -> Iterator[Placed]:
    for field, text in ((TextField.ALT, image.alt), (TextField.CREDIT, image.credit)):
        place = Place(part=owner.part, entry=owner.entry, field=field.value)
        yield Placed(text=text, place=place, from_feed=True)


def _placed(wording: Wording, place: Place) -> Placed:
    return Placed(text=wording.value, place=place, from_feed=wording.origin is Origin.FEED)
