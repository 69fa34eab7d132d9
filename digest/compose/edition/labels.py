"""Labels of the links that lead to stories: each names its story, and no two are alike."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.compose.edition.views import IssueView, StoryView
from digest.compose.phrases import Phrases
from digest.compose.sentences import shortened
from digest.model.words import fold_title

# Characters of a title on a button of two lines.
_BUTTON = 44
# Where that does not tell it from another's, up to four lines, some more at a time.
_LONGEST = 2 * _BUTTON
_STEP = 11


def labelled(issue: IssueView, phrases: Phrases) -> IssueView:
    """The issue with a label for each story: Read “Title”, or as much of it as a button holds.

    Titles that begin alike are given until they differ. Those that are the same, or nearly, have
    their source and day added, and a number where that does not help.
    """
    stories = _stories(issue)
    labels = iter(_told_apart(stories, [phrases.read(name) for name in _names(stories)]))
    lead = replace(issue.lead, button=next(labels)) if issue.lead else None
    sections = tuple(
        replace(section, stories=_buttons(section.stories, labels)) for section in issue.sections
    )
    also = _buttons(issue.also_published, labels)
    return replace(issue, lead=lead, sections=sections, also_published=also)


def _stories(issue: IssueView) -> tuple[StoryView, ...]:
    told = (story for section in issue.sections for story in section.stories)
    return (*((issue.lead,) if issue.lead else ()), *told, *issue.also_published)


def _buttons(stories: Sequence[StoryView], labels: Iterator[str]) -> tuple[StoryView, ...]:
    return tuple(replace(story, button=next(labels)) for story in stories)


def _names(stories: Sequence[StoryView]) -> list[str]:
    # A roundup names its posts nowhere else.
    least = [len(story.headline) if story.lead_in else _BUTTON for story in stories]
    lengths = list(least)
    names = [_name(story, length) for story, length in zip(stories, lengths, strict=True)]
    while cut := [
        place
        for group in _alike(names)
        for place in group
        if lengths[place] < min(len(stories[place].headline), _LONGEST)
    ]:
        for place in cut:
            lengths[place] += _STEP
            names[place] = _name(stories[place], lengths[place])
    for place in (place for group in _alike(names) for place in group):
        names[place] = _name(stories[place], least[place])
    return names


def _name(story: StoryView, length: int) -> str:
    return shortened(story.headline, characters=length)


def _alike(texts: Sequence[str]) -> list[list[int]]:
    """The places of texts that read the same, for each that stands more than once."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        places[fold_title(text) or text].append(place)
    return [group for group in places.values() if len(group) > 1]


def _told_apart(stories: Sequence[StoryView], labels: list[str]) -> list[str]:
    for detail in ("source", "date"):
        for place in (place for group in _alike(labels) for place in group):
            if said := getattr(stories[place], detail):
                labels[place] = f"{labels[place]} · {shortened(said, characters=_BUTTON)}"
    for group in _alike(labels):
        for number, place in enumerate(group[1:], start=2):
            labels[place] = f"{labels[place]} ({number})"
    return labels
