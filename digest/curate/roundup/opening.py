"""A roundup's opening: its title, preheader and intro, from counts, topics and examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from digest.curate.excerpts import shorten
from digest.curate.roundup.phrases import RoundupPhrases, roundup_phrases
from digest.curate.roundup.shortlist import Candidate
from digest.curate.roundup.titles import subject_of
from digest.curate.words import fold, one_line
from digest.model import EntryKey, Newsletter

_EXAMPLE = 4  # words
_PAIRS = 4  # examples, or half as many
_PREHEADER = 130  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many posts the year had and how many there were since the publication began.

    None where what was collected covers too little of it.
    """

    year: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a draft stands on. ``fill`` are the values of standing texts, None where unknown."""

    newsletter: Newsletter
    year: int
    counted: Counted
    elected: frozenset[EntryKey]
    phrases: RoundupPhrases
    count: int = 0
    fill: Mapping[str, object] = field(default_factory=dict)


def ground_of(
    newsletter: Newsletter,
    year: int,
    counted: Counted,
    elected: Sequence[frozenset[EntryKey]],
    *,
    count: int,
) -> Ground:
    """What the draft of a year stands on."""
    phrases = roundup_phrases(newsletter.words)
    total = counted.total
    fill = {
        "since": newsletter.standing.since,
        "total": phrases.about(total) if total else None,
        "year": year,
        "next_year": year + 1,
    }
    return Ground(
        newsletter=newsletter,
        year=year,
        counted=counted,
        elected=frozenset(key for tied in elected for key in tied),
        phrases=phrases,
        count=count,
        fill=fill,
    )


def title_of(ground: Ground) -> str:
    """The title: count word, noun and period."""
    standing = ground.newsletter.standing
    return ground.phrases.headline(
        standing.title, count=ground.count, noun=standing.noun, year=ground.year
    )


def preheader_of(featured: Sequence[Candidate], ground: Ground) -> str:
    """What the inbox shows after the subject: what it is about."""
    topics = (subject_of(each.post.kept.entry) or each.post.kept.entry.title for each in featured)
    text = ground.phrases.preheader(ground.year, ", ".join(map(one_line, topics)))
    return shorten(text, _PREHEADER)


def intro_of(examples: Sequence[str], ground: Ground) -> str:
    """The intro: the season, the year's number of posts and examples, where they are known."""
    phrases = ground.phrases
    known = phrases.known(
        ground.year,
        count=ground.counted.year,
        noun=ground.newsletter.standing.noun,
        examples=phrases.examples(tuple(examples)),
    )
    return phrases.intro(ground.year, stories=ground.count, known=known)


def examples_of(others: Sequence[Candidate]) -> tuple[str, ...]:
    """Four subjects, or two, of posts that are not featured: of different topics first."""
    named: list[tuple[str, str]] = []
    for each in others:
        subject = subject_of(each.post.kept.entry, most=_EXAMPLE)
        if subject and fold(subject) not in {fold(known) for _, known in named}:
            named.append((each.post.topic, subject))
    firsts = dict(reversed(named))
    several = [subject for topic, subject in named if firsts[topic] == subject]
    rest = [subject for _, subject in named if subject not in several]
    found = tuple([*several, *rest][:_PAIRS])
    return found if len(found) == _PAIRS else found[: _PAIRS // 2] if len(found) > 1 else ()
