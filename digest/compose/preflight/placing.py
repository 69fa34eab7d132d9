"""Placing: whose a finding in the HTML is, told by the words or the picture it is about."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from digest.compose.edition import web_link
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import story_place, texts_of, told_and_listed
from digest.model import Finding, Issue, Place

# Shorter words stand in too many places to say anything.
_TELLING = 8
_CELL = 60


def placed(findings: Iterable[Finding], proof: Proof) -> Iterator[Finding]:
    """The findings, those in the HTML with the story and the field where these can be told."""
    addresses, texts = list(_addresses(proof)), list(_texts(proof))
    for finding in findings:
        place = _place(finding, addresses, texts) if _is_unplaced(finding) else None
        yield replace(finding, place=place) if place else finding


def _is_unplaced(finding: Finding) -> bool:
    place = finding.place
    whole = not (place.entry or place.section or place.field)
    return whole and place.part == "html" and bool(finding.excerpt)


def _place(
    finding: Finding, addresses: list[tuple[str, Place]], texts: list[tuple[str, Place]]
) -> Place | None:
    if finding.excerpt.startswith(("https://", "http://")):
        # Excerpts are cut, addresses are not.
        found = (place for url, place in addresses if url.startswith(finding.excerpt))
        return next(found, None)
    words = _folded(finding.excerpt)
    if len(words) < _TELLING:
        return None
    # A button says more than the headline it names.
    return next(
        (
            place
            for text, place in texts
            if words in text or (len(text) >= _TELLING and text in words)
        ),
        None,
    )


def _addresses(proof: Proof) -> Iterator[tuple[str, Place]]:
    for story in told_and_listed(proof.issue) if proof.issue else ():
        if story.image:
            yield web_link(story.image.url), story_place(story, "image")
        yield web_link(story.url), story_place(story, "url")


def _texts(proof: Proof) -> Iterator[tuple[str, Place]]:
    for each in texts_of(proof):
        if folded := _folded(each.text):
            yield folded, each.place


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def where(place: Place, issue: Issue) -> str:
    """The story or section, and its field, in words; the part of the message where neither is."""
    owner = _named(place, issue)
    return " · ".join(filter(None, (shorter(owner), place.field or ("" if owner else place.part))))


def shorter(text: str) -> str:
    """A text that fits into a table's cell."""
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def _named(place: Place, issue: Issue) -> str:
    if place.entry:
        told = (s.headline.value for s in told_and_listed(issue) if place.entry in s.entries)
        return next(told, "") or str(place.entry)
    headings = (each.heading.value for each in issue.sections if each.topic == place.section)
    return next(headings, "") or place.section
