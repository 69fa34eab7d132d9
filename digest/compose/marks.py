"""Marks: comments that templates leave in both parts, to say what belongs together.

``<!--section:sea-->`` … ``<!--/section:sea-->``, in the text part too. None can come from a feed:
every text is :func:`defused` before a template sees it.
"""

import re
from urllib.parse import quote

_KINDS = "section|story|list|item|contents|between|number|link|count|preheader|named|nameless"
_MARK = rf"<!--(/?)({_KINDS})(?::([^<>\s]*?))?-->"
# A mark that has a line to itself takes the line with it.
MARKS = re.compile(rf"^{_MARK}\n|{_MARK}", re.MULTILINE)
"""A mark: whether it closes, its kind and its id, in groups 1 to 3 or 4 to 6."""
_MARK_ALONE = re.compile(_MARK)
_LOOKALIKE = re.compile(rf"<!--(?=/?(?:{_KINDS})\b)")


def strip(part: str) -> str:
    """A part without its marks; what stands between them stays."""
    return MARKS.sub("", part)


def mark_id(topic: str) -> str:
    """A topic's id as it stands in a mark: no space, no angle bracket, no double hyphen."""
    return quote(topic, safe="").replace("--", "-%2D")


def defused(text: str) -> str:
    """A text in which nothing is a mark."""
    return _LOOKALIKE.sub("<! --", text)


def unmarked(text: str) -> str:
    """A text as wide as readers see it: without marks, wherever they stand."""
    return _MARK_ALONE.sub("", text)
