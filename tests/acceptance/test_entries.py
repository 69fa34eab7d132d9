"""Entries as an editor meets them: known again whatever their feed does, with states and marks."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.town import Publication, Site, make_publication, serve_feeds

ITEMS = (
    ("ferry", "Tue, 16 Jun 2026 09:00:00 GMT", "Boats will leave every half hour all summer long."),
    (
        "wall",
        "Mon, 15 Jun 2026 10:12:00 GMT",
        "The sea wall is higher by a hand than it used to be.",
    ),
    (
        "lamps",
        "Sun, 14 Jun 2026 20:41:00 GMT",
        "Every second lamp on the mole goes out at midnight.",
    ),
    (
        "crane",
        "Sat, 13 Jun 2026 07:05:00 GMT",
        "The old crane turns again, after eleven years of rust.",
    ),
)
QUAY = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Quay News</title><link>http://www.quay.example/</link>
<description>News of the quay</description>{}</channel></rss>"""


def item(name: str, date: str, text: str) -> str:
    url = f"http://www.quay.example/news/{name}"
    return (
        f"<item><title>News of the {name}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )


DOCUMENT = QUAY.format("".join(item(*one) for one in ITEMS))
NEW_IDS = re.compile(r"<guid>[^<]*/([a-z-]+)[^<]*</guid>")

MUTATIONS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("the same", lambda text: text),
    ("https", lambda text: text.replace("http://www.", "https://www.")),
    ("no www", lambda text: text.replace("//www.", "//")),
    (
        "trackers",
        lambda text: re.sub(r"(/news/[a-z]+)<", r"\1?utm_source=rss&amp;fbclid=x1<", text),
    ),
    ("no trackers, and new dates", lambda text: re.sub(r"\?utm_[^<]*", "", text)),
    ("another host", lambda text: text.replace("//quay.example", "//pier.example")),
    ("new ids", lambda text: NEW_IDS.sub(r"<guid isPermaLink='false'>\1-anew</guid>", text)),
    ("new dates", lambda text: text.replace(" Jun 2026 ", " May 2026 ")),
    ("new slugs", lambda text: text.replace("/news/", "/news/all-about-the-")),
    ("new titles", lambda text: text.replace("News of the", "All about the")),
    (
        "new words",
        lambda text: text.replace("</description></item>", " More.</description></item>"),
    ),
    ("other order", lambda text: QUAY.format("".join(re.findall("<item>.*?</item>", text)[::-1]))),
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds({"/quay.xml": ("application/rss+xml", DOCUMENT)}) as feeds:
        yield feeds


@pytest.fixture
def publication(tmp_path: Path, site: Site) -> Publication:
    return make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1)


def collect(publication: Publication, site: Site, *, now: str) -> tuple[int, int]:
    url = f"http://127.0.0.1:{site.port}/quay.xml"
    done = publication.digest("collect", "--feed", url, "--json", now=now)
    (answer,) = [one for one in json.loads(done.stdout) if one.get("url") == url]
    assert not answer["error"]
    return answer["new"], answer["changed"]


@pytest.mark.timeout(400)  # a process for each change; a busy machine takes its time
def test_no_mutation_of_a_feed_is_news(publication: Publication, site: Site) -> None:
    """However a feed changes, one change after the other, nothing of it is new a second time."""
    assert collect(publication, site, now="2026-06-17T08:00:00Z") == (4, 0)
    text = DOCUMENT
    for at, (name, change) in enumerate(MUTATIONS):
        text = change(text)
        site.feeds["/quay.xml"] = ("application/rss+xml", text)
        new, _ = collect(publication, site, now=f"2026-06-17T{9 + at:02}:00:00Z")
        assert new == 0, name
    fresh = item("gulls", "Wed, 17 Jun 2026 19:30:00 GMT", "Two gulls have learned to ring a bell.")
    site.feeds["/quay.xml"] = ("application/rss+xml", text.replace("<item>", f"{fresh}<item>", 1))
    assert collect(publication, site, now="2026-06-17T23:00:00Z") == (1, 0)


def test_an_editor_sees_states_and_decides(publication: Publication, site: Site) -> None:
    """List says where entries stand and why; show has the edits; marks keep out of the issue."""
    now = "2026-06-17T08:00:00Z"
    collect(publication, site, now=now)
    edited = DOCUMENT.replace("News of the wall", "A higher sea wall")
    site.feeds["/quay.xml"] = ("application/rss+xml", edited)
    assert collect(publication, site, now=now) == (0, 1)

    wall = "http://quay.example/news/wall"
    publication.digest("entries", "skip", wall, "--why", "told on Monday", now=now)
    publication.digest("entries", "hold", f"{wall[:-4]}lamps", "--why", "ask the keeper", now=now)
    listed = json.loads(publication.digest("entries", "list", "--json", now=now).stdout)
    assert {one["title"]: (one["state"], one["why"]) for one in listed} == {
        "News of the ferry": ("new", "no issue has told it"),
        "A higher sea wall": ("skipped", "told on Monday"),
        "News of the lamps": ("held", "ask the keeper"),
        "News of the crane": ("new", "no issue has told it"),
    }
    held = publication.digest("entries", "list", "--state", "held", now=now).stdout
    assert "lamps" in held
    assert "ferry" not in held
    shown = publication.digest("entries", "show", wall, now=now).stdout
    assert "title 'News of the wall' → 'A higher sea wall'" in shown
    assert "skipped: told on Monday" in shown

    draft = json.loads(publication.digest("draft", "harbour", "--json", now=now).stdout)
    assert draft["stories"] == 2
    publication.digest("cancel", draft["issue"], now=now)
    publication.digest("entries", "release", f"{wall[:-4]}lamps", now=now)
    nothing = publication.digest("entries", "show", "https://quay.example/none", status=2, now=now)
    assert "no entry named" in nothing.stderr
