"""The preferences page: which topics a reader gets, and how much of them, by signed link."""

from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.app import App
from digest.audience.tokens import (
    PreferencesClaim,
    read_preferences_token,
    unsubscribe_token,
)
from digest.errors import TokenError
from digest.model import Consent, Newsletter, Subscription, Variant, Volume
from digest.web.pages import Pages
from digest.web.problems import ProblemPages
from digest.web.security import PRIVATE, mask_address

_MOST_FIELDS = 1_000


def preferences_route(app: App, pages: Pages, problems: ProblemPages) -> Route:
    """``/preferences/{token}``: GET shows and changes nothing, POST keeps what was chosen."""
    page = _Preferences(app, pages, problems)
    return Route("/preferences/{token}", page.answer, methods=["GET", "POST"])


class _Preferences:
    def __init__(self, app: App, pages: Pages, problems: ProblemPages) -> None:
        self._app = app
        self._pages = pages
        self._problems = problems

    async def answer(self, request: Request) -> Response:
        """Show the choices, or keep them; a link that was not signed here gets neither.

        The signed link is what proves who asks: no cookie, so nothing for another site to ride on.
        """
        body = await request.body()
        try:
            claim = read_preferences_token(self._app.link_key, request.path_params["token"])
        except TokenError:
            return self._private(self._problems.page("bad-link", status=400))
        form = body if request.method == "POST" else None
        return await run_in_threadpool(self._page, claim, form)

    def _page(self, claim: PreferencesClaim, form: bytes | None) -> Response:
        audience = self._app.store.audience
        newsletter = self._app.config.newsletters.get(claim.newsletter)
        subscription = audience.subscription(claim.subscriber_id, newsletter=claim.newsletter)
        ended = subscription is None or subscription.consent is Consent.UNSUBSCRIBED
        if newsletter is None or subscription is None or ended:
            return self._private(self._problems.page("bad-link", status=400))
        variant = subscription.variant
        unchosen = False
        if form is not None:
            wish = _read(form, newsletter)
            unchosen = wish is None
            if wish is not None:
                variant = wish
                audience.choose(claim.subscriber_id, newsletter=claim.newsletter, variant=variant)
        saved = form is not None and not unchosen
        return self._private(
            self._pages.response(
                "preferences.html",
                status=422 if unchosen else 200,
                newsletter=newsletter.name,
                address=mask_address(subscription.subscriber.address),
                topics=_topics(newsletter, variant, none=unchosen),
                volumes=[(str(each), each is variant.volume) for each in Volume],
                saved=saved,
                unchosen=unchosen,
                unsubscribe=self._unsubscribe(subscription),
            )
        )

    def _unsubscribe(self, subscription: Subscription) -> str:
        return unsubscribe_token(
            self._app.link_key,
            subscriber_id=subscription.subscriber.id,
            newsletter=subscription.newsletter,
        )

    @staticmethod
    def _private(response: Response) -> Response:
        response.headers.update(PRIVATE)
        return response


def _topics(newsletter: Newsletter, variant: Variant, *, none: bool) -> list[tuple[str, str, bool]]:
    """Each topic's id, its name, and whether it is chosen."""
    return [
        (topic.id, topic.name, not none and (not variant.topics or topic.id in variant.topics))
        for topic in newsletter.topics
    ]


def _read(form: bytes, newsletter: Newsletter) -> Variant | None:
    """What a form asks for; None where no topic is ticked. All of them are kept as "all"."""
    try:
        fields = parse_qs(form.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    known = [topic.id for topic in newsletter.topics]
    ticked = [topic for topic in known if topic in fields.get("topic", ())]
    if not ticked:
        return None
    volume = fields.get("volume", [""])[0]
    return Variant(
        topics=() if ticked == known else tuple(ticked),
        volume=Volume(volume) if volume in set(Volume) else Volume.FULL,
    )
