"""The database's URL: which are understood, and where a relative SQLite path starts.

The form is SQLAlchemy's: https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls.
"""

import re

from digest.config.wording import UnfitError, shown

_SCHEME = re.compile(r"(?P<dialect>[a-z0-9]+)(?P<driver>\+[a-z0-9_]+)?://(?P<rest>.*)", re.DOTALL)
_SQLITE = "sqlite"
_POSTGRES = "postgresql"
_EXAMPLES = 'for example "sqlite:///digest.db" or "postgresql://user@host/database"'


def resolve_database_url(url: str, *, directory: str) -> str:
    """The URL with a relative SQLite path made absolute against ``directory``, itself absolute.

    Error messages never repeat the URL, which may hold a password.

    :raises UnfitError: for URLs that name neither SQLite nor PostgreSQL, or no database.
    """
    match = _SCHEME.fullmatch(url.strip())
    if match is None:
        message = "is no database URL, which has the form KIND://PLACE"
        raise UnfitError(message, fix=_EXAMPLES)
    if match["dialect"] == _SQLITE:
        return _resolved_sqlite(match, directory)
    if match["dialect"] == _POSTGRES:
        return _checked_postgres(match)
    message = f"should be SQLite or PostgreSQL, not {shown(match['dialect'])}"
    near = match["dialect"] in {"postgres", "pgsql", "psql", "pg"}
    raise UnfitError(message, fix=f'write "{_POSTGRES}://…"' if near else _EXAMPLES)


def _resolved_sqlite(match: re.Match[str], directory: str) -> str:
    rest = match["rest"]
    if not rest.startswith("/"):
        message = "has two slashes, and a file's path starts after the third"
        raise UnfitError(message, fix='for example "sqlite:///digest.db"')
    path, mark, query = rest[1:].partition("?")
    if not path:
        message = "names no file"
        raise UnfitError(message, fix='for example "sqlite:///digest.db"')
    if path.startswith(("/", ":memory:", "file:")):
        return match[0]
    start = match[0].removesuffix(rest)
    return f"{start}/{directory.rstrip('/')}/{path.removeprefix('./')}{mark}{query}"


def _checked_postgres(match: re.Match[str]) -> str:
    server, _, database = match["rest"].partition("?")[0].partition("/")
    port = re.search(r":([^:@\]]*)$", server.rpartition("@")[2])
    if port and not port[1].isdecimal():
        message = "has a port that is no number"
        raise UnfitError(message, fix='for example "postgresql://user@host:5432/database"')
    if not database:
        message = "names no database"
        raise UnfitError(message, fix='for example "postgresql://user@host/database"')
    return match[0]
