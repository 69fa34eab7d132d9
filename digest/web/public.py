"""The public pages: unsubscribing, issues in the browser, media, health; and hubs' callbacks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from digest.app import App
from digest.audience.tokens import UnsubscribeClaim, read_unsubscribe_token
from digest.errors import StoreError, TokenError, UnknownNameError
from digest.model import ENGLISH, Catalogue, Newsletter
from digest.web.archive import archive_routes
from digest.web.files import Folders
from digest.web.hubs import hub_route
from digest.web.media import picture_route
from digest.web.pages import STATIC, Pages
from digest.web.preferences import preferences_route
from digest.web.problems import ProblemPages
from digest.web.security import (
    MAX_BODY,
    MEDIA_POLICY,
    PRIVATE,
    SHARED,
    DefaultHeaders,
    mask_address,
    page_headers,
)

_ONE_CLICK = b"One-Click"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the installation is doing: the verdict, and the findings behind it, ready for JSON."""

    ok: bool
    findings: Mapping[str, object] = field(default_factory=dict)


def create_public_app(app: App, *, health: Callable[[], Health] | None = None) -> Starlette:
    """The pages that subscribers reach under ``[web] public_url``.

    Log its requests without their paths: an unsubscribe link's path is its secret.
    """
    pages = Pages(
        app.config.templates_folder, root=urlsplit(app.config.settings.web.public_url).path
    )
    words = _common_words(app.config.newsletters.values())
    problems = ProblemPages(pages, contact=app.config.settings.instance.contact, words=words)
    links = _Unsubscribing(app, pages, problems, words=words)
    media = app.config.media_folder
    starlette = Starlette(
        routes=[
            Route("/unsubscribe/{token}", links.answer, methods=["GET", "POST"]),
            preferences_route(app, pages, problems),
            *archive_routes(app, pages, words=words),
            Route("/healthz", _Health(health).report, methods=["GET"]),
            hub_route(app),
            picture_route(lambda: app),
            Mount(
                "/media",
                Folders(
                    *([media] if media else []),
                    headers={**SHARED, "Content-Security-Policy": MEDIA_POLICY},
                ),
            ),
            Mount(
                "/static",
                Folders(app.config.templates_folder / "web" / "static", STATIC, headers=SHARED),
            ),
        ],
        middleware=[
            Middleware(DefaultHeaders, headers=page_headers()),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY),
        ],
        exception_handlers={
            HTTPException: problems.refused,
            UnknownNameError: problems.unknown,
            StoreError: problems.unavailable,
            Exception: problems.crashed,
        },
    )
    starlette.router.redirect_slashes = False
    return starlette


class _Unsubscribing:
    """The signed link: GET shows one button and changes nothing (scanners follow links)."""

    def __init__(self, app: App, pages: Pages, problems: ProblemPages, *, words: Catalogue) -> None:
        self._app = app
        self._pages = pages
        self._problems = problems
        self._words = words

    async def answer(self, request: Request) -> Response:
        """Ask, or end; a link that was not signed here gets neither."""
        body = await request.body()
        try:
            claim = read_unsubscribe_token(self._app.link_key, request.path_params["token"])
        except TokenError:
            return self._bad_link()
        if request.method == "POST":
            return await run_in_threadpool(self._end, claim, for_program=_ONE_CLICK in body)
        return await run_in_threadpool(self._page, "unsubscribe.html", claim)

    def _end(self, claim: UnsubscribeClaim, *, for_program: bool) -> Response:
        """End the subscription, as often as asked (RFC 8058, sections 3.1 and 3.2).

        The signed link is all it takes: no cookie, no second token, no redirect. What the body
        says only decides who gets the answer: a mail program, or a person.
        """
        self._app.store.audience.unsubscribe(
            claim.subscriber_id, newsletter=claim.newsletter, now=self._app.clock()
        )
        if for_program:
            return PlainTextResponse("You are unsubscribed.\n", headers=PRIVATE)
        return self._page("done.html", claim)

    def _page(self, name: str, claim: UnsubscribeClaim) -> Response:
        newsletter = self._app.config.newsletters.get(claim.newsletter)
        subscriber = self._app.store.audience.subscriber(claim.subscriber_id)
        response = self._pages.response(
            name,
            newsletter.words if newsletter else self._words,
            newsletter=newsletter.name if newsletter else claim.newsletter,
            home_url=newsletter.home_url if newsletter else "",
            address=mask_address(subscriber.address) if subscriber else "",
        )
        response.headers.update(PRIVATE)
        return response

    def _bad_link(self) -> Response:
        response = self._problems.page("bad-link", status=400)
        response.headers.update(PRIVATE)
        return response


def _common_words(newsletters: Iterable[Newsletter]) -> Catalogue:
    """The words for pages that belong to no newsletter: English, unless all share a language."""
    by_language = {newsletter.language: newsletter.words for newsletter in newsletters}
    return next(iter(by_language.values())) if len(by_language) == 1 else ENGLISH


class _Health:
    """The health check for load balancers and monitors."""

    def __init__(self, health: Callable[[], Health] | None) -> None:
        self._health = health

    def report(self, _request: Request) -> Response:
        """200 with ``status: ok``, or 503 with ``status: failing``, and what is behind it."""
        try:
            health = self._health() if self._health else Health(ok=True)
        except StoreError as error:
            health = Health(ok=False, findings={"store": str(error)})
        return JSONResponse(
            {**health.findings, "status": "ok" if health.ok else "failing"},
            status_code=200 if health.ok else 503,
            headers=PRIVATE,
        )
