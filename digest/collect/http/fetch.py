"""The one guarded door to the network: many URLs asked at once, each within its limits.

Whatever comes of a URL is a value. Every address is checked where its connection is made (see
:mod:`digest.collect.http.connections`). A proxy is used only where one is configured; it connects
on our behalf, so names are resolved and checked here before it is asked.
"""

import asyncio
import os
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from digest.collect.http.addresses import Target, address_refusal, opted_in, read_target
from digest.collect.http.codings import Body, BodyRefusedError
from digest.collect.http.connections import Names, Pool, RefusedAddressError, open_pool
from digest.collect.http.exchange import (
    HEADERS,
    LISTS,
    NOT_MODIFIED,
    Head,
    Hop,
    RestingHosts,
    arrived,
    fetched,
    form_body,
    is_redirect,
    printable,
    redacted,
    redirected,
    refusal,
    request_headers,
    unchanged,
    unsendable,
)
from digest.collect.http.rounds import Ask, Limits, Round
from digest.config import CollectSettings, InstanceSettings
from digest.model import FetchAnswer, FetchFailed, FetchRequest, FetchResult

_MAX_SHOWN = 150


class HttpFetcher:
    """Asks for URLs over HTTP, concurrently, with a limit for each host.

    :param resolver: how names become addresses; the system's way where there is none.
    """

    def __init__(
        self,
        collect: CollectSettings,
        instance: InstanceSettings,
        *,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._collect = collect
        self._user_agent = user_agent(instance)
        self._resolver = resolver

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        """Answers in the order they arrive. Closing the iterator ends what is under way."""
        limits = Limits(concurrency=self._collect.concurrency, per_host=self._collect.per_host)
        if requests:
            yield from Round(requests, limits, door=self._door).answers()

    @asynccontextmanager
    async def _door(self) -> AsyncIterator[Ask]:
        async with AsyncExitStack() as opened:
            yield await _Door.open(self._collect, self._user_agent, self._resolver, opened)


def user_agent(instance: InstanceSettings) -> str:
    """How requests introduce themselves: program, a way to reach its operator, its name."""
    parts = (f"+{instance.contact}" if instance.contact else "", instance.name)
    comment = "; ".join(filter(None, (re.sub(r"[^ -~]|[()\\]", "", part) for part in parts)))
    return f"digest/{version('digest')}" + (f" ({comment})" if comment else "")


class _Door:
    """One round's way out: pools of connections that never mix.

    Hosts opted in to be private have one, all others another; with a proxy there is that alone.
    """

    def __init__(
        self, collect: CollectSettings, names: Names, *, public: Pool, private: Pool
    ) -> None:
        self._collect = collect
        self._names = names
        self._public = public
        self._private = private
        self._private_hosts = opted_in(collect.private_hosts)
        self._seconds = collect.timeout.total_seconds()
        self._proxy = URL(collect.proxy) if collect.proxy else None
        self._resting = RestingHosts()
        self._asked: set[str] = set()
        self._unanswered: set[FetchRequest] = set()
        self._tls: ssl.SSLContext | None = None

    @classmethod
    async def open(
        cls,
        collect: CollectSettings,
        user_agent: str,
        resolver: AbstractResolver | None,
        opened: AsyncExitStack,
    ) -> "_Door":
        """Open the pools; ``opened`` closes them."""
        names = Names(resolver)

        async def pool(*, private: bool) -> Pool:
            by_proxy = bool(collect.proxy)
            return await open_pool(user_agent, names, opened, private=private, by_proxy=by_proxy)

        public = await pool(private=False)
        return cls(collect, names, public=public, private=await pool(private=True))

    async def __call__(self, request: FetchRequest, *, last: bool) -> FetchResult:
        """Ask for one URL; whatever comes of it is a value."""
        started = time.perf_counter()
        own = request.timeout.total_seconds() if request.timeout else self._seconds
        seconds = min(own, self._seconds)
        try:
            async with asyncio.timeout(seconds):
                result = await self._follow(request, last=last, started=started)
        except TimeoutError:
            result = FetchFailed(reason=f"no complete answer within {seconds:g} seconds")
        except Exception as error:  # noqa: BLE001 - one URL never ends a round: its failure is a value
            unresolved = isinstance(error, aiohttp.ClientConnectorDNSError)
            result = FetchFailed(reason=_sentence(error), unresolved=unresolved)
        if not isinstance(result, FetchFailed):
            return result
        return replace(
            result,
            reason=redacted(result.reason, request),
            latency=_since(started),
            unanswered=request.content is not None and request in self._unanswered,
        )

    async def _follow(self, request: FetchRequest, *, last: bool, started: float) -> FetchResult:
        refused = unsendable(request)
        if refused:
            return FetchFailed(reason=refused)
        hop, home = Hop(url=request.url, started=started), None
        for _ in range(self._collect.max_redirects + 1):
            target = read_target(hop.url, private_hosts=self._private_hosts)
            if isinstance(target, str):
                where = "" if home is None else f"redirected to {_shown(hop.url)}: "
                return FetchFailed(reason=f"{where}{target}")
            home = home or target
            step = await self._step(request, arrived(hop, target, home), target, last=last)
            if not isinstance(step, Hop):
                return step
            hop = step
        return FetchFailed(reason=f"more than {self._collect.max_redirects} redirects")

    async def _step(
        self, request: FetchRequest, hop: Hop, target: Target, *, last: bool
    ) -> FetchResult | Hop:
        """Ask one URL: its document, its refusal, or where it redirects to."""
        loop = asyncio.get_running_loop()
        resting = self._resting.answer(target.host, at=loop.time())
        if resting is not None:
            return resting
        if self._proxy is not None and not self._collect.proxy_resolves:
            await self._check_addresses(target)
        # What is posted must not meet a connection that the server has just closed, for it is
        # not sent twice; and hosts that are asked once would leave idle connections behind.
        known = target.host in self._asked
        self._asked.add(target.host)
        # By the host's name as the URL has it: an address alone never opens the private pool.
        pool = self._private if target.host in self._private_hosts else self._public
        posting = request.form or request.content is not None
        session = pool.once if posting or (last and not known) else pool.kept
        try:
            result = await self._exchange(request, hop, target, session)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            # Several kept connections of a host may have been closed at its end.
            connected = not isinstance(error, aiohttp.ClientConnectorError)
            if not (connected and known and session is pool.kept):
                raise
            result = await self._exchange(request, hop, target, session)
        if isinstance(result, FetchFailed):
            self._resting.note(target.host, result, at=loop.time())
        return result

    async def _exchange(
        self, request: FetchRequest, hop: Hop, target: Target, session: aiohttp.ClientSession
    ) -> FetchResult | Hop:
        posted = form_body(request) if request.content is None else self._sent(request)
        async with session.request(
            "GET" if posted is None else "POST",
            _url(hop.url, target),
            data=posted,
            headers=request_headers(request, hop),
            allow_redirects=False,
            proxy=self._proxy,
            ssl=self._tls_context() if target.scheme == "https" else True,
        ) as response:
            if request.content is not None:
                self._unanswered.discard(request)
            return await self._read(request, hop, response)

    async def _sent(self, request: FetchRequest) -> AsyncIterator[bytes]:
        """The content of a request, noting that all of it went out."""
        yield request.content or b""
        self._unanswered.add(request)

    async def _read(
        self, request: FetchRequest, hop: Hop, response: aiohttp.ClientResponse
    ) -> FetchResult | Hop:
        head, now = _head(response), datetime.now(UTC)
        if head.status == NOT_MODIFIED:
            return unchanged(head, hop, now=now, latency=_since(hop.started))
        if is_redirect(head) and request.content is None:
            return redirected(hop, head, posting=bool(request.form))
        refused = refusal(head, now=now)
        if refused is not None:
            return refused
        if request.content is not None:
            return fetched(head, hop, b"", now=now, latency=_since(hop.started))
        limit = min(request.max_size or self._collect.max_size, self._collect.max_size)
        body = Body(
            coding=head.header("Content-Encoding"),
            length=response.content_length,
            limit=limit,
            keep_partial=request.keep_partial,
        )
        while not body.full and (piece := await response.content.readany()):
            body.take(piece)
        return fetched(head, hop, body.whole(), now=now, latency=_since(hop.started))

    async def _check_addresses(self, target: Target) -> None:
        """Refuse what the guard would have refused, before the proxy is asked for it.

        The proxy resolves the name once more: a name that changes in between is for the proxy's
        own rules to refuse.
        """
        private = target.host in self._private_hosts
        try:
            found = await self._names.resolve(target.host, target.port, socket.AF_UNSPEC)
        except OSError as error:
            reason = f"the host name {target.host} cannot be resolved"
            raise RefusedAddressError(reason) from error
        for each in found:
            refused = address_refusal(each["host"], private=private)
            if refused:
                raise RefusedAddressError(f"{target.host} is not asked: {refused}")

    def _tls_context(self) -> ssl.SSLContext:
        """Made for each round anew, so that a service knows certificates that were renewed."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def _since(started: float) -> timedelta:
    return timedelta(seconds=time.perf_counter() - started)


def _url(url: str, target: Target) -> URL:
    """The URL with its host as it was checked, whatever way it was written."""
    asked = URL(url)
    return asked if asked.raw_host == target.host else asked.with_host(target.host)


def _head(response: aiohttp.ClientResponse) -> Head:
    headers: dict[str, str] = {}
    for sent, value in response.headers.items():
        name = HEADERS.get(sent.lower())
        if name is None:
            continue
        if name not in headers:
            headers[name] = value
        elif name in LISTS:
            headers[name] += f", {value}"
    return Head(
        url=str(response.url),
        status=response.status,
        phrase=response.reason or "",
        headers=headers,
    )


def _sentence(error: Exception) -> str:
    """What went wrong, for people. The more particular kinds come first."""
    match error:
        case BodyRefusedError() | RefusedAddressError():
            reason = str(error)
        case aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError():
            reason = _no_connection(error)
        case aiohttp.ClientPayloadError():
            reason = "the answer broke off or is not what its headers say"
        case aiohttp.ServerDisconnectedError():
            reason = "the server closed the connection without an answer"
        case aiohttp.ClientResponseError():
            reason = f"the answer is not valid HTTP: {error.message}"
        case aiohttp.InvalidURL() | ValueError():
            reason = "the URL, or the one it redirects to, cannot be read"
        case aiohttp.ClientOSError() | ConnectionError():
            reason = f"the connection broke off: {_cause(error)}"
        case _:
            reason = f"no answer ({type(error).__name__})"
    return printable(reason)


def _no_connection(error: aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError) -> str:
    match error:
        case aiohttp.ClientHttpProxyError():
            return f"the proxy answered {error.status}: {error.message}"
        case aiohttp.ClientConnectorDNSError():
            return f"the host name {error.host} cannot be resolved"
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate of {error.host} is not valid: {error.certificate_error}"
        case aiohttp.ClientConnectorSSLError():
            return f"no secure connection to {error.host}: {error.os_error}"
        case _ if isinstance(error.os_error, RefusedAddressError):
            return f"{error.host} is not asked: {error.os_error}"
    where = "the proxy" if isinstance(error, aiohttp.ClientProxyConnectionError) else error.host
    return f"no connection to {where}: {_cause(error.os_error)}"


def _cause(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "no route"


def _shown(url: str) -> str:
    return url if len(url) <= _MAX_SHOWN else url[:_MAX_SHOWN] + "…"
