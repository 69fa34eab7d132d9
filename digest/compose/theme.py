"""A theme's colours, as its ``theme.toml`` gives them for light and dark."""

import re
import tomllib
from dataclasses import dataclass, fields

from digest.errors import Problem, TemplateError

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One mode's colours, each ``#rrggbb``: six digits, because Outlook misreads three."""

    background: str
    surface: str
    text: str
    muted: str
    rule: str
    accent: str
    on_accent: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What templates see as ``light`` and ``dark``."""

    light: Palette
    dark: Palette


def parse_theme(text: str, *, file: str) -> Theme:
    """Read a ``theme.toml``; ``file`` names it in errors.

    :raises TemplateError: when it is no TOML, or a colour is missing, unknown or malformed.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else None
        raise TemplateError(Problem(file=file, line=line, message=str(error))) from error
    return Theme(
        light=_palette(tables.get("light"), "light", file=file),
        dark=_palette(tables.get("dark"), "dark", file=file),
    )


def _palette(table: object, mode: str, *, file: str) -> Palette:
    colours = table if isinstance(table, dict) else {}
    names = [field.name for field in fields(Palette)]
    for name in [*names, *colours]:
        if name not in names:
            message, fix = "is no colour of a theme", f"known: {', '.join(names)}"
        elif not _COLOUR.fullmatch(str(colours.get(name, ""))):
            message, fix = "is not a colour", f'write {name} = "#0b5cad", with six digits'
        else:
            continue
        raise TemplateError(Problem(file=file, field=f"{mode}.{name}", message=message, fix=fix))
    return Palette(**colours)
