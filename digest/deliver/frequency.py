"""The frequency cap: when a reader who had many mails may get the next one."""

from collections.abc import Iterable
from datetime import datetime

from digest.model import FrequencyCap


def free_at(mails: Iterable[datetime], cap: FrequencyCap, *, now: datetime) -> datetime | None:
    """When the next mail may go to a reader who got ``mails`` then; None for now.

    It is the moment at which the oldest of the last ``cap.count`` mails is ``cap.window`` ago.
    """
    recent = sorted((mail for mail in mails if mail > now - cap.window), reverse=True)
    return recent[cap.count - 1] + cap.window if len(recent) >= cap.count else None
