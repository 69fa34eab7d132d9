"""Titles: what a post is about in a few words, and what a section on it may be called."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise

from digest.curate.grouping.vocabulary import FUNCTION_WORDS
from digest.curate.roundup.cues import CLAUSE
from digest.curate.roundup.passages import paragraphs
from digest.curate.words import count_words, fold_title, one_line
from digest.model import Entry

_LONGEST_SUBJECT = 9  # words
_HEADING = range(2, 5)  # words
_OFTEN = 2
_PART = re.compile(r"\s*(?:(?<=[?!])\s|:\s|\s[–—|-]\s|;\s|…|\.\.\.)")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_MARKS = "“”‘\"'«»"


def subject_of(entry: Entry, *, most: int = _LONGEST_SUBJECT) -> str:
    """A post's subject as it stands in a sentence, from its title; empty where that has none.

    The title's first part that is neither question nor sentence and has at most that many words,
    and more than one.
    """
    for part in _PART.split(one_line(entry.title)):
        plain = part.strip().strip(_MARKS).strip()
        if plain.endswith(("?", "!", ".")) or CLAUSE.search(f"{plain} "):
            continue
        if 1 < count_words(plain) <= most:
            return _lower_first(plain, entry)
    return ""


def proposed_heading(entry: Entry, *, topic: str, taken: Collection[str]) -> str:
    """Two to four words that a section on a post may be called until an editor names it.

    Its topic's name, a category's, or two words that the text comes back to; never its title, nor
    what is ``taken``. Empty where there is nothing to go by.
    """
    unfit = {fold_title(entry.title), *map(fold_title, taken)}
    for name in (topic, *entry.categories, *_pairs(entry)):
        plain = one_line(name)
        if count_words(plain) in _HEADING and fold_title(plain) not in unfit:
            return plain[0].upper() + plain[1:]
    return ""


def _lower_first(text: str, entry: Entry) -> str:
    """The text as it stands inside a sentence: a name keeps its capital."""
    word = _WORD.match(text)
    if word is None or word[0][1:] != word[0][1:].lower():
        return text
    body = " ".join(paragraph.text for paragraph in paragraphs(entry.content))
    inside = re.search(rf"(?<=[a-z,;] ){re.escape(word[0])}\b", body)
    return text if inside or word[0] == "I" else text[0].lower() + text[1:]


def _pairs(entry: Entry) -> Iterator[str]:
    """Two words that stand together again and again, the most frequent pair first."""
    title = fold_title(entry.title)
    counts: Counter[str] = Counter()
    for paragraph in paragraphs(entry.content):
        for sentence in paragraph.sentences:
            words = [match[0].lower() for match in _WORD.finditer(sentence)]
            for one, other in pairwise(words):
                if not {one, other} & FUNCTION_WORDS:
                    counts[f"{one} {other}"] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    yield from (pair for pair, count in ranked if count >= _OFTEN and pair not in title)
