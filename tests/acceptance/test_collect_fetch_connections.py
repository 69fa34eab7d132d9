"""How hosts are connected to: one address by the loop itself, several in a race."""

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from digest.collect.http.fetch import HttpFetcher
from digest.model import Fetched, FetchFailed, FetchRequest, FetchResult
from tests.acceptance.http_servers import INSTANCE, ScriptedServer, fetch, fetch_all, settings

HOST = "feeds.example"
CLOSED = "127.0.0.9"


class Told:
    """What the audit hook hears: it stays in the process for good, and is deaf by default."""

    listening = False
    forbidden = False
    connections: list[tuple[object, ...]] = []  # noqa: RUF012 - there is one


def hear(event: str, arguments: tuple[object, ...]) -> None:
    if Told.listening and event == "digest.connect":
        Told.connections.append(arguments)
        if Told.forbidden:
            raise PermissionError


sys.addaudithook(hear)


@contextmanager
def listening(*, forbidden: bool = False) -> Iterator[list[tuple[object, ...]]]:
    Told.listening, Told.forbidden, Told.connections = True, forbidden, []
    try:
        yield Told.connections
    finally:
        Told.listening = False


class Addresses(AbstractResolver):
    """A name server that gives every host all of these."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses, whatever family is asked for."""
        del family
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    running.serve("/f")
    yield running
    running.close()


def ask(server: ScriptedServer, *addresses: str, private_hosts: tuple[str, ...]) -> FetchResult:
    fetcher = HttpFetcher(
        settings(private_hosts=private_hosts), INSTANCE, resolver=Addresses(*addresses)
    )
    (answer,) = fetcher.fetch([FetchRequest(url=server.url("/f", HOST))])
    return answer.result


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_audit_hooks_hear_of_what_the_loop_connects_to(server: ScriptedServer) -> None:
    """The loop makes its sockets outside Python, whose hooks would not hear of them otherwise."""
    with listening() as told:
        assert isinstance(ask(server, "127.0.0.1", private_hosts=(HOST,)), Fetched)
    assert told == [("127.0.0.1", server.port)]


def test_an_audit_hook_may_forbid_a_connection(server: ScriptedServer) -> None:
    """It is heard before the connection is made."""
    with listening(forbidden=True) as told:
        assert isinstance(ask(server, "127.0.0.1", private_hosts=(HOST,)), FetchFailed)
    assert told == [("127.0.0.1", server.port)]
    assert server.connections == 0


@pytest.mark.parametrize("addresses", [(CLOSED, "127.0.0.1"), ("127.0.0.1", CLOSED)])
def test_one_of_several_addresses_that_answers_is_enough(
    server: ScriptedServer, addresses: tuple[str, ...]
) -> None:
    """An address nobody listens at does not keep the document away."""
    assert isinstance(ask(server, *addresses, private_hosts=(HOST,)), Fetched)


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("127.0.0.1", "10.0.0.1"), ("169.254.169.254", "127.0.0.1")]
)
def test_a_refused_address_is_not_connected_to(
    server: ScriptedServer, addresses: tuple[str, ...]
) -> None:
    """Alone or among others: the guard is asked for each before anything goes out."""
    with listening() as told:
        result = ask(server, *addresses, private_hosts=())
    assert isinstance(result, FetchFailed)
    assert f"{HOST} is not asked" in result.reason
    assert not told
    assert server.connections == 0


def test_nobody_there_is_a_sentence(server: ScriptedServer) -> None:
    """A refused connection tells its reason."""
    result = ask(server, CLOSED, private_hosts=(HOST,))
    assert isinstance(result, FetchFailed)
    assert result.reason == f"no connection to {HOST}: connection refused"


@pytest.mark.skipif(sys.platform != "linux", reason="files are counted in /proc")
def test_a_host_that_takes_no_connection_is_given_up_in_time() -> None:
    """Nothing answers, not even with a refusal; what was begun is closed."""
    with ExitStack() as opened:
        full = opened.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(address)
        before = open_files()
        url = f"http://127.0.0.1:{address[1]}/f"
        result = fetch(url, timeout=timedelta(seconds=1))
        assert isinstance(result, FetchFailed)
        assert result.reason == "no complete answer within 1 seconds"
        # The loop's own descriptors come and go; connections would be one each.
        assert len(fetch_all([f"{url}?{n}" for n in range(20)], timeout=timedelta(seconds=1))) == 20
        assert open_files() < before + 20
