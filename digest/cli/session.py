"""What one invocation shares between its commands: options, configuration, the app."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from digest.app import App
    from digest.config import Config
    from digest.errors import Problem

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The root command's options, and what follows from them."""

    config_path: Path | None = None
    now: datetime | None = None
    verbose: bool = False
    quiet: bool = False

    def load_config(self) -> "Config":
        """Read and check the configuration.

        :raises ConfigError: with every problem found.
        """
        from digest.config.load import load_config

        return load_config(self.config_path, environment=os.environ)

    def new_app(self, *, log_level: str = "warning") -> "App":
        """The wired app; whoever asks closes it. Logs go to standard error.

        ``log_level`` is what ``-v`` and ``-q`` change; empty for the configured one.

        :raises ConfigError: with every problem found.
        :raises StoreError: when the database cannot be used.
        """
        from digest.app import open_app, system_clock
        from digest.service.logs import configure_logs

        config = self.load_config()
        configure_logs(config.settings.log, level=self._asked_level() or log_level)
        now = self.now
        return open_app(config, clock=(lambda: now) if now else system_clock)

    @contextmanager
    def open_app(self, *, log_level: str = "warning") -> "Iterator[App]":
        """The wired app, closed afterwards."""
        app = self.new_app(log_level=log_level)
        try:
            yield app
        finally:
            app.close()

    def _asked_level(self) -> str:
        """What ``-v`` and ``-q`` ask for; empty without them."""
        if self.quiet:
            return "error"
        return "debug" if self.verbose else ""

    def console(self) -> "Console":
        """Where people are talked to; silent with ``-q``."""
        from rich.console import Console

        return Console(quiet=self.quiet, highlight=False, soft_wrap=True)

    def show(self, data: Any, *, as_json: bool, human: "Callable[[Console], None]") -> None:  # noqa: ANN401
        """Print ``data`` as JSON for machines, or let ``human`` print it for people."""
        if as_json:
            json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
            sys.stdout.write("\n")
        else:
            human(self.console())


def print_warning(console: "Console", problem: "Problem") -> None:
    """Say what is worth a look in a file that can be used all the same."""
    from rich.markup import escape

    console.print(f"[yellow]warning[/] {escape(str(problem))}", soft_wrap=True)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, such as ``1 feed`` or ``3 entries``; ``many`` where no s makes it."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


pass_session = click.make_pass_decorator(Session)
