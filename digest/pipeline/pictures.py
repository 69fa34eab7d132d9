"""Pictures of drafts: asked for, made to measure, and put into the issue when it is rendered.

They are asked for when an issue is drafted or edited, never when it is approved.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.app import App
from digest.collect.pictures.visits import Ask, can_resize, is_due, picture_request, visit_of
from digest.compose.pictures import illustrated, picture_places
from digest.model import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Issue,
    IssueState,
    KeptIssue,
    MissingPicture,
    PictureJob,
    PreparedPicture,
)
from digest.pipeline.gate import Gate

MEDIA = "/media"
"""Where the public pages hand out files."""

_NOT_ALLOWED = "the site's robots.txt does not let programs ask for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """How long all pictures of an issue may take, and each host's robots.txt."""

    together: timedelta = timedelta(seconds=30)
    robots: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustrated:
    """What came of asking for an issue's pictures: how many it has, and which it has not."""

    slug: str
    pictures: int
    missing: tuple[MissingPicture, ...] = ()


_Answer = tuple[Ask, FetchResult]
_DEFAULT = PictureLimits()


def illustrate(app: App, issue: Issue) -> Issue:
    """The issue as it is rendered: with the service's pictures, where they are to be its own."""
    if not _hosts(app, issue):
        return issue
    slots = [place.slot for place in picture_places(issue)]
    known = app.store.media.visits(slots)
    return illustrated(
        issue,
        {slot: visit.picture for slot, visit in known.items() if visit.picture},
        media_url=app.config.settings.web.public_url + MEDIA,
    )


def illustrate_drafts(app: App) -> Iterator[Illustrated]:
    """Ask for the pictures of all drafts that are to be asked for, telling of each draft."""
    for kept in app.store.issues.issues(states=(IssueState.DRAFT,)):
        done = fetch_pictures(app, kept)
        if done is not None:
            yield done


def fetch_pictures(
    app: App, kept: KeptIssue, *, limits: PictureLimits = _DEFAULT
) -> Illustrated | None:
    """Ask for the pictures of an issue that are to be asked for; None where there are none.

    What fails, or takes too long, is remembered; the issue does without, and it is tried again.
    """
    if not _hosts(app, kept.issue):
        return None
    slots = list(dict.fromkeys(place.slot for place in picture_places(kept.issue)))
    known = app.store.media.visits(slots)
    due = [
        Ask(slot=slot, before=known.get(slot))
        for slot in slots
        if is_due(known.get(slot), app.clock())
    ]
    if not due:
        return None
    for (ask, answer), made in app.parser.pictures(_jobs(_answers(app, due, limits))):
        visit = visit_of(ask, answer, made, now=app.clock())
        app.store.media.keep(visit, made if isinstance(made, PreparedPicture) else None)
    missing = missing_pictures(app, kept)
    return Illustrated(slug=kept.issue.slug, pictures=len(slots) - len(missing), missing=missing)


def missing_pictures(app: App, kept: KeptIssue) -> tuple[MissingPicture, ...]:
    """The pictures that the issue's rendering is without, and why."""
    if not _hosts(app, kept.issue):
        return ()
    places = {place.slot: place for place in picture_places(kept.issue)}
    known = app.store.media.visits(list(places))
    shown = {place.entry for place in picture_places(illustrate(app, kept.issue))}
    missing = []
    for slot, place in places.items():
        visit = known.get(slot)
        if visit is None:
            reason = "was not asked for yet"
        elif visit.picture is None:
            reason = visit.remark
        elif place.entry not in shown:
            reason = "would make the mail's pictures too heavy"
        else:
            continue
        missing.append(MissingPicture(url=slot.url, reason=reason, entry=place.entry))
    return tuple(missing)


def _hosts(app: App, issue: Issue) -> bool:
    """Whether the issue's pictures are the service's, and can be made."""
    newsletter = app.config.newsletters.get(issue.key.newsletter)
    return newsletter is not None and app.config.hosts_images(newsletter) and can_resize()


def _answers(app: App, due: Sequence[Ask], limits: PictureLimits) -> Iterator[_Answer]:
    """Every slot with what came of asking for it, within the time there is."""
    deadline = time.monotonic() + limits.together.total_seconds()
    gate = Gate(app, timeout=limits.robots)
    gate.learn([ask.slot.url for ask in due])
    waiting: defaultdict[FetchRequest, list[Ask]] = defaultdict(list)
    for ask in due:
        if gate.allows(ask.slot.url):
            waiting[picture_request(ask)].append(ask)
        else:
            yield ask, FetchFailed(reason=_NOT_ALLOWED)
    # Nothing else holds the iterator: leaving the loop closes it, and ends what is under way.
    for answer in app.fetcher.fetch(list(waiting)):
        for ask in waiting.pop(answer.request):
            yield ask, answer.result
        if time.monotonic() > deadline:
            break
    late = FetchFailed(reason="the pictures of this issue took too long together")
    for ask in (ask for asks in waiting.values() for ask in asks):
        yield ask, late


def _jobs(answers: Iterator[_Answer]) -> Iterator[tuple[_Answer, PictureJob | None]]:
    """Each answer, with the file in it where there is one."""
    for ask, answer in answers:
        job = None
        if isinstance(answer, Fetched):
            job = PictureJob(
                body=answer.body,
                width=ask.slot.width,
                height=ask.slot.height,
                content_type=answer.content_type,
            )
        yield (ask, answer), job
