"""The shape of ``[ranking]``: how an issue's stories are chosen."""

from typing import Annotated

from pydantic import AfterValidator, Field

from digest.config.notations import check_feed_url, check_line
from digest.config.settings import Limit, Section
from digest.model import RankingRules, RankingWeights

# Inclusive bounds, and no "nan", which TOML has and no comparison survives.
Weight = Annotated[
    float,
    Field(ge=0, strict=True, allow_inf_nan=False, description="a number of at least 0"),
]
Share = Annotated[
    float,
    Field(ge=0, le=1, strict=True, allow_inf_nan=False, description="a number from 0 to 1"),
]
_FeedUrl = Annotated[str, AfterValidator(check_feed_url)]
_Line = Annotated[str, AfterValidator(check_line)]
_USUAL = RankingWeights()


class WeightsTable(Section):
    """``[ranking.weights]``: what each part of a story's score weighs."""

    recency: Weight = _USUAL.recency
    source: Weight = _USUAL.source
    coverage: Weight = _USUAL.coverage
    length: Weight = _USUAL.length
    picture: Weight = _USUAL.picture
    picks: Weight = _USUAL.picks
    clicks: Weight = _USUAL.clicks


class RankingTable(Section):
    """``[ranking]``. Defaults are those of :class:`digest.model.RankingRules`."""

    max_per_source: Limit = 0
    max_per_author: Limit = 0
    diversity: Share = 0.3
    sources: tuple[_FeedUrl, ...] = ()
    clicks: _Line = ""
    weights: WeightsTable = WeightsTable()


def made_ranking(table: RankingTable) -> RankingRules:
    """The rules a table describes."""
    return RankingRules(
        weights=RankingWeights(**table.weights.model_dump()),
        max_per_source=table.max_per_source,
        max_per_author=table.max_per_author,
        diversity=table.diversity,
        sources=tuple(dict.fromkeys(table.sources)),
        clicks=table.clicks.strip(),
    )
