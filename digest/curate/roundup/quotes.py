"""Quote candidates: the passages of a post that are worth quoting word for word, and why."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from digest.curate.grouping.vocabulary import FUNCTION_WORDS
from digest.curate.roundup.cues import (
    AMOUNT,
    EVIDENCE,
    EXAMPLES,
    LEANS,
    LINK,
    NOT_THE_TEXT,
    PEOPLE,
    VAGUE,
)
from digest.curate.roundup.passages import Paragraph, overlaps, paragraphs
from digest.curate.words import count_words, fold
from digest.model import Entry, ScorePart

CANDIDATES = 5
"""How many passages of a post are proposed."""

_FEWEST, _MOST = 30, 80  # words a passage may have at all
_GOOD = (45, 70)  # words a passage should have
_SENTENCES = 3
_SHORT_PARAGRAPH = 40  # words: blogs that write so spread a thought over two
_REAL_PARAGRAPH = 12  # words: less is a label, a date, a button
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_NAME = re.compile(
    r"(?<=[^\W.!?:…] )[“‘\"'(]?[A-Z][\w&'’-]*(?:[ -](?:of |the |and |for )?[A-Z][\w&'’-]*)*"
)
_ACRONYM = re.compile(r"\b[A-Z][A-Z&]{1,7}\b")
_ENDS = re.compile(r"[.!?…。！？][)\]\"'”’»」』]*$")
_STARTS = re.compile(r"[\"'“‘«(]*[\w£$€¥]")
_MARKS = (("“", "”"), ("«", "»"), ("(", ")"))

_WEIGHTS = {
    "length": 1.0,
    "numbers": 0.8,
    "names": 1.0,
    "examples": 0.7,
    "action": 0.7,
    "people": 0.6,
    "on topic": 0.6,
    "stands alone": 0.8,
    "definite": 0.6,
    "whole paragraph": 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCandidate:
    """A passage of a post, word for word after a leading "…", and why it is proposed.

    ``place`` says where in the post it stands, 0 to 1.
    """

    text: str
    score: tuple[ScorePart, ...]
    reasons: tuple[str, ...]
    place: float

    @property
    def total(self) -> float:
        """The score: the sum of its parts."""
        return sum(part.points for part in self.score)


def quote_candidates(entry: Entry, *, most: int = CANDIDATES) -> tuple[QuoteCandidate, ...]:
    """The passages of a post that are most worth quoting, the best first; none holds another.

    One to three sentences of 45 to 70 words (30 to 80 where there is nothing better), never from
    the opening or the closing paragraph, a list's beginning, a help line, or what a blog puts
    around its posts.
    """
    body = _body(entry)
    if len(body) <= 2:  # noqa: PLR2004 - an opening and a closing paragraph
        return ()
    topical = _topical_words(entry, body)
    found = [_scored(passage, topical) for passage in _passages(body)]
    found.sort(key=lambda each: (-each.total, each.place, each.text))
    chosen: list[QuoteCandidate] = []
    for candidate in found:
        if len(chosen) == most:
            break
        if not any(_share(candidate.text, other.text) for other in chosen):
            chosen.append(candidate)
    return tuple(chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    text: str
    place: float
    words: int
    whole: bool
    quoted: bool
    spread: bool


def _body(entry: Entry) -> list[Paragraph]:
    """The paragraphs of the text itself, headings among them, as far as they are the post's own."""
    support = [fold(line) for line in entry.support]
    read: list[Paragraph] = []
    for paragraph in paragraphs(entry.content):
        text = fold(paragraph.text)
        helps = any(text in line or line in text for line in support)
        if not helps and not NOT_THE_TEXT.match(paragraph.text):
            read.append(paragraph)
    real = [
        number
        for number, each in enumerate(read)
        if not each.heading and count_words(each.text) >= _REAL_PARAGRAPH
    ]
    return read[real[0] : real[-1] + 1] if real else []


def _passages(body: Sequence[Paragraph]) -> Iterator[_Passage]:
    last = len(body) - 1
    for number in range(1, last):
        paragraph = body[number]
        if paragraph.heading:
            continue
        place = number / last
        yield from _windows(paragraph, place=place, follows=body[number - 1])
        after = body[number + 1]
        if number + 1 < last and _may_join(paragraph, after):
            joined = replace(paragraph, text=f"{paragraph.text} {after.text}")
            cut = len(paragraph.sentences)
            yield from _windows(joined, place=place, follows=body[number - 1], across=cut)


def _may_join(first: Paragraph, second: Paragraph) -> bool:
    plain = not any(each.heading or each.item or each.quoted for each in (first, second))
    whole = bool(_ENDS.search(first.text))
    return (
        plain
        and whole
        and all(count_words(each.text) < _SHORT_PARAGRAPH for each in (first, second))
    )


