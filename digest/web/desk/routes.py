"""The desk's pages and their addresses."""

import asyncio
import contextlib
import getpass
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import Lifespan, Receive, Scope, Send

from digest.app import App
from digest.compose.webpage import published_page
from digest.errors import (
    DigestError,
    Problem,
    StateError,
    StoreError,
    TemplateError,
    UnfitError,
    UnknownNameError,
)
from digest.model import IssueState, KeptIssue
from digest.pipeline.approval import approve_issue, render_issue
from digest.pipeline.preflight import EVERY
from digest.web.desk.check_forms import CheckForms
from digest.web.desk.checks import checks_of
from digest.web.desk.message import force_scheme, localise_media, still_links
from digest.web.desk.overview import overviews
from digest.web.desk.polling import poll_feeds, polled_from
from digest.web.desk.preview import (
    SAMPLE_RECIPIENT,
    Images,
    Look,
    Scheme,
    Shown,
    View,
    due_of,
    issue_message,
    last_look_of,
    look_from,
    outline,
    read_issue,
    size_pill,
    trial_of,
)
from digest.web.desk.source import AppMissingError, AppSource, DeskState, problems_of
from digest.web.desk.watch import Watcher
from digest.web.files import Folders
from digest.web.media import picture_route
from digest.web.pages import STATIC, Pages
from digest.web.security import (
    DESK_POLICY,
    MAX_BODY,
    MEDIA_POLICY,
    PREVIEW_POLICY,
    DefaultHeaders,
    LoopbackOnly,
    SameOriginOnly,
    form_token,
    is_form_token,
    page_headers,
)

_UNCACHED = {"Cache-Control": "no-store"}
# Under no-referrer, browsers send a form with "Origin: null", which is nobody's own origin.
_OWN_ORIGIN = {"Referrer-Policy": "same-origin"}
_LONGEST_TOLD = 500
_REFUSALS = {
    403: "The page was open for too long",
    404: "There is no such page",
    413: "That is more than the desk takes",
}
_REVALIDATED = {"Cache-Control": "no-cache"}


def create_desk_app(source: AppSource) -> Starlette:
    """The editors' desk. It watches its files while its lifespan runs."""
    state = DeskState(source)
    watcher = Watcher(state)
    desk = _Desk(state, watcher)
    starlette = Starlette(
        routes=[
            Route("/", desk.index),
            Route("/newsletters/{id}/poll", desk.poll, methods=["POST"]),
            Route("/issues/{slug}", desk.issue),
            Route("/issues/{slug}/approve", desk.approve, methods=["POST"]),
            *CheckForms(state).routes,
            Route("/issues/{slug}/email.html", desk.email),
            Route("/issues/{slug}/web.html", desk.web),
            Route("/issues/{slug}/message.eml", desk.eml),
            Route("/events", desk.events),
            picture_route(lambda: state.last_app),
            Mount("/media", _Media(state)),
            Mount("/static", Folders(STATIC, headers=_REVALIDATED)),
        ],
        middleware=[
            Middleware(DefaultHeaders, headers=page_headers(DESK_POLICY) | _UNCACHED | _OWN_ORIGIN),
            Middleware(LoopbackOnly),
            Middleware(SameOriginOnly),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY),
        ],
        exception_handlers={
            AppMissingError: desk.misconfigured,
            DigestError: desk.failed,
            HTTPException: desk.refused,
            Exception: desk.crashed,
        },
        lifespan=_watching(watcher, state),
    )
    starlette.router.redirect_slashes = False
    starlette.state.watcher = watcher
    return starlette


def _is_checked(kept: KeptIssue, look: Look) -> bool:
    return kept.state is IssueState.DRAFT or look.view is View.CHECKS


def _watching(watcher: Watcher, state: DeskState) -> Lifespan[Starlette]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(watcher.run())
        try:
            yield
        finally:
            watcher.stop()
            await watching
            state.close()

    return lifespan


class _Media:
    """The publication's media folder, as the configuration names it now."""

    def __init__(self, state: DeskState) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._state.last_app
        folder = app.config.media_folder if app else None
        headers = {**_REVALIDATED, "Content-Security-Policy": MEDIA_POLICY}
        files = Folders(*([folder] if folder else []), headers=headers)
        await files(scope, receive, send)


