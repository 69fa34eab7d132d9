"""Which hubs feeds name, and whether hubs can reach us at all (WebSub, sections 3 and 8)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from digest.collect.http.addresses import canonical_host
from digest.collect.upkeep.refresh import AT_REST
from digest.model import FeedState

_MAX_URL = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOffer:
    """A hub that a feed names, and the URL the feed is known by there."""

    feed_url: str
    hub: str
    topic: str


def may_subscribe(public_url: str, *, private_hosts: Collection[str] = ()) -> bool:
    """Whether hubs are given callbacks under this URL: https only.

    Over plain http anybody on the way could read the callback and what is pushed. A host that was
    opted in to be private (a hub of the same network, a demonstration) may be http.

    :param private_hosts: canonical hosts, as
        :func:`digest.collect.http.addresses.opted_in` has them.
    """
    parts = urlsplit(public_url)
    return parts.scheme == "https" or canonical_host(parts.hostname or "") in private_hosts


def callback_url(public_url: str, token: str) -> str:
    """Where a hub sends what it has to say: ``{public_url}/hub/{token}``."""
    return f"{public_url}/hub/{token}"


def hub_offers(
    states: Iterable[FeedState], *, private_hosts: Collection[str] = ()
) -> dict[str, HubOffer]:
    """The hubs of feeds that name one, by the feed's URL; none for feeds that are not asked.

    A hub is taken at https even where it is named with http (section 8.2), private ones excepted:
    the request carries the secret.
    """
    return {
        state.url: HubOffer(
            feed_url=state.url,
            hub=_favour_https(state.hub, private_hosts=private_hosts),
            topic=state.topic,
        )
        for state in states
        if _is_web_url(state.hub) and _is_web_url(state.topic) and state.health not in AT_REST
    }


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    fits = len(url) <= _MAX_URL and url.isprintable() and " " not in url
    return fits and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _favour_https(hub: str, *, private_hosts: Collection[str]) -> str:
    parts = urlsplit(hub)
    if parts.scheme == "https" or canonical_host(parts.hostname or "") in private_hosts:
        return hub
    return urlunsplit(parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")))
