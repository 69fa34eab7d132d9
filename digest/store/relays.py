"""How relays do, and what was used of rates that outlive a process, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from digest.model import RateUse, RelayState
from digest.store.database import Database
from digest.store.tables import rate_uses, relays


class SqlRelays:
    """A :class:`digest.ports.RelayStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> tuple[RelayState, ...]:
        """The last that is known of each relay that ever broke, in order of name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(relays).order_by(relays.c.name)).all()
        return tuple(
            RelayState(
                name=row.name,
                reason=row.reason,
                broken_since=row.broken_since,
                mended_at=row.mended_at,
            )
            for row in rows
        )

    def keep(self, state: RelayState) -> None:
        """Put a relay's state in place of the one before."""
        values = {
            "reason": state.reason,
            "broken_since": state.broken_since,
            "mended_at": state.mended_at,
        }
        new = self._database.insert(relays).values(name=state.name, **values)
        either = new.on_conflict_do_update(index_elements=["name"], set_=values)
        with self._database.writing() as connection:
            connection.execute(either)

    def uses(self, *, since: datetime) -> tuple[RateUse, ...]:
        """What was used in the minutes that ended after then."""
        columns = rate_uses.c
        wanted = select(rate_uses).where(columns.until > since)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(columns.limit, columns.until)).mappings()
            return tuple(RateUse(**row) for row in rows)

    def add_uses(self, uses: Sequence[RateUse], *, since: datetime) -> None:
        """Add to what was used; minutes that ended up to ``since`` are forgotten."""
        if not uses:
            return
        new = self._database.insert(rate_uses)
        sum_of_both = rate_uses.c["count"] + new.excluded["count"]
        either = new.on_conflict_do_update(
            index_elements=["limit", "until"], set_={"count": sum_of_both}
        )
        # In one order for all processes, or two could wait for each other's rows.
        ordered = sorted(uses, key=lambda use: (use.limit, use.until))
        rows = [{"limit": use.limit, "until": use.until, "count": use.count} for use in ordered]
        with self._database.writing() as connection:
            connection.execute(delete(rate_uses).where(rate_uses.c.until <= since))
            connection.execute(either, rows)
