"""Issues and their renderings kept in dictionaries, held to the port's contract."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.errors import StateError, UnknownNameError
from digest.model import (
    Amendment,
    Choice,
    Correction,
    Edits,
    EntryKey,
    Issue,
    IssueKey,
    IssueKind,
    IssueState,
    KeptIssue,
    LastLook,
    LinkCheck,
    PublishedIssue,
    RenderedIssue,
    SubjectChoice,
    SubjectTrial,
    Trial,
    Waiver,
)
from tests.fake_feeds import FakeFeedStore


@dataclass
class FakeIssueStore:
    """Issues and renderings, in dictionaries; adding one uses its entries up in ``feeds``.

    ``error`` is raised by ``get`` where there is one.
    """

    feeds: FakeFeedStore = field(default_factory=FakeFeedStore)
    kept: dict[int, KeptIssue] = field(default_factory=dict)
    renderings: dict[int, RenderedIssue] = field(default_factory=dict)
    reasons: dict[int, tuple[Choice, ...]] = field(default_factory=dict)
    taught: dict[tuple[str, EntryKey], Correction] = field(default_factory=dict)
    amended: list[Amendment] = field(default_factory=list)
    error: Exception | None = None

    def add(
        self,
        issue: Issue,
        *,
        now: datetime,
        state: IssueState = IssueState.DRAFT,
        choices: Sequence[Choice] = (),
        amendment: Amendment | None = None,
    ) -> KeptIssue | None:
        if self.find(issue.key, kind=issue.kind):
            return None
        added = KeptIssue(
            id=len(self.kept) + 1, issue=issue, state=state, revision=1, created_at=now
        )
        self.kept[added.id] = added
        self._explain(added.id, choices)
        self.amended += [amendment] if amendment else []
        if state is not IssueState.SKIPPED:
            self._use_up(issue)
        return added

    def _explain(self, issue_id: int, choices: Sequence[Choice]) -> None:
        self.reasons[issue_id] = tuple(sorted(choices, key=lambda choice: choice.entry))

    def _use_up(self, issue: Issue) -> None:
        if issue.kind is not IssueKind.DIGEST:
            return
        for key in issue.entry_keys:
            if key in self.feeds.kept:
                self.feeds.kept[key] = replace(self.feeds.kept[key], used_in=issue.slug)

    def get(self, slug: str) -> KeptIssue:
        if self.error:
            raise self.error
        by_slug = [kept for kept in self.kept.values() if kept.issue.slug == slug]
        found = by_slug or self.issues(newsletter=slug, kind=IssueKind.DIGEST)
        if not slug or not found:
            known = tuple(kept.issue.slug for kept in self.kept.values())
            raise UnknownNameError("issue", slug, known=known)
        return found[0]

    def find(self, key: IssueKey, *, kind: IssueKind = IssueKind.DIGEST) -> KeptIssue | None:
        found = (kept for kept in self.kept.values() if kept.issue.key == key)
        return next((kept for kept in found if kept.issue.kind is kind), None)

    def issues(
        self,
        *,
        newsletter: str = "",
        states: Sequence[IssueState] = (),
        kind: IssueKind | None = None,
    ) -> tuple[KeptIssue, ...]:
        found = [
            kept
            for kept in self.kept.values()
            if newsletter in {"", kept.issue.key.newsletter}
            and (not states or kept.state in states)
            and kind in {None, kept.issue.kind}
        ]
        return tuple(sorted(found, key=lambda kept: kept.issue.key.period.end, reverse=True))

    def approve(
        self, kept: KeptIssue, rendering: RenderedIssue, *, by: str, now: datetime
    ) -> KeptIssue:
        current = self.kept[kept.id]
        if current.state is not IssueState.DRAFT or current.revision != kept.revision:
            raise StateError(kept.issue.slug, f"it is {current.state}, or changed meanwhile")
        self.renderings[kept.id] = rendering
        self.kept[kept.id] = replace(
            current,
            state=IssueState.APPROVED,
            revision=current.revision + 1,
            approved_at=now,
            approved_by=by,
            approved_digest=rendering.digest,
        )
        return self.kept[kept.id]

    def rendering(self, issue_id: int) -> RenderedIssue:
        return self.renderings[issue_id]

    def published(self, *, newsletter: str = "") -> tuple[PublishedIssue, ...]:
        out = (IssueState.SENDING, IssueState.SENT)
        found = [
            PublishedIssue(
                id=kept.id,
                slug=kept.issue.slug,
                newsletter=kept.issue.key.newsletter,
                subject=self.renderings[kept.id].subject,
                preheader=self.renderings[kept.id].preheader,
                at=kept.sent_at or kept.approved_at or kept.created_at,
            )
            for kept in self.issues(newsletter=newsletter, states=out)
            if kept.id in self.renderings
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))

    def save(
        self,
        kept: KeptIssue,
        *,
        issue: Issue,
        edits: Edits,
        choices: Sequence[Choice] | None = None,
        now: datetime,
    ) -> KeptIssue:
        del now
        current = self.kept[kept.id]
        if current.state is not IssueState.DRAFT or current.revision != kept.revision:
            raise StateError(kept.issue.slug, f"it is {current.state}, or changed meanwhile")
        for key in current.issue.entry_keys:
            if key in self.feeds.kept and self.feeds.kept[key].used_in == current.issue.slug:
                self.feeds.kept[key] = replace(self.feeds.kept[key], used_in="")
        self._use_up(issue)
        if choices is not None:
            self._explain(kept.id, choices)
        revision = current.revision + 1
        self.kept[kept.id] = replace(current, issue=issue, edits=edits, revision=revision)
        return self.kept[kept.id]

    def choices(self, issue_id: int) -> tuple[Choice, ...]:
        return self.reasons.get(issue_id, ())

    def amendments(self, issue_id: int) -> tuple[Amendment, ...]:
        return tuple(each for each in self.amended if each.issue_id == issue_id)

    def amendment_by(self, correction: str) -> Amendment | None:
        return next((each for each in self.amended if each.correction == correction), None)

    def add_corrections(self, corrections: Sequence[Correction]) -> None:
        for correction in corrections:
            self.taught[correction.newsletter, correction.entry] = correction

    def corrections(self, newsletter: str) -> tuple[Correction, ...]:
        found = (one for one in self.taught.values() if one.newsletter == newsletter)
        return tuple(sorted(found, key=lambda one: (one.at, one.entry)))

    def change_state(
        self, issue_id: int, *, to: IssueState, allowed: Sequence[IssueState], now: datetime
    ) -> bool:
        current = self.kept[issue_id]
        if current.state not in allowed:
            return False
        sent_at = now if to is IssueState.SENT else current.sent_at
        self.kept[issue_id] = replace(
            current, state=to, revision=current.revision + 1, sent_at=sent_at
        )
        return True


class FakeSubjectStore:
    """No second subjects: the fake ledger draws no samples."""

    def trial(self, issue_id: int) -> SubjectTrial | None:
        del issue_id
        return None

    def decide(
        self,
        issue_id: int,
        choose: Callable[[SubjectTrial], SubjectChoice | None],
        *,
        now: datetime,
    ) -> SubjectTrial | None:
        del choose, now
        return self.trial(issue_id)


@dataclass
class FakePreflightStore:
    """Waivers and checked links, in dictionaries."""

    waived: dict[tuple[int, str, str], Waiver] = field(default_factory=dict)
    asked: dict[str, LinkCheck] = field(default_factory=dict)
    tried: dict[tuple[int, str], Trial] = field(default_factory=dict)
    looks: dict[int, LastLook] = field(default_factory=dict)

    def waive(self, issue_id: int, given: Sequence[Waiver]) -> None:
        for waiver in given:
            self.waived[issue_id, waiver.rule, waiver.excerpt] = waiver

    def waivers(self, issue_id: int) -> tuple[Waiver, ...]:
        return tuple(self.waived[key] for key in sorted(self.waived) if key[0] == issue_id)

    def keep_trial(self, issue_id: int, trial: Trial) -> None:
        self.tried[issue_id, trial.digest] = trial

    def trials(self, issue_id: int) -> tuple[Trial, ...]:
        found = (trial for (issue, _), trial in self.tried.items() if issue == issue_id)
        return tuple(sorted(found, key=lambda trial: trial.at, reverse=True))

    def keep_links(self, checks: Sequence[LinkCheck], *, since: datetime) -> None:
        kept = {url: check for url, check in self.asked.items() if check.checked_at >= since}
        self.asked = kept | {check.url: check for check in checks}

    def links(self, urls: Sequence[str], *, since: datetime) -> dict[str, LinkCheck]:
        found = ((url, self.asked.get(url)) for url in urls)
        return {url: check for url, check in found if check and check.checked_at >= since}

    def keep_look(self, issue_id: int, look: LastLook) -> None:
        self.looks[issue_id] = look

    def look(self, issue_id: int) -> LastLook | None:
        return self.looks.get(issue_id)
