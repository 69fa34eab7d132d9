"""Rehearsals: a run of an approved issue in test mode, which no reader gets."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Every message of an issue, sent to one address. The ledger knows nothing of it.

    ``approved_at`` names the approval that was rehearsed. ``stopped`` says why it ended early;
    ``finished`` is False for one that is under way, or whose process died.
    """

    issue_id: int
    approved_at: datetime
    address: str
    at: datetime
    sent: int = 0
    failed: int = 0
    finished: bool = False
    stopped: str = ""
