"""What the service does at each tick, and how it says so."""

import threading
from collections.abc import Callable, Iterable

import structlog

from digest.app import App
from digest.model import Delivery, Settlement
from digest.pipeline.approval import Approved, approve_automatic
from digest.pipeline.delivery import Delivered, deliver_waiting
from digest.pipeline.drafting import Drafted, draft_due_issues
from digest.pipeline.once import Happening
from digest.pipeline.refresh import FeedRefreshed, refresh_feeds
from digest.service.health import Pulse

log = structlog.get_logger(__name__)

COLLECT = "collect"
PUBLISH = "publish"


class Jobs:
    """The recurring work, each job safe to run twice and to be stopped between two steps."""

    def __init__(self, app: App, *, pulse: Pulse, stop: threading.Event) -> None:
        self._app = app
        self._pulse = pulse
        self._stop = stop

    def collect(self) -> None:
        """Ask the feeds that are due."""
        self._run(COLLECT, lambda: refresh_feeds(self._app))

    def publish(self) -> None:
        """Draft, approve and send what is due."""
        self._run(
            PUBLISH,
            lambda: draft_due_issues(self._app),
            lambda: approve_automatic(self._app),
            lambda: deliver_waiting(self._app, stop=self._stop, on_settled=self._alive),
        )

    def _run(self, name: str, *steps: Callable[[], Iterable[Happening]]) -> None:
        """Take the steps one after another; a step that breaks ends itself only, and is noted."""
        errors = [error for step in steps if (error := self._take(name, step))]
        if errors:
            self._pulse.went_wrong(name, "; ".join(errors))
        else:
            self._pulse.went_well(name, now=self._app.clock())

    def _take(self, name: str, step: Callable[[], Iterable[Happening]]) -> str:
        """Tell what happens in a step; what broke it, or an empty string."""
        if self._stop.is_set():
            return ""
        try:
            for happening in step():
                tell(happening)
                if self._stop.is_set():
                    break
        except Exception as error:
            log.exception("job.failed", job=name)
            return str(error) or type(error).__name__
        return ""

    def _alive(self, _delivery: Delivery, _settlement: Settlement) -> None:
        """A long delivery is no silence."""
        self._pulse.went_well(PUBLISH, now=self._app.clock())


def tell(happening: Happening) -> None:
    """Log one happening as one event."""
    match happening:
        case FeedRefreshed(error=error) if error:
            log.warning("feed.failed", feed=happening.url, error=error)
        case FeedRefreshed():
            log.debug(
                "feed.refreshed", feed=happening.url, new=happening.new, changed=happening.changed
            )
        case Drafted(issue=issue) if issue is not None:
            log.info(
                "issue.skipped" if happening.skipped else "issue.drafted",
                issue=issue.issue.slug,
                stories=happening.stories,
            )
        case Approved(error=error) if error:
            log.error("issue.not_approved", issue=happening.slug, error=error)
        case Approved():
            log.info("issue.approved", issue=happening.slug)
        case Delivered():
            counts = {str(state): count for state, count in happening.tally.counts}
            (log.error if happening.stopped else log.info)(
                "issue.delivered" if happening.finished else "issue.under_way",
                issue=happening.slug,
                stopped=happening.stopped,
                **counts,
            )
        case _:
            pass
