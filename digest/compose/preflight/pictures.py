"""Pictures: whether those of an issue could be had."""

from collections.abc import Iterator

from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import ADVICE, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.model import Place

_SHARP = 1.5


@rule(
    "picture-missing",
    WARNING,
    "Every picture is there",
    why="What cannot be had is left out, and a story looks other than its editor meant it to.",
)
def _missing(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    for each in known.missing_pictures if known else ():
        yield Remark(
            what=f"The picture {each.reason}.",
            place=Place(part="html", entry=each.entry, field="image"),
            excerpt=each.url,
            fix="Give the story another picture, or send it without.",
        )


@rule(
    "picture-answers",
    WARNING,
    "Pictures at their origin are pictures",
    why="A page, a drawing or nothing where a picture should be is a broken frame in the mail.",
)
def _answers(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    for url, check in known.pictures.items() if known else ():
        if check.failure:
            yield Remark(
                what=f"A picture is none that mails can show: {check.failure}",
                place=Place(part="html"),
                excerpt=url,
                fix="Give the story another picture, or let digest host pictures ([images] host).",
            )


@rule(
    "picture-density",
    WARNING,
    "Pictures are sharp: two pixels of the file for one of the mail",
    why="Nearly every phone and most laptops show two, and a small file blurred.",
)
def _density(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    shown = {each.url: each for each in known.shown_pictures} if known else {}
    for image in proof.document.iter("img"):
        picture, width = shown.get(image.get("src") or ""), image.get("width") or ""
        if picture is None or not width.isdecimal() or picture.width >= _SHARP * int(width):
            continue
        yield Remark(
            what=f"A picture of {picture.width} pixels is shown {width} wide.",
            place=Place(part="html", entry=picture.entry, field="image"),
            excerpt=picture.url,
            fix="Give the story a larger picture.",
            severity=WARNING if picture.width < int(width) else ADVICE,
        )


@rule(
    "logo-dark",
    ADVICE,
    "The logo has a variant for dark grounds",
    why="A dark logo on a dark ground is not seen, and it is the first thing to look for.",
)
def _logo_dark(proof: Proof) -> Iterator[Remark]:
    logo = proof.newsletter.brand.logo if proof.newsletter else None
    if logo and not logo.dark_url:
        yield Remark(
            what="The same logo stands on light and on dark grounds.",
            place=Place(part="html", field="logo"),
            excerpt=logo.url,
            fix="Name one for dark as [brand] logo_dark, unless this one is seen on both.",
        )


RULES = (_missing, _answers, _density, _logo_dark)
