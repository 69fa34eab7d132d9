"""Pictures: whether those of an issue could be had."""

from collections.abc import Iterator

from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.model import Place


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


RULES = (_missing,)
