"""What can be set: the sections of ``digest.toml`` and what stands in the folder beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from digest.config.notations import check_address, check_base_url, check_domain, check_home_url
from digest.config.quantities import parse_duration, parse_size
from digest.errors import Problem, UnknownNameError
from digest.model import Feed, FeedList, ImageHost, LastLookAction, Newsletter

# A type's description completes the sentence "should be …" in what `digest check` reports.
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    Field(gt=timedelta(0), description="a duration longer than nothing"),
]
Size = Annotated[
    int, BeforeValidator(parse_size), Field(ge=1, description='a size of at least "1 B"')
]
Port = Annotated[
    int, Field(ge=0, le=65535, strict=True, description="a whole number from 0 to 65535")
]
Count = Annotated[int, Field(ge=1, strict=True, description="a whole number of at least 1")]
Limit = Annotated[int, Field(ge=0, strict=True, description="a whole number of at least 0")]
Name = Annotated[str, Field(min_length=1)]
Domain = Annotated[str, AfterValidator(check_domain)]
BaseUrl = Annotated[str, AfterValidator(check_base_url)]
OptionalAddress = Annotated[str, AfterValidator(check_address)]
OptionalUrl = Annotated[str, AfterValidator(check_home_url)]


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
    STARTTLS = "starttls"
    TLS = "tls"


class SmtpSettings(Section):
    """``[smtp]``: the mail server that takes our messages."""

    host: Name
    port: Port
    security: SmtpSecurity
    username: str
    timeout: Duration
    connections: Count
    greeting: str


class DeliverSettings(Section):
    """``[deliver]``: how recipients are worked off."""

    batch: Count
    lease: Duration
    retry: Duration
    max_retry: Duration
    lifetime: Duration
    late_after: Duration
    last_look: Duration
    last_look_action: LastLookAction
    test_mode: OptionalAddress
    message_domain: Domain


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


class TemplateSettings(Section):
    """``[templates]``: where a publication's own templates are."""

    folder: Name


class LogSettings(Section):
    """``[log]``: what is said while running."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "console", "json"]


class Settings(Section):
    """All of ``digest.toml``. There are no defaults here: the shipped file holds them."""

    instance: InstanceSettings
    store: StoreSettings
    collect: CollectSettings
    smtp: SmtpSettings
    deliver: DeliverSettings
    web: WebSettings
    images: ImageSettings
    templates: TemplateSettings
    log: LogSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What comes from the environment only. Never printed: the representation is empty."""

    smtp_password: str = ""
    secret_key: str = ""

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
