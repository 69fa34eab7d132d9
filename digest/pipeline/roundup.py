"""Roundups: gathered and kept as drafts, quotes picked for them, and what they still lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digest.app import App
from digest.curate.editing.edits import apply
from digest.curate.placing.topics import Placer
from digest.curate.roundup import (
    Lack,
    Longlist,
    QuoteCandidate,
    RoundupDraft,
    Shortlist,
    count,
    draft_roundup,
    lacks,
    longlist,
    quote_candidates,
    read_votes,
    shortlist,
    substance,
    year_of,
)
from digest.errors import ConfigError, StateError, UnknownNameError
from digest.model import (
    NO_EDITS,
    Entry,
    EntryKey,
    Issue,
    IssueKind,
    IssueState,
    KeptIssue,
    Newsletter,
    Origin,
    Quote,
    Story,
    StoryQuotes,
    Wording,
)
from digest.pipeline.counting import count_posts
from digest.pipeline.pictures import fetch_pictures
from digest.pipeline.sources import all_feeds, newsletter_feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a roundup is asked for. ``votes`` are CSV texts by file name.

    ``feeds`` takes the place of the newsletter's. ``again`` makes a draft anew.
    """

    year: int
    pick: int = 5
    votes: Mapping[str, str] | None = None
    feeds: tuple[str, ...] = ()
    again: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A roundup's draft as it is kept, what it was chosen from, and what could not be said.

    ``unused`` says which edits of the draft before found nothing to change.
    """

    kept: KeptIssue
    posts: Longlist
    shortlisted: Shortlist
    draft: RoundupDraft
    covered: float
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotable:
    """A post of a roundup and the passages of it that may be quoted, the best first."""

    story: Story
    candidates: tuple[QuoteCandidate, ...]


def start_roundup(app: App, newsletter: Newsletter, asked: Asked) -> Started:
    """Make the draft of a year's roundup and keep it.

    :raises StateError: when there are too few posts, or there is one of that year already.
    :raises ConfigError: with everything that is wrong in the votes.
    """
    posts = year_posts(app, newsletter, asked.year, feeds=asked.feeds)
    if len(posts.posts) < asked.pick:
        raise StateError(newsletter.id, _too_few(newsletter, posts, asked))
    elected = _elected(asked.votes or {}, posts)
    chosen = shortlist(posts, substance(posts, elected=elected), pick=asked.pick)
    share, counted = count_posts(app, newsletter, posts, feeds=asked.feeds)
    draft = draft_roundup(
        newsletter, posts, chosen, counted=counted, now=app.clock(), elected=elected
    )
    kept, unused = _keep(app, newsletter, draft, asked)
    fetch_pictures(app, kept)
    return Started(
        kept=kept, posts=posts, shortlisted=chosen, draft=draft, covered=share, unused=unused
    )


def year_posts(
    app: App, newsletter: Newsletter, year: int, *, feeds: Sequence[str] = ()
) -> Longlist:
    """The longlist of a year, from everything that was collected of the newsletter's feeds."""
    urls = tuple(feeds) or newsletter_feeds(app, newsletter)
    period = year_of(newsletter, year)
    kept = app.store.feeds.entries_in(urls, period, newsletter=newsletter.id)
    known = {feed.url: feed for feed in all_feeds(app)}
    tags = {url: feed.tags for url, feed in known.items()}
    corrections = app.store.issues.corrections(newsletter.id)
    placer = Placer(newsletter, tags, app.embedder, corrections)
    placements = placer.place([item.entry for item in kept])
    return longlist(kept, newsletter, year, feeds=known, placements=placements)


def count_votes(
    app: App, newsletter: Newsletter, year: int, votes: Mapping[str, str]
) -> tuple[tuple[Entry, ...], ...]:
    """The posts that were voted for, the winners first, ties together in order of key.

    :raises ConfigError: with everything that is wrong in the votes.
    """
    posts = year_posts(app, newsletter, year)
    entries = {post.key: post.kept.entry for post in posts.posts}
    return tuple(tuple(entries[key] for key in sorted(tied)) for tied in _elected(votes, posts))


def get_roundup(app: App, slug: str) -> KeptIssue:
    """The roundup of that name.

    :raises StateError: when the issue is none.
    """
    kept = app.store.issues.get(slug)
    if kept.issue.kind is not IssueKind.ROUNDUP:
        raise StateError(kept.issue.slug, "is no roundup; `digest roundup start` makes one")
    return kept


def quotables(app: App, kept: KeptIssue, post: str = "") -> tuple[Quotable, ...]:
    """The passages that may be quoted, of every post of a roundup or of the one named.

    ``post`` is its place in the roundup (from 1), its URL, its id or a part of its title.

    :raises UnknownNameError: when the roundup has no such post, or several.
    """
    stories = [_story(kept.issue, post)] if post else list(kept.issue.stories)
    return tuple(_quotable(app, story) for story in stories)


