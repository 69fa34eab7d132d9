"""The shape of a galley: the file in which an editor changes an issue."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from digest.config.findings import findings
from digest.config.notations import check_filled
from digest.config.settings import Section
from digest.config.tomlfile import Checked, TomlFile

Name = Annotated[str, AfterValidator(check_filled)]


class QuoteTable(Section):
    """One of a story's ``quotes``."""

    text: Name = Field(examples=["What was said."])
    pivot: str = ""


class StoryTable(Section):
    """``[lead]``, or one of ``[[section.story]]`` and ``[[also]]``.

    ``topic`` is where a story belongs that stands under no section.
    """

    post: Name = Field(examples=["https://example.org/feed#1"])
    topic: Name | None = None
    pin: bool = False
    headline: str | None = None
    excerpt: str | None = None
    lead_in: str | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    quotes: tuple[QuoteTable, ...] | None = None


class SectionTable(Section):
    """One of ``[[section]]``."""

    topic: Name = Field(examples=["news"])
    heading: str | None = None
    hook: str | None = None
    background: str | None = None
    story: tuple[StoryTable, ...] = ()


class DroppedTable(Section):
    """One of ``[[dropped]]``: a post that is not to be told."""

    post: Name = Field(examples=["https://example.org/feed#1"])
    why: str = ""


class PinnedTable(Section):
    """One of ``[[pinned]]``: a post that is to be told and is not in the issue yet."""

    post: Name = Field(examples=["https://example.org/feed#1"])


class GalleyTable(Section):
    """All of a galley."""

    issue: Name = Field(examples=["weekly-2026-06-18"])
    revision: int = Field(ge=1, examples=[1])
    title: str | None = None
    subject: str | None = None
    subject_b: str | None = None
    preheader: str | None = None
    intro: str | None = None
    closing: str | None = None
    wish: str | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    lead: StoryTable | None = None
    section: tuple[SectionTable, ...] = ()
    also: tuple[StoryTable, ...] = ()
    pinned: tuple[PinnedTable, ...] = ()
    dropped: tuple[DroppedTable, ...] = ()


def check_galley(file: TomlFile) -> Checked[GalleyTable]:
    """Check a galley key against key; all problems are found, not the first."""
    try:
        return Checked(value=GalleyTable.model_validate(file.table))
    except ValidationError as error:
        return Checked(problems=findings(error, GalleyTable, file))
