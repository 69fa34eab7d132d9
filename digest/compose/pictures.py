"""Which pictures an issue shows, how large, and the issue with those the service has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from digest.model import EntryKey, HostedPicture, Image, Issue, PictureSlot, Section, Story

COLUMN = 552
"""The widest picture of a mail, in CSS pixels."""

MOST_BYTES = 800_000
"""What the pictures of one mail may weigh together (EMAIL check 22)."""

# A story's picture stands beside its words in a box of 144 × 192 and, where it is landscape, fills
# the column of a phone: 343. Two pixels for each of this box are two of an upright picture's beside
# the words, 1.6 of a landscape's on the phone, and the whole column of a theme that gives it that.
_STORY_WIDTH = COLUMN // 2
_STORY_HEIGHT = 207
_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePlace:
    """A picture's slot, and the story it stands with; None for the issue's own picture."""

    slot: PictureSlot
    entry: EntryKey | None = None


def picture_places(issue: Issue) -> tuple[PicturePlace, ...]:
    """Every picture of an issue in reading order, once for each place."""
    return tuple(_places(issue))


def illustrated(
    issue: Issue, pictures: Mapping[PictureSlot, HostedPicture], *, media_url: str
) -> Issue:
    """The issue with the service's pictures in place of its own; without those it does not have.

    What would make the mail heavier than ``MOST_BYTES`` is left out, from where that is reached.
    """
    shown = _within_weight(issue, pictures)

    def hosted(slot: PictureSlot, image: Image) -> Image | None:
        picture = shown.get(slot)
        if picture is None:
            return None
        return replace(
            image,
            url=f"{media_url}/{media_name(picture)}",
            width=picture.width,
            height=picture.height,
        )

    return _with_images(issue, hosted)


def media_name(picture: HostedPicture) -> str:
    """The name a picture is asked for by."""
    return f"{picture.hash}.{_EXTENSIONS[picture.media_type]}"


def _places(issue: Issue) -> Iterator[PicturePlace]:
    if issue.hero:
        yield PicturePlace(slot=_wide(issue.hero))
    if issue.lead and issue.lead.image:
        yield PicturePlace(slot=_wide(issue.lead.image), entry=_first(issue.lead))
    for section in issue.sections:
        for story in section.stories:
            if story.image:
                yield PicturePlace(slot=_slot(story, story.image), entry=_first(story))


def _first(story: Story) -> EntryKey | None:
    return next(iter(story.entries), None)


def _within_weight(
    issue: Issue, pictures: Mapping[PictureSlot, HostedPicture]
) -> Mapping[PictureSlot, HostedPicture]:
    shown: dict[PictureSlot, HostedPicture] = {}
    weights: dict[str, int] = {}
    for place in _places(issue):
        picture = pictures.get(place.slot)
        if picture is None:
            continue
        weighed = weights | {picture.hash: picture.size}
        if sum(weighed.values()) > MOST_BYTES:
            break
        shown[place.slot], weights = picture, weighed
    return shown


def _wide(image: Image) -> PictureSlot:
    return PictureSlot(url=image.url, width=COLUMN, height=COLUMN)


def _slot(story: Story, image: Image) -> PictureSlot:
    """A roundup's posts have the column's width, a digest's stories a picture beside them."""
    if story.lead_in.value or story.quotes:
        return _wide(image)
    return PictureSlot(url=image.url, width=_STORY_WIDTH, height=_STORY_HEIGHT)


_Hosted = Callable[[PictureSlot, Image], Image | None]


def _with_images(issue: Issue, hosted: _Hosted) -> Issue:
    lead = issue.lead
    if lead and lead.image:
        lead = replace(lead, image=hosted(_wide(lead.image), lead.image))
    return replace(
        issue,
        hero=hosted(_wide(issue.hero), issue.hero) if issue.hero else None,
        lead=lead,
        sections=tuple(_section(section, hosted) for section in issue.sections),
        # Only listed, they show none.
        also_published=tuple(replace(story, image=None) for story in issue.also_published),
    )


def _section(section: Section, hosted: _Hosted) -> Section:
    return replace(section, stories=tuple(_story(story, hosted) for story in section.stories))


def _story(story: Story, hosted: _Hosted) -> Story:
    if story.image is None:
        return story
    return replace(story, image=hosted(_slot(story, story.image), story.image))
