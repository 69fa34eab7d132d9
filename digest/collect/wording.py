"""Feeds' plain-text fields: titles, names and summaries fit for one line of a mail."""

import re
from html import unescape

from digest.collect.document import Markup
from digest.collect.sanitise import plain_text

MAX_TITLE = 1_000
MAX_SUMMARY = 1_000
MAX_NAME = 200
MAX_FIELD = 500

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SPACES = re.compile(r"  +")
_SCRIPT = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(
    r"</(?:a|abbr|b|bdi|cite|code|del|div|em|font|h[1-6]|i|ins|kbd|mark|p|q|s|small|span|strike"
    r"|strong|sub|sup|tt|u|var)\s*>|<(?:br|hr|img|wbr)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")
_TAIL = 700
# What publishing systems append, each with what has to be there for a closer look to pay.
_DEBRIS = (
    (
        ("]", ")"),
        re.compile(r"\s*(?:\[\s*(?:…|\.{3}|&hellip;|&#8230;)\s*\]|\(\s*(?:…|\.{3})\s*\))\s*$"),
    ),
    (
        ("ead", "READ", "Weiterlesen", "Lire", "Leer"),
        # With a capital: "people read more" is no link to the rest.
        re.compile(
            r"\s*[(\[]?\b(?:Continue [Rr]eading|Keep [Rr]eading|Read [Mm]ore|READ MORE"
            r"|Read the full (?:article|post|story)|Read the rest|Weiterlesen|Lire la suite"
            r"|Leer más)\b"
            r"[^.!?\n]{0,150}(?:[.…→»›>)\]]|\.{3})*\s*$"
        ),
    ),
    (
        ("The post",),
        re.compile(r"\s*\bThe post .{1,300} (?:first appeared|appeared first) on [^\n]{1,200}$"),
    ),
)
_SENTENCE_ENDS = (".", "!", "?", "…", ":", ";", "»", "”", '"', ")", "。", "！", "？")


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """The text on one line: control characters and separators dropped, length capped.

    Bidirectional marks and no-break spaces are kept: languages need them.
    """
    return shortened(_SPACES.sub(" ", _CONTROLS.sub(" ", text)).strip(), limit)


def shortened(text: str, limit: int) -> str:
    """The text cut to at most ``limit`` characters, between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    kept = head if space and len(head) > limit // 2 else cut
    return kept.rstrip(" ,;:–—-") + "…"


def title_of(markup: Markup) -> str:
    """A title as plain text: tags out, entities decoded once where they are markup's."""
    text = markup.text[: MAX_TITLE * 10]
    return one_line(plain_text(text) if markup.html else text)


def has_tags(text: str) -> bool:
    """Whether the text holds tags that could only be HTML's."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def is_html(text: str) -> bool:
    """Whether RSS text, which does not say what it is, is most likely HTML."""
    return has_tags(text) or ("&" in text and unescape(text) != text)


def name_of(text: str) -> str:
    """A person's or category's name as plain text."""
    line = text[: MAX_NAME * 10]
    return one_line(plain_text(line) if is_html(line) else line, MAX_NAME)


def field_of(markup: Markup) -> str:
    """A field of a feed's own as plain text; nothing for a link that runs a script."""
    text = markup.text[: MAX_FIELD * 10]
    text = plain_text(text) if markup.html else text
    # Feeds that are broken, and many that are not, escape twice.
    line = one_line(plain_text(text) if _TAG.search(text) else text, MAX_FIELD)
    return "" if _SCRIPT.match(line) else line


def names_of(texts: tuple[str, ...], most: int = 50) -> tuple[str, ...]:
    """Names as plain text, each once whatever its case, at most ``most``."""
    seen: dict[str, str] = {}
    for text in texts[: most * 4]:
        name = name_of(text)
        if name:
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())[:most]


def summary_of(text: str) -> str:
    """Plain text as a summary: one line, no "Continue reading", at most MAX_SUMMARY."""
    # Debris stands at the very end, so a text cut short has none left to strip.
    line = one_line(text, MAX_SUMMARY * 5)
    return shortened(_without_debris(line), MAX_SUMMARY)


def first_words(text: str, words: int = 10) -> str:
    """The beginning of a text, to stand as a title where there is none."""
    found = text.split(maxsplit=words)
    return one_line(" ".join(found[:words]) + ("…" if len(found) > words else ""), 120)


def _without_debris(text: str) -> str:
    """Strip what publishing systems append; mark the cut if a sentence was broken off."""
    head, tail = text[:-_TAIL], text[-_TAIL:]
    stripped, before = tail, ""
    while stripped != before:
        before = stripped
        for signs, debris in _DEBRIS:
            if any(sign in stripped for sign in signs):
                stripped = debris.sub("", stripped)
    if stripped == tail:
        return text
    kept = (head + stripped).rstrip()
    return f"{kept}…" if kept and not kept.endswith(_SENTENCE_ENDS) else kept
