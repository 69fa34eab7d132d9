"""Servers' words without what is particular to one recipient, so that like answers count as one."""

import re

MAX_REASON = 100

_PARTICULARS = (
    re.compile(r"\bhttps?://\S+"),
    re.compile(r"<[^<>\s]*>|\S+@[\w.-]+\w"),
    re.compile(r"\[[^\]]*\]|\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    # Queue ids: long, and letters among digits.
    re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{8,}\b|\b[0-9A-F]{8,}\b|\b\d{5,}\b"),
)
_MARKS = re.compile(r"…(?:[\s:;,(]*…)+")


def reason_of(code: int | None, note: str) -> str:
    """What to count an answer under: its code and words, addresses, ids and links as "…"."""
    words = " ".join(note.split())
    for particular in _PARTICULARS:
        words = particular.sub("…", words)
    words = _MARKS.sub("…", words)
    told = f"{code} {words}".strip() if code else words
    return told if len(told) <= MAX_REASON else f"{told[: MAX_REASON - 1].rstrip()}…"
