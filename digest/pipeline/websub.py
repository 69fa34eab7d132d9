"""Have hubs push what is new: subscribe, renew, unsubscribe, and answer their questions."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from digest.app import App
from digest.collect.http.addresses import opted_in
from digest.collect.hubs.callbacks import Verdict, verdict
from digest.collect.hubs.hub_offers import HubOffer, callback_url, hub_offers, may_subscribe
from digest.collect.hubs.websub import (
    Step,
    asked,
    describe,
    leaving,
    never_verified,
    next_step,
    request_failed,
    request_to_hub,
)
from digest.model import (
    FetchAnswer,
    Fetched,
    FetchFailed,
    FetchRequest,
    HubMode,
    HubQuestion,
    HubState,
    HubSubscription,
)
from digest.pipeline.pushes import ask_feed_soon, subscriptions_by_feed
from digest.pipeline.sources import all_feeds

_REQUESTS_AT_ONCE = 50
"""How many hubs are asked in one go: one that hangs must not hold up the rest for long."""
_TOKEN_BYTES = 32
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAsked:
    """What came of asking a hub, or of waiting for it. ``error`` is empty when all went well."""

    feed: str
    hub: str
    mode: HubMode
    error: str = ""


def tend_subscriptions(app: App) -> Iterator[HubAsked]:
    """Subscribe, renew, unsubscribe and give up where it is due, telling each as it happens.

    A request is recorded before it is sent, since hubs may verify it before they answer it.
    """
    requests: dict[FetchRequest, HubSubscription] = {}
    for subscription, step in _due(app)[:_REQUESTS_AT_ONCE]:
        match step:
            case Step.FORGET:
                app.store.hubs.change(subscription.token, lambda _: None)
            case Step.GIVE_UP_WAITING:
                yield _give_up(app, subscription)
            case _:
                recorded = _record(app, subscription, step)
                if recorded:
                    requests[request_to_hub(recorded)] = recorded
    for answer in app.fetcher.fetch(list(requests)):
        yield _note(app, requests[answer.request], answer)


def _due(app: App) -> list[tuple[HubSubscription, Step]]:
    """Each subscription, those to be begun too, with what is to be done about it now."""
    offers = _offers(app)
    kept = app.store.hubs.subscriptions()
    now = app.clock()
    steps = [
        (
            one,
            next_step(one, offers.get(one.feed_url), callback=_callback(app, one.token), now=now),
        )
        for one in kept
    ]
    known = {one.feed_url for one in kept}
    new = [
        (_begun(app, offer), Step.SUBSCRIBE) for url, offer in offers.items() if url not in known
    ]
    return [(one, step) for one, step in steps if step is not Step.NOTHING] + new


def _offers(app: App) -> dict[str, HubOffer]:
    """The hubs to be subscribed at; none at all where no hub could reach us."""
    settings = app.config.settings
    private_hosts = opted_in(settings.collect.private_hosts)
    allowed = may_subscribe(settings.web.public_url, private_hosts=private_hosts)
    if not (settings.collect.websub and allowed):
        return {}
    states = app.store.feeds.states([feed.url for feed in all_feeds(app)])
    return hub_offers(states.values(), private_hosts=private_hosts)


def _begun(app: App, offer: HubOffer) -> HubSubscription:
    """A subscription not asked for yet.

    Token and secret are random rather than derived from the key that signs links: after a hub or
    its callback leaked them, the next subscription has others, and a new key breaks none. The
    token is kept as it is: who can read the database has the secret beside it anyway.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    return HubSubscription(
        feed_url=offer.feed_url,
        hub=offer.hub,
        topic=offer.topic,
        callback=_callback(app, token),
        token=token,
        secret=secrets.token_hex(_SECRET_BYTES),
    )


def _callback(app: App, token: str) -> str:
    return callback_url(app.config.settings.web.public_url, token)


def _record(app: App, subscription: HubSubscription, step: Step) -> HubSubscription | None:
    """The subscription as kept once it is about to be asked for; None when it has gone."""
    hubs, now = app.store.hubs, app.clock()
    if step is Step.UNSUBSCRIBE:
        return hubs.change(subscription.token, lambda one: leaving(one, now=now))
    callback = _callback(app, subscription.token)
    if subscription.requested_at is None:
        begun = asked(subscription, callback=callback, now=now)
        return begun if hubs.add(begun) else None
    return hubs.change(subscription.token, lambda one: asked(one, callback=callback, now=now))


def _give_up(app: App, subscription: HubSubscription) -> HubAsked:
    now = app.clock()
    after = app.store.hubs.change(subscription.token, lambda one: never_verified(one, now=now))
    error = after.last_error if after else ""
    return HubAsked(
        feed=subscription.feed_url, hub=subscription.hub, mode=HubMode.SUBSCRIBE, error=error
    )


def _note(app: App, subscription: HubSubscription, answer: FetchAnswer) -> HubAsked:
    """Any success means that the hub will verify (5.1 asks for 202; older hubs answer 204)."""
    failure = _failure(answer)
    if failure:
        now = app.clock()
        app.store.hubs.change(subscription.token, lambda one: request_failed(one, failure, now=now))
    leaves = subscription.state is HubState.LEAVING
    return HubAsked(
        feed=subscription.feed_url,
        hub=subscription.hub,
        mode=HubMode.UNSUBSCRIBE if leaves else HubMode.SUBSCRIBE,
        error=failure.reason if failure else "",
    )


def _failure(answer: FetchAnswer) -> FetchFailed | None:
    match answer.result:
        case FetchFailed() as failure:
            return failure
        case Fetched():
            return None
    return FetchFailed(reason="the hub gave no answer to the request (304)")


def subscription_at(app: App, token: str) -> HubSubscription | None:
    """The subscription whose callback ends in this token; None for one that was ended too."""
    found = app.store.hubs.find(token)
    return found if found and found.state is not HubState.LEAVING else None


def answer_hub(app: App, token: str, question: HubQuestion) -> str | None:
    """What a hub that verifies or denies is answered: the body of a 200, or None for a 404."""
    if app.store.hubs.find(token) is None:
        return None
    now = app.clock()
    verdicts: list[Verdict] = []

    def judge(subscription: HubSubscription) -> HubSubscription | None:
        verdicts.append(verdict(subscription, question, now=now))
        return verdicts[-1].after

    after = app.store.hubs.change(token, judge)
    if after and after.state is HubState.DENIED:
        ask_feed_soon(app, after.feed_url)
    return verdicts[-1].echo if verdicts else None


def hub_status(app: App) -> dict[str, str]:
    """How it stands with the hubs, in a few words for people, by feed; feeds without one lack."""
    now = app.clock()
    return {url: describe(one, now) for url, one in subscriptions_by_feed(app).items()}
