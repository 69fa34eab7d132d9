"""The last look: minutes before an issue goes out, what became of its stories since approval."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from digest.app import App
from digest.compose.preflight.hosts import is_reserved
from digest.curate.lastlook import Seen, is_look_due, is_outage, judge, page_title
from digest.errors import StateError
from digest.model import (
    FeedHealth,
    IssueState,
    KeptIssue,
    LastLook,
    LastLookAction,
    LookOutcome,
    Story,
    StoryTrouble,
)
from digest.pipeline.holds import is_late
from digest.pipeline.links import LinkAnswer, ask_links
from digest.pipeline.refresh import refresh_feeds
from digest.pipeline.sources import all_feeds
from digest.pipeline.standing_in import StandIns, find_stand_ins, put_in
from digest.pipeline.timing import opens_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAgain:
    """The last look was taken at an issue."""

    slug: str
    look: LastLook


def last_looks(app: App) -> Iterator[LookedAgain]:
    """Look at every approved issue whose time comes, and do what ``last_look_action`` says."""
    for kept in reversed(app.store.issues.issues(states=(IssueState.APPROVED,))):
        if needs_look(app, kept) and not is_late(app, kept):
            yield look_again(app, kept)


def needs_look(app: App, kept: KeptIssue) -> bool:
    """Whether an issue should be looked at before it goes on."""
    ahead = app.config.settings.deliver.last_look
    look = app.store.preflight.look(kept.id)
    opening = opens_at(app, kept)
    return is_look_due(kept, look, now=app.clock(), ahead=ahead, opens_at=opening)


def look_again(app: App, kept: KeptIssue, *, action: LastLookAction | None = None) -> LookedAgain:
    """Look at an approved issue, and keep, tell and do what follows.

    ``action`` takes the place of the configured one.

    :raises StateError: when it is not approved, or its first mail may be out already.
    """
    if kept.state is not IssueState.APPROVED or kept.approved_at is None:
        what = f"is {kept.state}; the last look is for approved issues that have not gone out"
        raise StateError(kept.issue.slug, what)
    _ask_feeds(app, kept)
    look = _look(app, kept, kept.approved_at)
    stand_ins = find_stand_ins(app, kept, look.grave)
    look = replace(look, found=tuple(_proposing(each, stand_ins) for each in look.found))
    look = _act(app, kept, look, stand_ins, action or app.config.settings.deliver.last_look_action)
    app.store.preflight.keep_look(kept.id, look)
    return LookedAgain(slug=kept.issue.slug, look=look)


def _ask_feeds(app: App, kept: KeptIssue) -> None:
    """Hear what the feeds say of the issue's stories by now; one that fails changes nothing."""
    known = {feed.url for feed in all_feeds(app)}
    told = {story.entries[0].feed for story in _shown(kept)} & known
    states = app.store.feeds.states(sorted(told))
    urls = tuple(url for url, state in states.items() if state.health is FeedHealth.ACTIVE)
    if urls:
        for _ in refresh_feeds(app, urls=urls, force=True):
            pass


def _look(app: App, kept: KeptIssue, approved_at: datetime) -> LastLook:
    stories = _shown(kept)
    answers = ask_links(app, _links(stories))
    links = [answer.check for answer in answers.values()]
    outage = is_outage(links)
    found = (judge(_seen(app, kept, story, answers), outage=outage) for story in stories)
    unreached = sum(bool(link.failure) and link.status is None for link in links)
    note = "the network seems to be down, so links say nothing" if outage else ""
    return LastLook(
        approved_at=approved_at,
        looked_at=app.clock(),
        outcome=LookOutcome.PASSED,
        links=len(links),
        unreached=unreached,
        found=tuple(trouble for trouble in found if trouble),
        note=note,
    )


def _seen(app: App, kept: KeptIssue, story: Story, answers: Mapping[str, LinkAnswer]) -> Seen:
    key, answer = story.entries[0], answers.get(story.url)
    known = app.store.feeds.entry(key)
    approved_at = kept.approved_at or kept.created_at
    return Seen(
        story=story,
        link=answer.check if answer else None,
        page_title=page_title(answer.opening) if answer else "",
        before=app.store.feeds.as_of(key, approved_at),
        now=known.entry if known else None,
    )


def _proposing(trouble: StoryTrouble, stand_ins: StandIns) -> StoryTrouble:
    story = stand_ins.get(trouble.entry)
    if story is None:
        return trouble
    return replace(trouble, runner_up=story.entries[0], runner_up_title=str(story.headline))


def _act(
    app: App, kept: KeptIssue, look: LastLook, stand_ins: StandIns, action: LastLookAction
) -> LastLook:
    if not look.grave or action is LastLookAction.SEND:
        return look
    if action is LastLookAction.HOLD:
        return replace(look, outcome=LookOutcome.HELD)
    done = put_in(app, kept, look.grave, stand_ins)
    if isinstance(done, str):
        return replace(look, outcome=LookOutcome.HELD, note=f"nothing was replaced: {done}")
    approved_at = done.approved_at or look.approved_at
    return replace(look, outcome=LookOutcome.REPLACED, approved_at=approved_at)


def _shown(kept: KeptIssue) -> tuple[Story, ...]:
    return (*kept.issue.stories, *kept.issue.also_published)


def _links(stories: Sequence[Story]) -> list[str]:
    """Their addresses, without those that lead nowhere on purpose."""
    hosts = ((story.url, urlsplit(story.url).hostname or "") for story in stories)
    return [url for url, host in hosts if url.startswith("http") and not is_reserved(host)]
