"""A working directory to start from, made from the shipped configuration."""

import re
from collections.abc import Iterator
from pathlib import Path

from digest.config.locate import line_index
from digest.errors import StateError
from digest.resources import CONFIG

# What nearly everybody sets; every other setting is written as a comment with its default.
ACTIVE = frozenset(
    {
        ("instance", "contact"),
        ("smtp", "host"),
        ("smtp", "port"),
        ("smtp", "security"),
        ("smtp", "username"),
        ("web", "public_url"),
    }
)

_HEADER = """\
# The settings of this installation. Lines such as "# interval = ..." show a setting and its
# default: take away the "# " and change the value to set your own.
"""


def init_directory(target: Path) -> tuple[Path, ...]:
    """Write commented configuration to a folder, made if need be; the files written.

    :raises StateError: when files of these names are there already (nothing is written then),
        or the folder cannot be written.
    """
    contents = dict(_contents())
    present = [name for name in contents if (target / name).exists()]
    if present:
        message = f"already has {', '.join(present)}; nothing was written"
        raise StateError(str(target), message)
    try:
        for name, text in contents.items():
            _write(target / name, text)
    except OSError as error:
        raise StateError(str(target), f"cannot be written: {error.strerror}") from error
    return tuple(target / name for name in contents)


def _contents() -> Iterator[tuple[str, str]]:
    """Each file's name within the folder, and its text."""
    yield "digest.toml", quietened((CONFIG / "digest.toml").read_text(encoding="utf-8"))
    yield "feeds.toml", (CONFIG / "feeds.toml").read_text(encoding="utf-8")
    for path in sorted((CONFIG / "newsletters").glob("*.toml")):
        yield f"newsletters/{path.name}", path.read_text(encoding="utf-8")


def quietened(shipped: str) -> str:
    """The shipped settings with all but the :data:`ACTIVE` ones turned into comments.

    Every value of ``shipped`` must stand on one line.
    """
    lines = shipped.split("\n")
    for path, line in line_index(shipped).items():
        if len(path) == 2 and path not in ACTIVE:  # noqa: PLR2004 - [section] and key
            lines[line - 1] = f"# {lines[line - 1]}"
    text = "\n".join(lines)
    # The first paragraph is about the shipped file itself.
    return re.sub(r"\A(#[^\n]+\n)+", lambda _: _HEADER, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
