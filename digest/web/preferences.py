"""The preferences page: which topics a reader gets, and how much of them, by signed link."""

from collections.abc import Mapping
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
from digest.config.notations import known_zones
from digest.errors import TokenError
from digest.model import Consent, Newsletter, Subscription, Variant, Volume
from digest.web.pages import Pages
from digest.web.problems import ProblemPages
from digest.web.security import PRIVATE, mask_address

_MOST_FIELDS = 1_000
_CONTINENTS = (
    "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/",
    "Europe/", "Indian/", "Pacific/",
)  # fmt: skip

Fields = Mapping[str, list[str]]


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
        variant, zone = subscription.variant, subscription.subscriber.time_zone
        unchosen = False
        if form is not None:
            fields = _fields(form)
            wish = _read(fields, newsletter)
            unchosen = wish is None
            zone = _zone(fields, newsletter, otherwise=zone)
            if wish is not None:
                variant = wish
                audience.choose(claim.subscriber_id, newsletter=claim.newsletter, variant=variant)
                audience.locate(claim.subscriber_id, time_zone=zone)
        saved = form is not None and not unchosen
        return self._private(
            self._pages.response(
                "preferences.html",
                newsletter.words,
                status=422 if unchosen else 200,
                newsletter=newsletter.name,
                address=mask_address(subscription.subscriber.address),
                topics=_topics(newsletter, variant, none=unchosen),
                volumes=[(str(each), each is variant.volume) for each in Volume],
                zones=_zones(newsletter, zone),
                usual_zone=newsletter.schedule.time_zone,
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


def _zones(newsletter: Newsletter, chosen: str) -> list[tuple[str, bool]]:
    """The zones to choose from, and whether each is chosen; none where nobody's clock counts."""
    if not newsletter.schedule.local_time:
        return []
    places = {name for name in known_zones() if name.startswith(_CONTINENTS)}
    return [(name, name == chosen) for name in sorted(places | {chosen} - {""})]


def _zone(fields: Fields, newsletter: Newsletter, *, otherwise: str) -> str:
    """The zone that a form names, or that it is to be none; an unknown one changes nothing."""
    zone = fields.get("time_zone", [otherwise])[0]
    asked = newsletter.schedule.local_time and (not zone or zone in known_zones())
    return zone if asked else otherwise


def _fields(form: bytes) -> Fields:
    """What was filled in; nothing of what is no form."""
    try:
        return parse_qs(form.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}


def _read(fields: Fields, newsletter: Newsletter) -> Variant | None:
    """What a form asks for; None where no topic is ticked. All of them are kept as "all"."""
    known = [topic.id for topic in newsletter.topics]
    ticked = [topic for topic in known if topic in fields.get("topic", ())]
    if not ticked:
        return None
    volume = fields.get("volume", [""])[0]
    return Variant(
        topics=() if ticked == known else tuple(ticked),
        volume=Volume(volume) if volume in set(Volume) else Volume.FULL,
    )
