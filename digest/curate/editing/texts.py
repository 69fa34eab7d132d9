"""The texts of an issue that editors write, each by its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from digest.model import (
    EntryKey,
    Image,
    Issue,
    IssueKind,
    Origin,
    Section,
    Story,
    TextEdit,
    TextField,
    Wording,
)

_ISSUE = (
    TextField.TITLE,
    TextField.SUBJECT,
    TextField.SUBJECT_B,
    TextField.PREHEADER,
    TextField.INTRO,
    TextField.CLOSING,
    TextField.WISH,
)
_CORRECTION = tuple(field for field in _ISSUE if field is not TextField.SUBJECT_B)
_SECTION = (TextField.HEADING, TextField.HOOK, TextField.BACKGROUND)
_STORY = (TextField.HEADLINE, TextField.EXCERPT, TextField.LEAD_IN)
_PICTURE = (TextField.ALT, TextField.CAPTION, TextField.CREDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands: the issue's own, a section's, or a story's (by its first entry)."""

    field: TextField
    section: str = ""
    entry: EntryKey | None = None

    def __str__(self) -> str:
        owner = self.entry or (f"section {self.section!r}" if self.section else "the issue")
        return f"the {self.field} of {owner}"


def place_of(edit: TextEdit, issue: Issue) -> Place:
    """The place an edit is for; a story is known by any of its entries."""
    if edit.entry is None:
        return Place(field=edit.field, section=edit.section)
    told = (story.entries[0] for story in stories_of(issue) if edit.entry in story.entries)
    return Place(field=edit.field, entry=next(told, edit.entry))


def stories_of(issue: Issue) -> tuple[Story, ...]:
    """Every story that is told or listed, in reading order."""
    return issue.stories + issue.also_published


def texts_of(issue: Issue) -> dict[Place, Wording]:
    """Every text of an issue, in reading order, those that nobody wrote too."""
    return dict(_texts(issue))


def reword(issue: Issue, words: Mapping[Place, Wording]) -> Issue:
    """The issue with other words in those places; places it does not have are left alone."""
    if not words:
        return issue
    return replace(
        issue,
        **_changes(_ISSUE, words, {}),
        hero=_picture(issue.hero, words, {}),
        lead=_story(issue.lead, words) if issue.lead else None,
        sections=tuple(_section(section, words) for section in issue.sections),
        also_published=tuple(_story(story, words) for story in issue.also_published),
    )


def _texts(issue: Issue) -> Iterator[tuple[Place, Wording]]:
    own = _ISSUE if issue.kind is not IssueKind.CORRECTION else _CORRECTION
    yield from _fields(issue, own, {})
    yield from _picture_texts(issue.hero, {})
    if issue.lead:
        yield from _story_texts(issue.lead)
    for section in issue.sections:
        yield from _fields(section, _SECTION, {"section": section.topic})
        for story in section.stories:
            yield from _story_texts(story)
    for story in issue.also_published:
        yield from _story_texts(story)


def _story_texts(story: Story) -> Iterator[tuple[Place, Wording]]:
    owner = {"entry": story.entries[0]}
    yield from _fields(story, _STORY, owner)
    yield from _picture_texts(story.image, owner)


def _fields(
    holder: object, fields: tuple[TextField, ...], owner: Mapping[str, Any]
) -> Iterator[tuple[Place, Wording]]:
    for field in fields:
        yield Place(field=field, **owner), getattr(holder, _attribute(field))


def _picture_texts(
    picture: Image | None, owner: Mapping[str, Any]
) -> Iterator[tuple[Place, Wording]]:
    # A picture's texts have no provenance of their own: whoever made it wrote them.
    if picture:
        for field in _PICTURE:
            value = getattr(picture, _attribute(field))
            yield Place(field=field, **owner), Wording(value=value, origin=Origin.FEED)


def _section(section: Section, words: Mapping[Place, Wording]) -> Section:
    return replace(
        section,
        **_changes(_SECTION, words, {"section": section.topic}),
        stories=tuple(_story(story, words) for story in section.stories),
    )


def _story(story: Story, words: Mapping[Place, Wording]) -> Story:
    owner = {"entry": story.entries[0]}
    picture = _picture(story.image, words, owner)
    return replace(story, **_changes(_STORY, words, owner), image=picture)


def _picture(
    picture: Image | None, words: Mapping[Place, Wording], owner: Mapping[str, Any]
) -> Image | None:
    changes = _changes(_PICTURE, words, owner)
    plain = {name: wording.value for name, wording in changes.items()}
    return replace(picture, **plain) if picture and plain else picture


def _changes(
    fields: tuple[TextField, ...], words: Mapping[Place, Wording], owner: Mapping[str, Any]
) -> dict[str, Any]:
    places = {_attribute(field): Place(field=field, **owner) for field in fields}
    return {name: words[place] for name, place in places.items() if place in words}


def _attribute(field: TextField) -> str:
    return field.value.replace("-", "_")
