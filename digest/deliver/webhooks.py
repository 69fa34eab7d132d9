"""A webhook in place of a mail server: each message is posted to a URL, signed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

from digest.config import SmtpSettings
from digest.config.secrets import WEBHOOK_SECRET
from digest.config.webhooks import webhook_key
from digest.deliver.posting import Hook, outcome, post
from digest.errors import HandOffError
from digest.model import Envelope, FetchRequest, Lost, SendOutcome, Takes, Unbuildable
from digest.ports import Fetcher

_Tag = TypeVar("_Tag")


def _now() -> datetime:
    # The receiver holds it against its own clock, so this is no time that a run was told.
    return datetime.now(UTC)


class WebhookMailer:
    """The URL at ``[smtp] url``: a :class:`digest.ports.Mailer`.

    ``fetcher`` is the program's guarded way to the network; its limits bound how many posts are
    under way at once. ``secret`` is as :func:`digest.config.webhooks.webhook_key` takes it.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        fetcher: Fetcher,
        secret: str,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._secret = secret
        self._clock = clock

    def connect(self) -> "WebhookSession":
        """A session, which asks for nothing until there is a message.

        :raises HandOffError: when there is nothing to sign with.
        """
        url = self._settings.url
        try:
            hook = Hook(url=url, key=webhook_key(self._secret))
        except ValueError as error:
            message = f"{error}; set {WEBHOOK_SECRET} or {WEBHOOK_SECRET}_FILE"
            raise HandOffError(urlsplit(url).hostname or url, message) from error
        return WebhookSession(
            hook, fetcher=self._fetcher, window=self._settings.window, clock=self._clock
        )


class WebhookSession:
    """Posts messages, ``window`` at a time: a :class:`digest.ports.MailSession`.

    Nobody knows by what way they go on, so bodies are ASCII.
    """

    takes = Takes(utf8=True)

    def __init__(
        self, hook: Hook, *, fetcher: Fetcher, window: int, clock: Callable[[], datetime]
    ) -> None:
        self._hook = hook
        self._fetcher = fetcher
        self._window = window
        self._clock = clock

    def send(self, envelope: Envelope) -> SendOutcome:
        """Post one message and wait for the answer."""
        ((_, result),) = self.stream([(None, envelope)])
        return result

    def stream(self, jobs: Iterable[tuple[_Tag, Envelope]]) -> Iterator[tuple[_Tag, SendOutcome]]:
        """Post messages, group by group; none after one that got no answer."""
        source = iter(jobs)
        lost = False
        while not lost and (group := list(islice(source, self._window))):
            for tag, result in self._post(group):
                lost = lost or isinstance(result, Lost)
                yield tag, result

    def close(self) -> None:
        """Nothing is open between two groups."""

    def _post(self, group: list[tuple[_Tag, Envelope]]) -> Iterator[tuple[_Tag, SendOutcome]]:
        requests: list[FetchRequest] = []
        tags: dict[int, _Tag] = {}
        for tag, envelope in group:
            try:
                request = post(envelope, hook=self._hook, now=self._clock())
            except ValueError as error:
                yield tag, Unbuildable(reason=str(error))
                continue
            requests.append(request)
            tags[id(request)] = tag
        for answer in self._fetcher.fetch(requests):
            yield tags[id(answer.request)], outcome(answer.result)
