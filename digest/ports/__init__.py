"""What the shell needs from the world, named for the need.

``digest.pipeline`` calls these; ``digest.store``, ``digest.collect.http.fetch``,
``digest.compose.render`` and ``digest.deliver.smtp`` provide them; tests bring their own fakes.
"""

from digest.ports.audience import AudienceStore, LedgerStore, RelayStore
from digest.ports.feedback import FeedbackStore
from digest.ports.issues import IssueStore, MediaStore, PreflightStore
from digest.ports.sources import ArticleStore, EntryStore, FeedStore, HubStore, ListStore
from digest.ports.store import LifeStore, Store
from digest.ports.subjects import SubjectStore
from digest.ports.world import Embedder, Fetcher, Mailer, MailSession, Parser, Renderer

__all__ = [
    "ArticleStore",
    "AudienceStore",
    "Embedder",
    "EntryStore",
    "FeedStore",
    "FeedbackStore",
    "Fetcher",
    "HubStore",
    "IssueStore",
    "LedgerStore",
    "LifeStore",
    "ListStore",
    "MailSession",
    "Mailer",
    "MediaStore",
    "Parser",
    "PreflightStore",
    "RelayStore",
    "Renderer",
    "Store",
    "SubjectStore",
]
