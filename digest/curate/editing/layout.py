"""Layout: which stories stand where in an issue, and how editors' moves change that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.model import (
    Drop,
    Edits,
    EntryKey,
    Issue,
    Move,
    PlacedBy,
    Placement,
    Section,
    SectionOrder,
    Story,
    Topic,
    Wording,
)

EDITOR = "an editor"
"""Whom a move is put down to where nobody gave a name."""


class Layout:
    """An issue's stories while they are rearranged; each stands in one place."""

    def __init__(self, issue: Issue, *, topics: Sequence[Topic], by: str = "") -> None:
        self._issue = issue
        self._topics = topics
        self._by = by or EDITOR
        self._lead = issue.lead
        self._heads = {section.topic: section for section in issue.sections}
        self._told = {section.topic: list(section.stories) for section in issue.sections}
        self._also = list(issue.also_published)
        self._bare = {section.topic for section in issue.sections if not section.stories}

    def apply(self, edits: Edits) -> Issue:
        """Take out, move, add and order as the edits say; what is not there is passed over."""
        self._drop(edits.drops)
        for move in edits.moves:
            self._move(move)
        for key in (*edits.pins, *((edits.lead,) if edits.lead else ())):
            self._tell(key)
        if edits.lead:
            self._lead_with(edits.lead)
        for order in edits.orders:
            self._order(order)
        return replace(
            self._issue,
            lead=self._lead,
            sections=tuple(self._sections(edits.sections)),
            also_published=tuple(self._also),
        )

    def _drop(self, drops: Sequence[Drop]) -> None:
        gone = {drop.entry for drop in drops}
        if self._lead and not gone.isdisjoint(self._lead.entries):
            self._lead = None
        for stories in (*self._told.values(), self._also):
            stories[:] = [story for story in stories if gone.isdisjoint(story.entries)]

    def _move(self, move: Move) -> None:
        stories = self._section(move.topic)
        if stories is None:
            return
        if self._lead and move.entry in self._lead.entries:
            self._lead = self._placed(self._lead, move.topic)
        listed = _find(self._also, move.entry)
        if listed:
            self._also[self._also.index(listed)] = self._placed(listed, move.topic)
        for topic, others in self._told.items():
            story = _find(others, move.entry)
            if story is None:
                continue
            placed = self._placed(story, move.topic)
            if topic == move.topic:
                others[others.index(story)] = placed
            else:
                others.remove(story)
                stories.append(placed)
            return

    def _tell(self, key: EntryKey) -> None:
        """Tell a story that is only listed, where its topic has a section."""
        story = _find(self._also, key)
        stories = self._section(story.placement.topic) if story and story.placement else None
        if story and stories is not None:
            self._also.remove(story)
            stories.append(story)

    def _lead_with(self, key: EntryKey) -> None:
        if self._lead and key in self._lead.entries:
            return
        for stories in (*self._told.values(), self._also):
            story = _find(stories, key)
            if story:
                stories.remove(story)
                self._step_down()
                self._lead = story
                return

    def _step_down(self) -> None:
        """The lead goes back to its topic; to the first section where nobody knows its topic."""
        lead = self._lead
        if lead is None:
            return
        stories = self._section(lead.placement.topic) if lead.placement else None
        if stories is None:
            stories = next(iter(self._told.values()), self._also)
        stories.insert(0, lead)

    def _order(self, order: SectionOrder) -> None:
        stories = self._told.get(order.section, [])
        wanted = {key: number for number, key in enumerate(order.entries)}
        last = len(wanted)
        stories.sort(key=lambda story: min(wanted.get(key, last) for key in story.entries))

    def _section(self, topic_id: str) -> list[Story] | None:
        """The stories of a section, made where its topic is known but has none yet."""
        if topic_id not in self._told:
            topic = next((topic for topic in self._topics if topic.id == topic_id), None)
            if topic is None:
                return None
            self._heads[topic_id] = Section(
                topic=topic_id, heading=Wording(value=topic.name), stories=()
            )
            self._told[topic_id] = []
            self._sort_sections()
        return self._told[topic_id]

    def _sort_sections(self) -> None:
        ranks = {topic.id: number for number, topic in enumerate(self._topics)}
        self._told = dict(sorted(self._told.items(), key=lambda item: ranks.get(item[0], 0)))

    def _sections(self, order: Sequence[str]) -> Iterator[Section]:
        ranks = {topic: number for number, topic in enumerate(order)}
        for topic in sorted(self._told, key=lambda topic: ranks.get(topic, len(ranks))):
            if self._told[topic] or topic in self._bare:
                yield replace(self._heads[topic], stories=tuple(self._told[topic]))

    def _placed(self, story: Story, topic: str) -> Story:
        known = story.placement
        if known and (known.topic, known.by) == (topic, PlacedBy.EDITOR):
            return story
        reason = f"moved by {self._by}"
        placement = Placement(topic=topic, by=PlacedBy.EDITOR, reason=reason)
        return replace(story, placement=placement, reason=reason)


def _find(stories: Sequence[Story], key: EntryKey) -> Story | None:
    return next((story for story in stories if key in story.entries), None)
