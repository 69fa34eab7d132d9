"""How an issue is set: texts cleaned, links looked at, days of the newsletter's zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.compose.bidi import embedded
from digest.compose.personalise import SLOT_DOMAIN, defused, one_line
from digest.compose.phrases import Phrases

_BLANK_LINE = re.compile(r"\n\s*\n")


def plain(text: str) -> str:
    """One line of text: no control or direction-switching characters, no slots and no marks."""
    return defused(one_line(text).replace(SLOT_DOMAIN, "slot .invalid"))


def web_link(url: str) -> str:
    """The URL if a reader may follow it: http or https, with a host, and no slot; else nothing."""
    cleaned = one_line(url)
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname or ""
    except ValueError:
        return ""
    fit = parts.scheme in {"http", "https"} and host and SLOT_DOMAIN not in cleaned.lower()
    return cleaned.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E") if fit else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typesetter:
    """Sets an issue's texts and days. ``direction`` is the newsletter's, ``ltr`` or ``rtl``."""

    zone: ZoneInfo
    issued_at: datetime
    phrases: Phrases
    direction: str

    def line(self, text: str) -> str:
        """One line of text, which may be written the other way than the newsletter."""
        return embedded(plain(text), within=self.direction)

    def paragraphs(self, text: str) -> tuple[str, ...]:
        """A text's paragraphs, a line each: a blank line parts them."""
        return tuple(filter(None, map(self.line, _BLANK_LINE.split(text.replace("\r\n", "\n")))))

    def day(self, moment: datetime) -> date:
        """The day that a moment falls on where the newsletter is at home."""
        return moment.astimezone(UTC).astimezone(self.zone).date()
