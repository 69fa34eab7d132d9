"""Asking for pictures: when, with what, and what is remembered of the answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.util import find_spec

from digest.model import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    HostedPicture,
    NoPicture,
    PictureSlot,
    PictureVisit,
    PreparedPicture,
)

EXTRA = "images"
"""What to install so that pictures can be made to measure."""

MAX_SIZE = 10_000_000
"""How many bytes of a picture's file are taken."""

_ACCEPT = "image/avif, image/webp, image/png, image/jpeg, image/gif, image/*;q=0.5"
_SECONDS = timedelta(seconds=10)
_FRESH = timedelta(days=1)
_RETRY = timedelta(minutes=10)
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A slot whose picture is to be asked for, and the visit before, if there was one."""

    slot: PictureSlot
    before: PictureVisit | None = None


def can_resize() -> bool:
    """Whether the extra that makes pictures to measure is installed; it is not loaded."""
    return find_spec("PIL") is not None


def is_due(visit: PictureVisit | None, now: datetime) -> bool:
    """Whether a slot's picture is to be asked for: never was, is old, or failed a while ago."""
    if visit is None or visit.visited_at + _FRESH <= now:
        return True
    return visit.retry_at is not None and visit.retry_at <= now


def picture_request(ask: Ask) -> FetchRequest:
    """The request for a slot's picture; conditional where one is kept."""
    kept = ask.before if ask.before and ask.before.picture else None
    return FetchRequest(
        url=ask.slot.url,
        etag=kept.etag if kept else "",
        last_modified=kept.last_modified if kept else "",
        accept=_ACCEPT,
        max_size=MAX_SIZE,
        timeout=_SECONDS,
    )


def visit_of(
    ask: Ask, answer: FetchResult, made: PreparedPicture | NoPicture | None, *, now: datetime
) -> PictureVisit:
    """What is remembered of an answer, and of the picture that was made of it.

    A picture that was had once stays when its origin fails later.
    """
    kept = ask.before.picture if ask.before else None
    if isinstance(answer, Fetched) and isinstance(made, PreparedPicture):
        return PictureVisit(
            slot=ask.slot,
            visited_at=now,
            picture=_hosted(made),
            etag=answer.etag,
            last_modified=answer.last_modified,
        )
    if kept and ask.before and not isinstance(answer, Fetched | FetchFailed):
        return replace(ask.before, visited_at=now, remark="", attempts=1, retry_at=None)
    reason, again = _failure(answer, made)
    attempts = _attempts(ask.before) + 1
    return PictureVisit(
        slot=ask.slot,
        visited_at=now,
        picture=kept,
        remark=reason,
        attempts=attempts,
        retry_at=now + _RETRY if again and attempts < _ATTEMPTS else None,
    )


def _attempts(before: PictureVisit | None) -> int:
    """How often the slot failed in a row, if more is to come of that."""
    return before.attempts if before and before.retry_at else 0


def _failure(answer: FetchResult, made: PreparedPicture | NoPicture | None) -> tuple[str, bool]:
    """What is wrong with the picture, after "it", and whether another try may help."""
    if isinstance(made, NoPicture):
        return made.reason, made.unread
    if isinstance(answer, FetchFailed):
        return f"cannot be had: {answer.reason}", True
    return "cannot be had: the server says that nothing has changed, unasked", True


def _hosted(made: PreparedPicture) -> HostedPicture:
    return HostedPicture(
        hash=made.hash,
        media_type=made.media_type,
        width=made.width,
        height=made.height,
        size=len(made.body),
    )
