"""Where the desk gets its App from, and what it shows while there is none."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from digest.app import App
from digest.errors import ConfigError, DigestError, Problem, TemplateError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSource:
    """How to open the App, again and again. ``directory`` is the configuration's folder.

    ``open`` raises a DigestError while the configuration is broken.
    """

    directory: Path
    open: Callable[[], App]


class AppMissingError(Exception):
    """There is no usable configuration; ``problems`` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class DeskState:
    """The App as its files are now, and a mark that changes whenever they do.

    The mark starts at random, so that pages of an earlier run of the desk are stale as well.
    """

    def __init__(self, source: AppSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._run = secrets.token_hex(4)
        self._count = 0
        self._app: App | None = None
        self._problems: tuple[Problem, ...] = ()
        self.reload()

    @property
    def directory(self) -> Path:
        """The configuration's folder."""
        return self._source.directory

    @property
    def mark(self) -> str:
        """What a page remembers of the files it was made from."""
        return f"{self._run}-{self._count}"

    @property
    def app(self) -> App:
        """The App.

        :raises AppMissingError: while the configuration cannot be used.
        """
        if self._problems or self._app is None:
            raise AppMissingError(self._problems)
        return self._app

    @property
    def last_app(self) -> App | None:
        """The App of the last configuration that could be used."""
        return self._app

    def reload(self) -> None:
        """Open the App anew; while that fails, remember why and keep the old one."""
        with self._lock:
            try:
                opened, self._problems = self._source.open(), ()
            except DigestError as error:
                self._problems = problems_of(error, place=str(self.directory))
                _log.warning("the configuration cannot be used", error=str(error))
            else:
                replaced, self._app = self._app, opened
                if replaced is not None and replaced.store is not opened.store:
                    replaced.close()
            self._count += 1

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._app is not None:
                self._app.close()


def problems_of(error: Exception, *, place: str) -> tuple[Problem, ...]:
    """What an error says, as problems with places; ``place`` is where it has none of its own."""
    if isinstance(error, ConfigError):
        return error.problems
    if isinstance(error, TemplateError):
        return (error.problem,)
    return (Problem(file=place, message=str(error)),)
