"""What is refused or cut before a parser sees it: documents built to exhaust one."""

import re

_ENTITY = re.compile(r"<![eE][nN][tT][iI][tT][yY]")
_FIRST_ELEMENT = re.compile(r"<\w")
_ITEM = re.compile(r"<((?:[\w-]+:)?(?:item|entry))[\s>/]", re.IGNORECASE)
_PROLOG_SKIPS = (("<!--", "-->"), ("<?", "?>"))


def declares_entities(text: str) -> bool:
    """Whether a DTD declares entities, where any reader of the document would see it."""
    if not _ENTITY.search(text):
        return False
    lower = text.lower()
    first = _FIRST_ELEMENT.search(lower)
    return "<!entity" in lower[: first.start() if first else None] or _has_doctype(lower)


def cut_to(text: str, most: int) -> str:
    """The document without the items beyond ``most``, but with its last tags.

    One more is left in, so that its presence can be told.
    """
    plain = text.count("<item") + text.count("<entry")
    if plain <= most and (plain or text.count(":entry") + text.count(":item") <= most):
        return text
    for count, match in enumerate(_ITEM.finditer(text)):
        if count > most:
            root_end = text.rfind("</")
            channel_end = text.rfind("</channel", 0, root_end)
            last_item = text.rfind("</" + match[1])
            tail = text[channel_end if channel_end > last_item else root_end :]
            return text[: match.start()] + (tail if root_end > last_item else "")
    return text


def _has_doctype(lower: str) -> bool:
    """Whether the prolog, comments and instructions skipped, holds a document type."""
    place = lower.find("<")
    while place != -1:
        skip = next((end for start, end in _PROLOG_SKIPS if lower.startswith(start, place)), None)
        if skip is None:
            return lower.startswith("<!", place)
        end = lower.find(skip, place + 2)
        place = lower.find("<", end) if end != -1 else -1
    return False
