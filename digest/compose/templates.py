"""Templates in a sandbox: the only door to jinja2.

They come from the publication's own folder first and the shipped one second, see plain values
only, and are stopped when they run too long or write too much. Their errors name a place.
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
)
from jinja2.exceptions import SecurityError

from digest.compose.bounds import MAX_STEPS, Sandbox, limited, steps
from digest.errors import Problem, TemplateError

_UNESCAPED = (".css", ".txt")
_EXCERPT_MARGIN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSource:
    """A template's text, and the file it was read from."""

    text: str
    file: str


class Templates:
    """The templates of some folders, earlier ones first; the last one is the shipped one.

    ``default/NAME`` is the shipped template NAME, for one of the same name to extend.
    """

    def __init__(
        self, folders: Sequence[Path], *, filters: Mapping[str, Callable[..., str]]
    ) -> None:
        self._folders = tuple(folders)
        loaders = [FileSystemLoader(folder) for folder in self._folders]
        self._environment = Sandbox(
            loader=ChoiceLoader([*loaders, PrefixLoader({"default": loaders[-1]})]),
            autoescape=lambda name: not (name or "").endswith(_UNESCAPED),
            undefined=_Unknown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(filters)

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Run a template over values.

        :raises TemplateError: when it cannot be read, compiled or run, or does too much.
        """
        started = steps.set(iter(range(MAX_STEPS)))
        try:
            return limited(self._environment.get_template(name).generate(values))
        except Exception as error:
            raise self._failure(error, name) from error
        finally:
            steps.reset(started)

    def source(self, name: str) -> TemplateSource | None:
        """A template as it was written, or None where no folder has it."""
        try:
            text, file, _ = self._environment.loader.get_source(self._environment, name)  # type: ignore[union-attr] # it was given one
        except TemplateNotFound:
            return None
        except UnicodeDecodeError as error:
            raise self._failure(error, name) from error
        return TemplateSource(text=text, file=str(file))

    def names(self, under: str) -> tuple[str, ...]:
        """Every template below a folder such as ``email``, without those of ``default/``."""
        return tuple(n for n in self._environment.list_templates() if n.startswith(f"{under}/"))

    def check(self, name: str) -> Problem | None:
        """Compile a template without running it: what is wrong with it, if anything is."""
        try:
            self._environment.get_template(name)
            return self._missing_reference(name)
        except Exception as error:  # noqa: BLE001 - a loader and a parser can raise anything
            return self._failure(error, name).problem

    def _missing_reference(self, name: str) -> Problem | None:
        source = self.source(name) or TemplateSource(text="", file=name)
        for other in meta.find_referenced_templates(self._environment.parse(source.text)):
            if other and self.source(other) is None:
                line = 1 + source.text[: source.text.index(other)].count("\n")
                return Problem(
                    file=source.file, line=line, message=_message(TemplateNotFound(other))
                )
        return None

    def _failure(self, error: Exception, name: str) -> TemplateError:
        file, line = self._place(error, name)
        message, _, fix = _message(error).partition("; ")
        problem = Problem(file=file, line=line, message=message, fix=fix)
        return TemplateError(problem, excerpt=_excerpt(file, line))

    def _place(self, error: Exception, name: str) -> tuple[str, int | None]:
        if isinstance(error, TemplateSyntaxError) and error.filename:
            return error.filename, error.lineno
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if any(Path(frame.filename).is_relative_to(folder) for folder in self._folders):
                return frame.filename, frame.lineno
        source = None if isinstance(error, UnicodeDecodeError) else self.source(name)
        return (source.file if source else name), None


class _Unknown(StrictUndefined):
    """An unknown name is an error that says which known one may be meant."""

    @property
    def _undefined_message(self) -> str:
        thing, name = self._undefined_obj, str(self._undefined_name)
        if not is_dataclass(thing):
            return super()._undefined_message
        known = [field.name for field in fields(thing)]
        close = get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known)}"
        return f"{type(thing).__name__} has no {name!r}; {advice}"


def _message(error: Exception) -> str:
    match error:
        case TemplateNotFound():
            return f"there is no template named {error.message!r}"
        case SecurityError():
            return f"not allowed in a template: {error}"
        case RecursionError():
            return "the template includes or calls itself without end"
        case UnicodeDecodeError():
            return "the file is not UTF-8"
        case TemplateSyntaxError():
            return error.message or "cannot be read as a template"
        case _:
            return str(error) or type(error).__name__


def _excerpt(file: str, line: int | None) -> str:
    """The line in question, marked, between its neighbours."""
    if line is None:
        return ""
    lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    first = max(line - _EXCERPT_MARGIN, 1)
    around = lines[first - 1 : line + _EXCERPT_MARGIN]
    return "\n".join(
        f"{'>' if number == line else ' '} {number:>4} | {text}"
        for number, text in enumerate(around, start=first)
    )
