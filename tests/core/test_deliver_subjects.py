"""Two subjects: who is drawn for which, and which of them wins."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.subjects import (
    draw,
    judge_subjects,
    plan_line,
    sample_size,
    too_few,
    trial_lines,
)
from digest.model import Arm, ArmFigures, SubjectChoice, SubjectTrial, TrialPlan, TrialRule

NOW = datetime(2026, 6, 18, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = TrialPlan(sample=0.2, minimum=2)

people = st.dictionaries(st.integers(1, 10**6), st.integers(-12, 12), min_size=1, max_size=300)
plans = st.builds(
    TrialPlan,
    sample=st.floats(0.01, 0.5),
    minimum=st.integers(1, 20),
)


def due(hours: dict[int, int]) -> list[tuple[int, datetime]]:
    return [(reader, NOW + offset * HOUR) for reader, offset in hours.items()]


def figures(sent: int, leaving: int, readers: int = 0) -> ArmFigures:
    return ArmFigures(
        readers=readers or sent, sent=sent, unsubscribed=leaving, complained=0, leaving=leaving
    )


def trial(
    a: ArmFigures,
    b: ArmFigures,
    **changes: Any,  # noqa: ANN401 - fields by name
) -> SubjectTrial:
    fields: dict[str, Any] = {
        "issue_id": 1,
        "rule": TrialRule.FEWEST_LEAVING,
        "minimum": 100,
        "started_at": NOW,
        "ends_at": NOW + 4 * HOUR,
        "rest": 800,
        "a": a,
        "b": b,
    }
    return SubjectTrial(**(fields | changes))


@given(hours=people, plan=plans, issue=st.integers(1, 99), order=st.randoms())
def test_the_halves_are_equal_and_drawn_alike_every_time(
    hours: dict[int, int],
    plan: TrialPlan,
    issue: int,
    order: Random,
) -> None:
    """As many under A as under B, nobody under both, whatever order the readers come in."""
    readers = due(hours)
    drawn = draw(issue, readers, plan)
    order.shuffle(readers)
    assert draw(issue, readers, plan) == drawn
    size = sample_size(plan, len(readers))
    assert size <= plan.sample * len(readers)
    assert size < len(readers)
    if drawn is None:
        assert size < 2 * plan.minimum
        return
    assert len(drawn.a) == len(drawn.b) == size // 2 >= plan.minimum
    assert not set(drawn.a) & set(drawn.b)
    assert set(drawn.a) | set(drawn.b) <= set(hours)


@given(hours=people, issue=st.integers(1, 99))
def test_nobody_waits_for_a_reader_of_a_later_zone(hours: dict[int, int], issue: int) -> None:
    """Whoever is due before the last of the sample is in it; each moment's readers are halved."""
    drawn = draw(issue, due(hours), TrialPlan(sample=0.5, minimum=1))
    if drawn is None:
        return
    sample = {*drawn.a, *drawn.b}
    assert max(NOW + hours[reader] * HOUR for reader in sample) == drawn.last_due
    assert all(reader in sample for reader, at in due(hours) if at < drawn.last_due)
    for offset in set(hours.values()):
        here = {reader for reader in sample if hours[reader] == offset}
        assert abs(len(here & set(drawn.a)) - len(here & set(drawn.b))) <= 1


def test_another_issue_draws_others() -> None:
    """The lot is of issue and reader: no reader is always in the sample."""
    readers = due(dict.fromkeys(range(1, 1001), 0))
    first, second = (draw(issue, readers, PLAN) for issue in (1, 2))
    assert first
    assert second
    both = {*first.a, *first.b} & {*second.a, *second.b}
    assert 10 < len(both) < 80


def test_the_lot_is_the_same_on_every_machine() -> None:
    """Not Python's own hash, which differs from run to run."""
    drawn = draw(7, due(dict.fromkeys(range(1, 31), 0)), TrialPlan(sample=0.2, minimum=1))
    assert drawn
    assert (drawn.a, drawn.b) == ((21, 30, 23), (6, 15, 3))


def test_too_few_readers_are_not_drawn_from() -> None:
    """Below the minimum for each subject there is no sample, and the first subject has won."""
    plan = TrialPlan(sample=0.2, minimum=100)
    assert draw(1, due(dict.fromkeys(range(999), 0)), plan) is None
    assert draw(1, due(dict.fromkeys(range(1000), 0)), plan)
    choice = too_few(plan, 999)
    assert choice.winner is Arm.A
    assert "20% of 999 has 99 for each subject, and 100 are the least" in choice.why


