"""The shape of ``[roundup]``: what a publication always says in its roundups."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from digest.config.notations import check_filled, check_line
from digest.config.settings import Section
from digest.config.wording import UnfitError, listed, nearest, shown
from digest.model import StandingText

TITLE_NAMES = ("Count", "count", "noun", "year")
"""What a title may hold in braces: its count with and without a capital, noun and year."""

STANDING_NAMES = ("since", "total", "year", "next_year")
"""What closing and wish may hold in braces."""

_BRACED = re.compile(r"\{([^{}]*)\}")


def _check_names(names: tuple[str, ...]) -> Callable[[str], str]:
    """A check that a text has no braces but around these names."""

    def check(value: str) -> str:
        choice = listed((f"{{{name}}}" for name in names), last="and")
        for found in _BRACED.finditer(value):
            if found[1] not in names:
                meant = nearest(found[1], names)
                fix = f'did you mean "{{{meant}}}"?' if meant else f"placeholders are {choice}"
                raise UnfitError(f"has an unknown placeholder {shown(found[0])}", fix=fix)
        if set(_BRACED.sub("", value)) & {"{", "}"}:
            message = f"has a brace without its partner: {shown(value)}"
            raise UnfitError(message, fix=f"placeholders are {choice}")
        return value

    return check


_Title = Annotated[str, AfterValidator(_check_names(TITLE_NAMES)), AfterValidator(check_line)]
_Theme = Annotated[str, AfterValidator(check_filled)]
_Noun = Annotated[str, AfterValidator(check_line)]
_Standing = Annotated[str, AfterValidator(_check_names(STANDING_NAMES))]


class RoundupTable(Section):
    """``[roundup]``. Defaults are those of :class:`digest.model.StandingText`."""

    theme: _Theme = "roundup"
    title: _Title = ""
    noun: _Noun = ""
    since: int | None = Field(
        default=None, ge=1970, le=9998, strict=True, description="a year from 1970 to 9998"
    )
    closing: _Standing = ""
    wish: _Standing = ""


def made_standing(table: RoundupTable) -> StandingText:
    """The standing text a table describes."""
    return StandingText(
        theme=table.theme,
        title=table.title.strip(),
        noun=table.noun.strip(),
        since=table.since,
        closing=table.closing.strip(),
        wish=table.wish.strip(),
    )
