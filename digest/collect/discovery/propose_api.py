"""Where an API's JSON holds a list of things with titles and links."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.collect.dates import read_date
from digest.model import Selectors

# Words that fields are named by, the best first; matched against a path's last words.
_TITLES = ("title", "headline", "name", "subject", "label", "caption")
_LINKS = ("url", "link", "href", "permalink", "html_url", "web_url", "weburl", "uri", "canonical")
_DATES = (
    "date_published", "published_at", "publishedat", "published", "pubdate", "publication_date",
    "publish_date", "date", "datetime", "created_at", "createdat", "created", "timestamp", "time",
    "start", "start_date", "posted_at", "updated_at", "modified", "updated",
)  # fmt: skip
_SUMMARIES = (
    "summary", "excerpt", "description", "teaser", "abstract", "intro", "standfirst", "lead",
    "snippet", "subtitle", "text", "body", "content",
)  # fmt: skip
_IMAGES = ("image", "image_url", "thumbnail", "picture", "photo", "cover", "img", "thumb", "src")
_INNER = ("rendered", "value", "text", "url", "href", "src", "full", "plain")
_MOST_LISTS = 50
_DEEPEST = 5
_SAMPLE = 10
_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list of objects: its path, and for each path inside them the texts of a sample."""

    path: str
    size: int
    fields: Mapping[str, tuple[str, ...]]


def api_selectors(document: object) -> tuple[Selectors, ...]:
    """Paths to the lists of a document whose members have titles, the likeliest first."""
    found = [(_score(each), each) for each in _lists(document)]
    ordered = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: -pair[0])
    return tuple(_selectors(each) for _, each in ordered[:_SAMPLE])


def _score(each: _List) -> float:
    named = (_field(each, _TITLES), _link(each), _date(each), _field(each, _SUMMARIES))
    if not named[0]:
        return 0
    titles = each.fields[named[0]]
    length = sum(min(len(title), 80) for title in titles) / len(titles)
    points = sum(part for part, name in zip((2, 2, 1, 1), named, strict=True) if name)
    return points * (10 + length) * math.sqrt(min(each.size, 20))


def _selectors(each: _List) -> Selectors:
    return Selectors(
        entry=f"{each.path}[*]",
        title=_field(each, _TITLES),
        link=_link(each),
        date=_date(each),
        summary=_field(each, _SUMMARIES),
        image=_image(each),
    )


def _lists(document: object) -> list[_List]:
    found: list[_List] = []
    for path, members in _arrays(document, "", 0):
        objects = [member for member in members if isinstance(member, dict)]
        if objects and len(objects) * 2 > len(members):
            found.append(_List(path=path, size=len(objects), fields=_fields(objects[:_SAMPLE])))
        if len(found) >= _MOST_LISTS:
            break
    return found


def _arrays(value: object, path: str, depth: int) -> Iterator[tuple[str, list[object]]]:
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _arrays(inner, _joined(path, key), depth + 1)


def _fields(objects: list[dict[str, object]]) -> dict[str, tuple[str, ...]]:
    """The texts at each path that most of the objects have."""
    texts: dict[str, list[str]] = {}
    for each in objects:
        for path, text in _leaves(each, "", 0):
            texts.setdefault(path, []).append(text)
    return {
        path: tuple(found) for path, found in texts.items() if len(found) >= _SHARE * len(objects)
    }


def _leaves(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _leaves(inner, _joined(path, key), depth + 1)
    elif isinstance(value, list) and value and depth < _DEEPEST:
        yield from _leaves(value[0], f"{path}[0]", depth + 1)
    elif (
        isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip()
    ):
        yield path, str(value).strip()


def _joined(path: str, key: str) -> str:
    if not key or not key.replace("_", "").replace("-", "").isalnum():
        return f'{path}["{key}"]' if key and '"' not in key else f"{path}['{key or ' '}']"
    return f"{path}.{key}" if path else key


def _words(path: str) -> tuple[str, ...]:
    return tuple(part.partition("[")[0].lower() for part in path.split("."))


def _field(each: _List, names: tuple[str, ...]) -> str:
    """The path whose last word, or last but one before a wrapper's, is the best of these names."""
    ranks = {path: _rank(_words(path), names) for path in each.fields}
    fit = [path for path, rank in ranks.items() if rank is not None]
    return min(fit, key=lambda path: (path.count("."), ranks[path] or 0), default="")


def _rank(words: tuple[str, ...], names: tuple[str, ...]) -> int | None:
    if words[-1] in names and (len(words) == 1 or words[-1] not in _INNER):
        return names.index(words[-1])
    if len(words) > 1 and words[-1] in _INNER and words[-2] in names:
        return names.index(words[-2])
    return names.index(words[-1]) if words[-1] in names else None


def _link(each: _List) -> str:
    urls = {path: texts for path, texts in each.fields.items() if all(map(_is_url, texts))}
    pictures = {path for path in urls if set(_words(path)) & set(_IMAGES)}
    own = {
        path: texts for path, texts in urls.items() if path not in pictures and "api" not in path
    }
    # What most members share is the site's address, not theirs.
    own = {path: texts for path, texts in own.items() if len(set(texts)) * 2 > len(texts)}
    narrowed = _List(path=each.path, size=each.size, fields=own)
    named = _field(narrowed, ("html_url", "web_url", "permalink", *_LINKS))
    return named or next(iter(own), "")


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://", "/")) and " " not in text


def _date(each: _List) -> str:
    dated = {path: texts for path, texts in each.fields.items() if all(map(read_date, texts))}
    return _field(_List(path=each.path, size=each.size, fields=dated), _DATES)


def _image(each: _List) -> str:
    urls = {path: texts for path, texts in each.fields.items() if all(map(_is_url, texts))}
    return _field(_List(path=each.path, size=each.size, fields=urls), _IMAGES)
