"""``status``: where everything stands, in one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.app import App
from digest.cli.inbox import inbox_state, inbox_state_facts, print_inbox_state
from digest.cli.lastlook import look_facts, print_look
from digest.cli.rehearsal import print_test_mode
from digest.cli.session import Session, json_option, pass_session
from digest.cli.standing import standing_facts
from digest.model import (
    Consent,
    FeedHealth,
    InboxState,
    IssueState,
    KeptIssue,
    LastLook,
    Newsletter,
    Period,
    RelayState,
)
from digest.pipeline.sources import all_feeds

_MINUTE = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Overview:
    """What there is to say of an installation, read in one go."""

    feeds: int
    failing: int
    newsletters: Sequence[dict[str, object]]
    sending: Sequence[dict[str, Any]]
    doubt: str
    broken: Sequence[RelayState]
    inbox: InboxState | None
    held: Sequence[tuple[str, LastLook]]
    test_mode: str


@click.command()
@json_option
@pass_session
def status(session: Session, *, as_json: bool) -> None:
    """Where everything stands: feeds, newsletters, issues, subscribers."""
    with session.open_app() as app:
        overview = _read(app)
    session.show(_facts(overview), as_json=as_json, human=lambda console: _tell(console, overview))


def _read(app: App) -> _Overview:
    states = app.store.feeds.states([feed.url for feed in all_feeds(app)]).values()
    going = app.store.issues.issues(states=(IssueState.SENDING, IssueState.PAUSED))
    return _Overview(
        feeds=len(states),
        failing=sum(state.health is not FeedHealth.ACTIVE for state in states),
        newsletters=[_row(app, newsletter) for newsletter in app.config.newsletters.values()],
        sending=[_under_way(app, kept) for kept in going],
        doubt=app.store.life.doubt(),
        broken=[state for state in app.store.relays.states() if state.broken_since],
        inbox=inbox_state(app),
        held=_held(app),
        test_mode=app.config.settings.deliver.test_mode,
    )


def _tell(console: Console, overview: _Overview) -> None:
    print_test_mode(console, overview.test_mode)
    console.print(f"{overview.feeds} feeds, {overview.failing} failing")
    table = Table("newsletter", "next issue", "so far", "latest", "subscribers", box=None)
    for row in overview.newsletters:
        table.add_row(*(escape(str(value)) for value in row.values()))
    console.print(table)
    for each in overview.sending:
        console.print(_told(each))
    if overview.doubt:
        console.print(
            f"[red]nothing is sent[/]: the database {escape(overview.doubt)}; see "
            "digest resume --after-restore"
        )
    for state in overview.broken:
        since = f"{state.broken_since:{_MINUTE}}"
        console.print(f"relay {state.name} is out of service since {since}: {escape(state.reason)}")
    print_inbox_state(console, overview.inbox)
    for slug, looked in overview.held:
        print_look(console, looked, slug=slug)


def _facts(overview: _Overview) -> dict[str, object]:
    return {
        "feeds": overview.feeds,
        "failing": overview.failing,
        "newsletters": overview.newsletters,
        "sending": overview.sending,
        "doubt": overview.doubt,
        "broken_relays": [
            {"relay": state.name, "broken_since": state.broken_since, "reason": state.reason}
            for state in overview.broken
        ],
        "inbox": inbox_state_facts(overview.inbox),
        "test_mode": overview.test_mode,
        "held": [{"issue": slug, **look_facts(looked)} for slug, looked in overview.held],
    }


def _under_way(app: App, kept: KeptIssue) -> dict[str, object]:
    from digest.pipeline.standing import standing

    return {
        "issue": kept.issue.slug,
        "state": str(kept.state),
        **standing_facts(standing(app, kept)),
        "guard": app.store.feedback.tripped(kept.id) if kept.state is IssueState.PAUSED else "",
    }


def _told(facts: dict[str, Any]) -> str:
    states = ", ".join(f"{count:,} {state}" for state, count in facts["deliveries"].items())
    left = facts["seconds_left"]
    pace = f"; {facts['per_second']}/s, {left / 60:.0f} minutes left" if left is not None else ""
    guard = f"; paused by the guard: {escape(facts['guard'])}" if facts["guard"] else ""
    return f"{escape(facts['issue'])} ({facts['state']}): {states}{pace}{guard}"


def _held(app: App) -> list[tuple[str, LastLook]]:
    """The issues that their last look holds back, and what it found."""
    from digest.pipeline.holds import is_held

    approved = app.store.issues.issues(states=(IssueState.APPROVED,))
    found = (
        (kept.issue.slug, app.store.preflight.look(kept.id))
        for kept in approved
        if is_held(app, kept)
    )
    return [(slug, look) for slug, look in found if look]


def _row(app: App, newsletter: Newsletter) -> dict[str, object]:
    from digest.pipeline.due import upcoming_period
    from digest.pipeline.upcoming import upcoming_entries

    newest = app.store.issues.issues(newsletter=newsletter.id)[:1]
    latest = ", ".join(f"{kept.issue.slug} ({_state(app, kept)})" for kept in newest)
    return {
        "newsletter": newsletter.id,
        "next": _next(newsletter, upcoming_period(app, newsletter)),
        "entries": len(upcoming_entries(app, newsletter)),
        "latest": latest or "none yet",
        "subscribers": app.store.audience.count(
            newsletter=newsletter.id, consent=Consent.CONFIRMED
        ),
    }


def _next(newsletter: Newsletter, period: Period) -> str:
    """When the next issue goes out, and when it is drafted if that is earlier."""
    from digest.curate.timing.periods import send_time

    if newsletter.schedule.paused:
        return "paused"
    send_at = send_time(newsletter.schedule, period)
    drafted = f" (drafted {period.end:{_MINUTE}})" if send_at else ""
    return f"{send_at or period.end:{_MINUTE}}{drafted}"


def _state(app: App, kept: KeptIssue) -> str:
    if kept.state is IssueState.SENDING and (next_at := app.store.ledger.next_due(kept.id)):
        return f"{kept.state}, next at {next_at:{_MINUTE}}"
    waits = kept.state in (IssueState.DRAFT, IssueState.APPROVED) and kept.issue.send_at
    return f"{kept.state}, goes out {kept.issue.send_at:{_MINUTE}}" if waits else kept.state
