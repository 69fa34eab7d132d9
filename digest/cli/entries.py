"""``entries``: where each entry stands and why, what it was before, and an editor's word on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.app import App
from digest.cli.session import Session, json_option, pass_session
from digest.curate.states import Standing, state_of
from digest.errors import StateError, UnknownNameError
from digest.model import (
    Entry,
    EntryKey,
    EntryState,
    IssueKind,
    IssueState,
    KeptEntry,
    KeptIssue,
    Mark,
    Newsletter,
)

_SHOWN = 50
_TELLING = tuple(set(IssueState) - {IssueState.CANCELLED, IssueState.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An entry and where it stands with one newsletter."""

    newsletter: str
    kept: KeptEntry
    standing: Standing


@click.group()
def entries() -> None:
    """Entries: their states and why, history, hold and skip."""


@entries.command("list")
@click.option("--newsletter", default="", help="Only what this newsletter draws on.")
@click.option("--feed", "feed", default="", help="Only this feed's.")
@click.option(
    "--state", type=click.Choice([state.value for state in EntryState]), help="Only in this state."
)
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, help="At most so many.")
@json_option
@pass_session
def list_(
    session: Session,
    *,
    newsletter: str,
    feed: str,
    state: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """The newest entries, and where each stands with the newsletters that draw on it."""
    with session.open_app() as app:
        found = [
            row
            for definition in _newsletters(app, newsletter)
            for row in _rows(app, definition, feed=feed, state=state, limit=limit)
        ]
        none = "" if found else _why_none(app, asked=bool(newsletter or feed or state))

    def human(console: Console) -> None:
        table = Table("date", "newsletter", "state", "why", "title", "feed", box=None)
        for row in found:
            entry = row.kept.entry
            table.add_row(
                _when(row.kept.dated_at),
                row.newsletter,
                row.standing.state,
                escape(row.standing.why),
                escape(entry.title + _edited(row.kept)),
                escape(entry.feed_title or entry.key.feed),
            )
        console.print(none or table)

    session.show([_facts(row) for row in found], as_json=as_json, human=human)


@entries.command("show")
@click.argument("entry")
@json_option
@pass_session
def show(session: Session, entry: str, *, as_json: bool) -> None:
    """All that is known of one ENTRY, named by its key, id or URL."""
    with session.open_app() as app:
        kept = _one(app, entry)
        rows = _standings(app, kept)
        history = app.store.feeds.history(kept.entry.key)
    changes = _changes((*history, kept.entry))
    facts = {
        **_known(kept),
        "standings": [
            {"newsletter": row.newsletter, "state": row.standing.state, "why": row.standing.why}
            for row in rows
        ],
        "changes": changes,
    }

    def human(console: Console) -> None:
        console.print(f"[bold]{escape(kept.entry.title)}[/]")
        for name, value in _known(kept).items():
            if name != "title" and value:
                console.print(f"{name:14} {escape(str(value))}")
        for row in rows:
            console.print(f"{row.newsletter:14} {row.standing.state}: {escape(row.standing.why)}")
        for change in changes:
            console.print(f"{'edit':14} {escape(change)}")

    session.show(facts, as_json=as_json, human=human)


def _mark_command(name: str, state: EntryState, about: str, *, why: str = "") -> click.Command:
    """A command that marks an entry; without a usual ``why``, an editor has to give one."""

    @click.command(name, help=about)
    @click.argument("entry")
    @click.option(
        "--why",
        required=not why,
        default=why or None,
        help="A sentence for your colleagues.",
    )
    @json_option
    @pass_session
    def marking(session: Session, entry: str, *, why: str, as_json: bool) -> None:
        _decide(session, entry, Mark(state=state, why=why), as_json=as_json)

    return marking


entries.add_command(_mark_command("hold", EntryState.HELD, "Keep ENTRY back until it is released."))
entries.add_command(_mark_command("skip", EntryState.SKIPPED, "Never tell ENTRY in any issue."))
entries.add_command(
    _mark_command(
        "release",
        EntryState.NEW,
        "Let ENTRY into the next issue, whatever its date and whoever kept it back.",
        why="released by an editor",
    )
)


def _decide(session: Session, name: str, mark: Mark, *, as_json: bool) -> None:
    with session.open_app() as app:
        kept = _one(app, name)
        app.store.feeds.mark(kept.entry.key, mark)
        drafts = _drafts_with(app, kept.entry.key)

    def human(console: Console) -> None:
        console.print(f"{mark.state}: {escape(kept.entry.title)} – {escape(mark.why)}")
        for slug in drafts if mark.state is not EntryState.NEW else ():
            console.print(f"[yellow]{slug} tells it already[/]; a draft is not changed by this")

    facts = {"key": str(kept.entry.key), "state": mark.state, "why": mark.why, "drafts": drafts}
    session.show(facts, as_json=as_json, human=human)


def _one(app: App, name: str) -> KeptEntry:
    found = app.store.feeds.find(name)
    if not found:
        raise UnknownNameError("entry", name)
    if len(found) > 1:
        keys = ", ".join(str(kept.entry.key) for kept in found)
        raise StateError(name, f"several entries have it; name one by its key: {keys}")
    return found[0]


def _newsletters(app: App, name: str) -> tuple[Newsletter, ...]:
    return (app.config.newsletter(name),) if name else tuple(app.config.newsletters.values())


def _rows(
    app: App, newsletter: Newsletter, *, feed: str, state: str | None, limit: int
) -> list[_Row]:
    from digest.pipeline.due import upcoming_period
    from digest.pipeline.sources import newsletter_feeds

    feeds = [url for url in newsletter_feeds(app, newsletter) if feed in ("", url)]
    period = upcoming_period(app, newsletter)
    issues = _issue_states(app, newsletter)
    found = app.store.feeds.recent(
        feeds, newsletter=newsletter.id, limit=limit if state is None else max(limit, 5_000)
    )
    rows = (
        _Row(
            newsletter=newsletter.id,
            kept=kept,
            standing=state_of(
                kept,
                newsletter,
                period,
                now=app.clock(),
                used_issue_state=issues.get(kept.used_in),
            ),
        )
        for kept in found
    )
    return [row for row in rows if state in (None, row.standing.state)][:limit]


def _why_none(app: App, *, asked: bool) -> str:
    """What to say where there is nothing to list, and what to do about it."""
    from digest.pipeline.sources import all_feeds

    if asked:
        return "No entries match."
    feeds = [feed.url for feed in all_feeds(app)]
    if app.store.feeds.recent(feeds, newsletter="", limit=1):
        return "No newsletter draws on the feeds that have entries. See: digest check"
    return "No entries. Look for some: digest collect"


def _standings(app: App, kept: KeptEntry) -> list[_Row]:
    """Where the entry stands with each newsletter that draws on its feed."""
    from digest.pipeline.due import upcoming_period
    from digest.pipeline.sources import newsletter_feeds

    rows = []
    for newsletter in app.config.newsletters.values():
        if kept.entry.key.feed not in newsletter_feeds(app, newsletter):
            continue
        user = _user(app, newsletter, kept.entry.key)
        mine = replace(kept, used_in=user.issue.slug if user else "")
        standing = state_of(
            mine,
            newsletter,
            upcoming_period(app, newsletter),
            now=app.clock(),
            used_issue_state=user.state if user else None,
        )
        rows.append(_Row(newsletter=newsletter.id, kept=mine, standing=standing))
    return rows


def _user(app: App, newsletter: Newsletter, key: EntryKey) -> KeptIssue | None:
    """The newsletter's first issue that tells the entry."""
    issues = app.store.issues.issues(
        newsletter=newsletter.id, states=_TELLING, kind=IssueKind.DIGEST
    )
    return next((kept for kept in reversed(issues) if key in kept.issue.entry_keys), None)


def _issue_states(app: App, newsletter: Newsletter) -> Mapping[str, IssueState]:
    issues = app.store.issues.issues(newsletter=newsletter.id)
    return {kept.issue.slug: kept.state for kept in issues}


def _drafts_with(app: App, key: EntryKey) -> list[str]:
    drafts = app.store.issues.issues(states=(IssueState.DRAFT,))
    return [kept.issue.slug for kept in drafts if key in kept.issue.entry_keys]


def _changes(versions: Iterable[Entry]) -> list[str]:
    """What each edit did, in words."""
    return [_difference(before, after) for before, after in pairwise(versions)]


def _difference(before: Entry, after: Entry) -> str:
    found = []
    if before.title != after.title:
        found.append(f"title {before.title!r} → {after.title!r}")
    if before.url != after.url:
        found.append(f"link {before.url} → {after.url}")
    if (before.summary, before.content) != (after.summary, after.content):
        found.append("text")
    if before.fields != after.fields:
        found.append("fields")
    return ", ".join(found) or "what it shows"


def _known(kept: KeptEntry) -> dict[str, object]:
    entry = kept.entry
    return {
        "title": entry.title,
        "url": entry.url,
        "key": str(entry.key),
        "feed": entry.feed_title or entry.key.feed,
        "authors": ", ".join(entry.authors),
        "published_at": _iso(entry.published_at),
        "dated_at": _iso(kept.dated_at),
        "first_seen_at": _iso(kept.first_seen_at),
        "edits": kept.edits,
        "edited_at": _iso(kept.edited_at),
        "mark": f"{kept.mark.state}: {kept.mark.why}" if kept.mark else "",
        "used_in": kept.used_in,
        "backlog": kept.backlog,
        "summary": entry.summary,
        **{f"fields.{field.name}": field.value for field in entry.fields},
    }


def _facts(row: _Row) -> dict[str, object]:
    kept = row.kept
    return {
        "newsletter": row.newsletter,
        "state": row.standing.state,
        "why": row.standing.why,
        "title": kept.entry.title,
        "url": kept.entry.url,
        "key": str(kept.entry.key),
        "feed": kept.entry.key.feed,
        "dated_at": _iso(kept.dated_at),
        "first_seen_at": _iso(kept.first_seen_at),
        "edits": kept.edits,
        "used_in": kept.used_in,
    }


def _edited(kept: KeptEntry) -> str:
    return " (edited)" if kept.edits else ""


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "–"
