"""HTML pages from templates: the web's one door to jinja2.

The publication's own ``templates/web`` is looked in first, then the shipped one, which also
answers to ``default/NAME`` so that a page can extend it. Templates are sandboxed and escaped.
"""

from pathlib import Path

import structlog
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from starlette.responses import HTMLResponse

from digest.resources import TEMPLATES

SHIPPED = TEMPLATES / "web"
STATIC = SHIPPED / "static"

_log = structlog.get_logger(__name__)


class Pages:
    """Renders pages. ``own`` is the publication's template folder, whether or not it exists.

    ``root`` is the path that the pages' own addresses start with, where it is not ``/``.
    """

    def __init__(self, own: Path | None = None, *, root: str = "") -> None:
        shipped = FileSystemLoader(SHIPPED)
        self._root = root
        self._shipped = _environment(shipped)
        folders = [FileSystemLoader(own / "web")] if own else []
        self._own = _environment(
            ChoiceLoader([*folders, shipped, PrefixLoader({"default": shipped})])
        )

    def html(self, name: str, /, **values: object) -> str:
        """The page ``name`` with these values.

        A broken template of the publication's own costs its looks, never the page: an
        unsubscribe link has to work whatever was edited. The shipped page stands in.
        """
        shown = {"root": self._root} | values
        try:
            return self._own.get_template(name).render(shown)
        except Exception as error:  # noqa: BLE001 - whatever a template does, there is a page
            _log.warning(
                "a web template is broken; the shipped one stands in", page=name, error=str(error)
            )
            return self._shipped.get_template(name).render(shown)

    def response(self, name: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
        """The page ``name`` as a response with that status."""
        return HTMLResponse(self.html(name, **values), status_code=status)


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
