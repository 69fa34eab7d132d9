"""The composition root: everything a job needs, wired once from the configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import cast

from digest.config import Config
from digest.deliver.pacing.answers import Limits
from digest.deliver.relays import Relays
from digest.ports import Embedder, Fetcher, Mailer, Parser, Renderer, Store

Clock = Callable[[], datetime]

TOPICS_EXTRA = "topics"
"""What to install so that posts are placed by meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The wired program. ``clock`` gives aware UTC; ``link_key`` signs links.

    ``mailer`` opens connections to the relays, ``relays`` says which of them takes a message when.
    ``embedder`` is None without the extra ``topics``.
    """

    config: Config
    store: Store
    fetcher: Fetcher
    parser: Parser
    renderer: Renderer
    mailer: Mailer
    relays: Relays
    clock: Clock
    link_key: bytes
    embedder: Embedder | None = None

    def close(self) -> None:
        """Let go of the parser's processes and of the database."""
        self.parser.close()
        self.store.close()


def system_clock() -> datetime:
    """The time now, aware UTC."""
    return datetime.now(UTC)


def open_app(config: Config, *, clock: Clock = system_clock) -> App:
    """Wire the program; opens (and where needed migrates) the database.

    :raises StoreError: when the database cannot be used.
    """
    from digest.store import open_store

    store = open_store(config.database_url)
    return App(
        config=config,
        store=store,
        fetcher=cast("Fetcher", _Later(lambda: _fetcher(config))),
        parser=cast("Parser", _Later(lambda: _parser(config))),
        renderer=cast("Renderer", _Later(lambda: _renderer(config))),
        mailer=cast("Mailer", _Later(lambda: _mailer(config))),
        relays=relays_from(config),
        clock=clock,
        link_key=config.secrets.secret_key.encode() or store.link_key(),
        embedder=cast("Embedder", _Later(_embedder)) if can_embed() else None,
    )


def can_embed() -> bool:
    """Whether the extra ``topics`` is installed; imports nothing."""
    return all(find_spec(name) for name in ("numpy", "wordllama"))


class _Later:
    """Stands for an adapter until it is used: the libraries behind it take long to import."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._made: object = None

    def __getattr__(self, name: str) -> object:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)

    def close(self) -> None:
        """Close what was made; what was never used needs no closing."""
        if self._made is not None:
            self.__getattr__("close")()  # type: ignore[operator]  # the parser has one


def _embedder() -> Embedder:
    from digest.curate.placing.embedding import WordEmbedder

    return WordEmbedder()


def _fetcher(config: Config) -> Fetcher:
    from digest.collect.http.fetch import HttpFetcher

    return HttpFetcher(config.settings.collect, config.settings.instance)


def _parser(config: Config) -> Parser:
    from digest.collect.isolation.workers import ParserPool

    collect = config.settings.collect
    return ParserPool(
        count=collect.parsers, timeout=collect.parse_timeout, memory=collect.parse_memory
    )


def _renderer(config: Config) -> Renderer:
    from digest.compose.render import IssueRenderer
    from digest.resources import TEMPLATES

    folders = (config.templates_folder, TEMPLATES)
    return IssueRenderer(folders=folders, public_url=config.settings.web.public_url)


def relays_from(config: Config) -> Relays:
    """The relays of a configuration, as nothing was sent yet."""
    from digest.config.relays import limits_of, relays_of, usual_limit

    settings = config.settings
    limits = Limits(groups=limits_of(settings), others=usual_limit(settings))
    return Relays(relays_of(settings), limits)


def _mailer(config: Config) -> Mailer:
    from digest.config.relays import SMTP, servers_of
    from digest.config.secrets import password_variable
    from digest.deliver.servers import MailServers
    from digest.deliver.smtp import SmtpMailer

    secrets = config.secrets
    passwords = (
        {SMTP: secrets.smtp_password}
        if not config.settings.relay
        else {
            relay.name: secrets.relay_passwords.get(password_variable(relay.name), "")
            for relay in config.settings.relay
        }
    )
    return MailServers(
        {
            name: SmtpMailer(server, password=passwords[name])
            for name, server in servers_of(config.settings).items()
        }
    )
