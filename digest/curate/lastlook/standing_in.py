"""Standing in: which post takes the place of a story that is gone, and how the issue is then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.model import Choice, EntryKey, Issue, Section, Story, StoryTrouble, Trouble, Verdict

_UNTOLD = (Verdict.LISTED, Verdict.LEFT_OUT)


def runners_up(
    trouble: StoryTrouble, issue: Issue, choices: Sequence[Choice]
) -> tuple[EntryKey, ...]:
    """The posts that could stand in for a story, the best first.

    Another source of the same story, where its page is merely gone; then the next of its topic by
    rank, told so far only in the list or not at all. What an editor took out stays out.
    """
    story = _find(issue, trouble.entry)
    if story is None:
        return ()
    others = story.entries[1:] if trouble.trouble is Trouble.GONE else ()
    topic = _topic(issue, story)
    told = {key for each in issue.stories for key in each.entries}
    ranked = sorted(
        (choice for choice in choices if _can_stand_in(choice, topic) and choice.entry not in told),
        key=lambda choice: (-choice.total, choice.entry),
    )
    return (*others, *(choice.entry for choice in ranked if choice.entry not in story.entries))


def stand_in(issue: Issue, entry: EntryKey, story: Story | None) -> Issue:
    """The issue with a story in the place of the one that has that entry; without it for None.

    A story that was listed before is listed no longer.
    """
    gone = _find(issue, entry)
    if gone is None:
        return issue
    new = (story,) if story else ()
    taken = set(story.entries) if story else set()

    def swapped(stories: Sequence[Story]) -> Iterator[Story]:
        for each in stories:
            if each is gone:
                yield from new
            elif taken.isdisjoint(each.entries):
                yield each

    sections = (replace(part, stories=tuple(swapped(part.stories))) for part in issue.sections)
    return replace(
        issue,
        lead=story if issue.lead is gone else issue.lead,
        sections=tuple(part for part in sections if part.stories or _was_bare(issue, part)),
        also_published=tuple(swapped(issue.also_published)),
    )


def _can_stand_in(choice: Choice, topic: str) -> bool:
    return (
        choice.verdict in _UNTOLD
        and bool(choice.score)
        and not choice.decided_by
        and choice.placement is not None
        and choice.placement.topic == topic
    )


def _find(issue: Issue, entry: EntryKey) -> Story | None:
    shown = (*issue.stories, *issue.also_published)
    return next((story for story in shown if entry in story.entries), None)


def _topic(issue: Issue, story: Story) -> str:
    if story.placement:
        return story.placement.topic
    return next((part.topic for part in issue.sections if story in part.stories), "")


def _was_bare(issue: Issue, section: Section) -> bool:
    before = next(part for part in issue.sections if part.topic == section.topic)
    return not before.stories
