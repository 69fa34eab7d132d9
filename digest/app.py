"""The composition root: everything a job needs, wired once from the configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.config import Config
from digest.ports import Fetcher, Mailer, Renderer, Store

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The wired program. ``clock`` gives aware UTC; ``link_key`` signs links."""

    config: Config
    store: Store
    fetcher: Fetcher
    renderer: Renderer
    mailer: Mailer
    clock: Clock
    link_key: bytes


def system_clock() -> datetime:
    """The time now, aware UTC."""
    return datetime.now(UTC)


def open_app(config: Config, *, clock: Clock = system_clock) -> App:
    """Wire the program; opens (and where needed migrates) the database.

    :raises StoreError: when the database cannot be used.
    """
    # Imported here so that commands which open no app start fast.
    from digest.collect.fetch import HttpFetcher
    from digest.compose.render import IssueRenderer
    from digest.deliver.smtp import SmtpMailer
    from digest.resources import TEMPLATES
    from digest.store import open_store

    settings = config.settings
    store = open_store(config.database_url)
    return App(
        config=config,
        store=store,
        fetcher=HttpFetcher(settings.collect, settings.instance),
        renderer=IssueRenderer(
            folders=(config.templates_folder, TEMPLATES), public_url=settings.web.public_url
        ),
        mailer=SmtpMailer(settings.smtp, password=config.secrets.smtp_password),
        clock=clock,
        link_key=config.secrets.secret_key.encode() or store.link_key(),
    )
