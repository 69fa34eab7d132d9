"""What a galley decides about posts: lead, topic, pins and drops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from digest.config.locate import TomlPath
from digest.config.tomlfile import TomlFile
from digest.config.wording import suggestion
from digest.curate.editing.galley.values import Galley, GalleyStory
from digest.curate.editing.texts import stories_of
from digest.errors import Problem
from digest.model import Drop, EntryKey, IssueKind, KeptIssue, Move, Newsletter, Story

_GONE = "is not in the issue; what the file says of it is passed over"


@dataclass
class Decisions:
    """The decisions on an issue's posts while a galley is gone through.

    ``known`` are the posts that the issue was chosen from, by their names. ``keep`` has what the
    file lacks stay as it is: it is older than the issue.
    """

    kept: KeptIssue
    galley: Galley
    file: TomlFile
    newsletter: Newsletter
    known: Mapping[str, EntryKey]
    keep: bool
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    new_moves: list[Move] = field(default_factory=list)

    def __post_init__(self) -> None:
        edits, issue = self.kept.edits, self.kept.issue
        self.lead = edits.lead
        self.pins = list(edits.pins)
        self.drops = list(edits.drops)
        self.moves = list(edits.moves)
        self._told = {key: story for story in stories_of(issue) for key in story.entries}
        self._homes = {
            story.entries[0]: section.topic
            for section in issue.sections
            for story in section.stories
        }
        named = [*self._told, *self.pins, *(drop.entry for drop in self.drops)]
        self._names = {**self.known, **{str(key): key for key in named}}

    def story(self, block: GalleyStory) -> Story | None:
        """The issue's story that a block is about; None where it is gone."""
        key = self._names.get(block.post)
        return self._told.get(key) if key else None

    def take(self) -> None:
        """Go through the file's blocks."""
        self._take_stories()
        self._take_lead()
        self._take_pinned()
        self._take_dropped()
        self._drop_missing()

    def _take_stories(self) -> None:
        for block, topic in self._blocks():
            story = self.story(block)
            if story is None:
                self._warn((*block.path, "post"), f"{block.post} {_GONE}")
                continue
            if topic:
                self._place(story, topic, block)
            self._pin(story, wanted=block.pin or self._is_promoted(story, block))
            if block.path[0] == "also" and story not in self.kept.issue.also_published:
                message = "a story that is told cannot be moved to those that are only listed"
                self._refuse(block.path, message, "move it back, or delete the block to drop it")

    def _blocks(self) -> Iterator[tuple[GalleyStory, str]]:
        """Every story's block with the topic it stands under or names."""
        for block in (*([self.galley.lead] if self.galley.lead else []), *self.galley.also):
            yield block, block.topic
        for section in self.galley.sections:
            for block in section.stories:
                yield block, section.topic

    def _is_promoted(self, story: Story, block: GalleyStory) -> bool:
        return block.path[0] == "section" and story in self.kept.issue.also_published

    def _place(self, story: Story, topic: str, block: GalleyStory) -> None:
        placed = story.placement.topic if story.placement else ""
        if topic == self._homes.get(story.entries[0], placed):
            return
        if topic not in self._topics():
            where = block.path[:2] if block.path[0] == "section" else block.path
            message = f"there is no topic {topic!r}"
            self._refuse((*where, "topic"), message, suggestion(topic, self._topics()))
            return
        move = Move(entry=story.entries[0], topic=topic)
        self.moves = [each for each in self.moves if each.entry not in story.entries]
        self.moves.append(move)
        self.new_moves.append(move)

    def _topics(self) -> tuple[str, ...]:
        issue = self.kept.issue
        here = tuple(section.topic for section in issue.sections)
        if issue.kind is IssueKind.ROUNDUP:
            return here
        return tuple(dict.fromkeys((*(topic.id for topic in self.newsletter.topics), *here)))

    def _pin(self, story: Story, *, wanted: bool) -> None:
        pinned = any(key in self.pins for key in story.entries)
        if wanted and not pinned:
            self.pins.append(story.entries[0])
        elif pinned and not wanted and not self.keep:
            self.pins = [key for key in self.pins if key not in story.entries]

    def _take_lead(self) -> None:
        before = self.kept.issue.lead
        wanted = self.story(self.galley.lead) if self.galley.lead else None
        if wanted and wanted != before:
            self.lead = wanted.entries[0]
        if wanted or before is None or self.keep:
            return
        if any(self.story(block) == before for block in self.galley.stories):
            self._refuse((), "no story leads the issue", "put another story's block under [lead]")
        elif self.lead in before.entries:
            self.lead = None

    def _take_pinned(self) -> None:
        asked = {pin.post: pin for pin in self.galley.pinned}
        gone = [key for key in self.pins if key not in self._told and str(key) not in asked]
        if not self.keep:
            self.pins = [key for key in self.pins if key not in gone]
        for pin in asked.values():
            key = self._known(pin.post, pin.path)
            if key and key not in self.pins:
                self.pins.append(key)

    def _take_dropped(self) -> None:
        asked = {drop.post: drop for drop in self.galley.dropped}
        if not self.keep:
            self.drops = [drop for drop in self.drops if str(drop.entry) in asked]
        reasons = {str(drop.entry): drop.why for drop in self.drops}
        for drop in asked.values():
            if reasons.get(drop.post) == drop.why:
                continue
            key = self._known(drop.post, drop.path)
            if key:
                self._drop(key, drop.why)

    def _drop_missing(self) -> None:
        """Drop the stories whose blocks were deleted, unless the file never had them."""
        here = {story.entries[0] for block in self.galley.stories if (story := self.story(block))}
        dropped = {drop.entry for drop in self.drops}
        for story in stories_of(self.kept.issue):
            if story.entries[0] in here or not dropped.isdisjoint(story.entries):
                continue
            if self.keep:
                self._warn(
                    (), f"{story.headline.value!r} came after the file was written; it stays"
                )
            else:
                self._drop(story.entries[0], "")

    def _drop(self, key: EntryKey, why: str) -> None:
        self.drops = [drop for drop in self.drops if drop.entry != key]
        self.drops.append(Drop(entry=key, why=why))

    def _known(self, post: str, path: TomlPath) -> EntryKey | None:
        key = self._names.get(post)
        if key is None:
            self._warn((*path, "post"), f"{post} was never considered for the issue; passed over")
        return key

    def _warn(self, path: TomlPath, message: str) -> None:
        self.warnings.append(self.file.problem(path, message))

    def _refuse(self, path: TomlPath, message: str, fix: str) -> None:
        problem = self.file.problem(path, message, fix=fix)
        # A section's topic is wrong once, however many stories stand under it.
        if problem not in self.problems:
            self.problems.append(problem)