def _windows(
    paragraph: Paragraph, *, place: float, follows: Paragraph, across: int = 0
) -> Iterator[_Passage]:
    """Every passage of a paragraph; with ``across``, those that reach over that sentence."""
    sentences = paragraph.sentences
    for start in range(len(sentences)):
        for end in range(start + 1, min(start + _SENTENCES, len(sentences)) + 1):
            if across and not start < across < end:
                continue
            text = " ".join(sentences[start:end])
            if not _is_quotable(text):
                continue
            if start == 0 and (paragraph.item or follows.text.endswith(":")):
                continue
            text = _untied(text)
            words = count_words(text)
            if _FEWEST <= words <= _MOST:
                yield _Passage(
                    text=text,
                    place=place,
                    words=words,
                    whole=end - start == len(sentences),
                    quoted=paragraph.quoted,
                    spread=bool(across),
                )


def _is_quotable(text: str) -> bool:
    first = _STARTS.match(text)
    if not first or not _ENDS.search(text) or first[0][-1].islower():
        return False
    return all(text.count(opens) == text.count(closes) for opens, closes in _MARKS)


def _untied(text: str) -> str:
    """The passage without the words that only tie it to the one before."""
    link = LINK.match(text)
    return f"…{text[link.end() :]}" if link else text


def _topical_words(entry: Entry, body: Sequence[Paragraph]) -> frozenset[str]:
    """The words that a post comes back to, or that its title has."""
    counts = Counter(word for paragraph in body for word in _words(paragraph.text))
    often = {word for word, count in counts.items() if count > 2}  # noqa: PLR2004 - once is chance, twice an echo
    return frozenset(often | set(_words(entry.title)))


def _words(text: str) -> list[str]:
    found = _WORD.findall(text.lower())
    return [word for word in found if word not in FUNCTION_WORDS and len(word) > 1]


def _scored(passage: _Passage, topical: frozenset[str]) -> QuoteCandidate:
    text = passage.text
    low = text.lower()
    words = _words(text)
    amounts = len(AMOUNT.findall(low))
    names = _names(text)
    values = {
        "length": _length(passage.words),
        "numbers": min(amounts / 2, 1.0),
        "names": min(len(names) / 3, 1.0),
        "examples": 1.0 if EXAMPLES.search(low) else 0.0,
        "action": min(len(EVIDENCE.findall(low)) / 3, 1.0),
        "people": min(len(set(PEOPLE.findall(low))) / 3, 1.0),
        "on topic": min(sum(word in topical for word in words) / max(len(words), 1) / 0.3, 1.0),
        "stands alone": _alone(passage),
        "definite": max(1 - len(VAGUE.findall(low)) / 3, 0.0),
        "whole paragraph": 1.0 if passage.whole and not passage.spread else 0.0,
    }
    parts = tuple(
        ScorePart(name=name, value=value, weight=_WEIGHTS[name]) for name, value in values.items()
    )
    return QuoteCandidate(
        text=text,
        score=parts,
        reasons=tuple(_reasons(passage, values, amounts=amounts, names=names)),
        place=passage.place,
    )


def _length(words: int) -> float:
    least, most = _GOOD
    if words < least:
        return max(1 - (least - words) / (least - _FEWEST) * 0.8, 0.0)
    return max(1 - max(words - most, 0) / (_MOST - most) * 0.8, 0.0)


def _names(text: str) -> list[str]:
    found = [match[0].lstrip("“‘\"'(") for match in _NAME.finditer(text)]
    found += _ACRONYM.findall(text)
    return list(dict.fromkeys(found))


def _alone(passage: _Passage) -> float:
    leans = 0.5 if LEANS.match(passage.text) else 0.0
    return max(
        1 - leans - 0.3 * passage.quoted - 0.3 * passage.spread - 0.5 * ("?" in passage.text), 0.0
    )


def _reasons(
    passage: _Passage, values: dict[str, float], *, amounts: int, names: Sequence[str]
) -> Iterator[str]:
    yield f"{passage.words} words"
    if amounts:
        yield "a number" if amounts == 1 else f"{amounts} numbers"
    if names:
        yield "names " + ", ".join(names[:3])
    if values["examples"]:
        yield "gives examples"
    if values["whole paragraph"]:
        yield "a whole paragraph"
    if passage.quoted:
        yield "a quotation already: say whose"
    if LEANS.match(passage.text):
        yield "leans on what comes before"


def _share(one: str, other: str) -> bool:
    """Whether two passages have a sentence in common."""
    if overlaps(one, other):
        return True
    return bool(set(_pieces(one)) & set(_pieces(other)))


def _pieces(text: str) -> list[str]:
    from digest.curate.excerpts import sentences

    return [sentence.lstrip("…") for sentence in sentences(text)]
