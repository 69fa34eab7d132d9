"""The shape of ``feeds.toml``: which keys there are, and what each takes."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated
from unicodedata import category
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from digest.config.feed_fields import MOST_FIELDS, check_element, check_field_name
from digest.config.locate import TomlPath
from digest.config.newsletter_table import FeedUrl, Line, Words
from digest.config.notations import check_filled
from digest.config.ranking_table import Weight
from digest.config.references import (
    Variables,
    check_header,
    check_header_value,
    check_password,
)
from digest.config.selectors import check_json_selector, check_page_selector
from digest.config.settings import Duration, Section
from digest.config.tomlfile import TomlFile
from digest.config.wording import UnfitError
from digest.errors import Problem
from digest.model import Attribute, Feed, FeedList, Login, Selectors, SourceKind

_SELECTOR_CHECKS: Mapping[object, Callable[[str], str]] = {
    SourceKind.PAGE: check_page_selector,
    SourceKind.API: check_json_selector,
}
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _check_text_line(value: str) -> str:
    """Feeds' own titles hold no-break spaces and joiners, which are no control characters."""
    if any(category(character) in _CONTROLS for character in value):
        message = "holds a line break or another control character"
        raise UnfitError(message, fix="write it on one line")
    return value


def _check_headers(value: object) -> object:
    if not isinstance(value, dict):
        message = "should be a table"
        raise UnfitError(message, fix='for example headers = { Accept-Language = "en" }')
    return value


TextLine = Annotated[str, AfterValidator(_check_text_line)]
Tag = Annotated[str, AfterValidator(check_filled), AfterValidator(_check_text_line)]
HeaderValue = Annotated[str, BeforeValidator(check_header_value)]
Headers = Annotated[dict[str, HeaderValue], BeforeValidator(_check_headers)]
Password = Annotated[str, BeforeValidator(check_password)]
Switch = Annotated[bool, Field(strict=True)]


class SelectorsTable(Section):
    """``[feed.selectors]``: where entries and their parts are."""

    entry: Words = Field(examples=["article"])
    title: Words = Field(examples=["h2"])
    link: str = ""
    date: str = ""
    summary: str = ""
    image: str = ""


class FeedTable(Section):
    """One of ``[[feed]]``."""

    url: FeedUrl = Field(examples=["https://blog.example/feed.xml"])
    title: TextLine = ""
    tags: tuple[Tag, ...] = ()
    kind: SourceKind = SourceKind.FEED
    interval: Duration | None = None
    full_text: Switch = False
    weight: Weight = 1.0
    headers: Headers = Field(default={})
    username: Line = ""
    password: Password | None = None
    selectors: SelectorsTable | None = None
    attributes: dict[str, TextLine] = Field(
        default={}, description='a table such as { owner = "Noor" }'
    )
    fields: dict[str, TextLine] = Field(
        default={}, description='a table such as { price = "g:price" }'
    )


class ListTable(Section):
    """One of ``[[list]]``: a remote OPML file."""

    url: FeedUrl = Field(examples=["https://town.example/blogs.opml"])
    tags: tuple[Tag, ...] = ()


class FeedListTable(Section):
    """All of ``feeds.toml``."""

    feed: tuple[FeedTable, ...] = ()
    list: tuple[ListTable, ...] = ()


def feed_of(table: FeedTable, variables: Variables) -> Feed:
    """The feed a table describes, its references replaced; :func:`feed_problems` found none."""
    password = variables.resolved(table.password or "")
    selectors = table.selectors
    return Feed(
        url=table.url,
        title=table.title,
        tags=tuple(dict.fromkeys(table.tags)),
        kind=table.kind,
        selectors=Selectors(**selectors.model_dump()) if selectors else None,
        interval=table.interval,
        full_text=table.full_text,
        weight=table.weight,
        headers=tuple(
            Attribute(name=name, value=variables.resolved(value))
            for name, value in table.headers.items()
        ),
        login=Login(username=variables.resolved(table.username), password=password)
        if table.username
        else None,
        attributes=tuple(
            Attribute(name=name, value=value) for name, value in table.attributes.items()
        ),
        fields=tuple(
            Attribute(name=name, value=table.fields[name]) for name in sorted(table.fields)
        ),
    )


