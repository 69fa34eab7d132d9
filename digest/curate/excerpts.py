"""Excerpts: the beginning of a text, cut where a reader would stop."""

import re
import unicodedata

from digest.curate.words import TOKEN, one_line, token_cost

LEAD_WORDS = 60
STORY_WORDS = 35
_WORDS_PER_MINUTE = 220

_CUT_BY_FEED = re.compile(r"\s*\[?(?:…|\.\.\.)\]?$")
_SENTENCE_END = re.compile(r"(?<=[^\s.!?…。！？])[.!?…。！？]+[)\]\"'”’»」』）]*$")
_STOPS = frozenset(".!?…。！？")
_ABBREVIATION = re.compile(
    r"^\W*(?:(?:[^\W\d_]\.)+|\d{1,2}\.|(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|no|nr|inc|ltd|co|cf|"
    r"approx|bzw|ca|mme|sra?|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.)$",
    re.IGNORECASE,
)
_JOINERS = "&+=<>|~^"
_STRAIGHT_QUOTES = "\"'"
_SIGNS = "%‰′″"
_JOINED_TO_PREVIOUS = "\u200d\ufe0e\ufe0f"


def excerpt(text: str, words: int) -> str:
    """The beginning of a plain text, at most that many words.

    Cut after a sentence where one ends in the last third, else after a word, with "…". Chinese and
    Japanese count two characters as a word. Empty when not even the first word fits.
    """
    text = _with_plain_cut(one_line(text))
    cuts: list[_Cut] = []
    spent = 0.0
    for match in TOKEN.finditer(text):
        spent += token_cost(match[0])
        if spent > words:
            break
        cuts.append((spent, match))
    else:
        return text
    for cost, match in reversed(cuts):
        if cost * 3 < words * 2:
            break
        if _ends_sentence(text, match):
            return text[: match.end()]
    return _with_ellipsis(text[: cuts[-1][1].end()]) if cuts else ""


_Cut = tuple[float, re.Match[str]]


def shorten(text: str, characters: int) -> str:
    """A line of at most that many characters, cut after a word, with "…".

    A word that fills half of the line or more is cut inside.
    """
    if len(text) <= characters:
        return text
    end = characters - 1
    space = text.rfind(" ", 0, end + 1)
    if space * 2 >= characters:
        end = space
    else:
        while end > 1 and (unicodedata.combining(text[end]) or text[end] in _JOINED_TO_PREVIOUS):
            end -= 1
    return _with_ellipsis(text[:end]) or "…"


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a plain text on one line; what follows the last full stop is one too."""
    found: list[str] = []
    start = 0
    for match in TOKEN.finditer(text):
        if not _STOPS.isdisjoint(match[0]) and _ends_sentence(text, match):
            found.append(text[start : match.end()].strip())
            start = match.end()
    rest = text[start:].strip()
    return (*found, rest) if rest else tuple(found)


def minutes_for(words: int) -> int:
    """How long that many words take to read, at 220 words a minute, rounded up; at least 1."""
    return max(1, -(-words // _WORDS_PER_MINUTE))


def was_cut_by_feed(text: str) -> bool:
    """Whether the text ends in a mark that it goes on elsewhere: "…", "..." or "[…]"."""
    return bool(_CUT_BY_FEED.search(text))


def _with_plain_cut(text: str) -> str:
    found = _CUT_BY_FEED.search(text)
    return _with_ellipsis(text[: found.start()]) if found else text


def _ends_sentence(text: str, token: re.Match[str]) -> bool:
    with_char_before = text[max(0, token.start() - 1) : token.end()]
    following = text[token.end() : token.end() + 2].lstrip()[:1]
    return (
        bool(_SENTENCE_END.search(with_char_before))
        and not _ABBREVIATION.match(token[0])
        and not following.islower()
    )


def _with_ellipsis(text: str) -> str:
    """The text without the marks that would hang in the air, and "…"; empty if nothing is left."""
    while text and _dangles(text):
        text = text[:-1]
    return f"{text}…" if text else ""


def _dangles(text: str) -> bool:
    last = text[-1]
    if last in _STRAIGHT_QUOTES:
        return len(text) == 1 or text[-2].isspace()
    if last in _SIGNS:
        return False
    return last in _JOINERS or unicodedata.category(last) in {"Pd", "Ps", "Pi", "Po", "Zs"}
