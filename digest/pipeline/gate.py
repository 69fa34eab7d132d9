"""The gate of a run that asks for pages: the robots.txt of every site it comes to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from digest.app import App
from digest.collect.http.robots import allows, origin_of, robots_of, robots_request
from digest.model import Robots


class Gate:
    """The rules of every site a run comes to, each read once.

    :param timeout: what lowers the configured time for an answer.
    """

    def __init__(self, app: App, *, timeout: timedelta | None = None) -> None:
        self._app = app
        self._timeout = timeout
        self._known: dict[str, Robots] = {}

    def learn(self, urls: Iterable[str]) -> None:
        """Get to know the sites of these URLs."""
        origins = {origin_of(url) for url in urls} - {""}
        unknown = sorted(origins - self._known.keys())
        articles, now = self._app.store.articles, self._app.clock()
        self._known |= articles.robots(unknown, now=now)
        asked = {
            replace(robots_request(origin), timeout=self._timeout): origin
            for origin in unknown
            if origin not in self._known
        }
        for answer in self._app.fetcher.fetch(list(asked)):
            found = robots_of(asked[answer.request], answer.result, now=now)
            articles.keep_robots(found)
            self._known[found.origin] = found

    def allows(self, url: str) -> bool:
        """Whether a URL of a site that is known by now may be asked for."""
        rules = self._known.get(origin_of(url))
        return rules is not None and allows(rules, url)
