"""Reading a galley: the file's words and order, or what is wrong in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.config.galley_table import GalleyTable, SectionTable, StoryTable, check_galley
from digest.config.locate import TomlPath
from digest.config.tomlfile import Checked, TomlFile, parse_toml
from digest.curate.editing.galley.values import (
    Galley,
    GalleyDrop,
    GalleyPin,
    GalleyQuote,
    GalleySection,
    GalleyStory,
    Words,
)
from digest.curate.editing.galley.writing import key_of
from digest.errors import Problem
from digest.model import TextField


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleyFile:
    """A galley that was read, and the file it stands in."""

    galley: Galley
    file: TomlFile


def read_galley(name: str, content: bytes) -> Checked[GalleyFile]:
    """Read a galley's bytes; ``name`` is how findings call the file."""
    parsed = parse_toml(name, content)
    if parsed.value is None:
        return Checked(problems=parsed.problems)
    checked = check_galley(parsed.value)
    if checked.value is None:
        return Checked(problems=checked.problems)
    galley = _galley(checked.value)
    problems = tuple(_repeated(galley, parsed.value))
    if problems:
        return Checked(problems=problems)
    return Checked(value=GalleyFile(galley=galley, file=parsed.value))


def _galley(table: GalleyTable) -> Galley:
    return Galley(
        issue=table.issue,
        revision=table.revision,
        words=_words(table),
        lead=_story(table.lead, ("lead",)) if table.lead else None,
        sections=tuple(
            _section(section, ("section", number)) for number, section in enumerate(table.section)
        ),
        also=tuple(_story(story, ("also", number)) for number, story in enumerate(table.also)),
        pinned=tuple(
            GalleyPin(post=pin.post, path=("pinned", number))
            for number, pin in enumerate(table.pinned)
        ),
        dropped=tuple(
            GalleyDrop(post=drop.post, why=drop.why, path=("dropped", number))
            for number, drop in enumerate(table.dropped)
        ),
    )


def _section(table: SectionTable, path: TomlPath) -> GalleySection:
    return GalleySection(
        topic=table.topic,
        words=_words(table),
        stories=tuple(
            _story(story, (*path, "story", number)) for number, story in enumerate(table.story)
        ),
        path=path,
    )


def _story(table: StoryTable, path: TomlPath) -> GalleyStory:
    quotes = table.quotes
    return GalleyStory(
        post=table.post,
        topic=table.topic or "",
        pin=table.pin,
        words=_words(table),
        quotes=None
        if quotes is None
        else tuple(GalleyQuote(text=one.text, pivot=one.pivot) for one in quotes),
        path=path,
    )


def _words(table: GalleyTable | SectionTable | StoryTable) -> Words:
    values = ((field, getattr(table, key_of(field), None)) for field in TextField)
    return {field: value for field, value in values if value is not None}


def _repeated(galley: Galley, file: TomlFile) -> Iterator[Problem]:
    posts: set[str] = set()
    for story in galley.stories:
        if story.post in posts:
            message = f"{story.post} stands in the file twice"
            yield file.problem((*story.path, "post"), message, fix="delete one of the blocks")
        posts.add(story.post)
    topics: set[str] = set()
    for section in galley.sections:
        if section.topic in topics:
            message = f"section {section.topic!r} stands in the file twice"
            fix = "put all its stories under one"
            yield file.problem((*section.path, "topic"), message, fix=fix)
        topics.add(section.topic)
        yield from _misplaced(section, file)


def _misplaced(section: GalleySection, file: TomlFile) -> Iterator[Problem]:
    for story in section.stories:
        if story.topic not in {"", section.topic}:
            message = f"stands under {section.topic!r}, but names the topic {story.topic!r}"
            fix = "delete the line, or move the block"
            yield file.problem((*story.path, "topic"), message, fix=fix)
