"""Pages of a feed: their numbers where they have any, and how far back each reaches."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from digest.model import Entry

_NUMBER = re.compile(r"(?:\A|(?<=&))paged=(\d{1,6})(?=&|\Z)")


def numbered_page(url: str, number: int) -> str:
    """The page of WordPress's feed with that number."""
    parts = urlsplit(url)
    query = _NUMBER.sub("", parts.query).strip("&").replace("&&", "&")
    return parts._replace(query="&".join(filter(None, (query, f"paged={number}")))).geturl()


def page_number(url: str) -> int:
    """The number in such a URL; 1 where there is none."""
    found = _NUMBER.search(urlsplit(url).query)
    return int(found[1]) if found else 1


def reach_of(entries: Sequence[Entry], *, first: bool) -> datetime | None:
    """The moment from which on a page, and those before it, leave nothing out.

    That of its last entry where it goes back in time, else of its newest: a pinned entry, or an
    order of edits, is no proof of what lies between. None for a first page that goes forward.
    """
    dates = [entry.published_at for entry in entries if entry.published_at]
    if not dates:
        return None
    if all(one >= other for one, other in pairwise(dates)):
        return dates[-1]
    forward = all(one <= other for one, other in pairwise(dates))
    return None if first and forward else max(dates)


def newest_of(entries: Sequence[Entry]) -> datetime | None:
    """The date of the newest entry; None where none has one."""
    return max((each.published_at for each in entries if each.published_at), default=None)
