"""What is outside: the network, parser processes, templates, mail servers, the language model."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest.model import (
    ArticleJob,
    ArticleResult,
    Envelope,
    FetchAnswer,
    FetchRequest,
    Issue,
    Newsletter,
    ParseJob,
    ParseResult,
    PictureJob,
    PictureResult,
    RenderedIssue,
    SendOutcome,
    Takes,
)

if TYPE_CHECKING:  # numpy comes with the extra ``topics``
    from numpy import float32
    from numpy.typing import NDArray

_Tag = TypeVar("_Tag")


class Fetcher(Protocol):
    """Asks for many URLs at once. Never raises for one of them: a failure is an answer."""

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchAnswer]:
        """Answers in the order they arrive."""
        ...


class Parser(Protocol):
    """Reads feeds and articles. Never raises for one of them: a failure is a result."""

    def parse_all(
        self, jobs: Iterable[tuple[_Tag, ParseJob | None]]
    ) -> Iterator[tuple[_Tag, ParseResult | None]]:
        """Documents as feeds: results in the order they are ready, with the tags of their jobs.

        ``jobs`` is read only as fast as documents are worked off, so that few of them are in
        memory at once. A tag without a job passes through and has no result.
        """
        ...

    def articles(
        self, jobs: Iterable[tuple[_Tag, ArticleJob | None]]
    ) -> Iterator[tuple[_Tag, ArticleResult | None]]:
        """Pages as articles, in the way of :meth:`parse_all`."""
        ...

    def pictures(
        self, jobs: Iterable[tuple[_Tag, PictureJob | None]]
    ) -> Iterator[tuple[_Tag, PictureResult | None]]:
        """Files as pictures, in the way of :meth:`parse_all`. Needs the extra ``images``."""
        ...

    def close(self) -> None:
        """Let go of what reading needed; it is taken up again by the next call."""
        ...


class Renderer(Protocol):
    """Makes an issue into the bytes that are frozen at approval."""

    def render(self, issue: Issue, newsletter: Newsletter) -> RenderedIssue:
        """Render and inline, once for all readers.

        :raises TemplateError: when a template is broken.
        """
        ...


class MailSession(Protocol):
    """An open connection to a mail server."""

    @property
    def takes(self) -> Takes:
        """What may be in its messages besides ASCII."""
        ...

    def send(self, envelope: Envelope) -> SendOutcome:
        """Hand one message over and wait for the final reply. Never raises for a refusal."""
        ...

    def stream(self, jobs: Iterable[tuple[_Tag, Envelope]]) -> Iterator[tuple[_Tag, SendOutcome]]:
        """Hand messages over, as many at a time as the server allows: each tag with its outcome.

        Outcomes come as soon as they are certain, and every job that was read has one. ``jobs`` is
        read as there is room for another message, and no further once the connection is lost; on
        one that was lost before, one job is read and lost. Whoever wants to stop ends ``jobs`` and
        takes the outcomes that are left; to leave the iterator early is to hang up.
        """
        ...

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        ...


class Mailer(Protocol):
    """The mail servers that take messages."""

    def connect(self, relay: str = "") -> MailSession:
        """Open, secure and log in to a new session with the relay of that name.

        Without a name it is the first, or only, one.

        :raises HandOffError: when the server cannot be used.
        """
        ...


class Embedder(Protocol):
    """Turns texts into vectors whose likeness is likeness of meaning."""

    def embed(self, texts: Sequence[str]) -> "NDArray[float32]":
        """One row of length 1 for each text (all zero where nothing in it is known)."""
        ...
