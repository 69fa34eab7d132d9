"""Where WebSub hubs call: they verify what we asked for, and push what is new.

Whoever gets anything out of these URLs knows an unguessable token; it stands in no log.
"""

import asyncio

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.app import App
from digest.model import HubQuestion
from digest.pipeline.pushes import Receipt, receive_push
from digest.pipeline.websub import answer_hub, subscription_at

_log = structlog.get_logger(__name__)

_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_BODY_SECONDS = 60
_RETRY_SECONDS = "120"
_MAX_TOKEN = 64


def hub_route(app: App) -> Route:
    """``/hub/{token}``: a GET verifies, a POST pushes a document as large as a feed may be."""
    limit = Middleware(
        RequestBodyLimitMiddleware, max_body_size=app.config.settings.collect.max_size
    )
    return Route("/hub/{token}", _Callback(app).answer, methods=["GET", "POST"], middleware=[limit])


class _Callback:
    """One callback for each subscription; what is decided is decided in the pipeline."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def answer(self, request: Request) -> Response:
        """Answer a hub; anybody else learns nothing."""
        token = request.path_params["token"]
        if len(token) > _MAX_TOKEN or request.method == "HEAD":
            return _plain(404)
        if request.method == "GET":
            return await run_in_threadpool(self._verify, token, _question(request))
        return await self._take(token, request)

    def _verify(self, token: str, question: HubQuestion) -> Response:
        """Echo the challenge of what we asked for (WebSub, sections 5.2 and 5.3).

        Sent as a type no browser shows: the challenge is a stranger's text (section 8.2).
        """
        echo = answer_hub(self._app, token, question)
        if echo is None:
            return _plain(404)
        return Response(echo, media_type="application/octet-stream", headers=_PRIVATE)

    async def _take(self, token: str, request: Request) -> Response:
        """Take a document in (WebSub, section 7).

        Nothing is read for a stranger: 410 tells a hub that the subscription has ended. A wrong
        signature is answered like a right one, so that nobody learns by trying.
        """
        subscription = await run_in_threadpool(subscription_at, self._app, token)
        if subscription is None:
            return _plain(410)
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await request.body()
        except (TimeoutError, ClientDisconnect):
            return _plain(408)
        receipt = await run_in_threadpool(
            receive_push,
            self._app,
            subscription,
            body,
            content_type=request.headers.get("content-type", ""),
            signature=request.headers.get("x-hub-signature", ""),
        )
        if receipt is Receipt.FULL:
            _log.warning("push.put_off", feed=subscription.feed_url)
            return _plain(503, retry_after=_RETRY_SECONDS)
        if receipt is Receipt.FORGED:
            _log.warning("push.ignored", feed=subscription.feed_url, reason="wrong signature")
        return _plain(202)


def _question(request: Request) -> HubQuestion:
    asked = request.query_params
    return HubQuestion(
        mode=asked.get("hub.mode", ""),
        topic=asked.get("hub.topic", ""),
        challenge=asked.get("hub.challenge", ""),
        lease_seconds=asked.get("hub.lease_seconds", ""),
        reason=asked.get("hub.reason", ""),
    )


def _plain(status: int, *, retry_after: str = "") -> Response:
    headers = _PRIVATE | ({"Retry-After": retry_after} if retry_after else {})
    return PlainTextResponse("", status_code=status, headers=headers)
