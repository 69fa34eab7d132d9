"""Files of the publication's own, served as they are: pictures, logos, feeds."""

import mimetypes
import os
from pathlib import Path, PurePosixPath

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_TYPES = {
    ".atom": "application/atom+xml",
    ".avif": "image/avif",
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".opml": "text/x-opml",
    ".rss": "application/rss+xml",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_ROOTS = {
    b"<rss": "application/rss+xml",
    b"<rdf:RDF": "application/rss+xml",
    b"<feed": "application/atom+xml",
}
_JSON_FEED = b"https://jsonfeed.org/version/"
_HEAD = 4096


class Folders(StaticFiles):
    """Serves the files of some folders, the first that has one winning; GET and HEAD only.

    Nothing outside the folders, no directory listings, nothing whose name starts with a dot;
    folders that do not exist hold nothing. Validators and 304 come with ``StaticFiles``.
    """

    def __init__(self, *folders: Path, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self.all_directories = list(folders)
        self._headers = headers or {}

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file behind a path, unless a part of the path is hidden or may not be read."""
        if any(part.startswith(".") for part in Path(path).parts):
            return "", None
        try:
            full_path, found = super().lookup_path(path)
        except PermissionError:
            return "", None
        return (full_path, found) if os.access(full_path, os.R_OK) else ("", None)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, under a type of our own choosing: the system's table differs by machine."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse):
            file = Path(response.path)
            response.headers["content-type"] = await run_in_threadpool(content_type, file)
        response.headers.update(self._headers)
        return response


def content_type(file: Path) -> str:
    """The media type of a file: by its name; feeds in ``.xml`` and ``.json`` by their start."""
    suffix = file.suffix.lower()
    if suffix in {".xml", ".json"}:
        with file.open("rb") as stream:
            return feed_type(suffix, stream.read(_HEAD))
    guessed = _TYPES.get(suffix) or mimetypes.guess_type(PurePosixPath(file.name))[0]
    media_type = guessed or "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def feed_type(suffix: str, head: bytes) -> str:
    """The media type of a document that starts with ``head``: a feed's own, or plain XML/JSON."""
    if suffix == ".json":
        return "application/feed+json" if _JSON_FEED in head else "application/json"
    return next((kind for root, kind in _ROOTS.items() if root in head), "application/xml")
