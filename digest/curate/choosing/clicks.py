"""Clicks: how often readers followed which link, from a table that somebody else counted."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

_TRACKER = re.compile(r"(utm_[^=]*|fbclid|gclid|mc_[ce]id)=", re.IGNORECASE)


def read_clicks(text: str) -> Mapping[str, int]:
    """The counts in a CSV file of URLs and clicks, by :func:`address`.

    A heading and rows that are none are passed over; several counts of one URL add up.
    """
    counts: Counter[str] = Counter()
    for row in csv.reader(text.splitlines()):
        url, *numbers = (cell.strip() for cell in row) if row else ("",)
        if "://" in url and numbers and numbers[0].isdecimal():
            counts[address(url)] += int(numbers[0])
    return counts


def address(url: str) -> str:
    """A URL without what differs between a link and the page it leads to.

    That is the scheme, ``www.``, a closing slash, the fragment and trackers' parameters.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = "&".join(part for part in parts.query.split("&") if part and not _TRACKER.match(part))
    place = parts.netloc.lower().removeprefix("www.") + parts.path.rstrip("/")
    return f"{place}?{query}" if query else place
