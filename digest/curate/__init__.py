"""Curating: which period is due, which topic an entry belongs to, and what an issue tells of it.

Pure: values in, values out, and the same values for the same input in any order.
"""

from digest.curate.assemble import Assembly, LeftOut, assemble, candidates, is_empty
from digest.curate.periods import due_period, next_due, upcoming
from digest.curate.topics import Placement, place

__all__ = [
    "Assembly",
    "LeftOut",
    "Placement",
    "assemble",
    "candidates",
    "due_period",
    "is_empty",
    "next_due",
    "place",
    "upcoming",
]
