"""The variants of an issue: each distinct one is cut from the frozen rendering once."""

from dataclasses import dataclass, field
from threading import Lock

from digest.compose.personalise import chosen, cut, retitled
from digest.compose.phrases import phrases_for
from digest.curate.inbox_row import InboxRow, inbox_row
from digest.curate.timing.periods import wall_clock
from digest.model import (
    Arm,
    Issue,
    IssueKind,
    KeptIssue,
    Newsletter,
    Origin,
    RenderedIssue,
    Variant,
)


@dataclass(slots=True, kw_only=True)
class Variants:
    """What the readers of one issue get, by what they chose; used by all workers of a run."""

    kept: KeptIssue
    newsletter: Newsletter
    rendering: RenderedIssue
    _made: dict[tuple[Variant, Arm], RenderedIssue | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, variant: Variant, arm: Arm | None = None) -> RenderedIssue | None:
        """The rendering for those who chose that; None where nothing of it is in the issue.

        ``arm`` is the subject it goes under, the first where there is none to choose. A roundup
        is the same for everybody: its sections are no topics.
        """
        key = variant, arm or Arm.A
        with self._lock:
            if key not in self._made:
                self._made[key] = self._cut(*key)
            return self._made[key]

    def _cut(self, variant: Variant, arm: Arm) -> RenderedIssue | None:
        whole = self.rendering.under(arm)
        if self.kept.issue.kind is IssueKind.ROUNDUP:
            return whole
        words = phrases_for(self.newsletter.words)
        rendering = cut(whole, variant, stories=words.stories)
        if rendering is None or rendering is whole:
            return rendering
        row = variant_row(self.kept.issue, self.newsletter, variant)
        # The second subject is always an editor's. Nothing else differs, or it would be no trial.
        subject = whole.subject if arm is Arm.B else row.subject
        return retitled(rendering, subject=subject, preheader=row.preheader)


def variant_row(issue: Issue, newsletter: Newsletter, variant: Variant) -> InboxRow:
    """Subject and preheader that promise no story which was cut.

    What an editor wrote stays, and so does what the newsletter's template no longer gives.
    """
    before, after = _row(issue, newsletter), _row(chosen(issue, variant), newsletter)
    subject, preheader = issue.subject, issue.preheader
    if subject.origin is Origin.AUTO and subject.value == before.subject:
        return InboxRow(
            subject=after.subject,
            preheader=after.preheader
            if preheader.origin is Origin.AUTO and preheader.value == before.preheader
            else preheader.value,
        )
    return InboxRow(subject=subject.value, preheader=preheader.value)


def _row(issue: Issue, newsletter: Newsletter) -> InboxRow:
    day = wall_clock(newsletter.schedule, issue.due_at).date()
    return inbox_row(newsletter, issue.stories, also=issue.also_published, day=day)
