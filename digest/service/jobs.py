"""What the service does at each tick, and how it says so."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import structlog

from digest.app import App
from digest.curate.lastlook import look_lines
from digest.model import Delivery, LookOutcome, MediaPurged, Settlement
from digest.pipeline.approval import Approved, approve_automatic
from digest.pipeline.delivery import Delivered
from digest.pipeline.drafting import Drafted, draft_due_issues
from digest.pipeline.enrich import Enriched, EnrichmentMissing, enrich_new_entries
from digest.pipeline.inbox import InboxRead, poll_inbox
from digest.pipeline.lastcall import last_call
from digest.pipeline.lastlook import LookedAgain, last_looks
from digest.pipeline.lists import ListRefreshed, refresh_lists
from digest.pipeline.media import purge_media
from digest.pipeline.once import Happening
from digest.pipeline.pace import Pace
from digest.pipeline.pictures import Illustrated, illustrate_drafts
from digest.pipeline.pushes import PushTaken, compare_with_pushes, take_pushes
from digest.pipeline.refresh import FeedRefreshed, refresh_feeds
from digest.pipeline.rehearsal import Rehearsed, send_waiting
from digest.pipeline.websub import HubAsked, tend_subscriptions
from digest.service.health import Pulse

log = structlog.get_logger(__name__)

COLLECT = "collect"
PUBLISH = "publish"
HUBS = "hubs"
PUSHES = "pushes"
INBOX = "inbox"
UPKEEP = "upkeep"

SAY_EVERY_SECONDS = 60
"""How often a long delivery says how it gets on."""

_NO_PATIENCE = timedelta(0)
"""Whoever waits for a rate is due at a later tick, and issues are drafted in between."""

ToldOf = Happening | HubAsked | PushTaken | MediaPurged


class Jobs:
    """The recurring work, each job safe to run twice and to be stopped between two steps."""

    def __init__(self, app: App, *, pulse: Pulse, stop: threading.Event) -> None:
        self._app = app
        self._pulse = pulse
        self._stop = stop
        self._said_missing = False
        self._pace: tuple[int, Pace] | None = None
        self._said_at = 0.0

    def collect(self) -> None:
        """Read the lists that are due, ask the feeds that are, and fetch articles."""
        self._run(
            COLLECT,
            lambda: refresh_lists(self._app),
            lambda: compare_with_pushes(self._app, refresh_feeds(self._app)),
            self._enrich,
        )

    def publish(self) -> None:
        """Draft, approve and send what is due."""
        self._pace = None
        self._run(
            PUBLISH,
            lambda: last_call(self._app),
            lambda: draft_due_issues(self._app),
            lambda: illustrate_drafts(self._app),
            lambda: approve_automatic(self._app),
            lambda: last_looks(self._app),
            lambda: send_waiting(
                self._app, stop=self._stop, on_settled=self._alive, patience=_NO_PATIENCE
            ),
        )

    def hubs(self) -> None:
        """Ask hubs for the subscriptions that are due."""
        self._run(HUBS, lambda: tend_subscriptions(self._app))

    def pushes(self) -> None:
        """Keep what hubs pushed."""
        self._run(PUSHES, lambda: take_pushes(self._app))

    def inbox(self) -> None:
        """Read the bounce mailbox, if it is due."""
        self._run(INBOX, lambda: poll_inbox(self._app, stop=self._stop))

    def upkeep(self) -> None:
        """Delete pictures that nothing shows any more."""
        self._run(UPKEEP, lambda: (purge_media(self._app),))

    def _run(self, name: str, *steps: Callable[[], Iterable[ToldOf]]) -> None:
        """Take the steps one after another; a step that breaks ends itself only, and is noted."""
        errors = [error for step in steps if (error := self._take(name, step))]
        if errors:
            self._pulse.went_wrong(name, "; ".join(errors))
        else:
            self._pulse.went_well(name, now=self._app.clock())

    def _take(self, name: str, step: Callable[[], Iterable[ToldOf]]) -> str:
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

    def _enrich(self) -> Iterator[Enriched | EnrichmentMissing]:
        """Fetch articles; that the extra for it is missing is said once, not at every tick."""
        for happening in enrich_new_entries(self._app):
            if isinstance(happening, EnrichmentMissing):
                if self._said_missing:
                    continue
                self._said_missing = True
            yield happening

    def _alive(self, delivery: Delivery, settlement: Settlement) -> None:
        """A long delivery is no silence, and says from time to time how it gets on."""
        self._pulse.went_well(PUBLISH, now=self._app.clock())
        now = time.monotonic()
        if self._pace is None or self._pace[0] != delivery.issue_id:
            total = self._app.store.ledger.tally(delivery.issue_id).open
            self._pace = delivery.issue_id, Pace(total=total, started=now)
            self._said_at = now
        pace = self._pace[1]
        pace.count(delivery, settlement.state)
        if now - self._said_at >= SAY_EVERY_SECONDS:
            self._said_at = now
            log.info("issue.progress", issue_id=delivery.issue_id, progress=pace.line(now))


def tell(happening: ToldOf) -> None:
    """Log one happening as one event."""
    match happening:
        case ListRefreshed():
            _tell_list(happening)
        case FeedRefreshed():
            _tell_feed(happening)
        case Enriched() | EnrichmentMissing():
            _tell_article(happening)
        case HubAsked() | PushTaken():
            _tell_hub(happening)
        case Drafted(issue=issue) if issue is not None:
            log.info(
                "issue.skipped" if happening.skipped else "issue.drafted",
                issue=issue.issue.slug,
                stories=happening.stories,
            )
        case Illustrated():
            _tell_pictures(happening)
        case InboxRead(name=name, taken=taken, suppressed=suppressed) if taken:
            log.info("inbox.read", inbox=name, mails=len(taken), suppressed=suppressed)
        case MediaPurged(pictures=pictures, size=size) if pictures:
            log.info("media.purged", pictures=pictures, bytes=size)
        case Approved() | LookedAgain() | Rehearsed() | Delivered():
            _tell_sending(happening)
        case _:
            pass


def _tell_sending(happening: Approved | LookedAgain | Rehearsed | Delivered) -> None:
    match happening:
        case Approved():
            _tell_approved(happening)
        case LookedAgain():
            _tell_look(happening)
        case Rehearsed():
            _tell_rehearsal(happening)
        case Delivered():
            counts = {str(state): count for state, count in happening.tally.counts}
            again = happening.stopped and happening.told
            (log.debug if again else log.error if happening.stopped else log.info)(
                "issue.delivered" if happening.finished else "issue.under_way",
                issue=happening.slug,
                stopped=happening.stopped,
                **counts,
            )


def _tell_approved(approved: Approved) -> None:
    if approved.error:
        log.error("issue.not_approved", issue=approved.slug, error=approved.error)
    else:
        log.info("issue.approved", issue=approved.slug)


def _tell_rehearsal(rehearsed: Rehearsed) -> None:
    done = rehearsed.rehearsal
    log.warning(
        "issue.rehearsed",
        issue=rehearsed.slug,
        test_mode=done.address,
        sent=done.sent,
        failed=done.failed,
        stopped=done.stopped,
    )


def _tell_look(looked: LookedAgain) -> None:
    """A held issue is an error: nothing happens until a person comes."""
    look = looked.look
    say = log.warning if look.found or look.note else log.info
    if look.outcome is LookOutcome.HELD:
        say = log.error
    say(
        "issue.last_look",
        issue=looked.slug,
        outcome=str(look.outcome),
        links=look.links,
        unreached=look.unreached,
        found=list(look_lines(look))[1:],
        note=look.note,
    )


def _tell_list(refreshed: ListRefreshed) -> None:
    added, removed = refreshed.added, refreshed.removed
    if refreshed.error:
        log.warning("list.failed", list=refreshed.url, error=refreshed.error)
    elif added or removed:
        log.info("list.refreshed", list=refreshed.url, added=added, removed=removed)


def _tell_pictures(illustrated: Illustrated) -> None:
    log.info("issue.illustrated", issue=illustrated.slug, pictures=illustrated.pictures)
    for missing in illustrated.missing:
        log.warning(
            "picture.missing",
            issue=illustrated.slug,
            url=missing.url,
            reason=missing.reason,
        )


def _tell_feed(refreshed: FeedRefreshed) -> None:
    """A change of health or a new remark is news once; the failures in between are not."""
    feed, error = refreshed.url, refreshed.error
    if refreshed.became:
        log.warning("feed.health", feed=feed, health=refreshed.became, error=error)
    elif error:
        log.debug("feed.failed", feed=feed, error=error)
    if refreshed.remark:
        log.warning("feed.remark", feed=feed, remark=refreshed.remark)
    if not error:
        log.debug("feed.refreshed", feed=feed, new=refreshed.new, changed=refreshed.changed)


def _tell_article(happening: Enriched | EnrichmentMissing) -> None:
    match happening:
        case EnrichmentMissing():
            log.warning("article.extra_missing", feeds=len(happening.feeds), note=str(happening))
        case Enriched(url=url, words=words, remark=remark):
            log.debug("article.read", url=url, words=words, remark=remark)


def _tell_hub(happening: HubAsked | PushTaken) -> None:
    feed = happening.feed
    match happening:
        case HubAsked(hub=hub, error=error) if error:
            log.warning("hub.failed", feed=feed, hub=hub, error=error)
        case HubAsked(hub=hub, mode=mode):
            log.info("hub.asked", feed=feed, hub=hub, mode=mode)
        case PushTaken(error=error) if error:
            log.warning("push.unusable", feed=feed, error=error)
        case PushTaken(new=new, changed=changed):
            log.info("push.taken", feed=feed, new=new, changed=changed)
