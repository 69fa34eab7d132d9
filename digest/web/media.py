"""Pictures of issues, handed out by the hash of their bytes: what a URL means never changes."""

from collections.abc import Callable

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.app import App
from digest.web.security import MEDIA_POLICY

_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class _PictureName(Convertor[str]):
    """A hash in hexadecimal and an extension: no name that a file in a folder is likely to have."""

    regex = r"[0-9a-f]{64}\.(?:jpg|png)"

    def convert(self, value: str) -> str:
        """As it stands."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands."""
        return value


register_url_convertor("picture", _PictureName())


def picture_route(app: Callable[[], App | None]) -> Route:
    """The pictures that mails of this installation load; ``app`` is asked at each request."""
    return Route("/media/{name:picture}", _Pictures(app).show, methods=["GET"])


class _Pictures:
    """Only what the program made itself is in the store, as JPEG or PNG; nothing else is sent."""

    def __init__(self, app: Callable[[], App | None]) -> None:
        self._app = app

    def show(self, request: Request) -> Response:
        """The picture, or that the reader's copy of it is the one."""
        hash_, _, extension = request.path_params["name"].partition(".")
        headers = {
            "Cache-Control": _FOR_EVER,
            "ETag": f'"{hash_}"',
            "Content-Security-Policy": MEDIA_POLICY,
            # Mail programs on the web show it within pages of their own.
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        app = self._app()
        found = app.store.media.file(hash_) if app else None
        if found is None or found.media_type != _TYPES[extension]:
            raise HTTPException(404)
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(found.body, media_type=found.media_type, headers=headers)
