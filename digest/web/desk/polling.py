"""The desk's button that asks a newsletter's feeds at once."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from digest.app import App
from digest.model import Newsletter
from digest.pipeline.refresh import poll_now
from digest.pipeline.sources import newsletter_feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What came of asking: how many feeds, how many of them failed, and the new entries."""

    asked: int
    failed: int
    new: int

    @property
    def query(self) -> str:
        """The same as a URL's query, so that the page that shows it can be reloaded."""
        return urlencode({"asked": self.asked, "failed": self.failed, "new": self.new})


def poll_feeds(app: App, newsletter: Newsletter) -> Polled:
    """Ask every feed the newsletter draws on, due or not."""
    answers = tuple(poll_now(app, newsletter_feeds(app, newsletter)))
    return Polled(
        asked=len(answers),
        failed=sum(bool(answer.error) for answer in answers),
        new=sum(answer.new for answer in answers),
    )


def polled_from(query: QueryParams) -> Polled | None:
    """What a page's URL says of an earlier poll; None where it says nothing sound."""
    try:
        return Polled(asked=int(query["asked"]), failed=int(query["failed"]), new=int(query["new"]))
    except (KeyError, ValueError):
        return None
