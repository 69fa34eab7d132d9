"""Secrets of single feeds: ``${DIGEST_NAME}`` in a file stands for an environment variable."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from digest.config.secrets import (
    DATABASE_URL,
    SECRET_KEY,
    SMTP_PASSWORD,
    SMTP_TOKEN,
    read_variable,
)
from digest.config.wording import UnfitError, shown

_REFERENCE = re.compile(r"\$\{(?P<name>[^{}]*)\}")
_NAME = re.compile(r"DIGEST_[A-Z0-9_]+")
_OWN = frozenset({SMTP_PASSWORD, SMTP_TOKEN, SECRET_KEY, DATABASE_URL})
_SECRET_HEADER = re.compile(
    r"authori[sz]ation|cookie|token|secret|key|password|signature", re.IGNORECASE
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_RESERVED_LIST = """
    host content-length connection transfer-encoding accept-encoding upgrade te trailer
    if-none-match if-modified-since proxy-authorization
"""
_RESERVED_HEADERS = frozenset(_RESERVED_LIST.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The environment to look names up in. None: names are checked, but not looked up."""

    environment: Mapping[str, str] | None = None

    def resolved(self, text: str) -> str:
        """The text with its references replaced; as it is where nothing is looked up.

        :raises UnfitError: for a name that must not be used, or that is not set.
        """
        for match in _REFERENCE.finditer(text):
            _check_name(match["name"])
        if self.environment is None:
            return text
        return _REFERENCE.sub(lambda match: self._value(match["name"]), text)

    def _value(self, name: str) -> str:
        read = read_variable(self.environment or {}, name)
        if read.problems:
            raise UnfitError(f"{read.problems[0].field} {read.problems[0].message}")
        value = read.value or ""
        if not value:
            message = f"the environment variable {name} is not set"
            raise UnfitError(message, fix=f"set {name}, or {name}_FILE, in the environment")
        if not value.isprintable():
            message = f"the value of {name} holds a line break or another control character"
            raise UnfitError(message, fix="put the secret alone on one line")
        return value


def check_password(value: object) -> str:
    """A password: a reference, never the secret itself. No finding repeats it.

    :raises UnfitError: for anything else.
    """
    if not isinstance(value, str) or not _REFERENCE.search(value):
        message = "a secret does not belong in this file"
        raise UnfitError(message, fix='write password = "${DIGEST_NAME}" and set DIGEST_NAME')
    return value


def check_header_value(value: object) -> str:
    """A header's value: text on one line. No finding repeats it.

    :raises UnfitError: for anything else.
    """
    if not isinstance(value, str):
        raise UnfitError("should be text in quotes")
    if not value.isprintable() or not value.strip():
        raise UnfitError("should be text on one line, and not empty")
    return value


def check_header(name: str, value: str) -> None:
    """A header that a file may set, with its secrets in references.

    :raises UnfitError: for anything else.
    """
    if not _HEADER_NAME.fullmatch(name):
        message = f"{shown(name)} is no header's name (RFC 9110, section 5.1)"
        raise UnfitError(message, fix='for example headers = { Accept-Language = "en" }')
    if name.lower() in _RESERVED_HEADERS:
        raise UnfitError(f"the header {name} is set by the program", fix="delete it")
    if _SECRET_HEADER.search(name) and not _REFERENCE.search(value):
        message = "a secret does not belong in this file"
        fix = f'write {name} = "${{DIGEST_NAME}}" and set DIGEST_NAME in the environment'
        raise UnfitError(message, fix=fix)


def _check_name(name: str) -> None:
    if name in _OWN:
        message = f"{name} is a secret of the program's own, and is not shown to a site"
        raise UnfitError(message, fix="give the feed's secret a name of its own")
    if not _NAME.fullmatch(name):
        message = f"only variables named DIGEST_… are read, not {shown(name)}"
        plain = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "NAME"
        raise UnfitError(message, fix=f"did you mean ${{DIGEST_{plain}}}?")
