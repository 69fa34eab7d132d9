"""Follow-ups: what an earlier issue told of the story that an entry goes on with."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from digest.curate.grouping.agglomeration import are_same
from digest.curate.grouping.headlines import Text, read_headlines
from digest.curate.grouping.sources import source_name
from digest.curate.words import fold, fold_title, one_line
from digest.model import Earlier, Entry, EntryKey, Issue, KeptEntry, Story

REACH = timedelta(days=90)
"""How long after a story another can follow it up: what comes back each year does not."""
_MEMBERS = 8  # of a group that are compared


def earlier(group: Sequence[KeptEntry], past: Sequence[Issue]) -> Earlier | None:
    """What the newest of the past issues told of a group's story, if any did.

    The measure is that of two headlines in :func:`group_stories`, without the decay with time.
    The same post is no follow-up, nor is the same headline of the same source (a column).
    """
    entries = [item.entry for item in group[:_MEMBERS]]
    when = min(item.dated_at or item.first_seen_at for item in group)
    told = sorted(_told(past, group, when), key=_age_order, reverse=True)
    headlines = read_headlines(
        [
            *(
                Text(title=one_line(entry.title), opening=one_line(entry.summary))
                for entry in entries
            ),
            *(Text(title=story.headline.value, opening=story.excerpt.value) for _, story in told),
        ]
    )
    own, others = headlines[: len(entries)], headlines[len(entries) :]
    for (issue, story), headline in zip(told, others, strict=True):
        if any(
            are_same(headline, one) and not _is_column(entry, story)
            for entry, one in zip(entries, own, strict=True)
        ):
            return Earlier(
                issue=issue.slug,
                headline=story.headline.value,
                url=story.url,
                date=issue.send_at or issue.key.period.end,
            )
    return None


def _told(
    past: Sequence[Issue], group: Sequence[KeptEntry], when: datetime
) -> Iterator[tuple[Issue, Story]]:
    """The stories of past issues that the group can follow up."""
    keys = {item.entry.key for item in group}
    urls = {item.entry.url for item in group if item.entry.url}
    for issue in past:
        for story in issue.stories:
            is_same_post = story.url in urls or not keys.isdisjoint(story.entries)
            if not is_same_post and story.published_at < when <= story.published_at + REACH:
                yield issue, story


def _age_order(told: tuple[Issue, Story]) -> tuple[datetime, datetime, str, EntryKey]:
    issue, story = told
    return issue.key.period.end, story.published_at, issue.slug, story.entries[0]


def _is_column(entry: Entry, story: Story) -> bool:
    same_title = fold_title(entry.title) == fold_title(story.headline.value)
    return same_title and fold(source_name(entry)) == fold(story.source)
