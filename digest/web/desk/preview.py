"""What the desk's issue page shows, and the looks it can be asked for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from digest.app import App
from digest.curate.lastlook import look_lines
from digest.deliver.subjects import trial_lines
from digest.model import KeptIssue, RenderedIssue, Story
from digest.pipeline.approval import render_issue
from digest.pipeline.letters import sample_envelope
from digest.pipeline.subjects import planned
from digest.web.desk.message import SIZE_BUDGET, SIZE_LIMIT, ReadMessage, read_message
from digest.web.desk.overview import Moment, moment

SAMPLE_RECIPIENT = "reader@example.org"
WIDTHS = (360, 600, 800)


class View(StrEnum):
    """The tabs of the issue page."""

    EMAIL = "email"
    WEB = "web"
    TEXT = "text"
    HEADERS = "headers"
    SOURCE = "source"
    CHECKS = "checks"


class Scheme(StrEnum):
    """The device's colours."""

    LIGHT = "light"
    DARK = "dark"


class Images(StrEnum):
    """Whether the mail program loads pictures."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The state of the issue page; all of it stands in the URL."""

    view: View = View.EMAIL
    width: int = 600
    scheme: Scheme = Scheme.LIGHT
    images: Images = Images.ON

    @property
    def frame_query(self) -> str:
        """The query of the frame's document."""
        return urlencode({"scheme": self.scheme, "images": self.images})

    def query(self, **changes: object) -> str:
        """The query of the page that looks like this one, but for ``changes``."""
        fields = {
            "view": self.view,
            "width": self.width,
            "scheme": self.scheme,
            "images": self.images,
        }
        return urlencode(fields | changes)


def look_from(query: QueryParams) -> Look:
    """The look a URL asks for; what it says amiss falls back to the default."""
    plain = Look()
    width = query.get("width", "")
    return Look(
        view=_choice(View, query.get("view"), plain.view),
        width=int(width) if width in map(str, WIDTHS) else plain.width,
        scheme=_choice(Scheme, query.get("scheme"), plain.scheme),
        images=_choice(Images, query.get("images"), plain.images),
    )


_Kind = TypeVar("_Kind", bound=StrEnum)


def _choice(kind: type[_Kind], asked: str | None, otherwise: _Kind) -> _Kind:
    return kind(asked) if asked in list(kind) else otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePill:
    """How large the HTML is against what mail programs show whole; ``level`` as ok, warn, bad."""

    text: str
    level: str


def size_pill(html_size: int) -> SizePill:
    """The pill for that many bytes of HTML, in KB of 1,024."""
    level = "ok" if html_size < SIZE_BUDGET else "warn" if html_size < SIZE_LIMIT else "bad"
    kilobytes = max(1, round(html_size / 1024))
    return SizePill(text=f"{kilobytes} KB of {SIZE_BUDGET // 1024}", level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinePart:
    """A part of the outline: a heading and the stories under it."""

    heading: str
    stories: tuple[Story, ...]


def outline(kept: KeptIssue) -> tuple[OutlinePart, ...]:
    """The issue's stories in reading order, under the headings they stand under."""
    issue = kept.issue
    lead = (OutlinePart(heading="Lead", stories=(issue.lead,)),) if issue.lead else ()
    sections = tuple(
        OutlinePart(heading=str(section.heading), stories=section.stories)
        for section in issue.sections
    )
    listed = (
        (OutlinePart(heading="Also published", stories=issue.also_published),)
        if issue.also_published
        else ()
    )
    return lead + sections + listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An issue as a reader would get it, and the rendering that was looked at."""

    rendering: RenderedIssue
    message: ReadMessage


def issue_message(app: App, kept: KeptIssue) -> bytes:
    """The bytes of a test message of the issue, made on the path that sends."""
    rendering = render_issue(app, kept)
    return sample_envelope(app, kept, rendering, recipient=SAMPLE_RECIPIENT).content


def read_issue(app: App, kept: KeptIssue) -> Shown:
    """The parts of that test message."""
    rendering = render_issue(app, kept)
    envelope = sample_envelope(app, kept, rendering, recipient=SAMPLE_RECIPIENT)
    return Shown(rendering=rendering, message=read_message(envelope.content))


def due_of(app: App, kept: KeptIssue) -> Moment:
    """When the issue was or is to go out, on its newsletter's wall clock."""
    schedule = app.config.newsletter(kept.issue.key.newsletter).schedule
    return moment(kept.issue.due_at, ZoneInfo(schedule.time_zone))


def trial_of(app: App, kept: KeptIssue) -> tuple[str, ...]:
    """How the trial of the issue's two subjects stands, or is to be, in sentences."""
    trial = app.store.subjects.trial(kept.id)
    if trial:
        return trial_lines(trial)
    plan = planned(app, kept)
    return (plan,) if plan else ()


def last_look_of(app: App, kept: KeptIssue) -> tuple[str, ...]:
    """What the last look at the issue found, in sentences; nothing where all is well."""
    look = app.store.preflight.look(kept.id)
    return tuple(look_lines(look)) if look and (look.found or look.note) else ()
