"""Discovery: topics found in the posts themselves, and found again from issue to issue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate.placing.labels import Label, label_groups, slug_of_label
from digest.model import (
    Entry,
    EntryKey,
    Issue,
    Newsletter,
    PlacedBy,
    Placement,
    Story,
    Topic,
)
from digest.ports import Embedder

FEWEST_POSTS = 8
"""Fewer posts than this have no topics of their own."""

_LABELLED = 100  # posts of a topic that its label is taken from
_EXAMPLES = 5
_REMEMBERED = 12
_SAME_TOPIC = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The topics that were found, the largest first, and where each post is.

    A topic's ``examples`` are its most typical posts. Both are empty where posts are too few.
    """

    topics: tuple[Topic, ...] = ()
    placements: Mapping[EntryKey, Placement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A newsletter with all its topics, and every post's placement under them."""

    newsletter: Newsletter
    placements: Mapping[EntryKey, Placement]


def settle(
    newsletter: Newsletter,
    entries: Iterable[Entry],
    placements: Mapping[EntryKey, Placement],
    *,
    embedder: Embedder | None,
    past: Sequence[Issue] = (),
) -> Settled:
    """Find topics for what has only the default one, where the newsletter asks for that.

    What editors, rules, categories and meaning placed stays there. ``past`` are earlier issues,
    newest first: their topics keep their ids and headings. Found topics stand after the
    newsletter's own and before the default one.
    """
    if not newsletter.discover or embedder is None:
        return Settled(newsletter=newsletter, placements=placements)
    loose = [each for each in entries if placements[each.key].by is PlacedBy.DEFAULT]
    own = {topic.id for topic in newsletter.topics}
    previous = tuple(topic for topic in told_topics(past) if topic.id not in own)
    found = discover(loose, embedder, previous=previous, taken=own)
    ordered = sorted(newsletter.topics, key=lambda topic: topic.id == newsletter.default_topic)
    topics = (*ordered[:-1], *found.topics, ordered[-1])
    return Settled(
        newsletter=replace(newsletter, topics=topics),
        placements={key: found.placements.get(key, placed) for key, placed in placements.items()},
    )


def discover(
    entries: Iterable[Entry],
    embedder: Embedder,
    *,
    previous: Sequence[Topic] = (),
    count: int | None = None,
    taken: Iterable[str] = (),
) -> Discovery:
    """Find topics among the posts: 4 to 10, fewer where there are few posts.

    ``previous`` are topics found before, with examples: one that goes on keeps its id and name.
    ``count`` is how many there are, where that is known; ``taken`` are ids not to be given. The
    order of ``entries`` does not matter.
    """
    from digest.curate.placing.clusters import cluster
    from digest.curate.placing.meaning import TopicSense, meaning_text
    from digest.curate.placing.terms import term_matrix

    by_key = {entry.key: entry for entry in entries}
    keys = sorted(by_key)
    if len(keys) < FEWEST_POSTS:
        return Discovery(placements={})
    texts = [meaning_text(by_key[key]) for key in keys]
    clusters = cluster(embedder.embed(texts), term_matrix(texts), count=count)
    if len(clusters.members) <= 1:
        return Discovery(placements={})
    labels = label_groups([[texts[row] for row in rows[:_LABELLED]] for rows in clusters.members])
    before = TopicSense(previous, embedder).seeds if previous else None
    again = {} if before is None else clusters.match(before, least=_SAME_TOPIC)
    names = _Names(taken, previous)
    topics = tuple(
        replace(
            names.old(again[group]) if group in again else names.new(label),
            examples=tuple(texts[row] for row in rows[:_EXAMPLES]),
        )
        for group, (label, rows) in enumerate(zip(labels, clusters.members, strict=True))
    )
    placed = {
        keys[row]: Placement(
            topic=topic.id, by=PlacedBy.CLUSTER, reason=_reason(label, rows), confidence=share
        )
        for topic, label, rows, shares in zip(
            topics, labels, clusters.members, clusters.shares, strict=True
        )
        for row, share in zip(rows, shares, strict=True)
    }
    return Discovery(topics=topics, placements={key: placed[key] for key in keys})


def told_topics(past: Sequence[Issue]) -> tuple[Topic, ...]:
    """The topics that issues told, newest issue first, with their stories as examples."""
    names: dict[str, str] = {}
    told: dict[str, list[str]] = {}
    for issue in past:
        lead = issue.lead
        if lead and lead.placement:
            told.setdefault(lead.placement.topic, []).append(_example(lead))
        for section in issue.sections:
            names.setdefault(section.topic, section.heading.value)
            told.setdefault(section.topic, []).extend(map(_example, section.stories))
    return tuple(
        Topic(id=topic, name=name, examples=tuple(told[topic][:_REMEMBERED]))
        for topic, name in names.items()
    )


class _Names:
    """Ids and names for topics: old ones for those that go on, free ones for new ones."""

    def __init__(self, taken: Iterable[str], previous: Sequence[Topic]) -> None:
        self._previous = previous
        self._taken = {*taken, *(topic.id for topic in previous)}

    def old(self, index: int) -> Topic:
        return self._previous[index]

    def new(self, label: Label) -> Topic:
        topic = Topic(id=slug_of_label(label.name, self._taken), name=label.name)
        self._taken.add(topic.id)
        return topic


def _example(story: Story) -> str:
    return f"{story.headline.value}. {story.excerpt.value}"


def _reason(label: Label, rows: Sequence[int]) -> str:
    posts = f"{len(rows)} posts" if len(rows) > 1 else "one post"
    return f"one of {posts} about {', '.join(label.terms)}" if label.terms else f"one of {posts}"
