"""Stand-ins: runners-up found for stories that are gone, and put in their places."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from digest.app import App
from digest.curate.editing.edits import apply, with_inbox_row
from digest.curate.editing.review import reviewed
from digest.curate.lastlook import Seen, judge, page_title, runners_up, stand_in
from digest.errors import StateError, TemplateError
from digest.model import (
    Drop,
    Edits,
    EntryKey,
    Issue,
    IssueKind,
    IssueState,
    KeptIssue,
    Newsletter,
    Origin,
    Story,
    StoryTrouble,
)
from digest.pipeline.approval import approve_issue
from digest.pipeline.links import ask_links
from digest.pipeline.material import make_assembly
from digest.pipeline.pictures import fetch_pictures
from digest.pipeline.preflight import BY_ITSELF

LAST_LOOK = "the last look"
"""Who replaced a story, where a person did not."""

StandIns = Mapping[EntryKey, Story]
"""The story that can stand in for another, by that one's first entry."""

_CANDIDATES = 3


def find_stand_ins(app: App, kept: KeptIssue, troubles: Sequence[StoryTrouble]) -> StandIns:
    """The best runner-up of each of these stories whose own page is there.

    None for a roundup, and where nothing of the same topic was left.
    """
    newsletter = app.config.newsletters.get(kept.issue.key.newsletter)
    if not troubles or newsletter is None or kept.issue.kind is IssueKind.ROUNDUP:
        return {}
    choices = app.store.issues.choices(kept.id)
    wanted = {each.entry: runners_up(each, kept.issue, choices)[:_CANDIDATES] for each in troubles}
    keys = tuple(dict.fromkeys(key for some in wanted.values() for key in some))
    if not keys:
        return {}
    stories = _fit(app, _told(app, kept, newsletter, pins=keys, troubles=troubles))
    found: dict[EntryKey, Story] = {}
    for entry, candidates in wanted.items():
        free = (stories[key] for key in candidates if key in stories)
        story = next((one for one in free if one not in found.values()), None)
        if story:
            found[entry] = story
    return found


def put_in(
    app: App, kept: KeptIssue, troubles: Sequence[StoryTrouble], stand_ins: StandIns
) -> KeptIssue | str:
    """Replace these stories and approve the issue anew, or say why that cannot be.

    Its frozen bytes are made again, which is only done before its first mail. An issue that is not
    fit any more with its stand-ins stays a draft, which only a person approves.
    """
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    edits = _edits(kept, troubles, stand_ins)
    issue = kept.issue
    for trouble in troubles:
        issue = stand_in(issue, trouble.entry, stand_ins.get(trouble.entry))
    issue = with_inbox_row(apply(edits, issue, newsletter=newsletter).issue, newsletter)
    if reason := _obstacle(kept.issue, issue, newsletter, troubles):
        return reason
    now = app.clock()
    reopened = app.store.issues.change_state(
        kept.id, to=IssueState.DRAFT, allowed=(IssueState.APPROVED,), now=now
    )
    if not reopened:
        return "its state changed in the meantime"
    try:
        draft = app.store.issues.get(kept.issue.slug)
        choices = reviewed(app.store.issues.choices(kept.id), issue, replace(edits, by=LAST_LOOK))
        saved = app.store.issues.save(draft, issue=issue, edits=edits, choices=choices, now=now)
        fetch_pictures(app, saved)
        by = f"{kept.approved_by}; stories replaced by {LAST_LOOK}"
        return approve_issue(app, kept.issue.slug, by=by, manner=BY_ITSELF)
    except (StateError, TemplateError) as error:
        return f"it is a draft now, as it could not be approved again: {error}"


def _told(
    app: App,
    kept: KeptIssue,
    newsletter: Newsletter,
    *,
    pins: Sequence[EntryKey],
    troubles: Sequence[StoryTrouble],
) -> dict[EntryKey, Story]:
    """These posts as the issue would tell them without the stories in trouble."""
    drops = (*kept.edits.drops, *(Drop(entry=each.entry) for each in troubles))
    edits = replace(kept.edits, drops=drops, pins=(*kept.edits.pins, *pins), by=LAST_LOOK)
    period = kept.issue.key.period
    made = make_assembly(app, newsletter, period, edits=edits, issue=kept.issue).issue
    shown = (*made.stories, *made.also_published)
    return {key: story for story in shown for key in story.entries if key in set(pins)}


def _fit(app: App, stories: Mapping[EntryKey, Story]) -> dict[EntryKey, Story]:
    """Those whose pages are there."""
    answers = ask_links(app, [story.url for story in stories.values()])
    fit: dict[EntryKey, Story] = {}
    for key, story in stories.items():
        answer = answers.get(story.url)
        title = page_title(answer.opening) if answer else ""
        trouble = judge(Seen(story=story, link=answer.check if answer else None, page_title=title))
        if trouble is None:
            fit[key] = story
    return fit


def _edits(kept: KeptIssue, troubles: Sequence[StoryTrouble], stand_ins: StandIns) -> Edits:
    """What keeps a rebuild from bringing the stories back, and says why they went."""
    gone = {trouble.entry for trouble in troubles}
    drops = tuple(
        Drop(entry=each.entry, why=f"{LAST_LOOK}: {each.trouble}, {each.what}") for each in troubles
    )
    pins = tuple(stand_ins[key].entries[0] for key in gone if key in stand_ins)
    before = kept.edits
    return replace(
        before,
        drops=(*before.drops, *drops),
        pins=tuple(dict.fromkeys((*(key for key in before.pins if key not in gone), *pins))),
        lead=None if before.lead in gone else before.lead,
        by=before.by or LAST_LOOK,
    )


def _obstacle(
    before: Issue, after: Issue, newsletter: Newsletter, troubles: Sequence[StoryTrouble]
) -> str:
    """Why a person should look at an issue before it goes out without these stories."""
    if before.kind is IssueKind.ROUNDUP:
        return "a roundup's posts are its editors' choice"
    if len(after.stories) < max(1, min(newsletter.min_stories, len(before.stories))):
        return "too few stories would be left"
    gone = {trouble.entry for trouble in troubles}
    texts = (before.title, before.subject, before.subject_b, before.preheader, before.intro)
    if (
        before.lead
        and not gone.isdisjoint(before.lead.entries)
        and any(text.origin is Origin.EDITED for text in texts)
    ):
        return "an editor's words for the issue may speak of its lead"
    return ""
