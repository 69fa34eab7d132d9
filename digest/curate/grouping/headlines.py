"""Headlines: what of a headline tells its story, read in the light of all the others."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import sqrt

from digest.curate.grouping.vocabulary import (
    FUNCTION_WORDS,
    INSTALMENTS,
    NUMBER_WORDS,
    PART_NUMBERS,
    guess_language,
)

_TEXT_WEIGHT = 0.4  # of a word in the opening, against one of the headline
_OPENING_WORDS = 40
_NAME_SHARE = 0.75  # of a word's places inside sentences, in which it has a capital
_TITLE_CASE = 0.6  # of a headline's words with capitals, from where on they tell nothing
_FEW_WORDS = 4
_SHORTEST_PLURAL = 4  # letters

_UNSPACED = (
    "\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_LETTERS = f"(?:(?![{_UNSPACED}])[^\\W\\d_])[\u0300-\u036f\u064b-\u0652]*"
_WORD = re.compile(f"\\d+(?:[.,:]\\d+)*|[#№]|[{_UNSPACED}]|(?:{_LETTERS})+(?:['’](?:{_LETTERS})+)*")
_ONE_UNSPACED = re.compile(f"[{_UNSPACED}]")
_POSSESSIVE = re.compile("['’]s?$")
_ELISION = re.compile("^(?:[cdjlmnst]|qu)['’](?=..)")
_THOUSANDS = re.compile(r"(?<=\d)[,.](?=\d{3}(?!\d))")

Slots = Mapping[str, frozenset[str]]
"""What stands beside a word: the word's own form, with the side, and what is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is read of an entry. ``language`` is its primary tag, where it is known."""

    title: str
    opening: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What is compared. ``terms`` are the words in order, ``vector`` the telling ones' weights.

    The vector has length 1; ``weight`` is in it for each telling word of the headline itself, and
    ``bare`` says that nothing but those is in it. ``numbers`` and ``names`` stand beside other
    words; ``named`` are all the names, ``maybe_named`` also the words of which nothing says that
    they are none. ``opening`` are the telling words of the text. ``instalment`` is the part of a
    series that it says it is.
    """

    language: str
    terms: tuple[str, ...]
    telling: frozenset[str]
    vector: Mapping[str, float]
    weight: float
    bare: bool
    numbers: Slots
    names: Slots
    named: frozenset[str]
    maybe_named: frozenset[str]
    instalment: frozenset[str]
    opening: frozenset[str]


def read_headlines(texts: Sequence[Text]) -> tuple[Headline, ...]:
    """Read them together, for only a word's other places tell whether its capital makes a name."""
    cases = _Cases()
    read = [(_words(text.title), _words(text.opening)) for text in texts]
    for title, opening in read:
        cases.learn(title, in_title=True)
        cases.learn(opening, in_title=False)
    return tuple(
        _read(title, opening, language=text.language, cases=cases)
        for text, (title, opening) in zip(texts, read, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    term: str
    capital: bool
    cased: bool


class _Cases:
    """How often each word has a capital where a capital tells something."""

    def __init__(self) -> None:
        self._capital: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def learn(self, words: Sequence[_Word], *, in_title: bool) -> None:
        if in_title and _is_title_case(words):
            return
        for word in words[1:]:
            if word.cased:
                self._seen[word.term] += 1
                self._capital[word.term] += word.capital

    def is_name(self, word: _Word) -> bool:
        seen = self._seen[word.term]
        return seen > 0 and self._capital[word.term] >= _NAME_SHARE * seen

    def may_be_name(self, word: _Word) -> bool:
        if not word.cased:
            return not word.term.isdigit()
        return self.is_name(word) or (word.capital and not self._seen[word.term])


def _is_title_case(words: Sequence[_Word]) -> bool:
    cased = [word.capital for word in words if word.cased]
    return len(cased) < _FEW_WORDS or sum(cased) > _TITLE_CASE * len(cased)


def _read(
    words: Sequence[_Word], text: Sequence[_Word], *, language: str, cases: _Cases
) -> Headline:
    telling = _telling(words)
    names = [word for word in words if word.term not in FUNCTION_WORDS and cases.is_name(word)]
    named = frozenset(word.term for word in names)
    terms = tuple(word.term for word in words)
    opening = _telling(text[:_OPENING_WORDS])
    vector = _vector(telling, opening)
    numbers = frozenset(term for term in terms if term[0].isdigit())
    return Headline(
        language=language or guess_language(terms),
        terms=terms,
        telling=frozenset(telling),
        vector=vector,
        weight=vector[telling[0]] if telling else 0.0,
        bare=not opening,
        numbers=_slots(terms, numbers),
        names=_slots(terms, named),
        named=named,
        maybe_named=frozenset(word.term for word in words if cases.may_be_name(word)),
        opening=frozenset(opening),
        instalment=frozenset(
            term for before, term in pairwise(terms) if before in INSTALMENTS and term[0].isdigit()
        ),
    )


def _telling(words: Sequence[_Word]) -> tuple[str, ...]:
    """The words that tell something, each once; in scripts without spaces, pairs of characters."""
    found: dict[str, None] = {}
    previous = ""
    for word in words:
        unspaced = bool(_ONE_UNSPACED.match(word.term))
        if unspaced and previous:
            found[previous + word.term] = None
        elif not unspaced and word.term not in FUNCTION_WORDS and word.term != "#":
            found[word.term] = None
        previous = word.term if unspaced else ""
    return tuple(found)


def _vector(telling: Sequence[str], opening: Sequence[str]) -> Mapping[str, float]:
    weights = dict.fromkeys(opening, _TEXT_WEIGHT) | dict.fromkeys(telling, 1.0)
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {term: weight / length for term, weight in weights.items()}


def _slots(terms: Sequence[str], wanted: frozenset[str]) -> Slots:
    """Where the wanted words stand: each run of them by the word before it, and the one after."""
    slots: dict[str, frozenset[str]] = {}
    before = ""
    run: list[str] = []
    for term in (*terms, ""):
        if term in wanted:
            run.append(term)
            continue
        for slot in (f"{before} _" if before else "", f"_ {term}" if term else ""):
            if run and slot:
                slots[slot] = slots.get(slot, frozenset()).union(run)
        before, run = term, []
    return slots


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[_Word, ...]:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    read: list[_Word] = []
    for found in _WORD.findall(plain):
        word = _word(found)
        if read and read[-1].term in INSTALMENTS and word.term in PART_NUMBERS:
            word = replace(word, term=PART_NUMBERS[word.term])
        read.append(word)
    return tuple(read)


@lru_cache(maxsize=65536)
def _word(found: str) -> _Word:
    first = found[0]
    cased = first.isupper() or first.islower()
    return _Word(term=_term(found), capital=first.isupper(), cased=cased)


def _term(word: str) -> str:
    """A word as it is compared: without case, possessive, elision, article and plural."""
    if word[0].isdigit():
        return _THOUSANDS.sub("", word)
    term = _ELISION.sub("", _POSSESSIVE.sub("", word.casefold()))
    if term in NUMBER_WORDS:
        return NUMBER_WORDS[term]
    if term in FUNCTION_WORDS or term in INSTALMENTS or len(term) < _SHORTEST_PLURAL:
        return term
    if term.startswith("ال"):
        return term[2:]
    return term[:-1] if term.endswith("s") and not term.endswith("ss") else term


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The dot product of two vectors."""
    if len(one) > len(other):
        one, other = other, one
    total = 0.0
    for term, weight in one.items():
        found = other.get(term)
        if found:
            total += weight * found
    return total
