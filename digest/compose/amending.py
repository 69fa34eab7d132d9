"""Amending: an issue's frozen page, with notes of what was put right since."""

import re
from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from digest.compose.edition import plain, web_link
from digest.model import Amendment, Catalogue
from digest.model.catalogue import LONG_DATE

_END = re.compile(r"</(?:article|li)>")
_START = re.compile(r"<(?:article|li)\b")
_TOPS = (re.compile(r"<main[^>]*>"), re.compile(r"<body[^>]*>"))


def amended(page: str, amendments: Sequence[Amendment], *, words: Catalogue, zone: ZoneInfo) -> str:
    """The page with a dated note at each story that was put right, under its right headline.

    What was frozen stays as it was kept. A note whose story a template shows in another way than
    in an ``article`` or ``li`` stands at the top of the page.
    """
    for amendment in amendments:
        day = words.date(LONG_DATE, amendment.at.astimezone(zone).date())
        said = words.text("Corrected on {day}: {text}", day=day, text=plain(amendment.text))
        note = f'<p class="support correction" role="note">{_in_page(said)}</p>'
        page = _noted(page, amendment, note)
    return page


def _noted(page: str, amendment: Amendment, note: str) -> str:
    place = _place(page, amendment)
    if place is None:
        at = next((top.end() for top in (each.search(page) for each in _TOPS) if top), 0)
        return f"{page[:at]}\n{note}{page[at:]}"
    start, end = place
    story = page[start:end]
    if amendment.title:
        old, new = plain(amendment.headline), plain(amendment.title)
        story = story.replace(_in_page(old), _in_page(new))
    return f"{page[:start]}{story}{note}\n{page[end:]}"


def _place(page: str, amendment: Amendment) -> tuple[int, int] | None:
    """Where the story's part of the page begins and ends."""
    url = web_link(amendment.url)
    body = max(page.find("<main"), 0)
    for needle in (f'href="{_in_page(url)}"' if url else "", _in_page(plain(amendment.headline))):
        at = page.find(needle, body) if needle else -1
        end = _END.search(page, at) if at >= 0 else None
        starts = [found.start() for found in _START.finditer(page, body, max(at, body))]
        if end and starts:
            return starts[-1], end.start()
    return None


def _in_page(text: str) -> str:
    """As templates escape it."""
    return escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;")