class _Desk:
    """The endpoints, over the App as it is at each request."""

    def __init__(self, state: DeskState, watcher: Watcher) -> None:
        self._state = state
        self._watcher = watcher
        self._pages = Pages()

    def index(self, request: Request) -> Response:
        """Every newsletter: what comes next, and the issues there are."""
        app = self._state.app
        return self._page(
            "desk/index.html",
            newsletters=overviews(app),
            polled=polled_from(request.query_params),
            form_token=form_token(app.link_key),
        )

    async def poll(self, request: Request) -> Response:
        """Ask a newsletter's feeds at once, and show what came of it."""
        app = self._state.app
        newsletter = app.config.newsletter(request.path_params["id"])
        if not await self._is_ours(request):
            return self._stale()
        polled = await run_in_threadpool(poll_feeds, app, newsletter)
        return RedirectResponse(f"/?{polled.query}", status_code=303)

    def issue(self, request: Request) -> Response:
        """One issue, as the bytes that would go out say it is."""
        app = self._state.app
        kept = self._kept(request)
        slug = kept.issue.slug
        if slug != request.path_params["slug"]:
            return RedirectResponse(request.url.replace(path=f"/issues/{slug}"), status_code=302)
        shown, error = self._read(app, kept)
        message = shown.message if shown else None
        look = look_from(request.query_params)
        return self._page(
            "desk/issue.html",
            kept=kept,
            newsletter=app.config.newsletter(kept.issue.key.newsletter),
            due=due_of(app, kept),
            outline=outline(kept),
            last_look=last_look_of(app, kept),
            trial=trial_of(app, kept),
            look=look,
            views=tuple(View),
            recipient=SAMPLE_RECIPIENT,
            message=message,
            size=size_pill(message.html_size) if message else None,
            seen=shown.rendering.digest if shown else "",
            checks=checks_of(app, kept, shown.rendering)
            if shown and _is_checked(kept, look)
            else None,
            told=request.query_params.get("told", "")[:_LONGEST_TOLD],
            form_token=form_token(app.link_key),
            error=error,
        )

    def email(self, request: Request) -> Response:
        """The HTML part, for the frame: in the scheme asked for, pictures from here."""
        shown = read_issue(self._state.app, self._kept(request))
        return self._framed(request, shown.message.html)

    def web(self, request: Request) -> Response:
        """The page that readers see in a browser, for the frame."""
        return self._framed(
            request, published_page(render_issue(self._state.app, self._kept(request)))
        )

    def _framed(self, request: Request, html: str) -> Response:
        app = self._state.app
        look = look_from(request.query_params)
        html = localise_media(html, public_url=app.config.settings.web.public_url)
        html = still_links(force_scheme(html, dark=look.scheme is Scheme.DARK))
        policy = PREVIEW_POLICY
        if look.images is Images.OFF:
            policy = policy.replace("img-src http: https:", "img-src 'none'")
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    async def approve(self, request: Request) -> Response:
        """Approve exactly the bytes that were looked at, and show the issue again."""
        app, slug = self._state.app, request.path_params["slug"]
        if not await self._is_ours(request):
            return self._stale()
        form = await request.form()
        reason = str(form.get("reason", "")).strip()
        await run_in_threadpool(
            approve_issue,
            app,
            slug,
            by=getpass.getuser(),
            seen=str(form.get("seen", "")),
            reasons={EVERY: reason} if reason else {},
        )
        return RedirectResponse(f"/issues/{slug}", status_code=303)

    async def _is_ours(self, request: Request) -> bool:
        """Whether a form came from a page of this desk, not too long ago."""
        form = await request.form()
        return is_form_token(self._state.app.link_key, str(form.get("token", "")))

    def _stale(self) -> Response:
        text = "Go back, reload it, look again."
        return self._problem("The page was open for too long", text=text, status=403)

    def eml(self, request: Request) -> Response:
        """The message itself, to be opened in a mail program."""
        kept = self._kept(request)
        return Response(
            issue_message(self._state.app, kept),
            media_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="{kept.issue.slug}.eml"'},
        )

    async def events(self, request: Request) -> StreamingResponse:
        """Server-sent events: ``reload``, once the page's files have changed."""
        return self._watcher.stream(request.query_params.get("mark", self._state.mark))

    @staticmethod
    def _read(app: App, kept: KeptIssue) -> tuple[Shown | None, TemplateError | None]:
        try:
            return read_issue(app, kept), None
        except TemplateError as error:
            return None, error

    def misconfigured(self, _request: Request, error: Exception) -> Response:
        """The findings that keep the configuration from being used."""
        problems = error.problems if isinstance(error, AppMissingError) else ()
        return self._problem("The configuration needs a look", problems=problems)

    def failed(self, _request: Request, error: Exception) -> Response:
        """An error the program knows: a missing issue, a database that is away, a template."""
        if isinstance(error, UnknownNameError):
            return self._problem("There is no such page", text=f"There is {error}.", status=404)
        problems = problems_of(error, place=str(self._state.directory))
        if isinstance(error, UnfitError):
            return self._problem("Not yet", text=str(error), status=409)
        if isinstance(error, StateError):
            return self._problem("Not any more", text=f"{error}.", status=409)
        if isinstance(error, StoreError):
            return self._problem("The database is away", problems=problems, status=503)
        return self._problem("This cannot be shown", problems=problems)

    def refused(self, _request: Request, error: Exception) -> Response:
        """Starlette's own refusals, such as an address nobody knows."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        title = _REFUSALS.get(status, "The desk does not do that")
        response = self._problem(title, status=status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    def crashed(self, _request: Request, _error: Exception) -> Response:
        """What nobody foresaw; the log has it."""
        response = self._problem(
            "The desk stumbled", text="Where it was started, the log says over what.", status=500
        )
        response.headers.update(page_headers(DESK_POLICY))
        return response

    def _kept(self, request: Request) -> KeptIssue:
        return self._state.app.store.issues.get(request.path_params["slug"])

    def _problem(
        self, title: str, *, status: int = 500, text: str = "", problems: tuple[Problem, ...] = ()
    ) -> Response:
        return self._page(
            "desk/problem.html", status=status, title=title, text=text, problems=problems
        )

    def _page(self, name: str, *, status: int = 200, **values: object) -> Response:
        return self._pages.response(name, status=status, mark=self._state.mark, **values)
