"""Sources: who tells an entry, by the name that readers know."""

from urllib.parse import urlsplit

from digest.curate.words import one_line
from digest.model import Entry


def source_name(entry: Entry) -> str:
    """The feed's title, or else the host."""
    return one_line(entry.feed_title) or host(entry.url) or host(entry.key.feed)


def host(url: str) -> str:
    """A URL's host without ``www.``; empty for what is no URL."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return name.removeprefix("www.")
