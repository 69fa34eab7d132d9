"""What is kept of trials of second subjects."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from digest.model import SubjectChoice, SubjectTrial


class SubjectStore(Protocol):
    """How issues' second subjects are tried, and which subject won."""

    def trial(self, issue_id: int) -> SubjectTrial | None:
        """How an issue's second subject is tried; None where it is not."""
        ...

    def decide(
        self,
        issue_id: int,
        choose: Callable[[SubjectTrial], SubjectChoice | None],
        *,
        now: datetime,
    ) -> SubjectTrial | None:
        """Measure, choose and let the rest go under the winner, in one transaction.

        A trial that is decided stays as it is, so that deciding twice does no harm. Where
        ``choose`` says None, nothing is changed.
        """
        ...
