"""The one guarded door to the network: many URLs asked at once, each within its limits.

The only home of aiohttp. Whatever comes of a URL is a value. Every address is checked where
its socket is made, so that literals, names, redirects and changing DNS answers all meet the
same guard (see :mod:`digest.collect.addresses`). No proxy from the environment is used.
"""

import asyncio
import os
import re
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from queue import SimpleQueue
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from digest.collect.addresses import address_refusal, canonical_host, check_url, opted_in
from digest.collect.refresh import parse_retry_after
from digest.config import CollectSettings, InstanceSettings
from digest.model import (
    FetchAnswer,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
)

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WAITS = frozenset({429, 503})
_PHRASES = {
    401: "it asks for a login",
    403: "access is forbidden",
    404: "there is nothing at this URL",
    410: "the feed is gone for good",
    429: "it was asked too often",
    503: "it is unavailable for now",
}
_OK = range(200, 300)
_NOT_MODIFIED = 304
_MAX_HEADER = 16_384
_MAX_VALIDATOR = 1_000
_MAX_REASON = 300
_RESOLVER_THREADS = 32
_IDLE_SECONDS = 5.0

_AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]


class RefusedAddressError(OSError):
    """A host resolves to an address that must not be contacted."""


class HttpFetcher:
    """Asks feeds over HTTP, concurrently, with a limit for each host.

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
        if requests:
            yield from _Round(
                requests, self._collect, user_agent=self._user_agent, resolver=self._resolver
            ).answers()


def user_agent(instance: InstanceSettings) -> str:
    """How requests introduce themselves: program, a way to reach its operator, its name."""
    parts = (f"+{instance.contact}" if instance.contact else "", instance.name)
    comment = "; ".join(filter(None, (re.sub(r"[^ -~]|[()\\]", "", part) for part in parts)))
    return f"digest/{version('digest')}" + (f" ({comment})" if comment else "")


@dataclass(frozen=True, slots=True)
class _Redirect:
    url: str


class _Round:
    """One call of fetch: an event loop in a thread of its own, and a queue back to the caller."""

    def __init__(
        self,
        requests: Sequence[FetchRequest],
        collect: CollectSettings,
        *,
        user_agent: str,
        resolver: AbstractResolver | None,
    ) -> None:
        self._requests = requests
        self._collect = collect
        self._user_agent = user_agent
        self._resolver = resolver
        self._answers: SimpleQueue[FetchAnswer | BaseException | None] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(collect.concurrency)
        # Answers not yet taken are held in memory, bodies and all: so many, then we wait.
        self._room = asyncio.Semaphore(2 * collect.concurrency)

    def answers(self) -> Iterator[FetchAnswer]:
        """Start, hand on what arrives, and leave nothing running."""
        main = self._loop.create_task(self._ask_all())
        thread = threading.Thread(target=self._run, args=(main,), name="fetch", daemon=True)
        thread.start()
        try:
            while (answer := self._answers.get()) is not None:
                if isinstance(answer, BaseException):
                    raise answer
                self._call(self._room.release)
                yield answer
        finally:
            self._call(main.cancel)
            thread.join()

    def _call(self, action: Callable[[], object]) -> None:
        # The loop may have finished, and closed, in the meantime.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(action)

    def _run(self, main: asyncio.Task[None]) -> None:
        names = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolve")
        self._loop.set_default_executor(names)
        failure: BaseException | None = None
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main)
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failure = error
        finally:
            # A name server that never answers must not hold up the round.
            names.shutdown(wait=False, cancel_futures=True)
            self._loop.close()
            self._answers.put(failure)

    async def _ask_all(self) -> None:
        hosts: dict[str, deque[FetchRequest]] = {}
        for request in self._requests:
            hosts.setdefault(_host_of(request.url), deque()).append(request)
        async with self._doors() as doors, asyncio.TaskGroup() as lanes:
            for pending in hosts.values():
                for _ in range(min(self._collect.per_host, len(pending))):
                    lanes.create_task(self._lane(pending, doors))

    async def _lane(self, pending: deque[FetchRequest], doors: "_Doors") -> None:
        """Ask a host's URLs one after the other; a host has as many lanes as it may have."""
        while pending:
            async with self._slots:
                if not pending:
                    return
                request = pending.popleft()
                result = await _ask(request, doors, self._collect, last=not pending)
            await self._room.acquire()
            self._answers.put(FetchAnswer(request=request, result=result))

    @asynccontextmanager
    async def _doors(self) -> AsyncIterator["_Doors"]:
        """Two pools of connections that never mix: hosts opted in to be private, and all others."""
        async with self._session(private=False) as public, self._session(private=True) as private:
            yield _Doors(public, private, opted_in(self._collect.private_hosts))

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                socket_factory=_guard(private=private),
                resolver=self._resolver,
                keepalive_timeout=_IDLE_SECONDS,
            ),
            headers={"User-Agent": self._user_agent, "Accept": ACCEPT},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )


@dataclass(frozen=True, slots=True)
class _Doors:
    public: aiohttp.ClientSession
    private: aiohttp.ClientSession
    private_hosts: frozenset[str]

    def session_for(self, url: URL) -> aiohttp.ClientSession:
        """By the host's name as the URL has it: an address alone never opens the private door."""
        return self.private if url.host in self.private_hosts else self.public


