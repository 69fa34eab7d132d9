"""Which pictures an issue shows and how large, and the issue with the service's own."""

from dataclasses import replace

from digest.compose.pictures import MOST_BYTES, illustrated, picture_places
from digest.model import HostedPicture, Image, Issue, PictureSlot, Section, Story, Wording
from tests.acceptance.web_world import issue

MEDIA = "https://letters.example/media"


def pictured(name: str, story: Story) -> Story:
    image = Image(url=f"https://quay.example/{name}.jpg", alt=f"The {name}", credit="Ben Pike")
    return replace(story, image=image)


def with_pictures() -> Issue:
    plain = issue()
    story = plain.stories[0]
    section = Section(
        topic="t",
        heading=Wording(value="Town"),
        stories=(pictured("boat", story), pictured("quay", story), replace(story, image=None)),
    )
    return replace(
        plain,
        lead=pictured("dawn", story),
        sections=(section,),
        also_published=(pictured("rest", story),),
    )


def hosted(name: str, size: int = 40_000) -> HostedPicture:
    return HostedPicture(hash=name * 8, media_type="image/jpeg", width=288, height=162, size=size)


def slots(of: Issue) -> list[PictureSlot]:
    return [place.slot for place in picture_places(of)]


def test_the_lead_has_the_columns_width_and_stories_have_less() -> None:
    """The lead's slot is 552 pixels wide, a story's 276; what is only listed shows none."""
    assert [(slot.url[-8:-4], slot.width) for slot in slots(with_pictures())] == [
        ("dawn", 552),
        ("boat", 276),
        ("quay", 276),
    ]


def test_a_roundups_posts_have_the_columns_width() -> None:
    """The hero, and posts with a lead-in, fill the column."""
    made = with_pictures()
    section = made.sections[0]
    told = replace(section.stories[0], lead_in=Wording(value="In May, we wrote:"))
    roundup = replace(
        made,
        lead=None,
        hero=Image(url="https://quay.example/hero.jpg"),
        sections=(replace(section, stories=(told,)),),
    )
    assert [slot.width for slot in slots(roundup)] == [552, 552]


def test_the_services_pictures_stand_in_place_of_the_origins() -> None:
    """URL and size are the service's, words stay; a story whose picture is not there has none."""
    made = with_pictures()
    lead, boat, _ = slots(made)
    shown = illustrated(made, {lead: hosted("a"), boat: hosted("b")}, media_url=MEDIA)
    assert shown.lead is not None
    assert shown.lead.image == Image(
        url=f"{MEDIA}/aaaaaaaa.jpg", alt="The dawn", credit="Ben Pike", width=288, height=162
    )
    images = [story.image.url if story.image else "" for story in shown.sections[0].stories]
    assert images == [f"{MEDIA}/bbbbbbbb.jpg", "", ""]
    assert shown.also_published[0].image is None
    assert "quay.example" not in repr([story.image for story in shown.stories])


def test_a_mails_pictures_keep_within_their_weight() -> None:
    """From where they would be too heavy together, pictures are left out; the same counts once."""
    made = with_pictures()
    half = MOST_BYTES // 2
    lead, boat, quay = slots(made)
    heavy = {lead: hosted("a", half), boat: hosted("b", half), quay: hosted("c", 1)}
    assert slots(illustrated(made, heavy, media_url=MEDIA))[-1].url.endswith("bbbbbbbb.jpg")
    same = dict.fromkeys(slots(made), hosted("a", half + 1))
    assert len(slots(illustrated(made, same, media_url=MEDIA))) == 3
