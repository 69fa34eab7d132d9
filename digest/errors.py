"""The errors a user can meet, under one root.

Everyday outcomes (a feed that fails, a recipient refused) are values, not exceptions;
see :mod:`digest.model`. What is raised is the unexpected, and names what it is about.
"""

from dataclasses import dataclass
from difflib import get_close_matches

_FEW = 12
_SUGGESTED = 3


class DigestError(Exception):
    """Anything the program reports to its user and stops a command for."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file a person wrote, and what would be right.

    ``line`` counts from 1; ``field`` is a dotted path such as ``schedule.time``.
    """

    file: str
    message: str
    line: int | None = None
    field: str = ""
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        subject = f"{self.field}: " if self.field else ""
        remedy = f" – {self.fix}" if self.fix else ""
        return f"{place}: {subject}{self.message}{remedy}"


class ConfigError(DigestError):
    """The configuration cannot be used. ``problems`` holds every finding, not the first."""

    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UnknownNameError(DigestError):
    """A newsletter, issue, subscriber or feed that does not exist was named."""

    exit_code = 2

    def __init__(self, kind: str, name: str, *, known: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.name = name
        self.known = known
        near = tuple(get_close_matches(name, known, _SUGGESTED)) if len(known) > _FEW else known
        word = "known" if near == known else "did you mean"
        hint = f" – {word}: {', '.join(near)}" if near else ""
        super().__init__(f"no {kind} named {name!r}{hint}")


class TemplateError(DigestError):
    """A template does not compile or does not render. ``problem`` says where and why."""

    def __init__(self, problem: Problem, *, excerpt: str = "") -> None:
        self.problem = problem
        self.excerpt = excerpt
        super().__init__(f"{problem}\n{excerpt}" if excerpt else str(problem))


class StoreError(DigestError):
    """The database cannot be opened, read or written."""


class StoreVersionError(StoreError):
    """The database was written by a newer version of the program."""


class MessageError(DigestError):
    """A message cannot be built without breaking a rule of mail."""

    def __init__(self, recipient: str, message: str) -> None:
        self.recipient = recipient
        super().__init__(f"{recipient}: {message}" if recipient else message)


class HandOffError(DigestError):
    """The mail server cannot be used at all (refused connection, login or TLS)."""

    def __init__(self, server: str, message: str) -> None:
        self.server = server
        super().__init__(f"mail server {server}: {message}")


class IntakeError(DigestError):
    """The mailbox that bounces are to be read from cannot be used."""

    def __init__(self, source: str, message: str) -> None:
        self.source = source
        self.reason = message
        super().__init__(f"{source}: {message}")


class ListenError(DigestError):
    """The port that pages are to be served from cannot be had."""


class TokenError(DigestError):
    """A signed link was altered, expired, or made for another purpose."""


class StateError(DigestError):
    """The thing named exists, but its state does not allow what was asked."""

    def __init__(self, subject: str, message: str) -> None:
        self.subject = subject
        super().__init__(f"{subject}: {message}")


class UnfitError(StateError):
    """An issue's pre-flight found something that must be mended or waived first."""
