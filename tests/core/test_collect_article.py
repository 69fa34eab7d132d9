"""Full texts: which entries need one, what a page gives, and what it must not give."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.collect.articles.article import read_article
from digest.collect.articles.enrichment import enriched, needs_article
from digest.collect.articles.metadata import metadata_of
from digest.collect.sources.pages import parse_page
from digest.model import Article, ArticleJob, ArticleResult, Entry, EntryKey, Image, NoArticle

URL = "https://quay.example/2026/ledgers"
PARAGRAPH = (
    "The harbour office has counted boats since the spring of {year}, and the ledger shows how the "
    "town lived: nets mended on the quay, ice carted from the station, and crews who signed with a "
    "cross. The old books are being copied by volunteers on Thursday evenings."
)
LONG = "".join(f"<p>{PARAGRAPH.format(year=year)}</p>" for year in range(1890, 1896))
FIGURE = (
    '<figure><img src="/media/small/ledger.jpg" alt="An open ledger"><figcaption>The ledger of '
    "1901. Photo: Ben Pike/Quay Post</figcaption></figure>"
)
HELP = "If you have been affected by this story, call the Quay Helpline on 01632 960400."
SUMMARY = "The old ledgers of the harbour are being copied by volunteers."
ENTRY = Entry(
    key=EntryKey(feed="https://quay.example/feed", id="1"),
    title="Ledgers of the harbour",
    url=URL,
    fingerprint="f",
    summary=SUMMARY,
    content=f"<p>{SUMMARY} […]</p>",
)


def page(inner: str, head: str = "") -> bytes:
    links = "".join(f'<li><a href="/p{n}">Another story of the pier</a></li>' for n in range(12))
    return f"""<!doctype html><html lang="en-GB"><head><title>Ledgers of the harbour | Quay</title>
<meta property="og:title" content="Ledgers of the harbour">
<meta property="og:image" content="/media/ledger.jpg?w=1200">
<meta property="og:description" content="What the old books say.">
<meta property="article:published_time" content="2026-05-02T08:00:00+01:00">
<meta name="author" content="Ada Orchard"><link rel="canonical" href="/2026/ledgers">{head}</head>
<body><header><nav><ul><li><a href="/">Home</a></li></ul></nav></header>
<main><article><h1>Ledgers of the harbour</h1>{inner}</article></main>
<aside><h2>Most read</h2><ul>{links}</ul></aside>
<footer><p>Cookie policy. Privacy policy.</p></footer></body></html>""".encode()


def read(
    inner: str, head: str = "", *, entry: Entry = ENTRY, url: str = URL, kind: str = "text/html"
) -> ArticleResult:
    return read_bytes(page(inner, head), entry=entry, url=url, kind=kind)


def read_bytes(
    body: bytes, *, entry: Entry = ENTRY, url: str = URL, kind: str = ""
) -> ArticleResult:
    return read_article(ArticleJob(entry=entry, url=url, body=body, content_type=kind))


@pytest.mark.parametrize(
    ("content", "summary", "needed"),
    [
        ("<p>Short.</p>", "Another summary.", True),
        (f"<p>{'word ' * 300}[…]</p>", "Summary.", True),
        (f"<p>{'word ' * 300}Read more</p>", "Summary.", True),
        (f"<p>{'word ' * 300}end.</p>", "Summary.", False),
        (f"<p>{'word ' * 119}</p>", "Summary.", True),
        (f"<p>{'漢字' * 200}</p>", "Summary.", False),
        ("", "", True),
    ],
    ids=["short", "cut", "read more", "whole", "just short", "chinese", "empty"],
)
def test_which_entries_need_their_article(content: str, summary: str, needed: bool) -> None:  # noqa: FBT001 - a table's column
    """Those with little text, or a text that was cut."""
    assert needs_article(replace(ENTRY, content=content, summary=summary)) is needed


def test_an_enriched_entry_needs_no_article() -> None:
    """What was fetched, however short, is not fetched again."""
    assert not needs_article(replace(ENTRY, full_text=True))


@pytest.mark.usefixtures("fulltext")
def test_the_text_of_a_page() -> None:
    """Its paragraphs, without navigation, footer and headline; its help line even from a box."""
    article = read(f"{FIGURE}{LONG}<aside class='box'><p>{HELP}</p></aside>")
    assert isinstance(article, Article)
    assert article.content.startswith("<p>The harbour office")
    assert "1895" in article.content
    for other in ("Most read", "Home", "Cookie", "<h1>"):
        assert other not in article.content
    assert 200 < article.words < 400
    assert article.support == (HELP,)
    assert (article.url, article.language, article.authors) == (URL, "en-GB", ("Ada Orchard",))
    assert article.published_at == datetime(2026, 5, 2, 7, tzinfo=UTC)
    assert article.image == Image(
        url="https://quay.example/media/ledger.jpg?w=1200",
        alt="An open ledger",
        credit="Photo: Ben Pike/Quay Post",
    )


@pytest.mark.usefixtures("fulltext")
def test_what_an_entry_gains() -> None:
    """Text and what the feed left out; its words, date and fingerprint stay the feed's."""
    article = read(LONG)
    assert isinstance(article, Article)
    full = enriched(ENTRY, article)
    assert full.full_text
    assert full.content == article.content
    assert (full.summary, full.fingerprint, full.url) == (SUMMARY, "f", URL)
    assert (full.authors, full.language) == (("Ada Orchard",), "en-GB")
    own = replace(
        ENTRY, authors=("Own",), language="de", image=Image(url="https://q.example/i.jpg")
    )
    kept = enriched(own, article)
    assert (kept.authors, kept.language, kept.image) == (own.authors, "de", own.image)


