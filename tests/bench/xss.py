"""Hostile payloads in every field of a feed, followed into everything that is shown.

Each payload stands in the title, summary, content, author, category, links and pictures of an
entry, in RSS (escaped and verbatim) and in JSON Feed. What comes of it in the mail, in the copy for
browsers, on the desk's pages and in an entry's content is judged by html5lib against the same pages
made of harmless words. Prints one figure a line, ``payloads`` and ``executable``; which ones, and
why, goes to standard error.

    python tests/bench/xss.py FILE.jsonl [FILE.jsonl …] [--batch 150]
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]  # has no stubs

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.collect.parsing.parse import parse_feed  # noqa: E402 - after the path to the tests' fakes
from digest.compose.render import IssueRenderer  # noqa: E402
from digest.model import Entry, FeedState, Issue, ParsedFeed, Section, Story, Wording  # noqa: E402
from digest.resources import TEMPLATES  # noqa: E402
from digest.web.desk import AppSource, create_desk_app  # noqa: E402
from digest.web.public import create_public_app  # noqa: E402
from tests.acceptance.web_world import FEED, FEED_URL, NEWSLETTER, issue, week  # noqa: E402
from tests.fakes import NOW, fake_config, fake_world  # noqa: E402

SLUG = "coast-judged"
FORBIDDEN = frozenset(
    "script iframe frame frameset object embed applet base link form meta portal".split()  # noqa: SIM905
)
URL_ATTRIBUTES = frozenset(
    "href src action formaction data poster background cite srcset ping xlink:href".split()  # noqa: SIM905
)
BAD_URL = re.compile(
    r"(?:javascript|vbscript|livescript|data:text/html|data:application)", re.IGNORECASE
)
BAD_STYLE = re.compile(
    r"expression\s*\(|javascript:|behaviou?r\s*:|-moz-binding|@import", re.IGNORECASE
)
BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0]+")
HARMLESS = "harmless words"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("files", type=Path, nargs="+")
    arguments.add_argument("--batch", type=int, default=150)
    given = arguments.parse_args()
    payloads = list(dict.fromkeys(p for path in given.files for p in _payloads(path)))
    batches = [payloads[i : i + given.batch] for i in range(0, len(payloads), given.batch)]
    executable = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for found in processes.map(judge, batches):
            for payload, why in found:
                executable += 1
                print(f"{payload!r}\t{why}", file=sys.stderr)
    print(f"payloads {len(payloads)}")
    print(f"executable {executable}")
    sys.exit(1 if executable else 0)


def judge(payloads: Sequence[str]) -> list[tuple[str, str]]:
    """Those payloads of a batch that something could be executed of, with what it is."""
    found = _findings(payloads) - _findings([HARMLESS])
    if not found:
        return []
    if len(payloads) == 1:
        return [(payloads[0], "; ".join(sorted(found)))]
    middle = len(payloads) // 2
    return judge(payloads[:middle]) + judge(payloads[middle:])


def _payloads(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        payload = json.loads(line).get("payload") if line.strip() else None
        if isinstance(payload, str):
            yield payload


def _findings(payloads: Sequence[str]) -> frozenset[str]:
    """What is dangerous in any page made of these payloads."""
    entries = [entry for result in _feeds(payloads) for entry in result.entries]
    pages = {_bare(page) for page in _pages(entries)}
    return frozenset(found for page in pages for found in _dangers(page))


def _bare(page: str) -> str:
    # Tokens differ between requests and hold nothing of a payload.
    return re.sub(r'(name="token" value=)"[^"]*"', r"\1", page)


def _feeds(payloads: Sequence[str]) -> Iterator[ParsedFeed]:
    for body in (_rss(payloads, verbatim=False), _rss(payloads, verbatim=True), _json(payloads)):
        result = parse_feed(body, url=FEED_URL, max_entries=10_000)
        if isinstance(result, ParsedFeed):
            yield result
    for payload in payloads:
        for body in (_titled_rss(payload), _titled_json(payload)):
            result = parse_feed(body, url=FEED_URL)
            if isinstance(result, ParsedFeed):
                yield result


def _rss(payloads: Sequence[str], *, verbatim: bool) -> bytes:
    items = "".join(_item(place, payload, verbatim) for place, payload in enumerate(payloads))
    return (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Feed</title>'
        f"<link>https://lighthouse.example/</link>{items}</channel></rss>"
    ).encode("utf-8", "replace")


def _item(place: int, payload: str, verbatim: bool) -> str:  # noqa: FBT001 - two notations
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", payload)
    text = f"<![CDATA[{clean.replace(']]>', ']]')}]]>" if verbatim else escape(clean)
    value = escape(clean)
    # One in two has a good link, so that its other fields are shown too; the rest shows the bad.
    link = text if place % 2 else "https://lighthouse.example/good"
    return (
        f"<item><title>{text}</title><link>{link}</link><guid isPermaLink='false'>{place}</guid>"
        f"<description>{text}</description><content:encoded>{text}</content:encoded>"
        f"<dc:creator>{text}</dc:creator><category>{text}</category>"
        f'<media:content url="{value}" medium="image"/><media:credit>{text}</media:credit>'
        f'<enclosure url="{value}" type="image/png"/></item>'
    )


def _json(payloads: Sequence[str]) -> bytes:
    items = [
        {
            "id": f"j{place}",
            "url": "https://lighthouse.example/good" if place % 2 else payload,
            "external_url": payload,
            "title": payload,
            "summary": payload,
            "content_html": f"<p>Before {payload} after</p>",
            "image": payload,
            "authors": [{"name": payload, "url": payload}],
            "tags": [payload],
        }
        for place, payload in enumerate(payloads)
    ]
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Feed", "items": items}
    ).encode()


def _titled_rss(payload: str) -> bytes:
    clean = escape(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", payload))
    return (
        f"<rss version='2.0'><channel><title>{clean}</title><link>{clean}</link><item>"
        f"<title>t</title><link>{clean}</link></item></channel></rss>"
    ).encode("utf-8", "replace")


def _titled_json(payload: str) -> bytes:
    document = {
        "title": payload,
        "home_page_url": payload,
        "items": [{"title": "t", "id": payload}],
    }
    return json.dumps(document).encode()


def _pages(entries: Sequence[Entry]) -> Iterator[str]:
    """The mail, the browser's copy, the desk's pages and the contents, of all these entries."""
    dated = [_dated(place, entry) for place, entry in enumerate(entries)]
    yield "".join(f"<div>{entry.content}</div>" for entry in dated)
    with tempfile.TemporaryDirectory() as folder:
        world = fake_world(fake_config(Path(folder), newsletters=[NEWSLETTER], feeds=[FEED]))
        renderer = IssueRenderer(folders=(TEMPLATES,), public_url="https://letters.example")
        app = replace(world.app, renderer=renderer)
        app.store.feeds.save_refresh(FeedState(url=FEED_URL), dated, now=NOW)
        kept = app.store.issues.add(_issue(_shown_differently(dated)), now=NOW)
        if kept is None:
            raise SystemExit("the issue could not be kept")
        desk = create_desk_app(AppSource(directory=Path(folder), open=lambda: app))
        for path in ("/", f"/issues/{SLUG}", f"/issues/{SLUG}/email.html"):
            yield _get(desk, path)
        rendering = renderer.render(kept.issue, NEWSLETTER)
        yield rendering.html
        app.store.issues.approve(kept, rendering, by="a bench", now=NOW)
        app.store.ledger.freeze(kept.id, newsletter=NEWSLETTER.id, now=NOW)
        public = create_public_app(app)
        for path in (f"/issues/{SLUG}", "/archive/", f"/archive/{NEWSLETTER.id}/"):
            yield _get(public, path)


def _dated(place: int, entry: Entry) -> Entry:
    """The entry in the period that is shown, under a key of its own."""
    key = replace(entry.key, id=f"{place}")
    return replace(entry, key=key, published_at=NOW - timedelta(minutes=1), updated_at=None)


def _shown_differently(entries: Sequence[Entry]) -> list[Entry]:
    """Entries that no other one is shown exactly like."""
    seen = {(e.title, e.summary, e.url, e.feed_title, e.authors, e.image): e for e in entries}
    return list(seen.values())


def _issue(entries: Sequence[Entry]) -> Issue:
    stories = tuple(_story(entry) for entry in entries)
    pattern = issue(slug=SLUG)
    first = stories[0]
    return replace(
        pattern,
        key=replace(pattern.key, period=week()),
        subject=Wording(value=str(first.headline)),
        preheader=Wording(value=str(first.excerpt)),
        title=Wording(value=str(first.headline)),
        lead=first,
        sections=(
            Section(topic="sea", heading=Wording(value=str(first.headline)), stories=stories),
        ),
        also_published=(),
    )


def _story(entry: Entry) -> Story:
    return Story(
        entries=(entry.key,),
        url=entry.url,
        headline=Wording(value=entry.title),
        excerpt=Wording(value=entry.summary),
        source=entry.feed_title,
        published_at=NOW,
        authors=entry.authors,
        image=entry.image,
        reason=f"keyword = {entry.title!r}",
        support=entry.support or (entry.summary,),
    )


@dataclass
class _Answer:
    status: int = 0
    body: bytes = b""


def _get(asgi: Any, path: str) -> str:  # noqa: ANN401 - any ASGI application
    """A page as a browser on this machine gets it."""
    answer = _Answer()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answer.status = message.get("status", answer.status)
        answer.body += message.get("body", b"")

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    asyncio.run(asgi(scope, receive, send))
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}: {answer.body[:300]!r}")
    return answer.body.decode()


def _dangers(page: str) -> Iterator[str]:
    """Everything in a page that a browser could execute, or that changes what the page is."""
    walker = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    for element in walker.iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if name in FORBIDDEN and not _describes(element):
            yield f"<{name} {sorted(element.attrib.items())}>"
        for attribute, value in element.attrib.items():
            found = _danger(str(attribute).rpartition("}")[2].lower(), value)
            if found:
                yield f"<{name} {attribute}={value!r}>"


def _describes(element: Any) -> bool:  # noqa: ANN401 - html5lib's
    """Whether it only says what a page is about: it can neither load anything nor lead anywhere."""
    kind = {*element.attrib} - {"content"}
    return element.tag == "meta" and (
        kind == {"property"} or (kind == {"name"} and element.attrib["name"] == "description")
    )


def _danger(attribute: str, value: str) -> bool:
    if attribute.startswith("on") or attribute == "srcdoc":
        return True
    if attribute == "style":
        return bool(BAD_STYLE.search(value))
    if attribute in URL_ATTRIBUTES:
        return bool(BAD_URL.match(BLANKS.sub("", value)))
    return False


if __name__ == "__main__":
    main()