def pick_quote(app: App, slug: str, post: str, number: int, *, by: str = "") -> KeptIssue:
    """Put a candidate, by its number from 1, behind the quotes of a roundup's post.

    Picking it twice changes nothing.

    :raises StateError: when there is no such candidate, or the roundup is no draft.
    """
    kept = get_roundup(app, slug)
    found = _quotable(app, _story(kept.issue, post))
    story, most = found.story, len(found.candidates)
    if not 0 < number <= most:
        range_ = f"1 to {most}" if most else "none"
        what = f"{story.headline.value!r} has no candidate {number}: {range_}"
        raise StateError(kept.issue.slug, what)
    text = found.candidates[number - 1].text
    if any(quote.text.value == text for quote in story.quotes):
        return kept
    quote = Quote(text=Wording(value=text, origin=Origin.FEED))
    before = next((each for each in kept.edits.quotes if each.entry in story.entries), None)
    chosen = StoryQuotes(
        entry=story.entries[0],
        quotes=(*story.quotes, quote),
        source=before.source if before else story.quotes,
    )
    others = tuple(each for each in kept.edits.quotes if each is not before)
    edits = replace(kept.edits, quotes=(*others, chosen), by=by or kept.edits.by)
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    issue = apply(edits, kept.issue, newsletter=newsletter).issue
    return app.store.issues.save(kept, issue=issue, edits=edits, now=app.clock())


def roundup_lacks(app: App, kept: KeptIssue) -> tuple[Lack, ...]:
    """What a roundup lacks before it may be approved."""
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    found = ((key, app.store.feeds.entry(key)) for key in kept.issue.entry_keys)
    entries = {key: known.entry for key, known in found if known}
    return lacks(kept.issue, newsletter, entries)


def _quotable(app: App, story: Story) -> Quotable:
    known = app.store.feeds.entry(story.entries[0])
    return Quotable(story=story, candidates=quote_candidates(known.entry) if known else ())


def _story(issue: Issue, post: str) -> Story:
    stories = issue.stories
    if post.isascii() and post.isdigit() and 0 < int(post) <= len(stories):
        return stories[int(post) - 1]
    exact = [each for each in stories if post in _names(each)]
    wanted = post.casefold()
    found = exact or [each for each in stories if wanted in each.headline.value.casefold()]
    if len(found) == 1:
        return found[0]
    known = tuple(each.headline.value for each in found or stories)
    raise UnknownNameError("post of the roundup", post, known=known)


def _names(story: Story) -> set[str]:
    keys = {name for key in story.entries for name in (key.id, str(key))}
    return {story.url, story.headline.value, *keys}


def _elected(votes: Mapping[str, str], posts: Longlist) -> tuple[frozenset[EntryKey], ...]:
    read = read_votes(votes, [post.kept for post in posts.posts])
    if read.problems:
        raise ConfigError(read.problems)
    return count(read.ballots)


def _too_few(newsletter: Newsletter, posts: Longlist, asked: Asked) -> str:
    number, year = len(posts.posts), posts.year
    aside = f" ({len(posts.set_aside)} set aside)" if posts.set_aside else ""
    have = "1 post" if number == 1 else f"{number} posts" if number else "no post"
    what = f"{year} has {have}{aside} to feature, and {asked.pick} are asked for"
    if not number:
        return f"{what}; `digest feeds backfill` collects what feeds still have of it"
    return f"{what}; digest roundup start {newsletter.id} --year {year} --pick {number}"


def _keep(
    app: App, newsletter: Newsletter, draft: RoundupDraft, asked: Asked
) -> tuple[KeptIssue, tuple[str, ...]]:
    issues, issue = app.store.issues, draft.issue
    before = issues.find(issue.key, kind=IssueKind.ROUNDUP)
    if before is None:
        kept = issues.add(issue, now=app.clock(), choices=draft.choices)
        if kept:
            return kept, ()
        before = issues.find(issue.key, kind=IssueKind.ROUNDUP)
    slug = before.issue.slug if before else issue.slug
    if before is None or before.state is not IssueState.DRAFT:
        state = before.state if before else "taken"
        raise StateError(slug, f"is the roundup of {asked.year} already, and {state}")
    if not asked.again:
        raise StateError(slug, f"is the roundup of {asked.year} already; --again makes it anew")
    edits = replace(before.edits, by=asked.by) if before.edits != NO_EDITS else NO_EDITS
    edited = apply(edits, issue, newsletter=newsletter)
    kept = issues.save(
        before, issue=edited.issue, edits=edits, choices=draft.choices, now=app.clock()
    )
    return kept, edited.unused
