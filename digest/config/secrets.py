"""What comes from the environment: secrets, each also as a file that a variable names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digest.config.tomlfile import Checked
from digest.errors import Problem

ENVIRONMENT = "environment"
"""Stands for the file in problems with variables."""
DATABASE_URL = "DIGEST_DATABASE_URL"
SECRET_KEY = "DIGEST_SECRET_KEY"  # noqa: S105 - the variable's name
SMTP_PASSWORD = "DIGEST_SMTP_PASSWORD"  # noqa: S105 - the variable's name
SMTP_TOKEN = "DIGEST_SMTP_TOKEN"  # noqa: S105 - the variable's name
WEBHOOK_SECRET = "DIGEST_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
IMAP_PASSWORD = "DIGEST_IMAP_PASSWORD"  # noqa: S105 - the variable's name
_RELAY_SECRET = re.compile(r"(DIGEST_RELAY_\w+_(?:PASSWORD|TOKEN|SECRET))(?:_FILE)?")
_SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The variables' values, empty where unset. Never printed: the representation is empty.

    ``relay_secrets`` are by the names of their variables.
    """

    smtp_password: str = ""
    smtp_token: str = ""
    webhook_secret: str = ""
    imap_password: str = ""
    secret_key: str = ""
    database_url: str = ""
    relay_secrets: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Environment(…)"


def read_environment(environment: Mapping[str, str]) -> Checked[Environment]:
    """Read ``DIGEST_*`` variables, or the files that ``DIGEST_*_FILE`` name.

    An empty variable counts as unset. Of a file, line breaks at its end are not part of the
    value. ``value`` is always there, without what could not be read. Nothing that is found
    repeats a value.
    """
    relays = sorted({match[1] for name in environment if (match := _RELAY_SECRET.fullmatch(name))})
    alone = (SMTP_PASSWORD, SMTP_TOKEN, WEBHOOK_SECRET, IMAP_PASSWORD, SECRET_KEY, DATABASE_URL)
    names = (*alone, *relays)
    found = {name: read_variable(environment, name) for name in names}
    key = found[SECRET_KEY].value or ""
    return Checked(
        value=Environment(
            smtp_password=found[SMTP_PASSWORD].value or "",
            smtp_token=found[SMTP_TOKEN].value or "",
            webhook_secret=found[WEBHOOK_SECRET].value or "",
            imap_password=found[IMAP_PASSWORD].value or "",
            secret_key=key,
            database_url=found[DATABASE_URL].value or "",
            relay_secrets={name: found[name].value or "" for name in relays},
        ),
        problems=tuple(problem for checked in found.values() for problem in checked.problems),
        warnings=_weak_key(key),
    )


def password_variable(relay: str) -> str:
    """The variable that holds a relay's password; with ``_FILE`` behind it, the file's name."""
    return f"DIGEST_RELAY_{_in_capitals(relay)}_PASSWORD"


def token_variable(relay: str) -> str:
    """The variable that holds a relay's OAuth token, which it takes instead of a password."""
    return f"DIGEST_RELAY_{_in_capitals(relay)}_TOKEN"


def secret_variable(relay: str) -> str:
    """The variable that holds what a relay's webhook is signed with."""
    return f"DIGEST_RELAY_{_in_capitals(relay)}_SECRET"


def read_variable(environment: Mapping[str, str], name: str) -> Checked[str]:
    """One variable's value, or that of the file its ``_FILE`` twin names; empty when unset."""
    variable = f"{name}_FILE"
    value, path = environment.get(name, ""), environment.get(variable, "")
    if value and path:
        message = f"is set, and so is {variable}"
        return Checked(problems=(_problem(name, message, fix="set one of them only"),))
    if not path:
        return Checked(value=value)
    try:
        content = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        message = f"the file {path} cannot be read: {reason}"
        fix = "name a file that this user may read"
        return Checked(problems=(_problem(variable, message, fix=fix),))
    if not content:
        message = f"the file {path} is empty"
        return Checked(problems=(_problem(variable, message, fix="put the secret into it"),))
    return Checked(value=content)


def _in_capitals(relay: str) -> str:
    return relay.upper().replace("-", "_")


def _weak_key(key: str) -> tuple[Problem, ...]:
    if not key or len(key) >= _SHORTEST_KEY:
        return ()
    message = f"has {len(key)} characters; links signed with a short key can be forged"
    fix = f"use {_SHORTEST_KEY} random characters or more, or leave it unset"
    return (_problem(SECRET_KEY, message, fix=fix),)


def _problem(variable: str, message: str, *, fix: str) -> Problem:
    return Problem(file=ENVIRONMENT, field=variable, message=message, fix=fix)
