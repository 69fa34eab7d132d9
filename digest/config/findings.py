"""What pydantic found, said in the words of the person who wrote the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from digest.config.locate import TomlPath
from digest.config.secrets import (
    DATABASE_URL,
    SECRET_KEY,
    SMTP_PASSWORD,
    WEBHOOK_SECRET,
    password_variable,
    secret_variable,
)
from digest.config.tomlfile import TomlFile
from digest.config.wording import UnfitError, listed, nearest, shown, suggestion
from digest.errors import Problem

# Keys that people give to secrets, and where those belong.
_SECRETS = {
    "password": SMTP_PASSWORD,
    "smtp_password": SMTP_PASSWORD,
    "passwd": SMTP_PASSWORD,
    "secret": SECRET_KEY,
    "secret_key": SECRET_KEY,
    "database_url": DATABASE_URL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What a place of a model takes: its type, its description, a value that would do."""

    annotation: object
    description: str = ""
    default: object = None
    example: object = None


def findings(
    error: ValidationError,
    model: type[BaseModel],
    file: TomlFile,
    *,
    defaults: Mapping[str, object] | None = None,
) -> tuple[Problem, ...]:
    """Every finding of a validation of ``file``'s table, with its line and a remedy.

    ``defaults`` is a complete table; its values serve as examples of what would be right.
    """
    return tuple(
        _finding(details, model, file, defaults or {})
        for details in error.errors(include_url=False)
    )


def _finding(
    details: ErrorDetails, model: type[BaseModel], file: TomlFile, defaults: Mapping[str, object]
) -> Problem:
    path, kind, value = details["loc"], details["type"], details["input"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model, file)
    expected = _expected(model, path)
    default = _at(defaults, path)
    if kind == "missing":
        return file.problem(path, "is missing", fix=_addition(path, expected))
    message, fix = _misfit(details, expected)
    return file.problem(
        path, message, fix=fix or _repair(path, value, expected) or _example(default, expected)
    )


def _is_needed(expected: _Expected) -> bool:
    """Whether a file without this key would be wrong, or mean another value than None."""
    return get_origin(expected.annotation) not in {Union, UnionType}


def _misfit(details: ErrorDetails, expected: _Expected) -> tuple[str, str]:
    value = details["input"]
    cause = details.get("ctx", {}).get("error")
    own_fix = cause.fix if isinstance(cause, UnfitError) else ""
    if isinstance(value, str) and not value.strip() and not own_fix:
        return "must not be empty", "" if _is_needed(expected) else "fill it in or delete the line"
    if isinstance(cause, ValueError):
        return str(cause), own_fix
    return f"should be {_describe(expected)}, not {shown(value)}", ""


def _unknown_key(path: TomlPath, model: type[BaseModel], file: TomlFile) -> Problem:
    key = str(path[-1])
    variable = _SECRETS.get(key)
    if path[0] == "relay":
        name = str(_at_path(file.table, (*path[:-1], "name")))
        own = {SMTP_PASSWORD: password_variable(name), SECRET_KEY: secret_variable(name)}
        variable = own.get(variable or "", variable)
    elif path[0] == "smtp" and variable == SECRET_KEY:
        variable = WEBHOOK_SECRET
    if variable is not None:
        return file.problem(
            path,
            "a secret does not belong in this file",
            fix=f"delete the line and set {variable}, or {variable}_FILE, in the environment",
        )
    container = _required(_expected(model, path[:-1]).annotation)
    known = tuple(_fields(container))
    homes = [_home(home) for home in _homes(model, key) if home != path[:-1]]
    fix = f"it belongs {homes[0]}" if homes else suggestion(key, known)
    kind = "table" if path in _tables(file) else "key"
    return file.problem(path, f"there is no such {kind}", fix=fix)


def _at_path(table: object, path: TomlPath) -> object:
    """What a file has at a path, through tables and lists; NAME where it has nothing."""
    for part in path:
        try:
            table = table[part]  # type: ignore[index]  # what cannot be indexed ends it
        except (KeyError, IndexError, TypeError):
            return "NAME"
    return table


def _tables(file: TomlFile) -> set[TomlPath]:
    return {(key,) for key, value in file.table.items() if isinstance(value, dict)}


def _homes(model: type[BaseModel], key: str) -> Iterator[TomlPath]:
    """The tables of a file in which that key is known."""
    if key in _fields(model):
        yield ()
    for name, field in _fields(model).items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from ((name, *home) for home in _homes(inner, key))


def _home(path: TomlPath) -> str:
    return (
        f"under [{'.'.join(map(str, path))}]"
        if path
        else "at the top of the file, above the first [heading]"
    )


