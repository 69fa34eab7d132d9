"""Where an issue's deliveries stand, in SQL: by state, by domain, by what servers answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from digest.model import AnswerCount, DeliveryState, DomainTally, Tally
from digest.store.database import Database
from digest.store.frequency import WAITING
from digest.store.tables import deliveries

_row = deliveries.c


class SqlStanding:
    """The part of :class:`digest.ports.LedgerStore` that only looks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owners(self) -> tuple[str, ...]:
        """Who holds claims now."""
        wanted = (
            select(_row.claimed_by)
            .where(_row.claimed_by.is_not(None))
            .distinct()
            .order_by(_row.claimed_by)
        )
        with self._database.reading() as connection:
            return tuple(connection.scalars(wanted))

    def next_due(self, issue_id: int) -> datetime | None:
        """When the next of those who wait is due, maybe by now; None when nobody waits."""
        wanted = select(func.min(_row.next_attempt_at)).where(
            _row.issue_id == issue_id, _row.state.in_(WAITING)
        )
        with self._database.reading() as connection:
            due: datetime | None = connection.scalar(wanted)
        return due

    def tally(self, issue_id: int) -> Tally:
        """How many deliveries stand in each state."""
        of_issue = _row.issue_id == issue_id
        states = select(_row.state, func.count()).where(of_issue).group_by(_row.state)
        # Zero is spelt out: SQLite uses a partial index only where it sees its condition.
        uncertain = select(func.count()).where(of_issue, _row.times_uncertain > literal_column("0"))
        causes = (
            select(_row.cause, func.count())
            .where(of_issue, _row.state == DeliveryState.FAILED, _row.cause.is_not(None))
            .group_by(_row.cause)
        )
        with self._database.reading() as connection:
            counts = connection.execute(states.order_by(_row.state)).all()
            once = connection.scalar(uncertain) or 0
            failures = connection.execute(causes.order_by(_row.cause)).all()
        return Tally(
            counts=tuple((state, count) for state, count in counts),
            uncertain_once=once,
            failures=tuple((cause, count) for cause, count in failures),
        )

    def domains(self, issue_id: int, *, limit: int) -> tuple[DomainTally, ...]:
        """The domains with the most recipients, and how theirs stand; the most first."""
        domain = _Domain(_row.address)
        size, name = func.count().label("size"), domain.label("domain")
        largest = (
            select(name, size)
            .where(_row.issue_id == issue_id)
            .group_by(name)
            .order_by(size.desc(), name)
            .limit(limit)
            .cte("largest")
        )
        states = (
            select(largest.c.domain, _row.state, func.count())
            .join_from(deliveries, largest, domain == largest.c.domain)
            .where(_row.issue_id == issue_id)
            .group_by(largest.c.size, largest.c.domain, _row.state)
            .order_by(largest.c.size.desc(), largest.c.domain, _row.state)
        )
        found: dict[str, list[tuple[DeliveryState, int]]] = {}
        with self._database.reading() as connection:
            for domain_name, state, count in connection.execute(states):
                found.setdefault(domain_name, []).append((state, count))
        return tuple(
            DomainTally(domain=name, tally=Tally(counts=tuple(counts)))
            for name, counts in found.items()
        )

    def answers(self, issue_id: int) -> tuple[AnswerCount, ...]:
        """What was answered to those who have not got the issue, word for word, and how often."""
        wanted = (
            select(_row.state, _row.reply_code, _row.note, func.count())
            .where(_row.issue_id == issue_id, _row.state != DeliveryState.SENT, _row.note != "")
            .group_by(_row.state, _row.reply_code, _row.note)
        )
        with self._database.reading() as connection:
            return tuple(
                AnswerCount(state=state, code=code, note=note, count=count)
                for state, code, note, count in connection.execute(wanted)
            )

    def sent_since(self, issue_id: int, since: datetime) -> int:
        """How many were sent from that moment on."""
        wanted = select(func.count()).where(
            _row.issue_id == issue_id,
            _row.state == DeliveryState.SENT,
            _row.updated_at >= since,
        )
        with self._database.reading() as connection:
            return connection.scalar(wanted) or 0


class _Domain(GenericFunction[str]):
    """What follows the last @ of an address, in lower case."""

    type = Text()
    inherit_cache = True
    name = "domain_of_address"


@compiles(_Domain)
def _domain_sqlite(element: _Domain, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    # Without a search from the right: strip from the right whatever the address has but an @.
    address = compiler.process(element.clauses, **options)
    return f"lower(substr({address}, 1 + length(rtrim({address}, replace({address}, '@', '')))))"


@compiles(_Domain, "postgresql")
def _domain_postgresql(element: _Domain, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    address = compiler.process(element.clauses, **options)
    return f"lower(substring({address} from '[^@]*$'))"
