"""Live reload: watch configuration and templates, and tell the open pages."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from watchfiles import Change, DefaultFilter, awatch

from digest.resources import TEMPLATES
from digest.web.desk.source import DeskState

_DEBOUNCE_MS = 100
_HEARTBEAT_SECONDS = 15.0
_log = structlog.get_logger(__name__)


class Watcher:
    """Watches the files behind a desk; each change reloads it and wakes who waits."""

    def __init__(self, state: DeskState) -> None:
        self._state = state
        self._changed = asyncio.Event()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Watch until stopped. A folder that cannot be watched ends live reload, not the desk."""
        templates = self._templates()
        wanted = SourceFilter(templates=templates)
        folders = (self._state.directory, *filter(Path.is_dir, templates))
        try:
            async for _ in awatch(
                *folders, watch_filter=wanted, debounce=_DEBOUNCE_MS, stop_event=self._stopped
            ):
                await run_in_threadpool(self._state.reload)
                self._wake()
        except OSError as error:
            _log.warning("no live reload: the folders cannot be watched", error=str(error))

    def stop(self) -> None:
        """End the watching and every open stream."""
        self._stopped.set()
        self._wake()

    def stream(self, seen: str) -> StreamingResponse:
        """Server-sent events for a page made at the mark ``seen``: one ``reload``, and the end."""
        return StreamingResponse(
            self._events(seen),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _events(self, seen: str) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        while not self._stopped.is_set():
            if self._state.mark != seen:
                yield f"event: reload\ndata: {self._state.mark}\n\n"
                return
            try:
                await asyncio.wait_for(self._changed.wait(), _HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _templates(self) -> tuple[Path, ...]:
        app = self._state.last_app
        own = app.config.templates_folder if app else self._state.directory / "templates"
        return (TEMPLATES, own)


class SourceFilter(DefaultFilter):
    """Lets through TOML files and whatever lies in a folder of templates.

    The database and the pictures beside the configuration change all the time, or do not matter.
    """

    def __init__(self, *, templates: tuple[Path, ...]) -> None:
        super().__init__()
        self._templates = tuple(folder.resolve() for folder in templates)

    def __call__(self, change: Change, path: str) -> bool:
        """Whether a changed path is a source of what the desk shows."""
        file = Path(path)
        wanted = file.suffix == ".toml" or any(
            file.is_relative_to(folder) for folder in self._templates
        )
        return wanted and super().__call__(change, path)
