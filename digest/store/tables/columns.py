"""What the tables share: their register, and types of columns."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Enum, MetaData, TypeDecorator
from sqlalchemy.engine import Dialect

METADATA = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC out; SQLite itself forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Shift to UTC. A naive datetime is a mistake of the caller."""
        del dialect
        if value is None or value.tzinfo is UTC:
            return value
        if value.tzinfo is None:
            message = f"{value!r} has no time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say again that it is UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(members: type[StrEnum]) -> Sequence[str]:
    return [member.value for member in members]


def one_of(members: type[StrEnum]) -> Enum:
    """A column of a member's value."""
    # Text without a CHECK: a new member must not need a rebuilt table.
    return Enum(members, native_enum=False, length=16, values_callable=_values)
