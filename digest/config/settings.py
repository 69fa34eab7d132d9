"""What can be set: the sections of ``digest.toml`` and what stands in the folder beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
)

from digest.config.mail_notations import (
    check_feedback_sender,
    check_inbox,
    check_key_file,
    check_selector,
)
from digest.config.notations import (
    check_address,
    check_base_url,
    check_bounce_address,
    check_domain,
    check_domain_pattern,
    check_filled,
    check_home_url,
    check_slug,
)
from digest.config.quantities import (
    parse_duration,
    parse_frequency_cap,
    parse_rate,
    parse_size,
)
from digest.errors import Problem, UnknownNameError
from digest.model import (
    Client,
    Feed,
    FeedList,
    FrequencyCap,
    ImageHost,
    LastLookAction,
    Newsletter,
    Rate,
)

# A type's description completes the sentence "should be …" in what `digest check` reports.
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    Field(gt=timedelta(0), description="a duration longer than nothing"),
]
Size = Annotated[
    int, BeforeValidator(parse_size), Field(ge=1, description='a size of at least "1 B"')
]
Cap = Annotated[FrequencyCap | None, PlainValidator(parse_frequency_cap)]
Port = Annotated[
    int, Field(ge=0, le=65535, strict=True, description="a whole number from 0 to 65535")
]
Count = Annotated[int, Field(ge=1, strict=True, description="a whole number of at least 1")]
Limit = Annotated[int, Field(ge=0, strict=True, description="a whole number of at least 0")]
Name = Annotated[str, Field(min_length=1)]
Domain = Annotated[str, AfterValidator(check_domain)]
BaseUrl = Annotated[str, AfterValidator(check_base_url)]
BounceAddress = Annotated[str, AfterValidator(check_bounce_address)]
Inbox = Annotated[str, AfterValidator(check_inbox)]
Share = Annotated[
    float, Field(gt=0, le=1, strict=True, description="a share above 0 and up to 1, such as 0.05")
]
OptionalAddress = Annotated[str, AfterValidator(check_address)]
OptionalUrl = Annotated[str, AfterValidator(check_home_url)]


Pace = Annotated[
    Rate | None, BeforeValidator(parse_rate), Field(description='a rate, such as "600/minute"')
]
Slug = Annotated[str, AfterValidator(check_slug)]
DomainPattern = Annotated[str, AfterValidator(check_domain_pattern)]


class Section(BaseModel):
    """A table of ``digest.toml``: no unknown keys, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InstanceSettings(Section):
    """``[instance]``: how this installation presents itself."""

    name: Name
    contact: str


class StoreSettings(Section):
    """``[store]``: the database."""

    url: Name


class CollectSettings(Section):
    """``[collect]``: how feeds are asked. Sizes in bytes."""

    interval: Duration
    min_interval: Duration
    max_interval: Duration
    concurrency: Count
    per_host: Count
    timeout: Duration
    max_size: Size
    max_redirects: Limit
    max_entries: Count
    backoff: Duration
    max_backoff: Duration
    pause_after: Duration
    websub: bool
    proxy: OptionalUrl
    proxy_resolves: bool
    parsers: Count
    parse_timeout: Duration
    parse_memory: Size
    private_hosts: tuple[Name, ...]


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    OPPORTUNISTIC = "opportunistic"
    STARTTLS = "starttls"
    TLS = "tls"


class SmtpProtocol(StrEnum):
    """What takes our messages: a server, a URL, or a mailbox on disk for dry runs."""

    SMTP = "smtp"
    LMTP = "lmtp"
    WEBHOOK = "webhook"
    MAILDIR = "maildir"
    MBOX = "mbox"

    @property
    def is_on_disk(self) -> bool:
        """Whether messages end in a mailbox on disk instead of going anywhere."""
        return self in {SmtpProtocol.MAILDIR, SmtpProtocol.MBOX}


class SmtpSettings(Section):
    """``[smtp]``: the mail server that takes our messages.

    ``path`` is for mailboxes on disk, ``url`` for webhooks.
    """

    protocol: SmtpProtocol
    path: Name
    url: OptionalUrl
    host: Name
    port: Port
    security: SmtpSecurity
    certificate: str
    key: str
    username: str
    timeout: Duration
    connections: Count
    window: Count
    greeting: str
    utf8_addresses: bool


class WarmUpSettings(Section):
    """``warm_up`` of a relay: how its volume grows from day to day."""

    start: date = Field(description="a day, such as 2026-03-02", examples=[date(2026, 3, 2)])
    first: Count = Field(alias="from", examples=[500])
    doubling: Duration = timedelta(days=1)
    full: Count | None = None


class RelaySettings(Section):
    """One of ``[[relay]]``. What may be None is ``[smtp]``'s."""

    name: Slug = Field(examples=["main"])
    protocol: SmtpProtocol | None = None
    path: Name | None = None
    url: OptionalUrl | None = None
    host: Name | None = None
    port: Port | None = None
    security: SmtpSecurity | None = None
    certificate: str | None = None
    key: str | None = None
    username: str = ""
    timeout: Duration | None = None
    connections: Count | None = None
    window: Count | None = None
    greeting: str | None = None
    weight: Count = 1
    domains: tuple[DomainPattern, ...] = ()
    rate: Pace = None
    warm_up: WarmUpSettings | None = None