@pytest.mark.usefixtures("fulltext")
def test_a_redirecting_link_is_replaced() -> None:
    """An entry that linked to a counter on another host links to its page."""
    counted = replace(ENTRY, url="https://count.example/r/123")
    article = read(LONG, entry=counted)
    assert isinstance(article, Article)
    assert enriched(counted, article).url == URL


COOKIES = "<p>We use cookies. Accept all cookies or change your consent. Cookies help us.</p>"
STUB = f"<p>{PARAGRAPH.format(year=1)}</p><p>Subscribe to continue reading. Already a member?</p>"
PAID = '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle",\
"isAccessibleForFree":"False"}]}</script>'


@pytest.mark.parametrize(
    ("inner", "head", "url", "reason"),
    [
        (COOKIES, "", URL, "cookies"),
        (STUB, "", URL, "subscribe"),
        (LONG, PAID, URL, "subscribers only"),
        (f"<p>{SUMMARY}</p>", "", URL, "no more text"),
        (LONG, "", "https://quay.example/login?next=a", "login"),
        (LONG, "", "https://login.quay.example/", "login"),
        (LONG, "", "https://quay.example/", "front page"),
    ],
    ids=["cookie wall", "stub", "paid", "short", "login", "login host", "front page"],
)
@pytest.mark.usefixtures("fulltext")
def test_pages_of_no_use(inner: str, head: str, url: str, reason: str) -> None:
    """Walls, stubs and other pages are no articles; the reason says which."""
    found = read(inner, head, url=url)
    assert isinstance(found, NoArticle)
    assert reason in found.reason


@pytest.mark.usefixtures("fulltext")
def test_another_text_is_no_article() -> None:
    """A page that shares no words with its entry is not taken for it."""
    other = replace(
        ENTRY,
        title="Council approves seventeen new bicycle racks downtown",
        summary="Bicycle racks will be fitted beside seventeen shops after councillors agreed.",
        content="",
    )
    found = read(LONG, entry=other)
    assert isinstance(found, NoArticle)
    assert "another text" in found.reason


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 200, b"<div>" * 100_000, b"<!--" * 100_000])
@pytest.mark.usefixtures("fulltext")
def test_broken_pages(body: bytes) -> None:
    """Whatever the bytes, the answer is a value."""
    assert isinstance(read_bytes(body), NoArticle)


def test_a_document_of_another_kind() -> None:
    """What says that it is no HTML is not read as such."""
    found = read_bytes(b"%PDF-1.7", kind="application/pdf")
    assert isinstance(found, NoArticle)
    assert "application/pdf" in found.reason


def test_metadata_of_linked_data() -> None:
    """JSON-LD fills in authors and dates; what is broken in it is passed over."""
    head = """<script type="application/ld+json">{"broken":</script>
<script type="application/ld+json">[{"@type":["Thing","BlogPosting"],"datePublished":"2026-05-03",
"author":[{"name":"Ada Orchard"},{"name":"Ben Pike"},"Cy Lane"]}]</script>"""
    root = parse_page(f"<html><head>{head}</head><p>a</p>".encode(), content_type="", base=URL)
    assert root is not None
    found = metadata_of(root, url=URL)
    assert found.authors == ("Ada Orchard", "Ben Pike", "Cy Lane")
    assert found.published_at == datetime(2026, 5, 3, tzinfo=UTC)
    assert found.free
    assert found.image is None
