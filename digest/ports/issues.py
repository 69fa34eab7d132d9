"""What is kept of issues: their texts, edits and renderings, and their pre-flight."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from digest.model import (
    Amendment,
    Choice,
    Correction,
    Edits,
    Issue,
    IssueKey,
    IssueKind,
    IssueState,
    KeptIssue,
    LastLook,
    LinkCheck,
    Media,
    MediaPurged,
    PictureSlot,
    PictureVisit,
    PreparedPicture,
    PublishedIssue,
    RenderedIssue,
    Trial,
    Waiver,
)


class IssueStore(Protocol):
    """Issues and their frozen renderings."""

    def add(
        self,
        issue: Issue,
        *,
        now: datetime,
        state: IssueState = IssueState.DRAFT,
        choices: Sequence[Choice] = (),
        amendment: Amendment | None = None,
    ) -> KeptIssue | None:
        """Keep a new issue and mark its entries as used; None when its period has one already.

        With ``IssueState.SKIPPED`` the period is used up and no entry is. A roundup and
        a correction use no entries up, and their periods are no digest's. ``amendment`` is what a
        correction tells, kept in the same transaction.
        """
        ...

    def get(self, slug: str) -> KeptIssue:
        """The issue with that slug; a newsletter's id means its newest digest.

        :raises UnknownNameError: when there is none.
        """
        ...

    def find(self, key: IssueKey, *, kind: IssueKind = IssueKind.DIGEST) -> KeptIssue | None:
        """The issue of that kind, newsletter and period."""
        ...

    def issues(
        self,
        *,
        newsletter: str = "",
        states: Sequence[IssueState] = (),
        kind: IssueKind | None = None,
    ) -> tuple[KeptIssue, ...]:
        """Issues, newest period first, narrowed where asked."""
        ...

    def approve(
        self, kept: KeptIssue, rendering: RenderedIssue, *, by: str, now: datetime
    ) -> KeptIssue:
        """Freeze the rendering with the issue, in one transaction.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        ...

    def rendering(self, issue_id: int) -> RenderedIssue:
        """The frozen rendering of an approved issue."""
        ...

    def published(self, *, newsletter: str = "") -> tuple[PublishedIssue, ...]:
        """Issues that went out or are going out, the latest first."""
        ...

    def save(
        self,
        kept: KeptIssue,
        *,
        issue: Issue,
        edits: Edits,
        choices: Sequence[Choice] | None = None,
        now: datetime,
    ) -> KeptIssue:
        """Put a draft's new text, edits and (where given) choices in place of the old ones.

        The entries it uses up are those of the new text.

        :raises StateError: when the issue is no draft, or changed since ``kept`` was read.
        """
        ...

    def choices(self, issue_id: int) -> tuple[Choice, ...]:
        """What became of each entry when the issue was made, in order of key."""
        ...

    def amendments(self, issue_id: int) -> tuple[Amendment, ...]:
        """What was put right in an issue after it went out, oldest first."""
        ...

    def amendment_by(self, correction: str) -> Amendment | None:
        """What a correction, by its slug, tells."""
        ...

    def add_corrections(self, corrections: Sequence[Correction]) -> None:
        """Keep editors' words on topics; a later one on the same entry replaces the earlier."""
        ...

    def corrections(self, newsletter: str) -> tuple[Correction, ...]:
        """The newsletter's corrections, oldest first."""
        ...

    def change_state(
        self, issue_id: int, *, to: IssueState, allowed: Sequence[IssueState], now: datetime
    ) -> bool:
        """Move an issue to another state if it is in one of those allowed; whether it moved."""
        ...


class PreflightStore(Protocol):
    """What editors waived of an issue's pre-flight, what was found behind links, last looks."""

    def waive(self, issue_id: int, given: Sequence[Waiver]) -> None:
        """Keep waivers of an issue; a later one on the same finding replaces the earlier."""
        ...

    def waivers(self, issue_id: int) -> tuple[Waiver, ...]:
        """What was waived of an issue, in order of rule and excerpt."""
        ...

    def keep_trial(self, issue_id: int, trial: Trial) -> None:
        """Keep that a test of an issue was sent; a later one of the same rendering replaces it."""
        ...

    def trials(self, issue_id: int) -> tuple[Trial, ...]:
        """The tests of an issue that were sent, the newest first."""
        ...

    def keep_links(self, checks: Sequence[LinkCheck], *, since: datetime) -> None:
        """Keep what was found behind links; what is older than ``since`` is forgotten."""
        ...

    def links(self, urls: Sequence[str], *, since: datetime) -> dict[str, LinkCheck]:
        """What was found behind those links that were asked ``since`` then."""
        ...

    def keep_look(self, issue_id: int, look: LastLook) -> None:
        """Keep the last look at an issue, in place of the one before."""
        ...

    def look(self, issue_id: int) -> LastLook | None:
        """The last look at an issue, of whichever approval."""
        ...


class MediaStore(Protocol):
    """The pictures that the service hands out, and what came of asking for them."""

    def visits(self, slots: Sequence[PictureSlot]) -> dict[PictureSlot, PictureVisit]:
        """What is remembered of these slots; nothing of one never asked for."""
        ...

    def keep(self, visit: PictureVisit, picture: PreparedPicture | None = None) -> None:
        """Remember a visit in place of the slot's earlier one, and its picture if it is new."""
        ...

    def file(self, hash_: str) -> Media | None:
        """The file with that hash."""
        ...

    def purge(
        self, wanted: Collection[PictureSlot], *, before: datetime, dry_run: bool
    ) -> MediaPurged:
        """Delete the files that neither a slot of ``wanted``, nor an issue, nor a rendering shows.

        Those that were made or asked for since ``before`` stay; a dry run deletes nothing.
        """
        ...
