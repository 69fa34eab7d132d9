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
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from digest.compose.phrases import direction
from digest.model import ENGLISH, Catalogue
from digest.model.catalogue import fill_in
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

    def html(self, name: str, words: Catalogue = ENGLISH, /, **values: object) -> str:
        """The page ``name`` with these values.

        Templates see ``language``, ``direction`` and ``say(text, name=value)``, which says a text
        of the catalogue ``words``.

        A broken template of the publication's own costs its looks, never the page: an
        unsubscribe link has to work whatever was edited. The shipped page stands in.
        """
        tongue = {
            "language": words.language,
            "direction": direction(words.language),
            "say": _Sayer(words),
        }
        shown = {"root": self._root} | tongue | values
        try:
            return self._own.get_template(name).render(shown)
        except Exception as error:  # noqa: BLE001 - whatever a template does, there is a page
            _log.warning(
                "a web template is broken; the shipped one stands in", page=name, error=str(error)
            )
            return self._shipped.get_template(name).render(shown)

    def response(
        self, name: str, words: Catalogue = ENGLISH, /, *, status: int = 200, **values: object
    ) -> HTMLResponse:
        """The page ``name`` as a response with that status."""
        return HTMLResponse(self.html(name, words, **values), status_code=status)


class _Sayer:
    """Says texts of a catalogue as HTML: values are escaped, markup among them stays."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def __call__(self, text: str, /, **fill: object) -> Markup:
        escaped = {name: escape(value) for name, value in fill.items()}
        form = str(escape(self._words.text(text)))
        return Markup(fill_in(form, escaped))  # noqa: S704 - every part of it is escaped


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
