"""Track records: how stories of a source and of a topic did in past issues."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from digest.curate.choosing.clicks import address
from digest.model import Issue, KeptIssue, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """Shares from 0 to 1, by a source's feed URL and by a topic's id.

    ``picked_*`` is the share of past issues in which an editor pinned, or made the lead, one of
    its stories. ``clicked_*`` is how often its stories were followed, against the most followed
    story of their issue; ``clicked`` is that of all stories, for what is not known.
    """

    picked_sources: Mapping[str, float] = field(default_factory=dict)
    picked_topics: Mapping[str, float] = field(default_factory=dict)
    clicked_sources: Mapping[str, float] = field(default_factory=dict)
    clicked_topics: Mapping[str, float] = field(default_factory=dict)
    clicked: float = 0.0

    def picks(self, source: str, topic: str) -> float:
        """How much editors like such stories: the mean of its source's and its topic's share."""
        return (self.picked_sources.get(source, 0.0) + self.picked_topics.get(topic, 0.0)) / 2

    def clicks(self, source: str, topic: str) -> float:
        """How much readers follow such stories: the mean of its source's and its topic's share."""
        by_source = self.clicked_sources.get(source, self.clicked)
        return (by_source + self.clicked_topics.get(topic, self.clicked)) / 2


NO_RECORD = TrackRecord()
"""What there is before the first issue."""


def track_record(past: Sequence[KeptIssue], clicks: Mapping[str, int]) -> TrackRecord:
    """What past issues say of sources and topics.

    ``clicks`` are counts by URL as :func:`digest.curate.choosing.clicks.read_clicks` gives them.
    """
    sources: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    for kept in past:
        picked = tuple(_picked(kept))
        sources.update({told.source for told in picked})
        topics.update({told.topic for told in picked if told.topic})
    followed = [each for kept in past for each in _followed(kept.issue, clicks)]
    usual = fmean([each.share for each in followed]) if followed else 0.0
    return TrackRecord(
        picked_sources={name: count / len(past) for name, count in sources.items()},
        picked_topics={name: count / len(past) for name, count in topics.items()},
        clicked_sources=_shares(((each.told.source, each.share) for each in followed), usual),
        clicked_topics=_shares(((each.told.topic, each.share) for each in followed), usual),
        clicked=usual,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A story's source and topic."""

    source: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    """A story, and its share of the clicks on its issue's most followed one."""

    told: _Told
    share: float


def _picked(kept: KeptIssue) -> Iterator[_Told]:
    wanted = {*kept.edits.pins, *((kept.edits.lead,) if kept.edits.lead else ())}
    for story, topic in _stories(kept.issue) if wanted else ():
        if wanted.intersection(story.entries):
            yield _Told(source=story.entries[0].feed, topic=topic)


def _followed(issue: Issue, clicks: Mapping[str, int]) -> Iterator[_Followed]:
    """The stories of an issue that readers followed at all; without one, nothing was counted."""
    counts = [
        (_Told(source=story.entries[0].feed, topic=topic), clicks.get(address(story.url), 0))
        for story, topic in (_stories(issue) if clicks else ())
    ]
    most = max((count for _, count in counts), default=0)
    for told, count in counts if most else ():
        yield _Followed(told=told, share=count / most)


def _stories(issue: Issue) -> Iterator[tuple[Story, str]]:
    """The stories an issue tells, each with its topic."""
    if issue.lead:
        yield issue.lead, issue.lead.placement.topic if issue.lead.placement else ""
    for section in issue.sections:
        for story in section.stories:
            yield story, section.topic


def _shares(found: Iterable[tuple[str, float]], usual: float) -> dict[str, float]:
    """The mean share of each name, drawn to the usual one where little is known of it."""
    by_name: defaultdict[str, list[float]] = defaultdict(list)
    for name, share in found:
        by_name[name].append(share)
    return {name: fmean([usual, *shares]) for name, shares in by_name.items()}
