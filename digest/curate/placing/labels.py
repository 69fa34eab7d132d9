"""Labels: what to call a group of posts, in words as the posts themselves write them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log

from digest.curate.words import fold

_SENTENCE = re.compile(r"(?<=[.!?…:])\s+|[\n|•]+")
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*[^\W_])?")
_POSSESSIVE = re.compile(r"['’]s$")
_LEAST_POSTS = 2
_LEAST_LENGTH = 3
_SAME_STEM = 4
_LONGEST_ENDING = 3
_WITHIN = 0.6  # of a word's posts have it in one and the same pair: the pair is its name
_PROPER = 0.7  # of a word's places inside sentences are capitalised: it is a name
_PROPER_BONUS = 1.25
_HEADLINE = 0.6  # of a sentence's words are capitalised: capitals say nothing there
_TERMS = 6
_IN_NAME = 2
_GENERIC_WORDS = (
    "about after again against also although among and another any are around ask back because "
    "been before being between both but came can could day days did does down during each end "
    "even every few first five for former four from get given going good had has have having her "
    "here him his how however into its just know last late later least less like likely made "
    "make making many may meanwhile might month months more most much must near need never new "
    "next not now off often one only other our out over own part people per put right said same "
    "say saying says second see seen set seven she should show since six some still such take "
    "taken than that the their them then there these they thing things think third this those "
    "though three through time times today told too took two under until use used using very "
    "want was way week weeks well went were what when where which while who why will with work "
    "would year years yesterday yet you your "
    "aber als auch auf aus bei bis das dass dem den der des die durch ein eine einen einer eines "
    "für hat ist mit nach nicht noch nur oder sich sie sind über und uns vom von vor war werden "
    "wie wird zum zur "
    "aux avec ces cette comme dans des elle est être ils les leur mais nous par pas plus pour que "
    "qui sans ses son sont sur une vous "
    "como con del esta este las los más muy para pero por que ser sin sobre sus también una "
    "january february march april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A group's name for people, and the terms that tell it from the others, the best first."""

    name: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Post:
    """A post's terms, folded: single words, and pairs of neighbours with a space between."""

    words: frozenset[str]
    pairs: frozenset[str]


class _Forms:
    """How terms are written inside sentences."""

    def __init__(self) -> None:
        self._written: dict[str, Counter[str]] = {}

    def add(self, term: str, written: str) -> None:
        self._written.setdefault(term, Counter())[written] += 1

    def best(self, term: str) -> str:
        """The commonest form; the folded term where only headlines and first words have it."""
        forms = self._written.get(term)
        return min(forms, key=lambda form: (-forms[form], form)) if forms else term

    def is_proper(self, term: str) -> bool:
        forms = self._written.get(term, Counter())
        capitalised = sum(count for form, count in forms.items() if form[0].isupper())
        return capitalised > _PROPER * forms.total()


def label_groups(groups: Sequence[Sequence[str]]) -> tuple[Label, ...]:
    """A label for each group of texts, no term twice; the earlier groups choose first.

    Class-based TF-IDF over posts: how many of a group's posts have a term, times the logarithm of
    how much more often than the others' posts. Names of people, places and things come first, and
    words that mostly stand in one pair are told as that pair.
    """
    forms = _Forms()
    read = [[_read(text, forms) for text in group] for group in groups]
    counts = [Counter(term for post in posts for term in post.words) for posts in read]
    pairs = Counter(pair for posts in read for post in posts for pair in post.pairs)
    total: Counter[str] = sum(counts, Counter())
    posts_in_all = sum(map(len, read))
    taken: set[str] = set()
    labels = []
    for number, (posts, counted) in enumerate(zip(read, counts, strict=True), start=1):
        others = posts_in_all - len(posts)
        scored = _scored(counted, total, size=len(posts), others=others, forms=forms)
        terms = _chosen(scored, taken, _whole(pairs, total), forms)
        name = _capitalised(", ".join(terms[:_IN_NAME])) or f"Topic {number}"
        labels.append(Label(name=name, terms=terms))
    return tuple(labels)


def _read(text: str, forms: _Forms) -> _Post:
    words: set[str] = set()
    pairs: set[str] = set()
    for sentence in _SENTENCE.split(text):
        written = [_POSSESSIVE.sub("", word) for word in _WORD.findall(sentence)]
        folded = [fold(word) for word in written]
        useful = [_is_useful(word) for word in folded]
        capitals = sum(word[0].isupper() for word in written)
        as_spoken = capitals <= _HEADLINE * len(written)
        words.update(word for word, use in zip(folded, useful, strict=True) if use)
        for at in range(len(written)):
            inside = at > 0 and as_spoken
            if useful[at] and inside:
                forms.add(folded[at], written[at])
            if at + 1 < len(written) and useful[at] and useful[at + 1]:
                pair = f"{folded[at]} {folded[at + 1]}"
                pairs.add(pair)
                if inside:
                    forms.add(pair, f"{written[at]} {written[at + 1]}")
    return _Post(words=frozenset(words), pairs=frozenset(pairs))


def _is_useful(word: str) -> bool:
    return word not in _GENERIC and (len(word) >= _LEAST_LENGTH or not word.isascii())


def _scored(
    counted: Counter[str], total: Counter[str], *, size: int, others: int, forms: _Forms
) -> list[str]:
    """The group's terms, the most telling first."""
    little = 1 / (size + others + 1)

    def score(term: str) -> float:
        here = counted[term] / size
        elsewhere = (total[term] - counted[term]) / others if others else 0.0
        bonus = _PROPER_BONUS if forms.is_proper(term) else 1.0
        return here * log((here + little) / (elsewhere + little)) * bonus

    scores = {term: score(term) for term, count in counted.items() if count >= _LEAST_POSTS}
    telling = (term for term, value in scores.items() if value > 0)
    return sorted(telling, key=lambda term: (-round(scores[term], 9), term))


def _whole(pairs: Counter[str], total: Counter[str]) -> dict[str, str]:
    """The pair that a word mostly stands in, for words that do."""
    found: dict[str, str] = {}
    for pair in sorted(pairs, key=lambda each: (-pairs[each], each)):
        if pairs[pair] < _LEAST_POSTS:
            break
        for word in pair.split():
            if pairs[pair] >= _WITHIN * total[word]:
                found.setdefault(word, pair)
    return found


def _chosen(
    scored: Iterable[str], taken: set[str], whole: dict[str, str], forms: _Forms
) -> tuple[str, ...]:
    """The first terms that say something new, as they are written."""
    chosen: list[str] = []
    for word in scored:
        term = whole.get(word, word)
        words = term.split()
        if not any(_of_one_stem(part, other) for part in words for other in taken):
            taken.update(words)
            chosen.append(forms.best(term))
        if len(chosen) == _TERMS:
            break
    return tuple(chosen)


def _of_one_stem(one: str, other: str) -> bool:
    """Whether two words are forms of one: "economy" and "economic", not "press" and "president"."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > _LONGEST_ENDING:
        return False
    return long.startswith(short[: max(_SAME_STEM, len(short) - 1)])


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def slug_of_label(name: str, taken: Iterable[str]) -> str:
    """An id for a topic of that name that none of the others has."""
    plain = "-".join(_WORD.findall(fold(name))) or "topic"
    used = frozenset(taken)
    return next(each for each in _numbered(plain) if each not in used)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
