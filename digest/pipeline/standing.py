"""Where an issue's recipients stand: by domain, by reason, how fast and for how long yet."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from digest.app import App
from digest.deliver.reasons import reason_of
from digest.model import DeliveryState, DomainTally, KeptIssue, Tally

DOMAINS = 20
"""How many domains are told apart."""
PACE_OVER = timedelta(minutes=1)
"""The stretch of time over which the pace is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """So many recipients in a state for one reason."""

    state: DeliveryState
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One issue's recipients. ``per_second`` is of the last minute; ``left`` None while none is."""

    tally: Tally
    domains: tuple[DomainTally, ...]
    reasons: tuple[ReasonCount, ...]
    per_second: float
    left: timedelta | None


def standing(app: App, kept: KeptIssue) -> Standing:
    """Where an issue's recipients stand now, as the ledger has it."""
    ledger = app.store.ledger
    tally = ledger.tally(kept.id)
    counted = Counter[tuple[DeliveryState, str]]()
    for answer in ledger.answers(kept.id):
        counted[answer.state, reason_of(answer.code, answer.note)] += answer.count
    lately = ledger.sent_since(kept.id, app.clock() - PACE_OVER) if tally.open else 0
    per_second = lately / PACE_OVER.total_seconds()
    return Standing(
        tally=tally,
        domains=ledger.domains(kept.id, limit=DOMAINS),
        reasons=tuple(
            ReasonCount(state=state, reason=reason, count=count)
            for (state, reason), count in sorted(
                counted.items(), key=lambda item: (-item[1], item[0])
            )
        ),
        per_second=per_second,
        left=timedelta(seconds=round(tally.open / per_second)) if per_second else None,
    )
