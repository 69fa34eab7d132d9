"""Second subjects: written for a draft, tried on a sample, and one chosen for everybody else."""

from collections.abc import Sequence

import structlog

from digest.app import App
from digest.deliver.subjects import draw, judge_subjects, plan_line
from digest.errors import StateError
from digest.model import (
    Arm,
    Consent,
    IssueKind,
    IssueState,
    KeptIssue,
    RenderedIssue,
    SubjectChoice,
    SubjectTrial,
    TextEdit,
    TextField,
    TrialPlan,
)
from digest.pipeline.editing import reword_issue

log = structlog.get_logger(__name__)

_UNDER_WAY = (IssueState.SENDING, IssueState.PAUSED)


def write_second_subject(app: App, slug: str, text: str, *, by: str) -> KeptIssue:
    """Give a draft a second subject to try; an empty one takes it away.

    :raises StateError: when it is no draft, changed in the meantime, or is a correction.
    """
    kept = app.store.issues.get(slug)
    if kept.issue.kind is IssueKind.CORRECTION:
        raise StateError(kept.issue.slug, "is a correction, which waits for no trial")
    edit = TextEdit(field=TextField.SUBJECT_B, value=" ".join(text.split()))
    return reword_issue(app, slug, edit, by=by)


def trial_plan(app: App, kept: KeptIssue) -> TrialPlan | None:
    """How an issue's second subject is to be tried; None where it has none."""
    if not kept.issue.tries_subjects:
        return None
    return app.config.newsletter(kept.issue.key.newsletter).subject_trial


def planned(app: App, kept: KeptIssue) -> str:
    """How its second subject will be tried, in words; empty where it has none, or it has begun."""
    plan = trial_plan(app, kept)
    if plan is None or app.store.subjects.trial(kept.id):
        return ""
    newsletter = kept.issue.key.newsletter
    readers = app.store.audience.count(newsletter=newsletter, consent=Consent.CONFIRMED)
    return plan_line(plan, readers)


def sample_of(app: App, kept: KeptIssue, readers: Sequence[int]) -> dict[int, Arm]:
    """Who of these readers would be in the sample of a trial if it began now, and under which."""
    plan, now = trial_plan(app, kept), app.clock()
    drawn = draw(kept.id, [(reader, now) for reader in readers], plan) if plan else None
    if drawn is None:
        return {}
    return dict.fromkeys(drawn.a, Arm.A) | dict.fromkeys(drawn.b, Arm.B)


def decide_in_time(app: App, kept: KeptIssue) -> None:
    """Choose an issue's subject by its rule, once the time for that has come."""
    subjects, now = app.store.subjects, app.clock()
    trial = subjects.trial(kept.id)
    if trial is None or trial.choice or now < trial.ends_at:
        return
    _tell(kept, subjects.decide(kept.id, judge_subjects, now=now))


def choose_subject(app: App, slug: str, arm: Arm, *, by: str) -> SubjectTrial:
    """Let the rest of an issue's readers get it under one of its subjects; twice does no harm.

    :raises StateError: when it is not being sent, has one subject only, or goes out under the
        other already.
    """
    kept = app.store.issues.get(slug)
    slug = kept.issue.slug
    trial = app.store.subjects.trial(kept.id)
    if trial is None:
        begun = "has one subject only" if kept.state in _UNDER_WAY else f"is {kept.state}"
        raise StateError(slug, f"{begun}; there are no subjects to choose from")
    if trial.choice is None and kept.state not in _UNDER_WAY:
        raise StateError(slug, f"is {kept.state}; nobody is left to get it")
    if trial.choice is None:
        chosen = SubjectChoice(winner=arm, why="an editor chose it", by=by)
        trial = app.store.subjects.decide(kept.id, lambda _trial: chosen, now=app.clock()) or trial
        _tell(kept, trial)
    if trial.winner is not arm:
        why = trial.choice.why if trial.choice else ""
        raise StateError(slug, f"goes out under subject {trial.winner.name} already: {why}")
    return trial


def public_rendering(app: App, issue_id: int) -> RenderedIssue:
    """An approved issue's rendering as everybody may see it: under the subject that won.

    Until then, or where there is no other, it is under the first.
    """
    rendering = app.store.issues.rendering(issue_id)
    trial = app.store.subjects.trial(issue_id) if rendering.second else None
    return rendering.under(trial.winner) if trial else rendering


def _tell(kept: KeptIssue, trial: SubjectTrial | None) -> None:
    if trial and trial.choice:
        log.info(
            "issue.subject_chosen",
            issue=kept.issue.slug,
            winner=str(trial.winner),
            why=trial.choice.why,
            by=trial.choice.by or str(trial.rule),
        )