def _fields(annotation: object) -> dict[str, FieldInfo]:
    """The fields of a table by the names they have in TOML; none for other types."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in annotation.model_fields.items()}


def _expected(model: type[BaseModel], path: TomlPath) -> _Expected:
    expected = _Expected(annotation=model)
    for part in path:
        if isinstance(part, int):
            expected = _element(expected)
            continue
        field = _fields(_required(expected.annotation)).get(part)
        expected = _of_field(field) if field else _Expected(annotation=object)
    return expected


def _of_field(field: FieldInfo) -> _Expected:
    return _Expected(
        annotation=field.annotation,
        description=field.description or "",
        default=None if field.is_required() else field.default,
        example=field.examples[0] if field.examples else None,
    )


def _element(expected: _Expected) -> _Expected:
    annotation = (get_args(expected.annotation) or (object,))[0]
    if get_origin(annotation) is not Annotated:
        return _Expected(annotation=annotation)
    inner, *metadata = get_args(annotation)
    field = next((item for item in metadata if isinstance(item, FieldInfo)), None)
    description = field.description if field else None
    return _Expected(annotation=inner, description=description or "")


def _describe(expected: _Expected) -> str:
    annotation = _required(expected.annotation)
    if expected.description:
        return expected.description
    if _choices(annotation):
        return listed(_choices(annotation))
    if get_origin(annotation) is tuple:
        return f"a list of {_kind(_element(expected).annotation).plural}"
    return _kind(annotation).singular


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noun:
    singular: str
    plural: str


_NOUNS: dict[object, _Noun] = {
    str: _Noun(singular="text in quotes", plural="texts in quotes"),
    bool: _Noun(singular="true or false", plural="true or false"),
    int: _Noun(singular="a whole number", plural="whole numbers"),
    float: _Noun(singular="a number", plural="numbers"),
}
_TABLE = _Noun(singular="a table", plural="tables")


def _kind(annotation: object) -> _Noun:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _TABLE
    return _NOUNS[str] if _choices(annotation) else _NOUNS.get(annotation, _NOUNS[str])


def _required(annotation: object) -> object:
    """The type itself, where None would do as well."""
    return get_args(annotation)[0] if get_origin(annotation) in {Union, UnionType} else annotation


def _choices(annotation: object) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(annotation)
    return ()


def _addition(path: TomlPath, expected: _Expected) -> str:
    if _fields(expected.annotation):
        return f"add a [{path[-1]}] table"
    line = f"{path[-1]} = {'…' if expected.example is None else shown(expected.example)}"
    # At its end, a file's last line stands in whatever table came last.
    return f"add {line}" if len(path) > 1 else f"add {line} above the first [heading]"


def _repair(path: TomlPath, value: object, expected: _Expected) -> str:
    """How to put this very value right, where its intention is plain."""
    annotation = _required(expected.annotation)
    key = path[-1]
    is_list = get_origin(annotation) is tuple
    if isinstance(value, dict) and is_list and _fields(_element(expected).annotation):
        return f"write the heading with double brackets: [[{key}]]"
    if isinstance(value, list | dict):
        return ""
    if _fields(annotation):
        return f"put its keys under a [{key}] heading"
    rewritten = f"[{shown(value)}]" if is_list else _rewritten(value, annotation)
    if rewritten:
        return f"write {rewritten if isinstance(key, int) else f'{key} = {rewritten}'}"
    meant = nearest(value, _choices(annotation)) if isinstance(value, str) else ""
    return f"did you mean {shown(meant)}?" if meant else ""


def _rewritten(value: object, annotation: object) -> str:
    """The value with quotes where it lacks them, or without where it has them."""
    if annotation is str and not isinstance(value, str):
        return shown(shown(value))
    if not isinstance(value, str):
        return ""
    if annotation is int and value.isdecimal():
        return value
    return value.casefold() if value.casefold() in _UNQUOTED.get(annotation, ()) else ""


_UNQUOTED: dict[object, frozenset[str]] = {bool: frozenset({"true", "false"})}


def _example(default: object, expected: _Expected) -> str:
    # Choices are all in the message, and "none" is no advice on how to secure a connection.
    if _choices(_required(expected.annotation)):
        return ""
    for usual in (default, expected.default):
        if usual not in (None, "", [], ()):
            return f"the default is {shown(usual)}"
    return "" if expected.example is None else f"for example {shown(expected.example)}"


def _at(table: object, path: TomlPath) -> object:
    """What stands at a path of a table; None where nothing does."""
    for part in path:
        table = table.get(str(part)) if isinstance(table, Mapping) else None
    return None if isinstance(table, Mapping) else table