def list_of(table: ListTable) -> FeedList:
    """The remote list a table describes."""
    return FeedList(url=table.url, tags=tuple(dict.fromkeys(table.tags)))


# What follows looks at the raw table, so that one bad value does not hide what is wrong
# elsewhere; values of a wrong type are left to the tables' own validation.


def feed_problems(file: TomlFile, variables: Variables) -> Iterator[Problem]:
    """What is wrong between the keys of each ``[[feed]]``, and with its secrets."""
    members = file.table.get("feed")
    for index, feed in enumerate(members if isinstance(members, list) else ()):
        if isinstance(feed, dict):
            path: TomlPath = ("feed", index)
            yield from _selector_problems(file, path, feed)
            yield from _login_problems(file, path, feed, variables)
            yield from _header_problems(file, path, feed, variables)
            yield from _field_problems(file, path, feed)


def _selector_problems(
    file: TomlFile, path: TomlPath, feed: Mapping[str, object]
) -> Iterator[Problem]:
    kind, selectors = feed.get("kind", SourceKind.FEED), feed.get("selectors")
    if kind == SourceKind.FEED and selectors is not None:
        message = "are for pages and APIs; a feed says itself where its entries are"
        fix = 'set kind = "page" or "api", or delete them'
        yield file.problem((*path, "selectors"), message, fix=fix)
    check = _SELECTOR_CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        return
    if selectors is None:
        message = f"{'a page' if kind == SourceKind.PAGE else 'an API'} needs a selectors table"
        fix = "add [feed.selectors]; digest feeds discover --selectors URL proposes one"
        yield file.problem((*path, "kind"), message, fix=fix)
    for key, value in selectors.items() if isinstance(selectors, dict) else ():
        if isinstance(value, str) and value.strip() and key in SelectorsTable.model_fields:
            yield from _misfit(file, (*path, "selectors", key), partial(check, value))


def _login_problems(
    file: TomlFile, path: TomlPath, feed: Mapping[str, object], variables: Variables
) -> Iterator[Problem]:
    username, password = feed.get("username"), feed.get("password")
    if username and not password:
        fix = 'add password = "${DIGEST_NAME}" and set DIGEST_NAME in the environment'
        yield file.problem((*path, "username"), "stands there without a password", fix=fix)
    if password and not username:
        fix = 'add username = "…"'
        yield file.problem((*path, "password"), "stands there without a username", fix=fix)
    for key, value in (("username", username), ("password", password)):
        if isinstance(value, str):
            yield from _misfit(file, (*path, key), partial(variables.resolved, value))
    url = feed.get("url")
    if isinstance(url, str) and _holds_password(url):
        message = "holds a password, which does not belong in this file"
        fix = 'take it out, and add username = "…" and password = "${DIGEST_NAME}"'
        yield file.problem((*path, "url"), message, fix=fix)


def _header_problems(
    file: TomlFile, path: TomlPath, feed: Mapping[str, object], variables: Variables
) -> Iterator[Problem]:
    headers = feed.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if isinstance(value, str):
            place = (*path, "headers", name)
            yield from _misfit(file, place, partial(check_header, name, value))
            yield from _misfit(file, place, partial(variables.resolved, value))


def _field_problems(
    file: TomlFile, path: TomlPath, feed: Mapping[str, object]
) -> Iterator[Problem]:
    kind, fields = feed.get("kind", SourceKind.FEED), feed.get("fields")
    if not isinstance(fields, dict) or kind not in set(SourceKind):
        return
    check = _SELECTOR_CHECKS.get(kind, check_element)
    if len(fields) > MOST_FIELDS:
        message = f"names {len(fields)} fields, and {MOST_FIELDS} are kept at most"
        yield file.problem((*path, "fields"), message, fix="leave out what no template shows")
    for name, place in fields.items():
        at = (*path, "fields", name)
        yield from _misfit(file, at, partial(check_field_name, name))
        if isinstance(place, str):
            fit = check if place.strip() else check_filled
            yield from _misfit(file, at, partial(fit, place))


def _misfit(file: TomlFile, path: TomlPath, check: Callable[[], object]) -> Iterator[Problem]:
    try:
        check()
    except UnfitError as error:
        yield file.problem(path, str(error), fix=error.fix)


def _holds_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return False
