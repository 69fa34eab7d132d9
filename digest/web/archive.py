"""The archive: every issue as a page, lists of them, and feeds of the lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.compose.webpage import Neighbour, published_page
from digest.errors import UnknownNameError
from digest.model import Catalogue, IssueState, KeptIssue, Newsletter, PublishedIssue
from digest.model.catalogue import DAY_AND_MONTH
from digest.pipeline.correcting import corrected_page
from digest.pipeline.subjects import public_rendering
from digest.web.issue_feeds import IssueFeed, atom, json_feed
from digest.web.pages import Pages
from digest.web.security import ISSUE_POLICY, SHARED

_READABLE = frozenset({IssueState.APPROVED, IssueState.SENDING, IssueState.PAUSED, IssueState.SENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An issue in a list. ``date`` is its day in words, without the year that it stands under."""

    issue: PublishedIssue
    newsletter: Newsletter
    day: date
    date: str


def archive_routes(app: App, pages: Pages, *, words: Catalogue) -> tuple[Route, ...]:
    """The addresses of issues, of their lists, and of the lists' feeds.

    ``words`` are for the list of all newsletters' issues.
    """
    archive = _Archive(app, pages, words)
    return (
        Route("/issues/{slug}", archive.issue, methods=["GET"]),
        Route("/archive/", archive.everything, methods=["GET"]),
        Route("/archive/{newsletter}/", archive.newsletter, methods=["GET"]),
        Route("/archive/{newsletter}/atom.xml", archive.atom, methods=["GET"]),
        Route("/archive/{newsletter}/feed.json", archive.json, methods=["GET"]),
    )


class _Archive:
    """Issues in the browser: the frozen pages, and what leads to them."""

    def __init__(self, app: App, pages: Pages, words: Catalogue) -> None:
        self._app = app
        self._pages = pages
        self._words = words
        self._public_url = app.config.settings.web.public_url

    def issue(self, request: Request) -> Response:
        """The issue, once it is approved; before that it does not exist to the public."""
        slug = request.path_params["slug"]
        kept = self._app.store.issues.get(slug)
        # A newsletter's id is an alias of its newest issue, which may be a draft.
        if kept.issue.slug != slug or kept.state not in _READABLE:
            raise HTTPException(404)
        previous, following = self._neighbours(kept)
        rendering = public_rendering(self._app, kept.id)
        page = published_page(rendering, previous=previous, following=following)
        page = corrected_page(self._app, kept, page, words=self._words)
        return _shared(request, HTMLResponse(page), {"Content-Security-Policy": ISSUE_POLICY})

    def everything(self, request: Request) -> Response:
        """Every newsletter's issues."""
        known = self._app.config.newsletters
        found = [one for one in self._app.store.issues.published() if one.newsletter in known]
        return self._list(request, found, newsletter=None)

    def newsletter(self, request: Request) -> Response:
        """One newsletter's issues."""
        newsletter = self._newsletter(request)
        found = self._app.store.issues.published(newsletter=newsletter.id)
        return self._list(request, found, newsletter=newsletter)

    def atom(self, request: Request) -> Response:
        """Its latest issues as an Atom feed (RFC 4287)."""
        feed = atom(self._feed(request))
        return _shared(request, Response(feed, media_type="application/atom+xml"))

    def json(self, request: Request) -> Response:
        """Its latest issues as a JSON Feed (version 1.1)."""
        feed = json_feed(self._feed(request))
        return _shared(request, Response(feed, media_type="application/feed+json"))

    def _newsletter(self, request: Request) -> Newsletter:
        name = request.path_params["newsletter"]
        found = self._app.config.newsletters.get(name)
        if found is None:
            raise UnknownNameError("newsletter", name, known=tuple(self._app.config.newsletters))
        return found

    def _feed(self, request: Request) -> IssueFeed:
        newsletter = self._newsletter(request)
        issues = self._app.store.issues
        return IssueFeed.of(
            newsletter,
            issues.published(newsletter=newsletter.id),
            rendering=lambda issue_id: public_rendering(self._app, issue_id),
            amendments=issues.amendments,
            public_url=self._public_url,
        )

    def _list(
        self, request: Request, found: Sequence[PublishedIssue], *, newsletter: Newsletter | None
    ) -> Response:
        words = newsletter.words if newsletter else self._words
        rows = [self._row(one, words) for one in found]
        years = [(year, list(of)) for year, of in groupby(rows, key=lambda row: row.day.year)]
        page = self._pages.response(
            "archive.html",
            words,
            years=years,
            newsletter=newsletter,
            newsletters=self._app.config.newsletters,
            public_url=self._public_url,
        )
        return _shared(request, page)

    def _row(self, one: PublishedIssue, words: Catalogue) -> _Row:
        newsletter = self._app.config.newsletters[one.newsletter]
        day = one.at.astimezone(ZoneInfo(newsletter.schedule.time_zone)).date()
        return _Row(issue=one, newsletter=newsletter, day=day, date=words.date(DAY_AND_MONTH, day))

    def _neighbours(self, kept: KeptIssue) -> tuple[Neighbour | None, Neighbour | None]:
        """What went out before and after it. Before it has gone out, nothing comes after it."""
        listed = self._app.store.issues.published(newsletter=kept.issue.key.newsletter)
        places = {one.id: place for place, one in enumerate(listed)}
        place = places.get(kept.id, -1)
        earlier = listed[place + 1] if place + 1 < len(listed) else None
        later = listed[place - 1] if place > 0 else None
        return self._neighbour(earlier), self._neighbour(later)

    def _neighbour(self, one: PublishedIssue | None) -> Neighbour | None:
        if one is None:
            return None
        return Neighbour(title=one.subject, url=f"{self._public_url}/issues/{one.slug}")


def _shared(
    request: Request, response: Response, headers: dict[str, str] | None = None
) -> Response:
    """The response for caches to keep; nothing but its validator where the reader has it."""
    response.headers.update({**SHARED, **(headers or {})})
    tag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    if tag in request.headers.get("if-none-match", ""):
        kept = {"ETag": tag, **SHARED, **(headers or {})}
        return Response(status_code=304, headers=kept)
    return response
