"""Personalise: from one rendering to each reader's copy, without rendering again.

``fragments`` knows the marks that templates leave, ``variants`` cuts a rendering to what some
readers chose, and ``slots`` fills one reader's values in, escaped for where they stand.
"""

from digest.compose.marks import defused, mark_id
from digest.compose.personalise.fragments import fragments
from digest.compose.personalise.slots import (
    NAME_SLOT,
    PREFERENCES_SLOT,
    SLOT_DOMAIN,
    UNSUBSCRIBE_SLOT,
    ReaderSlots,
    fill,
    filled,
    for_web,
    one_line,
    without_slots,
)
from digest.compose.personalise.subjects import paired
from digest.compose.personalise.variants import SHORT_STORIES, chosen, cut, needs_contents, retitled

__all__ = [
    "NAME_SLOT",
    "PREFERENCES_SLOT",
    "SHORT_STORIES",
    "SLOT_DOMAIN",
    "UNSUBSCRIBE_SLOT",
    "ReaderSlots",
    "chosen",
    "cut",
    "defused",
    "fill",
    "filled",
    "for_web",
    "fragments",
    "mark_id",
    "needs_contents",
    "one_line",
    "paired",
    "retitled",
    "without_slots",
]
