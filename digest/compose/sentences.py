"""Sentences: the first one of a text, and titles short enough to be read at a glance."""

import re
from unicodedata import category

from digest.compose.bidi import CONTROLS

SENTENCE_WORDS = 25
"""The most words a briefing says of a story."""

LONGEST_HEADLINE = 200
"""The most characters of a headline that a mail shows; a longer one is a paragraph."""

# What ends a sentence: its marks, any closing quotes or brackets, and a space before the next.
_END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s+[^\s\W_a-z]|\s+[\"'\u201c\u2018(])")
# "Dr. Low", "St. Anne", "J. Marsh", "e.g. Mondays": a full stop, and not an end.
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|vs|etc|Rev|Gen|Col|Capt|Lt|Sen|Rep|Gov)|"
    r"(?:^|[\s(])[A-Z]|\b[a-z]\.[a-z])\.$"
)
# What belongs to the character before it: combining marks, joined and coloured emoji.
_JOINED = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_LOOSE_END = re.compile(r"[\s,;:\u2013\u2014.-]+$")


def first_sentence(text: str, *, words: int = SENTENCE_WORDS) -> str:
    """The first sentence of a plain text; a longer one ends after ``words`` with an ellipsis."""
    sentence = next(
        (text[: end.end()] for end in _END.finditer(text) if not _SHORT.search(text[: end.end()])),
        text,
    )
    # No-break spaces hold words together and still part them.
    found = list(re.finditer(r"\S+", sentence))
    if len(found) <= words:
        return sentence
    return _LOOSE_END.sub("", sentence[: found[words - 1].end()]) + "\u2026"


def shortened(title: str, *, characters: int) -> str:
    """A title of at most so many characters, and an ellipsis where words had to go.

    It ends after a whole word where there is one, and never within a character that is written
    with several. Control characters around it, as :func:`~digest.compose.bidi.embedded` writes
    them, stay around it.
    """
    words = title.strip(CONTROLS)
    if len(words) <= characters:
        return title
    before, _, after = title.partition(words)
    kept = words[: _whole(words, characters)]
    space = kept.rfind(" ")
    if words[len(kept)] != " " and space > characters // 2:
        kept = kept[:space]
    return f"{before}{_LOOSE_END.sub('', kept)}\u2026{after}"


def _whole(text: str, end: int) -> int:
    """The last place up to ``end`` that is not within a character."""
    while end > 1 and (
        _JOINED.match(text[end]) or category(text[end]).startswith("M") or text[end - 1] == "\u200d"
    ):
        end -= 1
    return end
