"""Make drafts of the issues that are due."""

from dataclasses import dataclass

import structlog

from digest.app import TOPICS_EXTRA, App
from digest.curate.assemble import Assembly, is_empty
from digest.curate.placing.topics import asks_for_meaning
from digest.model import IssueKey, IssueState, KeptIssue, Newsletter, Period
from digest.pipeline.due import due_issues, due_now, upcoming_period
from digest.pipeline.material import make_assembly
from digest.pipeline.pictures import fetch_pictures

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What came of drafting one period. ``issue`` is None when the period was taken already."""

    newsletter: str
    period: Period
    issue: KeptIssue | None
    stories: int = 0
    skipped: bool = False


def draft_due_issues(app: App) -> tuple[Drafted, ...]:
    """Draft every newsletter's issue that is due by now."""
    return tuple(draft_issue(app, due.newsletter, due.period) for due in due_issues(app))


def draft_issue(app: App, newsletter: Newsletter, period: Period) -> Drafted:
    """Draft one newsletter's issue for one period.

    The period's uniqueness in the store settles races: whoever comes second gets None.
    """
    assembly = make_assembly(app, newsletter, period)
    skipped = _is_skipped(assembly, newsletter)
    return _keep(app, assembly, IssueState.SKIPPED if skipped else IssueState.DRAFT)


def draft_now(app: App, newsletter: Newsletter, period: Period | None = None) -> Drafted:
    """Draft because a person asks: that period, or the one that is due, or what has passed since.

    Where there is too little to tell, nothing is kept: the schedule will ask again.
    """
    made = [make_assembly(app, newsletter, one) for one in _asked(app, newsletter, period)]
    told = [assembly for assembly in made if not _is_skipped(assembly, newsletter)]
    if not told:
        last = made[-1].issue.key.period
        return Drafted(newsletter=newsletter.id, period=last, issue=None, skipped=True)
    drafted = _keep(app, told[0], IssueState.DRAFT)
    if drafted.issue:
        fetch_pictures(app, drafted.issue)
    return drafted


def _asked(app: App, newsletter: Newsletter, period: Period | None) -> tuple[Period, ...]:
    if period:
        return (period,)
    due = due_now(app, newsletter, app.clock())
    start = (due or upcoming_period(app, newsletter)).start
    so_far = Period(start=start, end=app.clock())
    return (due, so_far) if due else (so_far,)


def find_issue(app: App, newsletter: Newsletter, period: Period) -> KeptIssue | None:
    """The newsletter's issue of that period, if it was drafted already."""
    return app.store.issues.find(IssueKey(newsletter=newsletter.id, period=period))


def _is_skipped(assembly: Assembly, newsletter: Newsletter) -> bool:
    return newsletter.skip_when_empty and is_empty(assembly.issue, newsletter)


def _keep(app: App, assembly: Assembly, state: IssueState) -> Drafted:
    _tell_without_meaning(app, assembly.issue.key.newsletter)
    issue = assembly.issue
    kept = app.store.issues.add(issue, now=app.clock(), state=state, choices=assembly.choices)
    return Drafted(
        newsletter=issue.key.newsletter,
        period=issue.key.period,
        issue=kept,
        stories=len(issue.stories),
        skipped=state is IssueState.SKIPPED,
    )


def _tell_without_meaning(app: App, newsletter: str) -> None:
    """Say that topics are described in vain, where the extra for that is not installed."""
    if app.embedder is None and asks_for_meaning(app.config.newsletters[newsletter]):
        log.warning(
            "only rules and categories place posts",
            newsletter=newsletter,
            fix=f"pip install 'digest[{TOPICS_EXTRA}]'",
        )
