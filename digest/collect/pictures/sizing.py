"""How large a picture's file is to be: twice the slot's pixels, never more than it has."""

from dataclasses import dataclass

DENSITY = 2
"""Pixels of the file for one CSS pixel of its slot: sharp on dense screens (EMAIL check 20)."""

MAX_BYTES = 200_000
"""What one picture may weigh (EMAIL check 22)."""

MOST_PIXELS = 50_000_000
"""A file with more of them is not unpacked: more than any camera's, as bombs have."""

_NARROWEST = 72
_LOWEST = 32
_SHRINK = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width:,} × {self.height:,} pixels"

    @property
    def turned(self) -> "Size":
        """The size after a quarter turn."""
        return Size(width=self.height, height=self.width)

    @property
    def smaller(self) -> "Size":
        """The next size to try where the file is still too heavy."""
        return Size(
            width=max(round(self.width * _SHRINK), 1), height=max(round(self.height * _SHRINK), 1)
        )


def unfit(natural: Size) -> str:
    """Why a picture of that size is not shown, after "it"; empty for one that is."""
    if natural.width * natural.height > MOST_PIXELS:
        return f"has {natural}, and more than {MOST_PIXELS:,} are not unpacked"
    if natural.width < _NARROWEST or natural.height < _LOWEST:
        return f"is an icon or a tracking pixel of {natural}"
    return ""


def file_size(natural: Size, *, width: int, height: int) -> Size:
    """The file's size for a box of CSS pixels: never enlarged, never distorted."""
    scale = min(DENSITY * width / natural.width, DENSITY * height / natural.height, 1)
    return Size(
        width=max(round(natural.width * scale), 1), height=max(round(natural.height * scale), 1)
    )