def test_a_plan_is_told_before_it_begins() -> None:
    """How many get it first and how long the others wait, or that there are too few."""
    assert plan_line(TrialPlan(), 1234) == (
        "246 of 1234 readers get it first, half of them under each subject; the others wait 4 hours"
        " (fewest-leaving)"
    )
    assert plan_line(TrialPlan(), 999).endswith("100 are the least: everybody gets A at once")
    assert plan_line(TrialPlan(minimum=1), 0).startswith("too few readers")


@pytest.mark.parametrize(
    ("a", "b", "winner", "why"),
    [
        pytest.param(figures(500, 5), figures(500, 2), Arm.B, "fewest left: 5 of 500", id="b"),
        pytest.param(figures(500, 2), figures(500, 5), Arm.A, "fewest left: 2 of 500", id="a"),
        pytest.param(figures(500, 3), figures(500, 3), Arm.A, "as many left", id="tie"),
        pytest.param(figures(500, 0), figures(500, 0), Arm.A, "as many left", id="nobody"),
        pytest.param(figures(400, 4), figures(200, 2), Arm.A, "as many left", id="tie-of-shares"),
        pytest.param(figures(400, 4), figures(200, 1), Arm.B, "fewest left", id="shares-count"),
        pytest.param(figures(300, 3), figures(600, 7), Arm.A, "fewest left", id="close-shares"),
        pytest.param(figures(500, 9), figures(99, 0), Arm.A, "too few got it: 500", id="few-b"),
        pytest.param(figures(99, 9), figures(500, 0), Arm.A, "too few got it: 99", id="few-a"),
        pytest.param(figures(100, 9), figures(100, 0), Arm.B, "fewest left", id="just-enough"),
        pytest.param(figures(0, 0), figures(0, 0), Arm.A, "too few got it: 0", id="none-sent"),
    ],
)
def test_the_smaller_share_of_leavers_wins(
    a: ArmFigures, b: ArmFigures, winner: Arm, why: str
) -> None:
    """By shares of those who got it, exactly; A on a tie and where too few got either."""
    choice = judge_subjects(trial(a, b))
    assert choice.winner is winner
    assert choice.why.startswith(why)
    assert choice.by == ""


@given(
    a=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    b=st.tuples(st.integers(0, 500), st.integers(0, 500)),
)
def test_the_second_subject_wins_by_being_better_alone(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    """B never wins with as large a share as A, nor with fewer readers than count."""
    arms = [figures(max(pair), min(pair)) for pair in (a, b)]
    choice = judge_subjects(trial(arms[0], arms[1], minimum=20))
    if choice.winner is Arm.B:
        assert min(arms[0].sent, arms[1].sent) >= 20
        assert arms[1].leaving / arms[1].sent < arms[0].leaving / arms[0].sent


def test_an_editor_who_says_nothing_means_the_first() -> None:
    """By the editor's rule, figures decide nothing."""
    choice = judge_subjects(
        trial(figures(500, 9), figures(500, 0), rule=TrialRule.EDITOR),
    )
    assert choice == SubjectChoice(winner=Arm.A, why="nobody chose in time")


def test_a_trial_is_told_with_its_figures() -> None:
    """Before: until when, and who waits. After: what won, by what, and what was counted."""
    running = trial(figures(500, 5), figures(490, 2, readers=500))
    assert trial_lines(running) == (
        "two subjects are tried until 2026-06-18 10:30 UTC (fewest-leaving); 800 readers wait",
        "A: 500 readers, 500 sent; 5 left, of whom 0 complained",
        "B: 500 readers, 490 sent; 2 left, of whom 0 complained",
    )
    choice = SubjectChoice(winner=Arm.B, why="an editor chose it", by="Ada")
    decided = trial(running.a, running.b, choice=choice)
    assert trial_lines(decided)[0] == "subject B was chosen (Ada): an editor chose it"
    none_drawn = trial(ArmFigures(), ArmFigures(), choice=too_few(PLAN, 3))
    assert len(trial_lines(none_drawn)) == 1
