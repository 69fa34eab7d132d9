"""Archives: how much of what a feed ever published is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.model.schedule import Period

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""``complete_since`` of a feed whose archive was read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedArchive:
    """What is known of a feed's archive. ``url`` is the feed's.

    Every entry dated from ``complete_since`` to ``complete_until`` is kept, as far as the feed's
    site tells; both are None where nothing is known, whatever a feed's own few entries look like.
    ``page`` is the last page read, from which reading goes on.
    """

    url: str
    complete_since: datetime | None = None
    complete_until: datetime | None = None
    page: str = ""

    def share_of(self, period: Period) -> float:
        """How much of a period is known without a gap, 0 to 1."""
        if self.complete_since is None or self.complete_until is None:
            return 0.0
        start = max(self.complete_since, period.start)
        end = min(self.complete_until, period.end)
        return max(end - start, timedelta(0)) / (period.end - period.start)
