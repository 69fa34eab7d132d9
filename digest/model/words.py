"""Words: how text in any script is read, compared and counted."""

import html
import re
import unicodedata
from functools import lru_cache

# Scripts that are written without spaces: every two characters count as one word.
_IDEOGRAPHS = (
    "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
# South-East Asian scripts have no spaces between words either; their letters are no boundary.
_SPACELESS = re.compile(f"[{_IDEOGRAPHS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_WIDE_MARKS = "\u3001-\u3040\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
#: A word with the marks that touch it, or one character of a script without spaces.
TOKEN = re.compile(
    f"[{_IDEOGRAPHS}][{_WIDE_MARKS}]*|[{_WIDE_MARKS}]+|[^\\s{_IDEOGRAPHS}{_WIDE_MARKS}]+"
)
_LONG_TOKEN = 24

_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
_SOFT_HYPHEN = {0xAD: None}

_PICTURES = re.compile(r"<figure\b.*?</figure\s*>", re.IGNORECASE | re.DOTALL)
_HEADINGS = re.compile(r"<(h[1-6])\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"""</?([A-Za-z][^\s/>]*)(?:[^<>"']|"[^"]*"|'[^']*')*>|<!--.*?-->""", re.DOTALL)
_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small "
    "span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())


def one_line(text: str) -> str:
    """The text without line breaks, control characters and repeated spaces."""
    visible = text if text.isprintable() else text.translate(_CONTROLS)
    return " ".join(visible.split())


def fold(text: str) -> str:
    """The text as it is compared: without case, compatibility forms and repeated spaces."""
    if text.isascii():
        return one_line(text).lower()
    plain = unicodedata.normalize("NFKC", text.translate(_SOFT_HYPHEN)).casefold()
    return one_line(unicodedata.normalize("NFKC", plain))


def fold_title(title: str) -> str:
    """A title as it is compared: folded, and without its punctuation."""
    kept = [char if _in_word(char) else " " for char in fold(title)]
    return " ".join("".join(kept).split())


def holds_words(text: str, words: str) -> bool:
    """Whether a folded text holds the folded words as whole ones, next to each other.

    Letters, combining marks, digits and ``_`` make words. In scripts without spaces between
    words (Chinese, Japanese, Thai, …) any place is the edge of a word.
    """
    if not words:
        return False
    at = text.find(words)
    while at != -1:
        end = at + len(words)
        if _is_edge(words[0], text[at - 1 : at]) and _is_edge(words[-1], text[end : end + 1]):
            return True
        at = text.find(words, at + 1)
    return False


def count_words(text: str) -> int:
    """How many words a text has; two characters of Chinese or Japanese count as one."""
    if text.isascii():
        return len(text.split())
    spaced, ideographs = _IDEOGRAPH.subn(" ", text)
    return len(spaced.split()) + ideographs // 2


def token_cost(token: str) -> float:
    """What a :data:`TOKEN` takes of a budget in words: an overlong one more than 1."""
    if _IDEOGRAPH.match(token):
        return 0.5
    return 1 + len(token) // _LONG_TOKEN if token.isalnum() or any(map(str.isalnum, token)) else 0


def plain_text(markup: str) -> str:
    """The words of well-formed HTML, on one line.

    Without its figures, and without its headings where there is anything else: they end in no full
    stop, and would run into the sentence after them.
    """
    text = _PICTURES.sub(" ", markup)
    return _unmarked(_HEADINGS.sub(" ", text)) or _unmarked(text)


def _unmarked(markup: str) -> str:
    return one_line(html.unescape(_TAG.sub(_gap, markup)))


def _gap(tag: re.Match[str]) -> str:
    return "" if (tag[1] or "").lower() in _INLINE else " "


@lru_cache(maxsize=4096)
def _in_word(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LMN"


def _is_edge(own: str, neighbour: str) -> bool:
    if not neighbour or not _in_word(neighbour):
        return True
    return bool(_SPACELESS.match(own) or _SPACELESS.match(neighbour))
