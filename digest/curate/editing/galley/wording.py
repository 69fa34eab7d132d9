"""What a galley changes in the words of an issue: texts and quotes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from digest.curate.editing.galley.values import (
    GalleyQuote,
    Provenance,
    Words,
    galley_quotes,
    places_in,
)
from digest.curate.editing.texts import Place, place_of
from digest.model import (
    EntryKey,
    KeptIssue,
    Origin,
    Quote,
    Story,
    StoryQuotes,
    TextEdit,
    TextField,
    Wording,
)


@dataclass
class Rewording:
    """The texts and quotes of an issue while a galley is gone through.

    ``keep`` has what a file lacks stay as it is: it is older than the issue.
    """

    kept: KeptIssue
    keep: bool
    undone_texts: list[TextEdit] = field(default_factory=list)
    undone_quotes: list[StoryQuotes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.texts = list(self.kept.edits.texts)
        self.quotes = list(self.kept.edits.quotes)
        self._provenance = Provenance(self.kept)
        self._places = places_in(self.kept)

    def take(
        self, words: Words, *, section: str = "", entry: EntryKey | None = None
    ) -> set[TextField]:
        """Take over the words of the issue, a section or a story; returns what fits nowhere."""
        places = {place.field: place for place in self._places.get((section, entry), ())}
        for name, place in places.items():
            own = self._provenance.own(place)
            if name in words and words[name] != own:
                self._write(place, words[name])
            elif name not in words and own is not None and not self.keep:
                self._erase(place)
        return set(words) - set(places)

    def add(self, place: Place, value: str, *, given: Wording) -> None:
        """Take over a text of a section that the issue did not have yet."""
        self.texts.append(_edit(place, value, given))

    def choose(self, story: Story, quotes: tuple[GalleyQuote, ...] | None) -> None:
        """Take over a story's quotes; None for the program's."""
        chosen = self._provenance.chosen(story)
        if quotes is None:
            if chosen and not self.keep:
                self._forget(story)
                self.undone_quotes.append(chosen)
            return
        if chosen and galley_quotes(chosen.quotes) == quotes:
            return
        self._forget(story)
        new = tuple(_quote(one, story.quotes) for one in quotes)
        source = chosen.source if chosen else story.quotes
        self.quotes.append(StoryQuotes(entry=story.entries[0], quotes=new, source=source))

    def _write(self, place: Place, value: str) -> None:
        edit = self._provenance.edit(place)
        if edit is None:
            given = self._provenance.given(place) or Wording(value="")
            self.texts.append(_edit(place, value, given))
            return
        at = next(number for number, each in enumerate(self.texts) if self._is_at(each, place))
        self._remove(place)
        self.texts.insert(at, replace(edit, value=value))

    def _erase(self, place: Place) -> None:
        edit = self._provenance.edit(place)
        if edit:
            self._remove(place)
            self.undone_texts.append(edit)

    def _remove(self, place: Place) -> None:
        self.texts = [edit for edit in self.texts if not self._is_at(edit, place)]

    def _is_at(self, edit: TextEdit, place: Place) -> bool:
        return place_of(edit, self.kept.issue) == place

    def _forget(self, story: Story) -> None:
        self.quotes = [each for each in self.quotes if each.entry not in story.entries]


def _edit(place: Place, value: str, given: Wording) -> TextEdit:
    return TextEdit(
        field=place.field,
        value=value,
        section=place.section,
        entry=place.entry,
        source=given.value,
        source_origin=given.origin,
    )


def _quote(quote: GalleyQuote, known: tuple[Quote, ...]) -> Quote:
    """The quote with the provenance of a known one's words, where they are the same."""
    texts = {one.text.value: one.text for one in known}
    pivots = {one.pivot.value: one.pivot for one in known} | {"": Wording(value="")}
    return Quote(text=_wording(quote.text, texts), pivot=_wording(quote.pivot, pivots))


def _wording(value: str, known: Mapping[str, Wording]) -> Wording:
    return known.get(value) or Wording(value=value, origin=Origin.EDITED)


def changed_comments(text: str, fresh: str) -> Iterator[int]:
    """Lines (from 1) of a galley that were changed, but are still comments, and so change nothing.

    ``fresh`` is the galley as it was written.
    """
    known = set(fresh.split("\n"))
    marks = tuple(f"#{origin} " for origin in (Origin.AUTO, Origin.FEED))
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.startswith(marks) and line not in known:
            yield number
