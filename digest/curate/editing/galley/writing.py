"""Galleys as files: TOML in which the program's words are comments and an editor's are not."""

import re
from collections.abc import Iterator, Sequence

from digest.curate.editing.galley.values import (
    Galley,
    GalleyStory,
    Provenance,
    Words,
    galley_of,
    places_in,
)
from digest.curate.editing.texts import Place, stories_of
from digest.model import EntryKey, IssueKind, KeptIssue, Origin, Quote, Story, TextField, Wording

HOW_TO = """\
# {slug}, {state}: {count} in the order readers see them.
#
# Lines that begin with #auto or #feed are what the program or the feed says. Take that word away
# and change the text, and it is yours: nothing replaces it any more. Delete your line, and the
# program's words come back.
#
# Move a block to change the order or the section, delete it to drop the story.
#   pin = true          under a story's post: tell it, whatever else comes
#   [[pinned]]          with a post: tell a post that is not here
#   subject_b = "…"     a second subject: some readers get it, and if it does better, the rest
#   [[dropped]]         with a post (and why): never tell it; delete the block to take that back
#
# Then: digest issues import {slug} FILE
"""
_COUNTED = {1: "1 story"}
_ROUNDUP_ONLY = frozenset(
    {
        TextField.CLOSING,
        TextField.WISH,
        TextField.HOOK,
        TextField.BACKGROUND,
        TextField.LEAD_IN,
    }
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ESCAPES = {
    "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"
}  # fmt: skip
_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\]')
_SPECIAL_IN_LINES = re.compile(r'[\x00-\x08\x0b-\x1f\x7f\\]|"(?="")|"\Z')


def write_galley(kept: KeptIssue) -> str:
    """The issue's galley; writing it twice gives the same text."""
    return "\n".join(_Writer(kept).lines()) + "\n"


def quoted(text: str) -> str:
    """A text as a TOML string: in one line, or in triple quotes where it has several."""
    text = text.encode("utf-8", "replace").decode()
    if "\n" in text:
        return '"""\n' + _SPECIAL_IN_LINES.sub(_escape, text) + '"""'
    return f'"{_SPECIAL.sub(_escape, text)}"'


def in_line(text: str) -> str:
    """A text as a TOML string on one line, whatever is in it."""
    return f'"{_SPECIAL.sub(_escape, text.encode("utf-8", "replace").decode())}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


class _Writer:
    def __init__(self, kept: KeptIssue) -> None:
        self._kept = kept
        self._galley = galley_of(kept)
        self._provenance = Provenance(kept)
        self._places = places_in(kept)
        self._stories = {str(story.entries[0]): story for story in stories_of(kept.issue)}

    def lines(self) -> Iterator[str]:
        galley, kept = self._galley, self._kept
        count = len(kept.issue.stories)
        counted = _COUNTED.get(count, f"{count} stories")
        yield HOW_TO.format(slug=galley.issue, state=kept.state, count=counted)
        yield f"issue = {in_line(galley.issue)}"
        yield f"revision = {galley.revision}"
        yield ""
        yield from self._texts("", None, galley.words)
        if galley.lead:
            yield from ("", "[lead]")
            yield from self._story(galley.lead)
        for section in galley.sections:
            yield from ("", "[[section]]", f"topic = {in_line(section.topic)}")
            yield from self._texts(section.topic, None, section.words)
            for story in section.stories:
                yield from ("", "[[section.story]]")
                yield from self._story(story)
        if galley.also:
            yield from ("", "# Listed by their titles only:")
        for story in galley.also:
            yield from ("", "[[also]]")
            yield from self._story(story)
        yield from self._decisions(galley)

    def _decisions(self, galley: Galley) -> Iterator[str]:
        for pin in galley.pinned:
            yield from ("", "[[pinned]]", f"post = {in_line(pin.post)}")
        for drop in galley.dropped:
            yield from ("", "[[dropped]]", f"post = {in_line(drop.post)}")
            if drop.why:
                yield f"why = {in_line(drop.why)}"

    def _story(self, block: GalleyStory) -> Iterator[str]:
        story = self._stories[block.post]
        yield f"post = {in_line(block.post)}"
        yield f"# {_about(story)}"
        if block.topic:
            yield f"topic = {in_line(block.topic)}"
        if block.pin:
            yield "pin = true"
        yield from self._texts("", story.entries[0], block.words)
        yield from self._quotes(story)

    def _texts(self, section: str, entry: EntryKey | None, words: Words) -> Iterator[str]:
        for place in self._places.get((section, entry), []):
            name = key_of(place.field)
            given = self._provenance.given(place)
            if given and self._is_shown(place, given, words):
                yield from _comment(given.origin, f"{name} = {quoted(given.value)}")
            if place.field in words:
                yield f"{name} = {quoted(words[place.field])}"

    def _is_shown(self, place: Place, given: Wording, words: Words) -> bool:
        """What only roundups have is not offered to a digest that does without.

        A second subject is an editor's alone, and explained at the top.
        """
        if place.field is TextField.SUBJECT_B:
            return False
        if self._kept.issue.kind is IssueKind.ROUNDUP or place.field not in _ROUNDUP_ONLY:
            return True
        return bool(given.value) or place.field in words

    def _quotes(self, story: Story) -> Iterator[str]:
        chosen = self._provenance.chosen(story)
        given = chosen.source if chosen else story.quotes
        if given:
            yield from _comment(given[0].text.origin, _quote_lines(given))
        if chosen:
            yield _quote_lines(chosen.quotes)


def key_of(field: TextField) -> str:
    """What a text is called in a galley."""
    return field.value.replace("-", "_")


def _about(story: Story) -> str:
    facts = [story.url, story.source, f"{story.published_at:%Y-%m-%d}", story.headline.value]
    return (
        _CONTROL.sub(" ", " · ".join(fact for fact in facts if fact))
        .encode("utf-8", "replace")
        .decode()
    )


def _comment(origin: Origin, text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield f"#{origin} {line}".rstrip(" ") if not line else f"#{origin} {line}"


def _quote_lines(quotes: Sequence[Quote]) -> str:
    lines = [_quote_line(quote) for quote in quotes]
    return "\n".join(["quotes = [", *lines, "]"]) if lines else "quotes = []"


def _quote_line(quote: Quote) -> str:
    pivot = f"pivot = {in_line(quote.pivot.value)}, " if quote.pivot.value else ""
    return f"  {{ {pivot}text = {in_line(quote.text.value)} }},"
