"""The loop of a round: where names are looked up, and that addresses are not."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any, ParamSpec, TypeVar

import pytest

if sys.platform == "win32":
    pytest.skip("there is no uvloop", allow_module_level=True)

from digest.collect.http.loop import FetchLoop

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 8
WAIT_S = 10


class Waiting(ThreadPoolExecutor):
    """Does nothing before so many tasks are there to be done."""

    def __init__(self, tasks: int) -> None:
        super().__init__(tasks)
        self.together = Barrier(tasks, timeout=WAIT_S)
        self.submitted = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it together with the others."""

        def do() -> T:
            self.together.wait()
            return fn(*args, **kwargs)

        self.submitted += 1
        return super().submit(do)


@pytest.fixture
def names() -> Iterator[Waiting]:
    """Where names are looked up."""
    with Waiting(AT_ONCE) as executor:
        yield executor


def run(names: Waiting, coroutine: Awaitable[T]) -> T:
    loop = FetchLoop()
    loop.set_default_executor(names)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def test_names_are_looked_up_at_the_same_time(names: Waiting) -> None:
    """A name server that is slow for some names holds up no others: each has a thread."""

    async def ask() -> list[list[Any]]:
        loop = asyncio.get_running_loop()
        lookups = [loop.getaddrinfo("localhost", port) for port in range(1, AT_ONCE + 1)]
        return await asyncio.gather(*lookups)

    found = run(names, ask())
    assert [answer[0][4][1] for answer in found] == list(range(1, AT_ONCE + 1))
    assert {each[1] for answer in found for each in answer} == {socket.SOCK_STREAM}


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")],
    ids=["IPv4", "IPv6"],
)
def test_an_address_is_connected_to_without_a_lookup(
    names: Waiting, family: socket.AddressFamily, address: str
) -> None:
    """Connecting to an address waits for no name."""

    async def ask(port: int) -> tuple[Any, ...]:
        with socket.socket(family) as connection:
            connection.settimeout(0)
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
            peer: tuple[Any, ...] = connection.getpeername()
            return peer

    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip(f"{address} is not to be had here")
    with server:
        port = server.getsockname()[1]
        assert run(names, ask(port))[:2] == (address, port)
    assert not names.submitted
