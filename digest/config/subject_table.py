"""The shape of ``[subject_trial]``: how second subjects of issues are tried."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from digest.config.quantities import parse_duration
from digest.config.settings import Count, Section
from digest.model import TrialPlan, TrialRule

_USUAL = TrialPlan()

Sample = Annotated[
    float,
    Field(
        gt=0, le=0.5, strict=True, allow_inf_nan=False, description="a number above 0, 0.5 at most"
    ),
]
Wait = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    Field(
        gt=timedelta(0),
        le=timedelta(days=7),
        description="a duration longer than nothing, 7 days at most",
    ),
]


class SubjectTrialTable(Section):
    """``[subject_trial]``. Defaults are those of :class:`digest.model.TrialPlan`."""

    sample: Sample = _USUAL.sample
    wait: Wait = _USUAL.wait
    rule: TrialRule = _USUAL.rule
    minimum: Count = _USUAL.minimum


def made_trial(table: SubjectTrialTable) -> TrialPlan:
    """The plan a table describes."""
    return TrialPlan(sample=table.sample, wait=table.wait, rule=table.rule, minimum=table.minimum)
