"""A round's hand-over: nothing lost, nothing piled up, and the process as it was before."""

import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from digest.collect.http.rounds import Ask, Limits, Round
from digest.model import Fetched, FetchRequest, FetchResult, NotModified

BODY = bytes(10_000_000)


@pytest.fixture(autouse=True)
def usual_threshold() -> Iterator[None]:
    """What a test does to the collector stays in it."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def requests(count: int) -> list[FetchRequest]:
    return [FetchRequest(url=f"https://f{n}.example/") for n in range(count)]


def door_to(
    result: FetchResult | Exception,
) -> tuple[Callable[[], AbstractAsyncContextManager[Ask]], list[str]]:
    """A door behind which every URL has the same answer, at once; and the URLs that were asked."""
    asked: list[str] = []

    async def ask(request: FetchRequest, *, last: bool) -> FetchResult:
        assert last
        asked.append(request.url)
        if isinstance(result, Exception):
            raise result
        return result

    @asynccontextmanager
    async def door() -> AsyncIterator[Ask]:
        yield ask

    return door, asked


@pytest.mark.parametrize("concurrency", [1, 3, 100], ids="{} at once".format)
@pytest.mark.parametrize("body", [b"", BODY], ids=["small", "large"])
def test_every_request_is_answered_once(concurrency: int, body: bytes) -> None:
    """However full it gets on the way, each URL comes back exactly once."""
    door, _ = door_to(Fetched(url="", body=body))
    limits = Limits(concurrency=concurrency, per_host=1)
    answers = Round(requests(60), limits, door=door).answers()
    assert sorted(answer.request.url for answer in answers) == sorted(
        request.url for request in requests(60)
    )


@pytest.mark.parametrize(
    ("result", "most"),
    # Two answers a lane or 64 MB are handed over, and each lane holds one that is not.
    [(NotModified(), 1 + 20 + 10), (Fetched(url="", body=BODY), 1 + 7 + 10)],
    ids=["answers", "bytes"],
)
def test_what_nobody_takes_does_not_pile_up(result: FetchResult, most: int) -> None:
    """Where the caller is slow, asking stops: after so many answers, or after so many bytes."""
    door, asked = door_to(result)
    answers = Round(requests(60), Limits(concurrency=10, per_host=1), door=door).answers()
    next(answers)
    time.sleep(0.2)
    assert len(asked) <= most
    assert len(list(answers)) == 59


def test_what_breaks_inside_is_raised_outside() -> None:
    """An error that is no everyday outcome reaches the caller, and ends the round."""
    door, _ = door_to(LookupError("broken"))
    with pytest.raises(ExceptionGroup, match="unhandled") as raised:
        list(Round(requests(3), Limits(concurrency=2, per_host=1), door=door).answers())
    assert raised.group_contains(LookupError)


@pytest.mark.parametrize("early", [False, True], ids=["to the end", "left early"])
@pytest.mark.parametrize("usual", [700, 0, 90_000], ids="threshold {}".format)
def test_cycles_are_looked_for_rarely_during_a_round_only(usual: int, *, early: bool) -> None:
    """In a round the threshold is never lower, 0 stays 0, and then all is as before."""
    gc.set_threshold(usual, 11, 12)
    door, _ = door_to(NotModified())
    limits = Limits(concurrency=2, per_host=1)
    outer, inner = (Round(requests(30), limits, door=door).answers() for _ in range(2))
    next(outer)
    list(inner)
    assert gc.get_threshold()[0] == (usual and max(usual, 50_000))
    if early:
        outer.close()  # type: ignore[attr-defined] # it is a generator
    else:
        list(outer)
    assert gc.get_threshold() == (usual, 11, 12)
