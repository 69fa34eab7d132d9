"""The last look before an issue goes out: what became of its stories, and who can stand in."""

from digest.curate.lastlook.judging import Seen, is_outage, judge, page_title
from digest.curate.lastlook.standing_in import runners_up, stand_in
from digest.curate.lastlook.telling import look_lines
from digest.curate.lastlook.timing import is_look_due

__all__ = [
    "Seen",
    "is_look_due",
    "is_outage",
    "judge",
    "look_lines",
    "page_title",
    "runners_up",
    "stand_in",
]
