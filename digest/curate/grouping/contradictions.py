"""Contradictions: what keeps two headlines apart, however many words they share."""

from digest.curate.grouping.headlines import Headline, Slots

_SAME_FRAME = 0.5  # of the shorter headline's words, all but one stretch of which is the same
_LONGEST_CHANGE = 3  # words
_ENOUGH_TEXT = 8  # telling words of a text's opening, from where on it has a say
_IN_COMMON = 2  # of them, below which two texts are of other things


def contradict(one: Headline, other: Headline) -> bool:
    """Whether two headlines cannot be of one thing.

    They are in different languages, number different parts of a series, have different numbers
    or names beside the same word, name nobody in common, are the same but for one word or for
    what may be a name, or stand over texts that begin with other words altogether.
    """
    return (
        differ_in_kind(one, other)
        or clash(one.numbers, other.numbers)
        or clash(one.names, other.names)
        or (bool(one.named and other.named) and not one.named & other.named)
        or is_other_name(one, other)
        or _is_other_word(one, other)
        or _are_other_texts(one, other)
    )


def differ_in_kind(one: Headline, other: Headline) -> bool:
    """Whether two headlines are in different languages or different parts of a series."""
    if one.language and other.language and one.language != other.language:
        return True
    return one.instalment != other.instalment


def clash(one: Slots, other: Slots) -> bool:
    """Whether anything stands beside a word in one of them and only something else in the other."""
    if len(one) > len(other):
        one, other = other, one
    return any(slot in other and not found & other[slot] for slot, found in one.items())


def is_other_name(one: Headline, other: Headline) -> bool:
    """Whether they are the same but for one stretch, which may hold names in both."""
    changed, replaced = _change(one, other)
    return not one.maybe_named.isdisjoint(changed) and not other.maybe_named.isdisjoint(replaced)


def _is_other_word(one: Headline, other: Headline) -> bool:
    """Whether they are the same but for one word: passes or rejects, wins or loses."""
    changed, replaced = _change(one, other)
    return len(changed) == len(replaced) == 1


def _are_other_texts(one: Headline, other: Headline) -> bool:
    if min(len(one.opening), len(other.opening)) < _ENOUGH_TEXT:
        return False
    return len(one.opening & other.opening) < _IN_COMMON


def _change(one: Headline, other: Headline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The one stretch in which two headlines of the same frame differ; empty if there is none."""
    first, second = one.terms, other.terms
    shorter = min(len(first), len(second))
    start = 0
    while start < shorter and first[start] == second[start]:
        start += 1
    end = 0
    while end < shorter - start and first[-1 - end] == second[-1 - end]:
        end += 1
    changed, replaced = first[start : len(first) - end], second[start : len(second) - end]
    if start + end < _SAME_FRAME * shorter or max(len(changed), len(replaced)) > _LONGEST_CHANGE:
        return (), ()
    return changed, replaced
