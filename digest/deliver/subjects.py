"""Two subjects: who is in the sample and under which, and which of the subjects won."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from digest.config.quantities import written_duration
from digest.model import Arm, ArmFigures, SubjectChoice, SubjectTrial, TrialPlan, TrialRule

_SUBJECTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sample: the readers under each subject, and when the last of them is due."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    last_due: datetime


def sample_size(plan: TrialPlan, readers: int) -> int:
    """How many readers a sample has: an even number, and never everybody."""
    size = min(int(plan.sample * readers), readers - 1)
    return max(0, size - size % _SUBJECTS)


def draw(issue_id: int, readers: Sequence[tuple[int, datetime]], plan: TrialPlan) -> Drawn | None:
    """The sample of an issue's readers, given by id with when each is due; None if too small.

    Those due first are drawn first, so that nobody waits for a reader of another time zone; among
    those due together a hash of issue and reader decides. The same readers are drawn alike every
    time, whatever their order. The subjects take turns: of no moment's readers has one subject
    more than one more.
    """
    size = sample_size(plan, len(readers))
    if size < max(1, plan.minimum) * _SUBJECTS:
        return None
    order = sorted(readers, key=lambda reader: (reader[1], _lot(issue_id, reader[0])))
    drawn = order[:size]
    return Drawn(
        a=tuple(reader for reader, _ in drawn[::_SUBJECTS]),
        b=tuple(reader for reader, _ in drawn[1::_SUBJECTS]),
        last_due=drawn[-1][1],
    )


def too_few(plan: TrialPlan, readers: int) -> SubjectChoice:
    """The choice where there are too few readers for a trial."""
    each = sample_size(plan, readers) // _SUBJECTS
    why = (
        f"too few readers: a sample of {plan.sample:.0%} of {readers} has {each} for each subject,"
        f" and {plan.minimum} are the least"
    )
    return SubjectChoice(winner=Arm.A, why=why)


def judge_subjects(trial: SubjectTrial) -> SubjectChoice:
    """Which subject won by the trial's rule, once its time is over.

    By ``fewest-leaving``, the one of whose readers the smaller share left or complained; the first
    one where the shares are equal or either has too few readers. By ``editor``, the first one:
    nobody chose.
    """
    if trial.rule is TrialRule.EDITOR:
        return SubjectChoice(winner=Arm.A, why="nobody chose in time")
    if min(trial.a.sent, trial.b.sent) < max(1, trial.minimum):
        why = f"too few got it: {trial.a.sent} and {trial.b.sent}, {trial.minimum} are the least"
        return SubjectChoice(winner=Arm.A, why=why)
    # Cross-multiplied, so that equal shares are equal.
    of_a, of_b = trial.a.leaving * trial.b.sent, trial.b.leaving * trial.a.sent
    winner = Arm.B if of_b < of_a else Arm.A
    verb = "as many" if of_a == of_b else "fewest"
    why = f"{verb} left: {_share(trial.a)} under A, {_share(trial.b)} under B"
    return SubjectChoice(winner=winner, why=why)


def plan_line(plan: TrialPlan, readers: int) -> str:
    """What a trial with that many readers would be, in words."""
    size = sample_size(plan, readers)
    if size < max(1, plan.minimum) * _SUBJECTS:
        return f"{too_few(plan, readers).why}: everybody gets A at once"
    return (
        f"{size} of {readers} readers get it first, half of them under each subject; the others"
        f" wait {written_duration(plan.wait)} ({plan.rule})"
    )


def trial_lines(trial: SubjectTrial) -> tuple[str, ...]:
    """A trial in words: what it is at, and what each subject's readers did."""
    choice = trial.choice
    if choice is None:
        until = f"{trial.ends_at:%Y-%m-%d %H:%M UTC}"
        head = f"two subjects are tried until {until} ({trial.rule}); {trial.rest} readers wait"
    else:
        by = choice.by or str(trial.rule)
        head = f"subject {choice.winner.name} was chosen ({by}): {choice.why}"
    if not trial.a.readers:
        return (head,)
    return (head, f"A: {_told(trial.a)}", f"B: {_told(trial.b)}")


def _told(figures: ArmFigures) -> str:
    return (
        f"{figures.readers} readers, {figures.sent} sent; {figures.leaving} left, of whom"
        f" {figures.complained} complained"
    )


def _share(figures: ArmFigures) -> str:
    return f"{figures.leaving} of {figures.sent}"


def _lot(issue_id: int, reader: int) -> bytes:
    return blake2b(f"{issue_id}/{reader}".encode(), digest_size=8).digest()
