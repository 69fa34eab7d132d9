"""Everything that is kept, as one."""

from typing import Protocol

from digest.ports.audience import AudienceStore, LedgerStore, RelayStore
from digest.ports.feedback import FeedbackStore
from digest.ports.issues import IssueStore, MediaStore, PreflightStore
from digest.ports.sources import ArticleStore, FeedStore, HubStore, ListStore
from digest.ports.subjects import SubjectStore


class LifeStore(Protocol):
    """Whether the ledger knows all that was sent: not when a copy was put in the store's place."""

    def doubt(self) -> str:
        """Why the ledger may not know all that was sent, as a clause; empty where it does."""
        ...

    def advance(self) -> None:
        """Count a turn of sending, durably, so that an earlier copy can be told.

        :raises StoreError: when it cannot be written down.
        """
        ...

    def trust(self) -> None:
        """Take what the ledger says as right, on a person's word."""
        ...


class Store(Protocol):
    """All of it, over one database."""

    @property
    def feeds(self) -> FeedStore:
        """Feeds and entries."""
        ...

    @property
    def lists(self) -> ListStore:
        """Remote lists of feeds."""
        ...

    @property
    def articles(self) -> ArticleStore:
        """Visits to entries' pages."""
        ...

    @property
    def media(self) -> MediaStore:
        """Pictures."""
        ...

    @property
    def issues(self) -> IssueStore:
        """Issues and renderings."""
        ...

    @property
    def audience(self) -> AudienceStore:
        """Subscribers and suppressions."""
        ...

    @property
    def ledger(self) -> LedgerStore:
        """Deliveries."""
        ...

    @property
    def life(self) -> LifeStore:
        """Whether the ledger knows all that was sent."""
        ...

    @property
    def hubs(self) -> HubStore:
        """Subscriptions at hubs."""
        ...

    @property
    def preflight(self) -> PreflightStore:
        """Waivers, and what was found behind links."""
        ...

    @property
    def feedback(self) -> FeedbackStore:
        """Reports of bounces and complaints."""
        ...

    @property
    def relays(self) -> RelayStore:
        """How relays do."""
        ...

    @property
    def subjects(self) -> SubjectStore:
        """Trials of second subjects."""
        ...

    def link_key(self) -> bytes:
        """The key that signs links: made on first use, then always the same."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
