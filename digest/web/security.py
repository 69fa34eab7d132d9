"""What protects the pages: headers, the desk's host and origin checks, masked addresses."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
"""Bytes that a request's body may have: no form here comes near."""

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
"""Headers of answers that are one reader's own."""

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""For pages of our own: no scripts at all, nothing from elsewhere."""

ISSUE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""For an issue in the browser: inlined styles and pictures from anywhere, no scripts."""

MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For files of the publication's own: an SVG or HTML file among them runs nothing."""

DESK_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""For the desk: its own script for live reload, its own preview in a frame."""

PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox"
)
"""For the mail inside the desk's frame: scriptless, without an origin."""

SHARED = {"Cache-Control": "public, max-age=300"}
"""For what is the same for everybody."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_PURPOSE = "digest.web.desk.form"
_FORM_AGE = 12 * 3600


class DefaultHeaders:
    """Adds headers to every response that does not set them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with its headers completed."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def page_headers(policy: str = PAGE_POLICY) -> dict[str, str]:
    """The headers that every response carries, with ``policy`` as its Content-Security-Policy."""
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


class LoopbackOnly:
    """Refuses requests whose Host header names anything but this machine's loopback.

    A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding); the Host header tells.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it was addressed to loopback by name."""
        hosts = Headers(scope=scope).getlist("host") if scope["type"] == "http" else []
        if scope["type"] == "lifespan" or (len(hosts) == 1 and is_loopback(hosts[0])):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            "The desk answers on this machine only, as localhost or 127.0.0.1.\n", status_code=400
        )
        await refusal(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Whether a Host header's value (name or address, perhaps a port) is loopback's."""
    try:
        parts = urlsplit(f"//{host}")
        named = parts.hostname
        _ = parts.port  # raises for what is no port
    except ValueError:
        return False
    return named in _LOOPBACK and parts.netloc == host and "@" not in host


class SameOriginOnly:
    """Refuses changing requests that a page of another origin could have sent.

    Browsers send ``Origin`` with every POST; what carries none, or another, changes nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what only looks, and what comes from the desk's own pages."""
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS or _is_same_origin(scope):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse("This request came from another site.\n", status_code=403)
        await refusal(scope, receive, send)


def _is_same_origin(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("origin") == f"{scope['scheme']}://{headers.get('host', '')}"


def form_token(key: bytes) -> str:
    """A token for the desk's forms: who cannot read the page cannot send the form."""
    return URLSafeTimedSerializer(key, salt=_FORM_PURPOSE).dumps("")


def is_form_token(key: bytes, token: str) -> bool:
    """Whether ``token`` was made by :func:`form_token` within the last twelve hours."""
    try:
        URLSafeTimedSerializer(key, salt=_FORM_PURPOSE).loads(token, max_age=_FORM_AGE)
    except BadSignature:
        return False
    return True


def mask_address(address: str) -> str:
    """``mary@example.org`` as ``m•••@example.org``: its owner knows it, a bystander does not."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}" if at else "•••"
