"""The desk's forms beside an issue's pre-flight: waive, mend, ask the links, send a test."""

import getpass
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.compose.preflight.mending import mended
from digest.errors import HandOffError, MessageError, StateError
from digest.model import Accepted, Finding, KeptIssue, Refused
from digest.pipeline.approval import render_issue
from digest.pipeline.delivery import send_test
from digest.pipeline.editing import reword_issue
from digest.pipeline.preflight import ASKED, Preflight, preflight, waive_finding
from digest.web.desk.checks import flight_of, numbered
from digest.web.desk.source import DeskState
from digest.web.security import is_form_token

_Action = Callable[[App, KeptIssue, FormData], str]


class CheckForms:
    """What editors send from the list of findings; each leads back to it."""

    def __init__(self, state: DeskState) -> None:
        self._state = state

    @property
    def routes(self) -> list[Route]:
        """The addresses the forms are sent to."""
        actions: dict[str, _Action] = {
            "waive": _waive,
            "mend": _mend,
            "links": _ask_links,
            "test": _send_test,
        }
        return [
            Route(f"/issues/{{slug}}/{name}", self._taking(action), methods=["POST"])
            for name, action in actions.items()
        ]

    def _taking(self, action: _Action) -> Callable[[Request], Awaitable[Response]]:
        async def take(request: Request) -> Response:
            app = self._state.app
            form = await request.form()
            if not is_form_token(app.link_key, str(form.get("token", ""))):
                raise HTTPException(403)
            kept = app.store.issues.get(request.path_params["slug"])
            told = await run_in_threadpool(action, app, kept, form)
            query = urlencode({"view": "checks", **({"told": told} if told else {})})
            return RedirectResponse(f"/issues/{kept.issue.slug}?{query}", status_code=303)

        return take


def _waive(app: App, kept: KeptIssue, form: FormData) -> str:
    flown, finding = _meant(app, kept, form)
    reason = str(form.get("reason", ""))
    waive_finding(app, flown, finding, reason, by=getpass.getuser())
    return ""


def _mend(app: App, kept: KeptIssue, form: FormData) -> str:
    _, finding = _meant(app, kept, form)
    edit = mended(finding, kept.issue)
    if edit is None:
        raise StateError(kept.issue.slug, f"{finding.rule} is not for a program to put right")
    reword_issue(app, kept.issue.slug, edit, by=getpass.getuser())
    return f"The {edit.field} is now: {edit.value}"


def _ask_links(app: App, kept: KeptIssue, form: FormData) -> str:
    del form
    preflight(app, kept, render_issue(app, kept), manner=ASKED)
    return "The links were asked for."


def _send_test(app: App, kept: KeptIssue, form: FormData) -> str:
    address = str(form.get("address", "")).strip()
    try:
        outcome = send_test(
            app, kept, render_issue(app, kept), address=address, by=getpass.getuser()
        )
    except (HandOffError, MessageError) as error:
        return f"The test was not sent: {error}"
    if isinstance(outcome, Accepted):
        return f"A test was sent to {address}."
    said = outcome.reply if isinstance(outcome, Refused) else outcome.reason
    return f"The test was not sent: {said}"


def _meant(app: App, kept: KeptIssue, form: FormData) -> tuple[Preflight, Finding]:
    flown = flight_of(app, kept, render_issue(app, kept))
    finding = numbered(flown, str(form.get("number", "")), str(form.get("rule", "")))
    if finding is None:
        raise StateError(kept.issue.slug, "changed since it was looked at; look at it again")
    return flown, finding
