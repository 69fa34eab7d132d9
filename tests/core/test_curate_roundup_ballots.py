"""Ballots: blind, read with all their faults told, and counted by Schulze's method."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.curate.roundup import ballot_csv, ballot_lines, count, read_votes
from digest.curate.roundup.ballots import Ballot, mark_of
from digest.model import EntryKey
from tests.core.tidewell import posts, year

KEPT = [each.entry.key for each in year()]


def key(name: str) -> EntryKey:
    return EntryKey(feed="f", id=name)


def ballots(votes: dict[str, int]) -> list[Ballot]:
    """So many voters for each ranking, such as ``{"ACB": 5}``."""
    return [
        Ballot(voter=f"{order} {number}", ranks=tuple(frozenset({key(post)}) for post in order))
        for order, voters in votes.items()
        for number in range(voters)
    ]


def winners(found: tuple[frozenset[EntryKey], ...]) -> list[str]:
    return ["".join(sorted(each.id for each in tied)) for tied in found]


def test_a_ballot_names_no_author_and_no_score() -> None:
    """Voters see marks, titles and beginnings, in an order that is nobody's."""
    lines = ballot_lines(posts())
    text = ballot_csv(lines)
    assert text.startswith("voter,post,rank,title,excerpt\n")
    assert len(lines) == 9
    assert "Ada Low" not in text
    assert "tidewell.example" not in text
    assert [line.mark for line in lines] == sorted(line.mark for line in lines)


def test_a_filled_in_ballot_comes_back() -> None:
    """Ranks that a voter wrote into the ballot are that voter's ranking, ties together."""
    marks = [mark_of(each) for each in KEPT[1:4]]
    text = f"voter,post,rank,title\nAda,{marks[0]},1,x\nAda,{marks[1]},2,y\nAda,{marks[2]},2,z\n"
    read = read_votes({"a.csv": text}, year())
    assert read.problems == ()
    assert read.ballots == (
        Ballot(voter="Ada", ranks=(frozenset({KEPT[1]}), frozenset({KEPT[2], KEPT[3]}))),
    )


def test_posts_are_named_by_mark_id_key_or_url() -> None:
    """Every name of a post is understood, and a file stands for a voter without a name."""
    names = ["dredger", str(KEPT[2]), "https://tidewell.example/clock"]
    text = "".join(f",{name},{rank}\n" for rank, name in enumerate(names, start=1))
    read = read_votes({"bo.csv": text}, year())
    assert [ballot.voter for ballot in read.ballots] == ["bo.csv"]
    assert read.ballots[0].ranks == tuple(frozenset({each}) for each in KEPT[1:4])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param("Bo,nowhere,1", "'nowhere' is no post that may be voted for", id="unknown"),
        pytest.param("Bo,dredger,best", "'best' is no rank", id="no number"),
        pytest.param("Bo,dredger,0", "'0' is no rank", id="zero"),
        pytest.param("Bo,dredger,1\nBo,dredger,2", "Bo ranked 'dredger' already", id="twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(row: str, said: str) -> None:
    """Every fault names its file and line, and what would be right."""
    read = read_votes({"votes.csv": f"voter,post,rank\n{row}\n"}, year())
    assert [problem.message for problem in read.problems] == [said]
    assert read.problems[0].file == "votes.csv"
    assert read.problems[0].line == 1 + len(row.splitlines())


def test_the_example_of_the_method_comes_out() -> None:
    """Schulze's own example of 45 voters and five candidates: E, A, C, B, D."""
    votes = {
        "ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3,
        "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8,
    }  # fmt: skip
    assert winners(count(ballots(votes))) == ["E", "A", "C", "B", "D"]


def test_who_was_not_ranked_comes_after_who_was() -> None:
    """A voter who names one post prefers it to every other one."""
    assert winners(count(ballots({"A": 3, "BA": 2, "C": 1}))) == ["A", "B", "C"]


def test_ties_stand_together() -> None:
    """Two voters who want the opposite make a tie."""
    assert winners(count(ballots({"AB": 1, "BA": 1}))) == ["AB"]
    assert count(()) == ()


@given(st.lists(st.permutations("ABCDE"), max_size=12), st.randoms())
def test_the_order_of_ballots_does_not_matter(orders: list[list[str]], random: Random) -> None:
    """The count is the same for the same ballots; who wins all duels wins."""
    made = [
        Ballot(voter=str(number), ranks=tuple(frozenset({key(post)}) for post in order))
        for number, order in enumerate(orders)
    ]
    shuffled = random.sample(made, len(made))
    assert count(shuffled) == count(made)
    for post in "ABCDE" if orders else "":
        duels = [
            sum(order.index(post) < order.index(other) for order in orders) * 2 > len(orders)
            for other in "ABCDE"
            if other != post
        ]
        if all(duels):
            assert winners(count(made))[0] == post
