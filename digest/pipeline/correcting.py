"""Corrections: a story of an issue is put right in the archive, and its readers are told."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from digest.app import App
from digest.compose.amending import amended
from digest.curate.correcting import Mistake, correction_of, stories_named
from digest.errors import StateError, UnknownNameError
from digest.model import (
    Amendment,
    Catalogue,
    DeliveryState,
    IssueKind,
    IssueState,
    KeptIssue,
    Story,
)
from digest.pipeline.told import readers_of

_WENT_OUT = (IssueState.SENDING, IssueState.SENT, IssueState.PAUSED, IssueState.CANCELLED)
_WAITING = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What a person says is wrong. ``story`` names it: a URL, a key, words of its headline."""

    story: str
    text: str
    title: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """An issue was amended. ``correction`` is the draft that tells ``readers`` people so.

    ``waiting`` is how many will still get the issue, and hear of it by the archive alone.
    """

    amendment: Amendment
    correction: KeptIssue
    readers: int
    waiting: int


def correct_issue(app: App, slug: str, wrong: Wrong) -> Corrected:
    """Amend the archive and the feeds of an issue that went out, and draft its correction.

    :raises StateError: when it did not go out, is a correction, nothing is said, or several of its
        stories are meant.
    :raises UnknownNameError: when none is.
    """
    kept = app.store.issues.get(slug)
    story = _story(kept, wrong)
    number = len(app.store.issues.amendments(kept.id)) + 1
    mistake = Mistake(story=story, text=wrong.text.strip(), title=wrong.title, number=number)
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    now = app.clock()
    issue = correction_of(kept.issue, mistake, newsletter, now=now)
    amendment = Amendment(
        issue_id=kept.id,
        entry=story.entries[0],
        headline=str(story.headline),
        url=story.url,
        title=wrong.title,
        text=mistake.text,
        at=now,
        by=wrong.by,
        correction=issue.slug,
    )
    added = app.store.issues.add(issue, now=now, amendment=amendment)
    if added is None:
        raise StateError(kept.issue.slug, "was corrected by somebody else just now; try again")
    tally = app.store.ledger.tally(kept.id)
    told = readers_of(app, amendment, newsletter=newsletter.id)
    return Corrected(
        amendment=amendment,
        correction=added,
        readers=app.store.ledger.count_told(told, newsletter=newsletter.id),
        waiting=sum(tally[state] for state in _WAITING),
    )


def corrected_page(app: App, kept: KeptIssue, page: str, *, words: Catalogue) -> str:
    """An issue's page with notes of what was put right since; most have none.

    ``words`` are for issues of newsletters that there are no more.
    """
    amendments = app.store.issues.amendments(kept.id)
    newsletter = app.config.newsletters.get(kept.issue.key.newsletter)
    if not amendments:
        return page
    zone = newsletter.schedule.time_zone if newsletter else "UTC"
    words = newsletter.words if newsletter else words
    return amended(page, amendments, words=words, zone=ZoneInfo(zone))


def _story(kept: KeptIssue, wrong: Wrong) -> Story:
    slug = kept.issue.slug
    if kept.issue.kind is IssueKind.CORRECTION:
        raise StateError(slug, "is a correction itself; correct the issue that it is about again")
    if kept.state not in _WENT_OUT or not kept.approved_digest:
        what = f"is {kept.state}, and nobody got it yet; `digest issues export {slug}` edits it"
        raise StateError(slug, what)
    if not wrong.text.strip():
        raise StateError(slug, "a correction says what was wrong and what is true: --text")
    found = stories_named(kept.issue, wrong.story)
    if not found:
        known = tuple(str(story.headline) for story in kept.issue.stories)
        raise UnknownNameError("story", wrong.story, known=known)
    if len(found) > 1:
        names = "; ".join(str(story.headline) for story in found)
        raise StateError(slug, f"{wrong.story!r} may mean several of its stories: {names}")
    return found[0]
