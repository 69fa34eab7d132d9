"""Credit lines of pictures, in four languages, and sentences that only look like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.credits import credit_in, credit_of, credited, without_credits
from digest.collect.sanitise import clean_html
from digest.model import Image


@pytest.mark.parametrize(
    "text",
    [
        "Photo by Jane Doe",
        "Photo by Jane Doe on Unsplash",
        "Image: NASA/ESA",
        "Image credit: Jane Doe/Reuters",
        "(Photo: Jane Doe)",
        "Photo courtesy of the Harbour Trust",
        "Picture courtesy of Brackwater Museum",
        "Photograph: Ada Orchard/The Gazette",
        "© 2024 Ada Orchard",
        "Copyright Ada Orchard",
        "Ada Orchard / Getty Images",
        "Ada Orchard, CC BY 2.0",
        "Foto: Karl Beispiel/dpa",
        "Foto von Karl Beispiel auf Unsplash",
        "Bild: picture alliance / dpa",
        "Bildquelle: Stadtarchiv",
        "Bildnachweis: privat",
        "Crédit photo : Amélie Martin",
        "Photo : Amélie Martin / AFP",
        "© Amélie Martin pour La Gazette",
        "Imagen: Lucía Prado",
        "Foto: Lucía Prado / EFE",
        "Fotografía de Lucía Prado",
        "Credit: Ada Orchard",
        "Image: Ada Orchard (CC BY-SA 4.0)",
        "Illustration by Ada Orchard",
        "Photo: Ada Orchard.",
        "Header image by Ada Orchard via Flickr",
        "Photographs by Ada Orchard and Ben Pike",
        "Image courtesy of NASA",
        "Photo credit: @ada",
    ],
)
def test_credit_lines(text: str) -> None:
    """A line that names whom a picture comes from is a credit, kept as it is written."""
    assert credit_of(text) in (text, text.strip("()"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Photos by local children will be shown at the library",
        "Photo opportunities are few on this walk",
        "Picture: a crowd gathers on the quay at dusk",
        "Image by image, the film builds a town",
        "The photo shows Ada Orchard",
        "Credit where it is due: the council acted quickly",
        "Source: we asked three people who know",
        "Photograph: the tide at its lowest in years",
        "Credit: how to get it and what it costs",
        "The image is by Ada Orchard and nobody paid",
        "Photo by photo we learn who lived here",
        "Bild dir deine Meinung",
        "Illustration of a tooth",
        "Copyright is a hard thing to explain to artists",
        "Quelle surprise: il pleut",
        "A story about AP Photo / things are odd here, says Reuters",
        "Photo finish",
        "Ada Orchard walked to the harbour",
        "Rechte: was Mieter wissen sollten",
        "Image: what we want from a town",
    ],
)
def test_sentences_are_no_credits(text: str) -> None:
    """A sentence about pictures, sources or rights stays where it is."""
    assert credit_of(text) == ""


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("The quay at dusk. Photo: Ada Orchard", "Photo: Ada Orchard"),
        ("The quay at dusk (Photo: Ada Orchard/AP)", "Photo: Ada Orchard/AP"),
        ("The quay at dusk | © Ada Orchard", "© Ada Orchard"),
        ("Der Kai am Abend. Foto: Karl Beispiel/dpa", "Foto: Karl Beispiel/dpa"),
        ("Photo: Ada Orchard", "Photo: Ada Orchard"),
        ("The quay at dusk", ""),
        ("The image on the left shows the quay", ""),
    ],
)
def test_captions_end_in_credits(caption: str, credit: str) -> None:
    """Of a caption only the credit at its end is one."""
    assert credit_in(caption) == credit


def test_paragraphs_that_are_credits_go_to_the_picture() -> None:
    """They are taken out of the text, so that no excerpt begins with one; the first is kept."""
    found = without_credits(
        "<p>Photo by Jane Doe</p><p>The council met.</p><p><em>Image: Ben Pike</em></p>"
    )
    assert "Jane" not in found.content
    assert "Ben Pike" not in found.content
    assert "<p>The council met.</p>" in found.content
    assert found.credit == "Photo by Jane Doe"


def test_a_picture_keeps_its_own_credit() -> None:
    """What a feed says of a picture, and what its alternative text ends with, comes first."""
    own = Image(url="a", credit="Own", alt="Photo: Alt Name")
    assert credited(own, "Photo: Other") == own
    said = credited(Image(url="a", alt="A quay. Photo: Alt Name"), "Photo: Other")
    assert said is not None
    assert said.credit == "Photo: Alt Name"
    bare = credited(Image(url="a"), "Photo: Other")
    assert bare is not None
    assert bare.credit == "Photo: Other"
    assert credited(None, "Photo: Other") is None


@given(st.text(alphabet="<p>/em© :.Photobyi AZ", max_size=200))
def test_other_text_is_left_as_it_is(text: str) -> None:
    """Whatever the markup, nothing but credits is taken out, and doing it twice changes nothing."""
    once = without_credits(clean_html(text))
    assert without_credits(once.content).content == once.content
    if not once.credit:
        assert once.content == clean_html(text)
