"""The whole job once: collect, draft what is due, send what may go."""

import threading
from collections.abc import Iterator

from digest.app import App
from digest.pipeline.approval import Approved, approve_automatic
from digest.pipeline.delivery import Delivered
from digest.pipeline.drafting import Drafted, draft_due_issues
from digest.pipeline.enrich import Enriched, EnrichmentMissing, enrich_new_entries
from digest.pipeline.handover import OnSettled, ignore
from digest.pipeline.inbox import InboxRead, poll_inbox
from digest.pipeline.lastcall import last_call
from digest.pipeline.lastlook import LookedAgain, last_looks
from digest.pipeline.lists import ListRefreshed, refresh_lists
from digest.pipeline.pictures import Illustrated, illustrate_drafts
from digest.pipeline.refresh import FeedRefreshed, refresh_feeds
from digest.pipeline.rehearsal import Rehearsed, send_waiting

Happening = (
    InboxRead
    | ListRefreshed
    | FeedRefreshed
    | Enriched
    | EnrichmentMissing
    | Drafted
    | Illustrated
    | Approved
    | LookedAgain
    | Delivered
    | Rehearsed
)


def run_once(
    app: App, *, stop: threading.Event | None = None, on_settled: OnSettled = ignore
) -> Iterator[Happening]:
    """Do everything that is due, telling each thing as it happens.

    Between two things, ``stop`` ends the run; the next run goes on where this one ended.
    """
    stop = stop or threading.Event()
    for step in (
        lambda: poll_inbox(app, stop=stop),
        lambda: refresh_lists(app),
        lambda: refresh_feeds(app),
        lambda: last_call(app),
        lambda: enrich_new_entries(app),
        lambda: draft_due_issues(app),
        lambda: illustrate_drafts(app),
        lambda: approve_automatic(app),
        lambda: last_looks(app),
        lambda: send_waiting(app, stop=stop, on_settled=on_settled),
    ):
        for happening in step():
            yield happening
            if stop.is_set():
                return
