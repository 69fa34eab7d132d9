"""What an issue is made of: entries, feeds, past issues, corrections and clicks, gathered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from digest.app import App
from digest.curate.assemble import Assembly, Material, assemble
from digest.curate.choosing.clicks import read_clicks
from digest.curate.placing.topics import Placer
from digest.model import (
    NO_EDITS,
    Edits,
    Entry,
    EntryKey,
    Issue,
    IssueKind,
    IssueState,
    KeptEntry,
    KeptIssue,
    Newsletter,
    Period,
)
from digest.pipeline.sources import all_feeds
from digest.pipeline.upcoming import period_entries

_REMEMBERED = 8
_WENT_OUT = (IssueState.APPROVED, IssueState.SENDING, IssueState.SENT, IssueState.PAUSED)

log = structlog.get_logger(__name__)


def make_assembly(
    app: App,
    newsletter: Newsletter,
    period: Period,
    *,
    edits: Edits = NO_EDITS,
    issue: Issue | None = None,
) -> Assembly:
    """Make a newsletter's issue of a period by today's rules and data, without keeping it.

    ``issue`` is the one that is made again, if any: what it used is free for it.
    """
    return assemble(
        newsletter,
        period,
        gather(app, newsletter, period, edits=edits, issue=issue),
        embedder=app.embedder,
        edits=edits,
    )


def gather(
    app: App,
    newsletter: Newsletter,
    period: Period,
    *,
    edits: Edits = NO_EDITS,
    issue: Issue | None = None,
) -> Material:
    """Everything an issue of that period is made of."""
    return Material(
        kept=_kept(app, newsletter, period, edits=edits, issue=issue),
        feeds=all_feeds(app),
        past=past_issues(app, newsletter, period),
        corrections=app.store.issues.corrections(newsletter.id),
        clicks=_clicks(app, newsletter),
    )


def topic_names(
    app: App, newsletter: Newsletter, entries: Sequence[Entry]
) -> Mapping[EntryKey, str]:
    """The name of each entry's topic, as things stand now; none for topics yet to be found."""
    if newsletter.discover:
        return dict.fromkeys((entry.key for entry in entries), "")
    tags = {feed.url: feed.tags for feed in all_feeds(app)}
    corrections = app.store.issues.corrections(newsletter.id)
    placer = Placer(newsletter, tags, app.embedder, corrections)
    placed = placer.place(entries)
    return {key: newsletter.topic(each.topic).name for key, each in placed.items()}


def past_issues(app: App, newsletter: Newsletter, period: Period) -> tuple[KeptIssue, ...]:
    """The newsletter's last eight digests before that period that went out, newest first."""
    found = app.store.issues.issues(
        newsletter=newsletter.id, states=_WENT_OUT, kind=IssueKind.DIGEST
    )
    before = (kept for kept in found if kept.issue.key.period.end < period.end)
    return tuple(kept for kept, _ in zip(before, range(_REMEMBERED), strict=False))


def _kept(
    app: App, newsletter: Newsletter, period: Period, *, edits: Edits, issue: Issue | None
) -> tuple[KeptEntry, ...]:
    """The period's entries, and those that the issue has or its editors want besides."""
    found = {kept.entry.key: kept for kept in period_entries(app, newsletter, period)}
    own = frozenset(issue.entry_keys if issue else ())
    wanted = (*own, *edits.pins, *((edits.lead,) if edits.lead else ()))
    for key in wanted:
        kept = app.store.feeds.entry(key) if key not in found else None
        if kept is not None:
            free = key in own or not _told_by(app, newsletter, kept)
            found[kept.entry.key] = replace(kept, used_in="") if free else kept
    return tuple(found.values())


def _told_by(app: App, newsletter: Newsletter, kept: KeptEntry) -> bool:
    """Whether the first issue that used an entry was this newsletter's."""
    if not kept.used_in:
        return False
    return app.store.issues.get(kept.used_in).issue.key.newsletter == newsletter.id


def _clicks(app: App, newsletter: Newsletter) -> Mapping[str, int]:
    """What readers clicked, by the file the newsletter names; nothing without a readable one."""
    if not newsletter.ranking.clicks:
        return {}
    path = app.config.directory / newsletter.ranking.clicks
    try:
        return read_clicks(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        log.warning("clicks unread", newsletter=newsletter.id, file=str(path), error=str(error))
        return {}
