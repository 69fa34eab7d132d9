"""Ballots: editors rank posts without seeing who wrote them, and their votes are counted."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from digest.curate.excerpts import excerpt
from digest.curate.grouping.stories import full_text
from digest.curate.roundup.longlist import Longlist
from digest.curate.words import one_line
from digest.errors import Problem
from digest.model import EntryKey, KeptEntry

_MARK = 8  # hexadecimal digits
_EXCERPT = 60  # words
_MOST_POSTS = 200
_COLUMNS = ("voter", "post", "rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotLine:
    """A post as voters see it: a mark to name it by, its title and how it begins."""

    mark: str
    title: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One voter's ranking, the first the best; posts that share a rank stand together."""

    voter: str
    ranks: tuple[frozenset[EntryKey], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """What files of votes say. With ``problems``, none of it is to be used."""

    ballots: tuple[Ballot, ...] = ()
    problems: tuple[Problem, ...] = ()


def ballot_lines(posts: Longlist) -> tuple[BallotLine, ...]:
    """The ballot of a longlist, in an order that says nothing: by the marks."""
    lines = (
        BallotLine(
            mark=mark_of(post.key),
            title=one_line(post.kept.entry.title),
            excerpt=excerpt(full_text(post.kept.entry), _EXCERPT),
        )
        for post in posts.posts
    )
    return tuple(sorted(lines, key=lambda line: line.mark))


def mark_of(key: EntryKey) -> str:
    """The short name of a post on ballots: it gives neither feed nor author away."""
    return sha256(str(key).encode()).hexdigest()[:_MARK]


def ballot_csv(lines: Sequence[BallotLine]) -> str:
    """A ballot as a CSV file to fill in: every voter adds a name and ranks, 1 for the best."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*_COLUMNS, "title", "excerpt"))
    for line in lines:
        writer.writerow(("", line.mark, "", *map(_plain_cell, (line.title, line.excerpt))))
    return out.getvalue()


def read_votes(files: Mapping[str, str], posts: Sequence[KeptEntry]) -> Votes:
    """Read votes from CSV texts by file name: voter, post (mark, id, key or URL) and rank.

    A row without a rank is no vote; without a voter, the file's name stands for one. The first row
    may name the columns. Posts that are not in ``posts`` are problems.
    """
    names = _names(posts)
    ranked: dict[str, dict[EntryKey, int]] = {}
    problems: list[Problem] = []
    for name, text in files.items():
        for vote in _rows(name, text):
            if isinstance(vote, Problem):
                problems.append(vote)
                continue
            key = names.get(vote.post)
            if key is None:
                problems.append(vote.problem(f"{vote.post!r} is no post that may be voted for"))
            elif key in ranked.setdefault(vote.voter, {}):
                problems.append(vote.problem(f"{vote.voter} ranked {vote.post!r} already"))
            else:
                ranked[vote.voter][key] = vote.rank
    voted = {key for ranks in ranked.values() for key in ranks}
    if len(voted) > _MOST_POSTS:
        message = f"votes name {len(voted)} posts, and {_MOST_POSTS} can be counted"
        problems.append(Problem(file=", ".join(files), message=message))
    ballots = tuple(_ballot(voter, ranked[voter]) for voter in sorted(ranked))
    return Votes(ballots=ballots, problems=tuple(problems))


def count(ballots: Sequence[Ballot]) -> tuple[frozenset[EntryKey], ...]:
    """The posts that were voted for, the winners first, ties together.

    Schulze's method with winning votes (M. Schulze, "A new monotonic, clone-independent, reversal
    symmetric, and Condorcet-consistent single-winner election method", Social Choice and Welfare
    36, 2011): one post is before another if the strongest chain of majorities from it is stronger
    than the one back. Posts that a voter did not rank come after those that were. The order of
    ballots does not matter.
    """
    posts = sorted({key for ballot in ballots for tied in ballot.ranks for key in tied})
    strength = _strongest_chains(_preferences(ballots, posts))
    wins = [
        sum(strength[one][other] > strength[other][one] for other in range(len(posts)))
        for one in range(len(posts))
    ]
    return tuple(
        frozenset(post for post, won in zip(posts, wins, strict=True) if won == most)
        for most in sorted(set(wins), reverse=True)
    )


def _preferences(ballots: Sequence[Ballot], posts: Sequence[EntryKey]) -> list[list[int]]:
    """How many voters prefer each post to each other one."""
    preferred = [[0] * len(posts) for _ in posts]
    for ballot in ballots:
        rank = {key: place for place, tied in enumerate(ballot.ranks) for key in tied}
        places = [rank.get(post, len(ballot.ranks)) for post in posts]
        for one, place in enumerate(places):
            for other, behind in enumerate(places):
                preferred[one][other] += place < behind
    return preferred


def _strongest_chains(preferred: list[list[int]]) -> list[list[int]]:
    """The strength of the strongest chain of majorities between any two (Floyd and Warshall)."""
    every = range(len(preferred))
    strength = [
        [preferred[a][b] if preferred[a][b] > preferred[b][a] else 0 for b in every] for a in every
    ]
    for through in every:
        onward = strength[through]
        for one in every:
            reach, row = strength[one][through], strength[one]
            if reach and one != through:
                strength[one] = [max(row[b], min(reach, onward[b])) for b in every]
    return strength


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vote:
    voter: str
    post: str
    rank: int
    file: str
    line: int

    def problem(self, message: str) -> Problem:
        return Problem(file=self.file, line=self.line, message=message)


def _rows(name: str, text: str) -> Iterator[_Vote | Problem]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    for row in reader:
        cells = [cell.strip() for cell in row[: len(_COLUMNS)]]
        if not any(cells) or [cell.lower() for cell in cells] == list(_COLUMNS):
            continue
        cells += [""] * (len(_COLUMNS) - len(cells))
        voter, post, rank = cells
        if rank:
            yield _vote(voter or name, post, rank, file=name, line=reader.line_num)


def _vote(voter: str, post: str, rank: str, *, file: str, line: int) -> _Vote | Problem:
    if not rank.isascii() or not rank.isdigit() or int(rank) < 1:
        message = f"{rank!r} is no rank"
        return Problem(file=file, line=line, message=message, fix="write 1 for the best, then 2 …")
    return _Vote(voter=voter, post=post, rank=int(rank), file=file, line=line)


def _ballot(voter: str, ranks: Mapping[EntryKey, int]) -> Ballot:
    return Ballot(
        voter=voter,
        ranks=tuple(
            frozenset(key for key, given in ranks.items() if given == rank)
            for rank in sorted(set(ranks.values()))
        ),
    )


def _names(posts: Sequence[KeptEntry]) -> dict[str, EntryKey]:
    names: dict[str, EntryKey] = {}
    for item in posts:
        key = item.entry.key
        for name in (mark_of(key), key.id, item.entry.url, str(key)):
            names.setdefault(name, key)
    return names


def _plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
