"""How long a changed feed takes to read, against feedparser by itself, and an unchanged one.

Feeds of thirty entries with HTML content, about 111 KB each. Both sides take turns on the same
feeds in the same run, so that a busy machine slows both. Prints one figure a line: ``name value``.

    python tests/bench/parse.py [--feeds 10] [--rounds 5]
"""

import argparse
import io
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from math import inf

import feedparser

from digest.collect.parsing.parse import parse_feed
from digest.collect.upkeep.refresh import body_hash
from digest.model import ParsedFeed

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
WORDS = """
    harbour council river bridge school theatre museum coast train market garden library survey
    budget winter summer record ancient local plan reef comet match final estuary ferry volunteers
    decision evidence report history science street weather energy season the of and to in is that
    for it with as on be at by this from are or an have not but they which you one we all
""".split()  # noqa: SIM905 - a list of seventy words is no easier to read
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
    "<channel><title>Gazette {number} &amp; friends</title><link>https://g{number}.example/</link>"
    '<atom:link href="https://g{number}.example/feed" rel="self" type="application/rss+xml"/>'
    "<description>News</description><language>en</language>\n"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=10)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    bodies = [sample_feed(number) for number in range(given.feeds)]
    # Of each feed the best of several rounds, so that what else the machine does counts little.
    ours, theirs, hashes = ([inf] * given.feeds for _ in range(3))
    for _ in range(given.rounds):
        for number, body in enumerate(bodies):
            theirs[number] = min(theirs[number], _seconds(_default, body, number))
            ours[number] = min(ours[number], _seconds(_ours, body, number))
            hashes[number] = min(hashes[number], _seconds(_hash, body, number))
    own, default = statistics.median(ours), statistics.median(theirs)
    print(f"feed_kb {statistics.mean(map(len, bodies)) / 1000:.0f}")
    print(f"feedparser_ms {default * 1000:.1f}")
    print(f"ours_ms {own * 1000:.1f}")
    print(f"times_faster {default / own:.2f}")
    print(f"unchanged_ms {statistics.median(hashes) * 1000:.3f}")
    print(f"unchanged_times_cheaper {default / statistics.median(hashes):.0f}")


def sample_feed(number: int) -> bytes:
    """A feed of thirty entries, the same for the same number."""
    rng = random.Random(number)
    items = "".join(_item(number, place, rng) for place in range(30))
    return f"{HEAD.format(number=number)}{items}</channel></rss>\n".encode()


def _item(number: int, place: int, rng: random.Random) -> str:
    link = f"https://g{number}.example/post/{place}"
    published = format_datetime(NOW - timedelta(hours=7 * place))
    html = "".join(_block(place, part, rng) for part in range(rng.randint(3, 8)))
    html += "<script>count()</script><p style='color:red;position:absolute'>End.</p>"
    return (
        f"<item><title>{_sentence(rng)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">tag:g{number}.example,2026:{place}</guid>'
        f"<pubDate>{published}</pubDate><dc:creator>Author {place % 3}</dc:creator>"
        f"<category>News</category><description>{escape(_sentence(rng, 30))}</description>"
        f"<content:encoded><![CDATA[{html}]]></content:encoded></item>\n"
    )


def _block(place: int, part: int, rng: random.Random) -> str:
    text = " ".join(_sentence(rng) for _ in range(rng.randint(3, 6)))
    block = f'<p>{text} <a href="/post/{place}?x=1&amp;y={part}">link</a> <em>so</em></p>'
    if rng.random() < 0.25:
        block += (
            f'<figure><img src="img/{place}-{part}.jpg" alt="A picture" width="600" onclick="x()">'
            f"<figcaption>{_sentence(rng)}</figcaption></figure>"
        )
    if rng.random() < 0.2:
        block += f"<ul><li>{_sentence(rng)}</li><li>{_sentence(rng)}</li></ul>"
    return block


def _sentence(rng: random.Random, words: int = 17) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def _seconds(read: Callable[[bytes, int], object], body: bytes, number: int) -> float:
    started = time.process_time()
    read(body, number)
    return time.process_time() - started


def _ours(body: bytes, number: int) -> None:
    parsed = parse_feed(body, url=f"https://g{number}.example/feed", content_type="text/xml")
    if not isinstance(parsed, ParsedFeed) or len(parsed.entries) != 30:
        raise SystemExit(f"our own parser failed: {parsed}")


def _hash(body: bytes, _: int) -> None:
    body_hash(body)


def _default(body: bytes, number: int) -> None:
    headers = {
        "content-type": "application/rss+xml",
        "content-location": f"https://g{number}.example/feed",
    }
    feedparser.parse(io.BytesIO(body), response_headers=headers)


if __name__ == "__main__":
    main()
