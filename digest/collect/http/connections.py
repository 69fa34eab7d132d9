"""Connections: to addresses that were looked up once and checked, and kept or closed afterwards.

Every address is checked where its connection is made, so that literals, names, redirects and
changing DNS answers all meet the same guard (see :mod:`digest.collect.http.addresses`).
"""

import asyncio
import socket
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from digest.collect.http.addresses import address_refusal

_MAX_HEADER = 16_384
_IDLE_SECONDS = 5.0

_AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class RefusedAddressError(OSError):
    """A host resolves to an address that must not be contacted."""


class Names(AbstractResolver):
    """Resolves each name once in a round, so that what was checked is what is connected to."""

    def __init__(self, resolver: AbstractResolver | None) -> None:
        self._resolver = resolver or aiohttp.ThreadedResolver()
        self._known: dict[str, list[ResolveResult]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host."""
        found = self._known.get(host)
        if found is None:
            found = self._known[host] = await self._resolver.resolve(host, port, family)
        return [ResolveResult(**{**each, "port": port}) for each in found]

    async def close(self) -> None:
        """Nothing is held open: a resolver that was given belongs to its giver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Connections that are kept for the next request of their host, and ones that never are."""

    kept: aiohttp.ClientSession
    once: aiohttp.ClientSession


async def open_pool(
    user_agent: str, names: Names, opened: AsyncExitStack, *, private: bool, by_proxy: bool
) -> Pool:
    """Open a pool; ``opened`` closes it.

    :param private: whether it is for hosts that were opted in to be private.
    :param by_proxy: nothing is checked here: a proxy is where it is by being configured.
    """

    async def session(*, close: bool) -> aiohttp.ClientSession:
        connector = _Connector(names, checked=not by_proxy, private=private, close=close)
        return await opened.enter_async_context(_session(user_agent, connector))

    return Pool(kept=await session(close=False), once=await session(close=True))


class _Connector(aiohttp.TCPConnector):
    """Leaves connecting to a host's only address to the loop: a sixth less of the processor.

    aiohttp itself connects a socket and then hands it to the loop, as several addresses that race
    each other need it. Python's audit hooks hear ``digest.connect`` with address and port of what
    the loop connects to, and may raise.

    :param checked: whether addresses pass the guard.
    """

    def __init__(self, names: Names, *, checked: bool, private: bool, close: bool) -> None:
        super().__init__(
            limit=0,
            resolver=names,
            socket_factory=self._socket,
            use_dns_cache=False,
            force_close=close,
            keepalive_timeout=None if close else _IDLE_SECONDS,
        )
        self._checked = checked
        self._private = private

    def _refusal(self, address_info: _AddrInfo) -> str | None:
        address = str(address_info[-1][0])
        return address_refusal(address, private=self._private) if self._checked else None

    def _socket(self, address_info: _AddrInfo) -> socket.socket:
        refused = self._refusal(address_info)
        if refused:
            raise RefusedAddressError(refused)
        return socket.socket(*address_info[:3])

    # This and what it calls are aiohttp's own inside: tests/acceptance would tell of a change.
    async def _wrap_create_connection(
        self,
        *factory: Any,  # noqa: ANN401 - handed on as aiohttp gives it
        addr_infos: list[_AddrInfo],
        **settings: Any,  # noqa: ANN401 - as above
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        # Connections that wait for one turn of the loop are opened in a row: that takes less of the
        # processor than each in between the steps of its own request.
        await asyncio.sleep(0)
        if len(addr_infos) > 1 or self._refusal(addr_infos[0]):
            return await super()._wrap_create_connection(
                *factory, addr_infos=addr_infos, **settings
            )
        address, port = addr_infos[0][-1][:2]
        sys.audit("digest.connect", address, port)
        return await self._wrap_existing_connection(*factory, host=address, port=port, **settings)


def _session(user_agent: str, connector: _Connector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": user_agent},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
        auto_decompress=False,
        max_line_size=_MAX_HEADER,
        max_field_size=_MAX_HEADER,
    )
