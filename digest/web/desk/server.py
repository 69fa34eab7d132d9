"""Runs the desk on this machine's loopback."""

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from digest.web.desk.routes import create_desk_app
from digest.web.desk.source import AppSource

_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 2


class _DeskServer(uvicorn.Server):
    """Ends the pages' event streams before waiting for their connections to close."""

    stop_streams: Callable[[], None]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.stop_streams()
        await super().shutdown(sockets)


def serve_desk(
    source: AppSource, *, port: int, ready: Callable[[str], None] = lambda _url: None
) -> None:
    """Serve the desk until interrupted. ``ready`` gets its URL once it answers; port 0 is any.

    :raises OSError: when the port is taken.
    """
    with socket.create_server((_HOST, port)) as listener:
        bound = listener.getsockname()[1]
        server = desk_server(source)
        ready(f"http://{_HOST}:{bound}/")
        # uvicorn raises the signal that ended it once more.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def desk_server(source: AppSource) -> uvicorn.Server:
    """The server of a desk, for a socket that listens already."""
    desk = create_desk_app(source)
    server = _DeskServer(
        uvicorn.Config(
            desk,
            access_log=False,
            lifespan="on",
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
            ws="none",
        )
    )
    server.stop_streams = desk.state.watcher.stop
    return server
