"""What can be set: the sections of ``digest.toml`` and what stands in the folder beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from digest.config.notations import (
    check_base_url,
    check_domain,
    check_domain_pattern,
    check_home_url,
    check_slug,
)
from digest.config.quantities import parse_duration, parse_rate, parse_size
from digest.errors import Problem, UnknownNameError
from digest.model import Feed, FeedList, Newsletter, Rate

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


class WarmUpSettings(Section):
    """``warm_up`` of a relay: how its volume grows from day to day."""

    start: date = Field(description="a day, such as 2026-03-02", examples=[date(2026, 3, 2)])
    first: Count = Field(alias="from", examples=[500])
    doubling: Duration = timedelta(days=1)
    full: Count | None = None


class RelaySettings(Section):
    """One of ``[[relay]]``. What may be None is ``[smtp]``'s."""

    name: Slug = Field(examples=["main"])
    host: Name = Field(examples=["smtp.provider.example"])
    port: Port | None = None
    security: SmtpSecurity | None = None
    username: str = ""
    timeout: Duration | None = None
    connections: Count | None = None
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
    message_domain: Domain
    domain_rate: Pace
    domain_connections: Limit


class WebSettings(Section):
    """``[web]``: public pages and the editors' desk."""

    public_url: BaseUrl
    host: Name
    port: Port
    preview_port: Port
    media: str


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
    web: WebSettings
    templates: TemplateSettings
    log: LogSettings
    relay: tuple[RelaySettings, ...] = ()
    domain: tuple[DomainSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What comes from the environment only. Never printed: the representation is empty.

    ``relay_passwords`` are by the names of their variables.
    """

    smtp_password: str = ""
    secret_key: str = ""
    relay_passwords: Mapping[str, str] = field(default_factory=dict)

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

    @property
    def media_folder(self) -> Path | None:
        """The folder served under ``/media/``, if there is one."""
        media = self.settings.web.media
        return self.directory / media if media else None