class DomainSettings(Section):
    """One of ``[[domain]]``: domains of one receiver, which share what it can bear."""

    name: Slug = Field(examples=["bigmail"])
    domains: tuple[DomainPattern, ...] = Field(min_length=1, examples=[["bigmail.example"]])
    rate: Pace = None
    connections: Count | None = None


class DeliverSettings(Section):
    """``[deliver]``: how recipients are worked off."""

    batch: Count
    lease: Duration
    retry: Duration
    max_retry: Duration
    lifetime: Duration
    late_after: Duration
    frequency_cap: Cap
    last_look: Duration
    last_look_action: LastLookAction
    test_mode: OptionalAddress
    message_domain: Domain
    feedback_sender: Annotated[str, AfterValidator(check_feedback_sender)]
    domain_rate: Pace
    domain_connections: Limit


class DkimSettings(Section):
    """One of ``[[dkim]]``: a key that signs mail. ``key`` is a file, relative to the folder."""

    domain: Annotated[Domain, AfterValidator(check_filled)] = Field(examples=["news.example.org"])
    selector: Annotated[str, AfterValidator(check_selector)] = Field(examples=["digest2026"])
    key: Annotated[str, AfterValidator(check_key_file)] = Field(examples=["dkim/digest2026.pem"])


class FeedbackSettings(Section):
    """``[feedback]``: what comes back, and when it stops a reader or an issue."""

    bounce_address: BounceAddress
    verp: bool
    soft_limit: Count
    soft_window: Duration
    settled_after: Duration
    guard_complaints: Share
    guard_hard: Share
    guard_policy: Share
    guard_minimum: Count
    lmtp_host: Name
    lmtp_port: Port
    inbox: Inbox
    inbox_every: Duration


class PreflightSettings(Section):
    """``[preflight]``: what an issue is held against before it goes out."""

    clients: Annotated[
        tuple[Client, ...],
        Field(min_length=1, description=f"a list of some of: {', '.join(Client)}"),
    ]


class WebSettings(Section):
    """``[web]``: public pages and the editors' desk."""

    public_url: BaseUrl
    host: Name
    port: Port
    preview_port: Port
    media: str


class ImageSettings(Section):
    """``[images]``: the pictures of mails."""

    host: ImageHost
    keep: Duration


class TemplateSettings(Section):
    """``[templates]``: where a publication's own templates are."""

    folder: Name


class LogSettings(Section):
    """``[log]``: what is said while running."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "console", "json"]


class Settings(Section):
    """All of ``digest.toml``. Of tables there are no defaults here: the shipped file holds them."""

    instance: InstanceSettings
    store: StoreSettings
    collect: CollectSettings
    smtp: SmtpSettings
    deliver: DeliverSettings
    feedback: FeedbackSettings
    preflight: PreflightSettings
    web: WebSettings
    images: ImageSettings
    templates: TemplateSettings
    log: LogSettings
    dkim: tuple[DkimSettings, ...] = ()
    relay: tuple[RelaySettings, ...] = ()
    domain: tuple[DomainSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What comes from the environment only. Never printed: the representation is empty.

    ``relay_secrets`` are by the names of their variables.
    """

    smtp_password: str = ""
    smtp_token: str = ""
    webhook_secret: str = ""
    imap_password: str = ""
    secret_key: str = ""
    relay_secrets: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Secrets(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a run needs to know, checked. ``directory`` is where relative paths start.

    ``feeds`` are those of the files; ``lists`` name remote files with more of them.

    ``warnings`` are findings that do not stop a run, such as a tag that no feed carries.
    """

    directory: Path
    settings: Settings
    feeds: tuple[Feed, ...]
    newsletters: Mapping[str, Newsletter]
    secrets: Secrets
    database_url: str
    lists: tuple[FeedList, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def newsletter(self, name: str) -> Newsletter:
        """The newsletter with that id.

        :raises UnknownNameError: when there is none.
        """
        try:
            return self.newsletters[name]
        except KeyError:
            raise UnknownNameError("newsletter", name, known=tuple(self.newsletters)) from None

    @property
    def templates_folder(self) -> Path:
        """Where the publication's own templates are looked for first."""
        return self.directory / self.settings.templates.folder

    def hosts_images(self, newsletter: Newsletter) -> bool:
        """Whether that newsletter's pictures are to be loaded from this service."""
        host = newsletter.images
        if host is ImageHost.AUTO:
            host = self.settings.images.host
        if host is ImageHost.AUTO:
            return self.settings.web.public_url.startswith("https://")
        return host is ImageHost.SERVICE

    @property
    def media_folder(self) -> Path | None:
        """The folder served under ``/media/``, if there is one."""
        media = self.settings.web.media
        return self.directory / media if media else None
