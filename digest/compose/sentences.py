"""Sentences: the first one of a text, short enough to be read at a glance."""

import re

SENTENCE_WORDS = 25
"""The most words a briefing says of a story."""

# What ends a sentence: its marks, any closing quotes or brackets, and a space before the next.
_END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s+[^\s\W_a-z]|\s+[\"'\u201c\u2018(])")
# "Dr. Low", "St. Anne", "J. Marsh", "e.g. Mondays": a full stop, and not an end.
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|vs|etc|Rev|Gen|Col|Capt|Lt|Sen|Rep|Gov)|"
    r"(?:^|[\s(])[A-Z]|\b[a-z]\.[a-z])\.$"
)
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
