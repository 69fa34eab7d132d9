"""From an issue to its frozen bytes: templates run once, styles inlined once, for all readers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

from digest.compose.branding import brand_problems, branded
from digest.compose.edition import Edition, edition_of
from digest.compose.inline import inline
from digest.compose.personalise import fragments
from digest.compose.plaintext import indented, quote, tidy, underline, wrap
from digest.compose.templates import Templates
from digest.compose.theme import Theme, parse_theme
from digest.compose.webpage import web_view
from digest.errors import Problem, TemplateError
from digest.model import Issue, IssueKind, Newsletter, RenderedIssue

_EMAIL = "email"
_BASIC_THEME = "classic"
_WEB = "web"
_WEB_PAGE = f"{_WEB}/issue.html"
_FILTERS: dict[str, Callable[..., str]] = {
    "wrap": wrap,
    "indented": indented,
    "quote": quote,
    "underline": underline,
}


class IssueRenderer:
    """Renders issues from the templates of ``folders``: the publication's first, shipped last.

    ``public_url`` is where the public pages are, without a slash at its end.
    """

    def __init__(self, *, folders: Sequence[Path], public_url: str) -> None:
        self._templates = Templates(folders, filters=_FILTERS)
        self._public_url = public_url

    def render(self, issue: Issue, newsletter: Newsletter) -> RenderedIssue:
        """Render and inline, once for all readers.

        :raises TemplateError: when a template is broken, or the theme is unknown.
        """
        edition = edition_of(issue, newsletter, public_url=self._public_url)
        theme = theme_for(issue, newsletter)
        values = _values(edition, self._colours(theme, newsletter)) | {"theme": theme}
        html = self._rendered(f"{_EMAIL}/{theme}/issue.html", values)
        text = self._rendered(f"{_EMAIL}/{theme}/issue.txt", values)
        return _frozen(
            subject=edition.issue.subject,
            preheader=edition.issue.preheader,
            html=inline(html),
            text=tidy(text),
            web=self._web_page(edition, issue, values),
        )

    def _rendered(self, name: str, values: Mapping[str, object]) -> str:
        part = self._templates.render(name, values)
        try:
            fragments(part)
        except ValueError as error:
            problem = Problem(file=name, message=str(error), fix="close marks in turn")
            raise TemplateError(problem) from error
        return part

    def _web_page(self, edition: Edition, issue: Issue, values: dict[str, object]) -> str:
        view = web_view(edition, issue, public_url=self._public_url)
        return self._templates.render(_WEB_PAGE, values | {"web": view})

    def _colours(self, name: str, newsletter: Newsletter) -> Theme:
        if self._templates.source(f"{_EMAIL}/{name}/issue.html") is None:
            raise TemplateError(
                Problem(
                    file=f"{_EMAIL}/{name}/issue.html",
                    message=f"there is no theme named {name!r}",
                    fix=f"known: {', '.join(_themes(self._templates))}",
                )
            )
        theme = _colours(self._templates, name)
        for problem in brand_problems(theme, newsletter):
            raise TemplateError(problem)
        return branded(theme, newsletter.brand)


def theme_for(issue: Issue, newsletter: Newsletter) -> str:
    """The name of the theme that an issue is set in: roundups have one of their own."""
    roundup = issue.kind is IssueKind.ROUNDUP
    return newsletter.standing.theme if roundup else newsletter.theme


def check_brands(folders: Sequence[Path], newsletters: Sequence[Newsletter]) -> Iterator[Problem]:
    """Where a newsletter's own colours cannot be read in a theme that it uses.

    :raises TemplateError: when a theme's own colours are wrong.
    """
    templates = Templates(folders, filters=_FILTERS)
    for newsletter in newsletters:
        problems = (
            problem
            for theme in (newsletter.theme, newsletter.standing.theme)
            for problem in brand_problems(_colours(templates, theme), newsletter)
        )
        # Of several themes' grounds, the first that a colour fails on says enough.
        yield from {problem.field: problem for problem in reversed(list(problems))}.values()


def check_templates(folders: Sequence[Path]) -> tuple[Problem, ...]:
    """Everything wrong in the mail templates of these folders, found without rendering.

    Each template must compile and name only templates that exist; each theme must have its
    colours. A template of the publication's hides the shipped one of its name.
    """
    templates = Templates(folders, filters=_FILTERS)
    return tuple(_problems(templates))


def _problems(templates: Templates) -> Iterator[Problem]:
    pages = (name for name in templates.names(_WEB) if name.startswith(f"{_WEB}/issue."))
    for name in (*templates.names(_EMAIL), *pages):
        if name.endswith((".html", ".txt", ".css")) and (problem := templates.check(name)):
            yield problem
    for theme in _themes(templates):
        try:
            _colours(templates, theme)
        except TemplateError as error:
            yield error.problem


def _themes(templates: Templates) -> tuple[str, ...]:
    paths = (name.split("/") for name in templates.names(_EMAIL))
    return tuple(sorted({path[1] for path in paths if path[2:] == ["issue.html"]}))


def _colours(templates: Templates, theme: str) -> Theme:
    """A theme's own colours, or Classic's where it has none."""
    source = templates.source(f"{_EMAIL}/{theme}/theme.toml") or templates.source(
        f"{_EMAIL}/{_BASIC_THEME}/theme.toml"
    )
    if source is None:
        raise TemplateError(
            Problem(file=f"{_EMAIL}/{theme}/theme.toml", message="the theme has no colours")
        )
    return parse_theme(source.text, file=source.file)


def _values(edition: Edition, theme: Theme) -> dict[str, object]:
    named = {field.name: getattr(edition, field.name) for field in fields(edition)}
    return {**named, "light": theme.light, "dark": theme.dark}


def _frozen(*, subject: str, preheader: str, html: str, text: str, web: str) -> RenderedIssue:
    hashed = sha256()
    for part in (subject, preheader, html, text, web):
        content = part.encode()
        # The length before each part: no two renderings share a digest by moving text between.
        hashed.update(b"%d:" % len(content))
        hashed.update(content)
    return RenderedIssue(
        subject=subject,
        preheader=preheader,
        html=html,
        text=text,
        digest=hashed.hexdigest(),
        web=web,
    )
