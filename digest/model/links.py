"""Links: what came of asking for the address behind one."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck:
    """What was found at an address, and when. ``final_url`` is where redirects ended.

    ``failure`` is a sentence, empty for a page that is there; ``status`` is the HTTP status where
    one refused; ``unresolved`` says that the host has no address.
    """

    url: str
    checked_at: datetime
    final_url: str = ""
    failure: str = ""
    status: int | None = None
    unresolved: bool = False
