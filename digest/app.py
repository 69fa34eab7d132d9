"""The composition root: everything a job needs, wired once from the configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import cast

from digest.config import Config, SmtpProtocol, SmtpSettings
from digest.deliver.pacing.answers import Limits
from digest.deliver.relays import Relays
from digest.deliver.servers import MailServer
from digest.deliver.signing.dkim import NO_KEYS, Keyring
from digest.ports import Embedder, Fetcher, Mailer, Parser, Renderer, Store

Clock = Callable[[], datetime]

TOPICS_EXTRA = "topics"
"""What to install so that posts are placed by meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The wired program. ``clock`` gives aware UTC; ``link_key`` signs links.

    ``mailer`` opens connections to the relays, ``relays`` says which of them takes a message when.
    ``embedder`` is None without the extra ``topics``. ``keyring`` reads its files when it is first
    asked, and raises ConfigError when they cannot be used.
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
    keyring: Keyring = NO_KEYS

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
        keyring=cast("Keyring", _Later(lambda: _keyring(config)))
        if config.settings.dkim
        else NO_KEYS,
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
    # A window under way, and the next one ready.
    return Relays(relays_of(settings), limits, depth=2)


def _mailer(config: Config) -> Mailer:
    from digest.config.relays import servers_of
    from digest.deliver.servers import MailServers

    servers = servers_of(config.settings)
    return MailServers({name: _server(config, name, server) for name, server in servers.items()})


def _server(config: Config, name: str, settings: SmtpSettings) -> MailServer:
    """One relay's mail server, or the mailbox on disk in its place."""
    if settings.protocol.is_on_disk:
        from digest.deliver.mailboxes import MailboxMailer

        return MailboxMailer(settings, folder=config.directory)
    if settings.protocol is SmtpProtocol.WEBHOOK:
        return _webhook(config, name, settings)
    from digest.config.relays import SMTP
    from digest.config.secrets import password_variable, token_variable
    from digest.deliver.smtp import SmtpMailer

    secrets = config.secrets
    own = secrets.relay_secrets.get
    is_only = name == SMTP and not config.settings.relay
    return SmtpMailer(
        settings,
        password=secrets.smtp_password if is_only else own(password_variable(name), ""),
        token=secrets.smtp_token if is_only else own(token_variable(name), ""),
        folder=config.directory,
    )


def _webhook(config: Config, name: str, settings: SmtpSettings) -> MailServer:
    from digest.collect.http.fetch import HttpFetcher
    from digest.config.webhooks import webhook_secret
    from digest.deliver.webhooks import WebhookMailer

    limits: dict[str, object] = {"concurrency": settings.window, "per_host": settings.window}
    limits["timeout"] = settings.timeout
    return WebhookMailer(
        settings,
        fetcher=HttpFetcher(
            config.settings.collect.model_copy(update=limits), config.settings.instance
        ),
        secret=webhook_secret(config.settings, config.secrets, name),
    )


def _keyring(config: Config) -> Keyring:
    from digest.deliver.signing.keyring import open_keyring

    return open_keyring(config)
