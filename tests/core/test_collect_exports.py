"""Exports of blogs: what in them was published, and how a large one is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.parsing.exports import portions
from digest.collect.parsing.parse import parse_feed
from digest.model import ParsedFeed

URL = "https://lock.example/feed"
KIND = "http://schemas.google.com/blogger/2008/kind#"


def titles(document: str) -> list[str]:
    parsed = parse_feed(document.encode(), url=URL)
    assert isinstance(parsed, ParsedFeed)
    return [entry.title for entry in parsed.entries]


def rss(items: str) -> str:
    return (
        '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"'
        ' xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>T</title>{items}</channel></rss>"
    )


def post(title: str, inside: str) -> str:
    return f"<item><title>{title}</title><guid>{title}</guid>{inside}</item>"


def atom(entries: str) -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app"'
        ' xmlns:blogger="http://schemas.google.com/blogger/2018">'
        f"<title>T</title>{entries}</feed>"
    )


def kept(title: str, inside: str) -> str:
    return f"<entry><id>tag:{title}</id><title>{title}</title>{inside}</entry>"


PUBLIC = (
    "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
    "<wp:post_password></wp:post_password>"
)
LOCKED = PUBLIC.replace("></wp:post_p", ">key</wp:post_p")
POST = f'<category term="{KIND}post"/>'


@pytest.mark.parametrize(
    "document",
    [
        rss(
            post("yes", PUBLIC)
            + post("draft", PUBLIC.replace("publish", "draft"))
            + post("page", PUBLIC.replace(">post<", ">page<"))
            + post("locked", LOCKED)
            + post("silent", "")
        ),
        atom(
            kept("yes", POST)
            + kept("draft", POST + "<app:control><app:draft>yes</app:draft></app:control>")
            + kept("comment", f'<category term="{KIND}comment"/>')
            + kept("settings", f'<category term="{KIND}settings"/>')
        ),
        atom(
            kept("yes", "<blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status>")
            + kept("no", "<blogger:type>POST</blogger:type><blogger:status>DRAFT</blogger:status>")
            + kept("said", "<blogger:type>COMMENT</blogger:type>")
        ),
        atom(kept("yes", "") + kept("no", "<app:control><app:draft>yes</app:draft></app:control>")),
    ],
    ids=["wordpress", "blogger", "blogger-of-late", "atom-drafts"],
)
def test_only_published_posts_are_read(document: str) -> None:
    """Drafts, pages, comments and settings never reach a reader, nor what does not say."""
    assert titles(document) == ["yes"]


@pytest.mark.parametrize(
    "marks",
    [LOCKED, PUBLIC.replace("publish", "private"), PUBLIC.replace(">post<", ">page<")],
    ids=["locked", "private", "page"],
)
def test_what_was_cut_off_is_not_taken_for_published(marks: str) -> None:
    """A broken export ends with an item that no longer says what it is."""
    whole = rss(post("yes", PUBLIC) + post("secret", marks))
    for end in range(whole.index("secret"), len(whole)):
        assert "secret" not in titles(whole[:end])


def test_a_feed_of_comments_is_no_export() -> None:
    """Where nothing is a post, what there is was meant to be read."""
    assert titles(atom(kept("well", f'<category term="{KIND}comment"/>'))) == ["well"]


def test_an_excerpt_is_the_summary() -> None:
    """An export leaves the description empty."""
    inside = f"{PUBLIC}<description></description><content:encoded>Long.</content:encoded>"
    excerpt = "<excerpt:encoded>Short.</excerpt:encoded>"
    parsed = parse_feed(rss(post("a", inside + excerpt)).encode(), url=URL)
    assert isinstance(parsed, ParsedFeed)
    assert [(each.summary, each.content) for each in parsed.entries] == [("Short.", "Long.")]


@given(st.integers(0, 40), st.integers(1, 3_000), st.sampled_from(["rss", "atom"]))
def test_portions_hold_each_entry_once(count: int, size: int, kind: str) -> None:
    """However it is cut, every part is a document of its own, and together they are all."""
    names = [f"n{number}" for number in range(count)]
    items = "\n".join(post(name, PUBLIC) if kind == "rss" else kept(name, "") for name in names)
    document = rss(items) if kind == "rss" else atom(items)
    parts = list(portions(document.encode(), size))
    assert [title for part in parts for title in titles(part.decode())] == names
    assert len(parts) <= max(count, 1)


def test_other_documents_come_back_whole() -> None:
    """JSON, and encodings in which no tag can be found."""
    for document in (b'{"items": []}', rss(post("a", "") * 9).encode("utf-16"), b""):
        assert list(portions(document, 10)) == [document]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<link rel="next" href="?page=2"/>', f"{URL}?page=2"),
        ('<link rel="next" href="/2"/><link rel="prev-archive" href="/1"/>',
         "https://lock.example/1"),
        ('<link rel="previous" href="/2"/>', ""),
        ('<link rel="next" href="javascript:1"/>', ""),
        (kept("a", '<link rel="next" href="/2"/>'), ""),
    ],
    ids=["next", "archive-first", "another-way", "no-web-url", "of-an-entry"],
)  # fmt: skip
def test_a_feed_names_its_next_page(inside: str, expected: str) -> None:
    """RFC 5005, sections 3 and 4."""
    parsed = parse_feed(atom(inside).encode(), url=URL)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.next_page == expected


def test_a_complete_feed_says_so() -> None:
    """RFC 5005, section 2; and what made a feed is known."""
    inside = '<fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    made = '<generator uri="https://wordpress.org/">WordPress</generator>'
    parsed = parse_feed(atom(inside + made).encode(), url=URL)
    assert isinstance(parsed, ParsedFeed)
    assert parsed.complete
    assert "WordPress" in parsed.generator
