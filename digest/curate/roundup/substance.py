"""Substance: how much there is to a post, so that the year's strongest come first."""

from collections.abc import Mapping, Sequence

from digest.curate.roundup.longlist import Longlist, Post
from digest.curate.roundup.quotes import quote_candidates
from digest.curate.words import count_words, plain_text
from digest.model import EntryKey, ScorePart

_LONG = 1000  # words
_SEVERAL = 3
_BEST_QUOTE = 6.0  # points
_QUOTES = 3

_WEIGHTS = {
    "length": 1.0,
    "quotable": 2.0,
    "picture": 0.25,
    "linked to": 1.0,
    "told before": 1.0,
    "covered": 0.5,
    "votes": 10.0,
}
"""What each part weighs. Where editors voted, their votes decide and the rest breaks ties."""


def substance(
    posts: Longlist, *, elected: Sequence[frozenset[EntryKey]] = ()
) -> Mapping[EntryKey, tuple[ScorePart, ...]]:
    """The score of each post, part by part: what there is of each, 0 to 1, and what it weighs.

    Length (up to 1,000 words), passages worth quoting, a picture, other posts of the year that
    link to it, an issue that told it, other feeds that had it, and votes: ``elected`` are the
    posts voted for, the winners first, ties together.
    """
    ranks = {key: place for place, tied in enumerate(elected) for key in tied}
    return {
        post.key: _parts(post, _votes(ranks.get(post.key), len(elected)), voted=bool(elected))
        for post in posts.posts
    }


def _parts(post: Post, votes: float, *, voted: bool) -> tuple[ScorePart, ...]:
    entry = post.kept.entry
    quotes = [candidate.total for candidate in quote_candidates(entry, most=_QUOTES)]
    feeds = {item.entry.key.feed for item in post.group}
    values = {
        "length": min(count_words(plain_text(entry.content)) / _LONG, 1.0),
        "quotable": min(sum(quotes) / (_QUOTES * _BEST_QUOTE), 1.0),
        "picture": 1.0 if any(item.entry.image for item in post.group) else 0.0,
        "linked to": min(post.linked / _SEVERAL, 1.0),
        "told before": 1.0 if any(item.used_in for item in post.group) else 0.0,
        "covered": min((len(feeds) - 1) / _SEVERAL, 1.0),
        **({"votes": votes} if voted else {}),
    }
    return tuple(
        ScorePart(name=name, value=value, weight=_WEIGHTS[name]) for name, value in values.items()
    )


def _votes(place: int | None, places: int) -> float:
    return 0.0 if place is None else 1 - place / places
