"""Everything that is kept, as one."""

from typing import Protocol

from digest.ports.audience import AudienceStore, LedgerStore, RelayStore
from digest.ports.issues import IssueStore, PreflightStore
from digest.ports.sources import ArticleStore, FeedStore, HubStore, ListStore


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
    def hubs(self) -> HubStore:
        """Subscriptions at hubs."""
        ...

    @property
    def preflight(self) -> PreflightStore:
        """Waivers, and what was found behind links."""
        ...

    @property
    def relays(self) -> RelayStore:
        """How relays do."""
        ...

    def link_key(self) -> bytes:
        """The key that signs links: made on first use, then always the same."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
