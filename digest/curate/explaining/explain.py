"""Explanations: why a post is in an issue, or is not, from what was kept of its making."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from digest.curate.choosing.scoring import total
from digest.curate.choosing.sifting import ALWAYS_TOLD
from digest.curate.words import fold_title
from digest.model import Choice, EntryKey, Verdict

_TELLING = frozenset({Verdict.LEAD, Verdict.TOLD})
_NEAR = 5
_SPELLING = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an entry is where it is.

    ``story`` is the choice of the entry that leads its story, ``choice`` itself where it leads.
    ``merged`` are the other entries of the story. ``rank`` counts the stories of its topic by
    score from 1, of ``rivals`` in all; 0 for what was not ranked. ``cut`` is the lowest score told
    in its topic, or in the whole issue where the topic has none.
    """

    choice: Choice
    story: Choice
    merged: tuple[Choice, ...] = ()
    rank: int = 0
    rivals: int = 0
    cut: Choice | None = None


def explain(choice: Choice, choices: Sequence[Choice]) -> Explanation:
    """Explain one of an issue's choices by all of them."""
    story = next((each for each in choices if each.entry == choice.told_by), choice)
    own = (story.entry, choice.entry)
    topic = story.placement.topic if story.placement else ""
    ranked = [each for each in choices if each.score and _topic(each) == topic]
    ranked.sort(key=lambda each: (-total(each.score), each.entry))
    place = next((at for at, each in enumerate(ranked, 1) if each.entry == story.entry), 0)
    return Explanation(
        choice=choice,
        story=story,
        merged=tuple(
            each for each in choices if each.told_by == story.entry and each.entry not in own
        ),
        rank=place,
        rivals=len(ranked) if place else 0,
        cut=_cut(ranked) or _cut([each for each in choices if each.score]),
    )


def find_choices(
    post: str, choices: Sequence[Choice], *, keys: Collection[EntryKey] = ()
) -> tuple[Choice, ...]:
    """The choices a person means by a key, an id or words of a title.

    ``keys`` are entries that are known to be meant, such as by their URL; they come first.
    """
    named = [each for each in choices if each.entry in keys]
    named = named or [each for each in choices if post in (str(each.entry), each.entry.id)]
    if named:
        return tuple(named)
    words = fold_title(post).split()
    titles = ((each, fold_title(each.title).split()) for each in choices) if words else ()
    return tuple(each for each, title in titles if set(words) <= set(title))


def near_choices(post: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices whose titles come near what somebody wrote, the nearest first; at most five."""
    titles = [(each, set(fold_title(each.title).split())) for each in choices]
    known = sorted({word for _, title in titles for word in title})
    wanted: set[str] = set()
    for word in fold_title(post).split():
        wanted.update(get_close_matches(word, known, n=3, cutoff=_SPELLING))
    often = Counter(word for _, title in titles for word in title & wanted)
    # A rare word says more of what was meant than one that half of the titles have.
    scored = [(sum(1 / often[word] for word in title & wanted), each) for each, title in titles]
    near = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].entry))
    return tuple(each for _, each in near[:_NEAR])


def _topic(choice: Choice) -> str:
    return choice.placement.topic if choice.placement else ""


def _cut(ranked: Sequence[Choice]) -> Choice | None:
    """The lowest score that was told by its rank, and not because somebody wanted it."""
    told = [each for each in ranked if each.verdict in _TELLING and not each.decided_by]
    told = [each for each in told if not each.reason.startswith(ALWAYS_TOLD)]
    return min(told, key=lambda each: (total(each.score), each.entry), default=None)
