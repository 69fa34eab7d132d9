"""What stands in a galley: an editor's own words, and where each story is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digest.config.locate import TomlPath
from digest.curate.editing.texts import Place, place_of, stories_of, texts_of
from digest.model import (
    EntryKey,
    KeptIssue,
    Origin,
    Quote,
    Section,
    Story,
    StoryQuotes,
    TextEdit,
    TextField,
    Wording,
)

Words = Mapping[TextField, str]
"""An editor's texts; the program's are not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleyQuote:
    """A quote and the line that leads to it."""

    text: str
    pivot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleyStory:
    """A story. ``post`` is its key as text; ``topic`` is given where it stands under no section.

    ``quotes`` are an editor's, None where the program's stand.
    """

    post: str
    topic: str = ""
    pin: bool = False
    words: Words = field(default_factory=dict)
    quotes: tuple[GalleyQuote, ...] | None = None
    path: TomlPath = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleySection:
    """A section and its stories, in order."""

    topic: str
    words: Words = field(default_factory=dict)
    stories: tuple[GalleyStory, ...] = ()
    path: TomlPath = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleyDrop:
    """A post that is not to be told."""

    post: str
    why: str = ""
    path: TomlPath = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleyPin:
    """A post that is to be told, and is not in the issue yet."""

    post: str
    path: TomlPath = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Galley:
    """An issue as an editor's file has it."""

    issue: str
    revision: int
    words: Words = field(default_factory=dict)
    lead: GalleyStory | None = None
    sections: tuple[GalleySection, ...] = ()
    also: tuple[GalleyStory, ...] = ()
    pinned: tuple[GalleyPin, ...] = ()
    dropped: tuple[GalleyDrop, ...] = ()

    @property
    def stories(self) -> Iterator[GalleyStory]:
        """Every story, in the file's order."""
        if self.lead:
            yield self.lead
        for section in self.sections:
            yield from section.stories
        yield from self.also


class Provenance:
    """Whose words stand where in an issue: its editor's own, and the program's."""

    def __init__(self, kept: KeptIssue) -> None:
        self._texts = texts_of(kept.issue)
        self._edits = {place_of(edit, kept.issue): edit for edit in kept.edits.texts}
        self._quotes = {chosen.entry: chosen for chosen in kept.edits.quotes}

    def own(self, place: Place) -> str | None:
        """The editor's text, None where the program's stands."""
        edit, text = self._edits.get(place), self._texts.get(place)
        if edit is not None:
            return edit.value
        return text.value if text and text.origin is Origin.EDITED else None

    def given(self, place: Place) -> Wording | None:
        """The program's text, also where an editor's stands in its place; None if unknown."""
        edit, text = self._edits.get(place), self._texts.get(place)
        if edit is not None:
            return Wording(value=edit.source, origin=edit.source_origin)
        return None if text is None or text.origin is Origin.EDITED else text

    def edit(self, place: Place) -> TextEdit | None:
        """The edit that made the text."""
        return self._edits.get(place)

    def chosen(self, story: Story) -> StoryQuotes | None:
        """The quotes that an editor chose for a story."""
        found = [self._quotes[key] for key in story.entries if key in self._quotes]
        return found[-1] if found else None

    def words(self, places: Sequence[Place]) -> Words:
        """The editor's texts among these places."""
        own = ((place.field, self.own(place)) for place in places)
        return {name: value for name, value in own if value is not None}


def galley_of(kept: KeptIssue) -> Galley:
    """The galley of an issue that nobody has marked up since."""
    return _Setter(kept).galley()


def places_in(kept: KeptIssue) -> dict[tuple[str, EntryKey | None], list[Place]]:
    """The places of texts, by the section or the story they belong to, neither for the issue."""
    places: dict[tuple[str, EntryKey | None], list[Place]] = {}
    for place in texts_of(kept.issue):
        places.setdefault((place.section, place.entry), []).append(place)
    return places


def galley_quotes(quotes: Sequence[Quote]) -> tuple[GalleyQuote, ...]:
    """Quotes without their provenance."""
    return tuple(GalleyQuote(text=one.text.value, pivot=one.pivot.value) for one in quotes)


class _Setter:
    def __init__(self, kept: KeptIssue) -> None:
        self._kept = kept
        self._provenance = Provenance(kept)
        self._places = places_in(kept)

    def galley(self) -> Galley:
        issue, edits = self._kept.issue, self._kept.edits
        here = {key for story in stories_of(issue) for key in story.entries}
        return Galley(
            issue=issue.slug,
            revision=self._kept.revision,
            words=self._words("", None),
            lead=self._story(issue.lead, alone=True) if issue.lead else None,
            sections=tuple(self._section(section) for section in issue.sections),
            also=tuple(self._story(story, alone=True) for story in issue.also_published),
            pinned=tuple(GalleyPin(post=str(key)) for key in edits.pins if key not in here),
            dropped=tuple(GalleyDrop(post=str(drop.entry), why=drop.why) for drop in edits.drops),
        )

    def _section(self, section: Section) -> GalleySection:
        return GalleySection(
            topic=section.topic,
            words=self._words(section.topic, None),
            stories=tuple(self._story(story) for story in section.stories),
        )

    def _story(self, story: Story, *, alone: bool = False) -> GalleyStory:
        chosen = self._provenance.chosen(story)
        return GalleyStory(
            post=str(story.entries[0]),
            topic=story.placement.topic if alone and story.placement else "",
            pin=not set(self._kept.edits.pins).isdisjoint(story.entries),
            words=self._words("", story.entries[0]),
            quotes=galley_quotes(chosen.quotes) if chosen else None,
        )

    def _words(self, section: str, entry: EntryKey | None) -> Words:
        return self._provenance.words(self._places.get((section, entry), []))
