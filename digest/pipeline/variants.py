"""The variants of an issue: each distinct one is cut from the frozen rendering once."""

from dataclasses import dataclass, field
from threading import Lock

from digest.compose.personalise import chosen, cut, retitled
from digest.compose.phrases import phrases_for
from digest.curate.inbox import InboxRow, inbox_row
from digest.curate.timing.periods import wall_clock
from digest.model import (
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
    _made: dict[Variant, RenderedIssue | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, variant: Variant) -> RenderedIssue | None:
        """The rendering for those who chose that; None where nothing of it is in the issue.

        A roundup is the same for everybody: its sections are no topics.
        """
        with self._lock:
            if variant not in self._made:
                self._made[variant] = self._cut(variant)
            return self._made[variant]

    def _cut(self, variant: Variant) -> RenderedIssue | None:
        if self.kept.issue.kind is IssueKind.ROUNDUP:
            return self.rendering
        words = phrases_for(self.newsletter.words)
        rendering = cut(self.rendering, variant, stories=words.stories)
        if rendering is None or rendering is self.rendering:
            return rendering
        row = variant_row(self.kept.issue, self.newsletter, variant)
        return retitled(rendering, subject=row.subject, preheader=row.preheader)


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
