"""Why a post is in an issue or is not, and what an issue would be if it were made today."""

from dataclasses import dataclass, replace

from digest.app import App
from digest.curate.editing.edits import apply
from digest.curate.explaining.differences import Difference, differences
from digest.curate.explaining.explain import Explanation, explain, find_choices, near_choices
from digest.curate.states import unfit
from digest.errors import StateError
from digest.model import Choice, EntryKey, Issue, IssueKind, KeptEntry, KeptIssue
from digest.pipeline.material import make_assembly
from digest.pipeline.sources import newsletter_feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A post that the issue was made without, and why."""

    kept: KeptEntry
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is known of a post in an issue.

    One explanation, or one stranger, is the answer. Of several ``matches`` a person chooses one;
    ``near`` are posts with a similar title, where there is no answer.
    """

    issue: KeptIssue
    explanation: Explanation | None = None
    matches: tuple[Choice, ...] = ()
    stranger: Stranger | None = None
    near: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two issues and what differs between them."""

    before: Issue
    after: Issue
    found: tuple[Difference, ...]


def explain_post(app: App, slug: str, post: str) -> Findings:
    """Explain a post, named by its URL, key, id or words of its title, in an issue.

    :raises UnknownNameError: when there is no such issue.
    """
    kept = app.store.issues.get(slug)
    choices = app.store.issues.choices(kept.id)
    known = app.store.feeds.find(post)
    keys = {each.entry.key for each in known} | _shown(kept.issue, post)
    matches = find_choices(post, choices, keys=keys)
    # Copies of one story come under one name: what leads them stands for all.
    if len(matches) > 1 and len({each.told_by or each.entry for each in matches}) == 1:
        matches = tuple(each for each in matches if each.told_by is None) or matches[:1]
    if len(matches) == 1:
        return Findings(issue=kept, explanation=explain(matches[0], choices))
    if matches:
        return Findings(issue=kept, matches=matches)
    if len(known) == 1:
        return Findings(issue=kept, stranger=_stranger(app, kept, known[0]))
    return Findings(issue=kept, near=near_choices(post, choices))


def compare(app: App, slug: str, other: str = "") -> Comparison:
    """What differs from one issue to another, or to the same one made by today's rules and data.

    :raises UnknownNameError: when there is no such issue, or no such newsletter any more.
    :raises StateError: for a roundup without another issue to compare it to.
    """
    kept = app.store.issues.get(slug)
    if other:
        after = app.store.issues.get(other).issue
        return Comparison(before=kept.issue, after=after, found=differences(kept.issue, after))
    if kept.issue.kind is not IssueKind.DIGEST:
        what = f"is a {kept.issue.kind}, which is not made from rules; name another issue"
        raise StateError(slug, what)
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    assembly = make_assembly(
        app, newsletter, kept.issue.key.period, edits=kept.edits, issue=kept.issue
    )
    after = apply(kept.edits, assembly.issue, newsletter=newsletter).issue
    return Comparison(
        before=kept.issue,
        after=after,
        found=differences(kept.issue, after, choices=assembly.choices),
    )


def _stranger(app: App, issue: KeptIssue, kept: KeptEntry) -> Stranger:
    return Stranger(kept=kept, reason=_obstacle(app, issue, kept))


def _obstacle(app: App, issue: KeptIssue, kept: KeptEntry) -> str:
    key = issue.issue.key
    newsletter = app.config.newsletters.get(key.newsletter)
    if newsletter is None:
        return f"there is no newsletter {key.newsletter!r} any more"
    if kept.entry.key.feed not in newsletter_feeds(app, newsletter):
        return f"{newsletter.name} does not draw on its feed"
    reason = unfit(replace(kept, used_in=""), key.period, clock=newsletter.clock)
    if not reason and kept.first_seen_at > issue.created_at:
        seen = f"{kept.first_seen_at:%Y-%m-%d %H:%M} UTC"
        return f"first seen {seen}, when the issue was made already"
    return reason or "it was not among the entries that the issue was made from"


def _shown(issue: Issue, url: str) -> set[EntryKey]:
    """The entries of the stories that an issue shows under that URL."""
    return {
        key
        for story in (*issue.stories, *issue.also_published)
        if story.url == url
        for key in story.entries
    }
