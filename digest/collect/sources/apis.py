"""APIs that answer in JSON: their entries by paths into the document."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from digest.collect.dates import read_date
from digest.collect.document import Markup, RawEntry, RawFeed
from digest.collect.parsing.fields import json_fields, texts_at
from digest.collect.parsing.normalise import normalise
from digest.collect.sources.parts import Parts
from digest.collect.wording import is_html
from digest.model import Image, ParseFailed, ParseJob, ParseResult, Selectors
from digest.model.json_path import JsonPath, filled, placeholders


def read_api(job: ParseJob, selectors: Selectors) -> ParseResult:
    """Read an API's answer by its paths. Never raises.

    An empty list is a feed without entries; an answer without the list is a failure. A link may
    be a template, such as ``https://town.example/news/{slug}``.
    """
    document = load(job.body)
    if isinstance(document, ParseFailed):
        return document
    path = JsonPath.parse(selectors.entry)
    found = list(_some(path.find(document), job.max_entries + 1))
    if not found and not _has_list(path, document):
        keys = ", ".join(list(document)[:8]) if isinstance(document, dict) else "a list"
        reason = f"the answer has nothing at {selectors.entry!r}; it holds {keys or 'nothing'}"
        return ParseFailed(reason=reason)
    parts = Parts.of(selectors, api_part)
    entries = tuple(
        replace(entry, fields=json_fields(item, job.fields))
        for item in found
        if (entry := entry_of(item, parts)) is not None
    )
    if found and not entries:
        reason = f"nothing at {selectors.entry!r} has a title at {selectors.title!r}"
        return ParseFailed(reason=reason)
    base = job.base or job.url
    raw = RawFeed(home_url=base, entries=entries)
    return normalise(raw, url=job.url, base=base, max_entries=job.max_entries)


def load(body: bytes) -> object | ParseFailed:
    """The JSON of an answer."""
    try:
        loaded: object = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return ParseFailed(reason="the answer is not JSON, or it is cut off")
    return loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPart:
    """One or more paths, and the template they fill, if there is one."""

    paths: tuple[JsonPath, ...]
    template: str = ""

    def read(self, item: object) -> str:
        """The part's text; empty where a path finds nothing."""
        values = tuple(next(texts_at(path, item), "") for path in self.paths)
        if not self.template:
            return values[0]
        quoted = tuple(quote(value, safe="/") for value in values)
        return filled(self.template, quoted) if all(values) else ""


def api_part(selector: str) -> ApiPart:
    """What a selector, which was checked before, takes from an API's JSON."""
    inner = placeholders(selector)
    paths = tuple(JsonPath.parse(path) for path in inner or (selector,))
    return ApiPart(paths=paths, template=selector if inner else "")


def entry_of(item: object, parts: Parts[ApiPart]) -> RawEntry | None:
    """A member as an entry; None when it has neither a title nor a link."""
    title, link = _read(parts.title, item), _read(parts.link, item)
    if not title and not link:
        return None
    summary, image = _read(parts.summary, item), _read(parts.image, item)
    return RawEntry(
        links=(link,) if link else (),
        title=Markup(text=title, html=is_html(title)),
        summary=Markup(text=summary, html=is_html(summary)),
        images=(Image(url=image),) if image else (),
        published_at=read_date(_read(parts.date, item)),
    )


def _read(part: ApiPart | None, item: object) -> str:
    return part.read(item) if part else ""


def _some(found: Iterator[object], most: int) -> Iterator[object]:
    for count, item in enumerate(found):
        if count >= most:
            return
        yield item


def _has_list(path: JsonPath, document: object) -> bool:
    """Whether the list itself is there, with nothing in it."""
    return any(True for _ in JsonPath(steps=path.steps[:-1]).find(document)) if path.steps else True
