"""Pages for when something is wrong: plain words, what to do, no inner workings."""

from dataclasses import dataclass

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digest.model import ENGLISH, Catalogue
from digest.web.pages import Pages
from digest.web.security import page_headers

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    title: str
    text: str


_WORDS = {
    "bad-link": _Words(
        title="This link does not work",
        text="It may have been cut off on its way, or changed. Please open the unsubscribe link "
        "of a newer mail from us. Nothing was changed just now.",
    ),
    "404": _Words(
        title="There is no such page",
        text="The address may be mistyped, or the page is not published yet.",
    ),
    "405": _Words(
        title="This page cannot do that",
        text="The address is right, but what your program asked of it is not something it does.",
    ),
    "500": _Words(
        title="Something went wrong on our side",
        text="It is not your fault, and it is written down. Please try again in a few minutes.",
    ),
    "503": _Words(
        title="We cannot get at our records just now",
        text="Nothing was changed. Please try again in a few minutes.",
    ),
}
_OTHER = _Words(
    title="That request cannot be answered", text="Please check the address and try again."
)
PROBLEM_WORDS = (*_WORDS.values(), _OTHER)
"""All that these pages may say, for catalogues to translate."""


class ProblemPages:
    """Makes Starlette's exception handlers. ``contact`` is a web page, a ``mailto:``, or empty."""

    def __init__(self, pages: Pages, *, contact: str = "", words: Catalogue = ENGLISH) -> None:
        self._pages = pages
        self._contact = contact
        self._catalogue = words

    def page(self, kind: str, *, status: int) -> Response:
        """The page for a kind of problem; unknown kinds get general words."""
        words = _WORDS.get(kind, _OTHER)
        return self._pages.response(
            "problem.html",
            self._catalogue,
            status=status,
            title=self._catalogue.text(words.title),
            text=self._catalogue.text(words.text),
            contact=self._contact,
        )

    def refused(self, _request: Request, error: Exception) -> Response:
        """For ``HTTPException``: its own status and headers."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = self.page(str(status), status=status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    def unknown(self, _request: Request, _error: Exception) -> Response:
        """For names of things that do not exist."""
        return self.page("404", status=404)

    def unavailable(self, _request: Request, error: Exception) -> Response:
        """For a database that cannot be used now: 503, so that programs try again."""
        _log.error("the store failed a page", error=str(error))
        response = self.page("503", status=503)
        response.headers["Retry-After"] = "60"
        return response

    def crashed(self, _request: Request, _error: Exception) -> Response:
        """For what nobody foresaw. It stands outside every middleware, so it brings headers."""
        response = self.page("500", status=500)
        response.headers.update(page_headers())
        return response