def _guard(*, private: bool) -> Callable[[_AddrInfo], socket.socket]:
    def open_socket(address_info: _AddrInfo) -> socket.socket:
        family, kind, protocol, _, address = address_info
        reason = address_refusal(str(address[0]), private=private)
        if reason:
            raise RefusedAddressError(reason)
        return socket.socket(family, kind, protocol)

    return open_socket


async def _ask(
    request: FetchRequest, doors: _Doors, collect: CollectSettings, *, last: bool
) -> FetchResult:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(collect.timeout.total_seconds()):
            result = await _follow(request, doors, collect, last=last)
    except TimeoutError:
        seconds = collect.timeout.total_seconds()
        result = FetchFailed(reason=f"no complete answer within {seconds:g} seconds")
    except Exception as error:  # noqa: BLE001 - one URL never ends a round: its failure is a value
        result = FetchFailed(reason=_sentence(error))
    return replace(result, latency=timedelta(seconds=time.perf_counter() - started))


async def _follow(
    request: FetchRequest, doors: _Doors, collect: CollectSettings, *, last: bool
) -> FetchResult:
    url = request.url
    for _ in range(collect.max_redirects + 1):
        refused = check_url(url, private_hosts=doors.private_hosts)
        if refused:
            where = "" if url == request.url else f"redirected to {_shown(url)}: "
            return FetchFailed(reason=f"{where}{refused}")
        target = _target(url)
        async with doors.session_for(target).get(
            target, headers=_headers(request, last=last), allow_redirects=False
        ) as response:
            answer = await _read(response, collect.max_size)
        if not isinstance(answer, _Redirect):
            return answer
        url = answer.url
    return FetchFailed(reason=f"more than {collect.max_redirects} redirects")


def _target(url: str) -> URL:
    """The URL with its host as it was checked, whatever way it was written."""
    target = URL(url)
    return target.with_host(canonical_host(target.host or ""))


def _headers(request: FetchRequest, *, last: bool) -> dict[str, str]:
    """Both validators where there are both: servers differ in which they heed (RFC 9110, 13.1)."""
    headers = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    sent = {name: value for name, value in headers.items() if value}
    # Hundreds of hosts asked once would leave hundreds of idle connections behind.
    return sent | {"Connection": "close"} if last else sent


async def _read(response: aiohttp.ClientResponse, max_size: int) -> FetchResult | _Redirect:
    status = response.status
    if status == _NOT_MODIFIED:
        return NotModified()
    if status in _REDIRECTS and "Location" in response.headers:
        return _Redirect(url=str(response.url.join(URL(response.headers["Location"].strip()))))
    if status not in _OK:
        return _refusal(response)
    body = await _body(response, max_size)
    if body is None:
        return FetchFailed(reason=f"the document is larger than {max_size:,} bytes", status=status)
    return Fetched(
        url=str(response.url),
        body=body,
        content_type=response.headers.get("Content-Type", ""),
        etag=_validator(response, "ETag"),
        last_modified=_validator(response, "Last-Modified"),
    )


async def _body(response: aiohttp.ClientResponse, max_size: int) -> bytes | None:
    """The decompressed body, read in pieces; None as soon as it is too large."""
    encoded = response.headers.get("Content-Encoding", "identity").lower() != "identity"
    if not encoded and (response.content_length or 0) > max_size:
        return None
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > max_size:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _refusal(response: aiohttp.ClientResponse) -> FetchFailed:
    status = response.status
    wait = response.headers.get("Retry-After", "") if status in _WAITS else ""
    phrase = _PHRASES.get(status) or response.reason or "no document"
    return FetchFailed(
        reason=f"the server answered {status}: {_printable(phrase)}",
        status=status,
        retry_after=parse_retry_after(wait, now=datetime.now(UTC)) if wait else None,
    )


def _validator(response: aiohttp.ClientResponse, name: str) -> str:
    """A validator that can be sent back as it came, else none."""
    value = response.headers.get(name, "").strip()
    sendable = value.isascii() and value.isprintable() and len(value) <= _MAX_VALIDATOR
    return value if sendable else ""


def _sentence(error: Exception) -> str:
    """What went wrong, for people. The more particular kinds come first."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            reason = f"the host name {error.host} cannot be resolved"
        case aiohttp.ClientConnectorCertificateError():
            reason = f"the certificate of {error.host} is not valid: {error.certificate_error}"
        case aiohttp.ClientConnectorSSLError():
            reason = f"no secure connection to {error.host}: {error.os_error}"
        case aiohttp.ClientConnectorError(os_error=RefusedAddressError() as refused):
            reason = f"{error.host} is not asked: {refused}"
        case aiohttp.ClientConnectorError():
            cause = (
                os.strerror(error.os_error.errno).lower() if error.os_error.errno else "no route"
            )
            reason = f"no connection to {error.host}: {cause}"
        case aiohttp.ClientPayloadError():
            reason = "the answer broke off or cannot be decompressed"
        case aiohttp.ServerDisconnectedError():
            reason = "the server closed the connection without an answer"
        case aiohttp.ClientResponseError():
            reason = f"the answer is not valid HTTP: {error.message}"
        case aiohttp.InvalidURL() | ValueError():
            reason = "the URL, or the one it redirects to, cannot be read"
        case _:
            reason = f"no answer ({type(error).__name__}: {error})"
    return _printable(reason)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:_MAX_REASON].strip()


def _shown(url: str) -> str:
    return url if len(url) <= _MAX_REASON // 2 else url[: _MAX_REASON // 2] + "…"


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
