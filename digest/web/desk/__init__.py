"""The editors' desk: newsletters and issues as they will go out, live, on this machine only."""

from digest.web.desk.routes import create_desk_app
from digest.web.desk.server import serve_desk
from digest.web.desk.source import AppSource

__all__ = ["AppSource", "create_desk_app", "serve_desk"]
