"""Articles: the full text of a page that an entry leads to, for feeds that bring summaries only.

The only home of trafilatura, which the extra ``fulltext`` brings. Runs in a parser process.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from lxml import html

from digest.collect.articles.enrichment import count_words
from digest.collect.articles.metadata import PageMetadata, metadata_of
from digest.collect.credits import without_credits
from digest.collect.sanitise import clean_html, text_of_clean
from digest.collect.sources.pages import parse_page
from digest.collect.support import support_lines
from digest.collect.urls import canonical_url, same_site
from digest.model import Article, ArticleJob, ArticleResult, Entry, NoArticle

_STUB = 60  # words; a page with fewer has no article
_MORE = 1.2  # how much longer than the feed's text an article must be
_ALIKE = 0.4  # the share of the feed's words that its article must have
_FEW_WORDS = 5
_WORD = re.compile(r"\w{2,}")
_HEADLINE = re.compile(r"\s*<h[12]\b[^<>]*>(.{1,600}?)</h[12]>", re.DOTALL)
_DOORS = re.compile(
    r"(?:^|[/.?&_-])(?:log-?in|sign-?in|signup|register|subscribe|paywall|consent|checkpoint|captcha"
    r"|access-denied|anmelden|connexion)(?=$|[/.?&=_-])",
    re.IGNORECASE,
)
_COOKIES = re.compile(
    r"\bcookies?\b|\bconsent\b|\bprivacy (?:settings|policy|preferences)\b|\baccept all\b"
    r"|\bdatenschutz\b|\beinwilligung\b|\balle akzeptieren\b|\btout accepter\b|\baceptar todo\b",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"\b(?:subscribe|sign up|log in|sign in|register|join) (?:now )?to (?:continue|keep|read|get)\b"
    r"|\balready (?:a )?(?:subscriber|member|subscribed)\b"
    r"|\b(?:article|content|story) is (?:for|only|reserved|exclusive)"
    r"|\bsubscribers only\b|\bstart your (?:free )?(?:trial|subscription)\b"
    r"|\bjetzt weiterlesen mit\b|\bnur für abonnenten\b|\bdiesen artikel (?:weiter)?lesen\b"
    r"|\bréservé aux abonnés\b|\bil vous reste \d+\s?% de\b|\bcontenido exclusivo para\b",
    re.IGNORECASE,
)
_MUCH_ABOUT_COOKIES = 3
_LONG_ENOUGH = 350  # words; beyond, a line about subscriptions is a line among others


def read_article(job: ArticleJob) -> ArticleResult:
    """The article on a page that was fetched for an entry. A stub, a wall or another text is none.

    Never raises, unless memory runs out.
    """
    entry, url, kind = job.entry, job.url, job.content_type
    if kind and "html" not in kind.lower():
        return NoArticle(reason=f"the page is no HTML but {kind.partition(';')[0]!r}")
    if _led_elsewhere(entry.url, url):
        return NoArticle(reason="the page leads to a login or a front page instead")
    extract = _extractor()  # before the page takes the memory that its libraries are loaded into
    root = parse_page(job.body, content_type=kind, base=url)
    if root is None:
        return NoArticle(reason="the page cannot be read as HTML")
    metadata = metadata_of(root, url=url)
    around = _support_around(root, url)
    content = _without_headline(clean_html(_extracted(extract, root, url), url), entry, metadata)
    article = _article(content, metadata, url, support=support_lines(content) or around)
    problem = _problem(entry, article, metadata)
    if problem:
        return NoArticle(reason=problem)
    return replace(article, content=without_credits(content).content)


def _extractor() -> Callable[..., str | None]:
    # Imported here, at its one door: it is an extra, and takes a third of a second to load.
    import trafilatura  # type: ignore[import-not-found, unused-ignore] # an extra

    extract: Callable[..., str | None] = trafilatura.extract
    return extract


def _extracted(extract: Callable[..., str | None], root: html.HtmlElement, url: str) -> str:
    try:
        found = extract(
            root,
            url=url,
            output_format="html",
            include_comments=False,
            include_formatting=True,
            include_links=True,
            include_tables=True,
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a page does to it, the feed's own text is there
        return ""
    return found or ""


def _without_headline(content: str, entry: Entry, metadata: PageMetadata) -> str:
    """The text without the headline that stands above it, so that it begins as its author meant."""
    match = _HEADLINE.match(content)
    if not match:
        return content
    headline = " ".join(text_of_clean(match[1]).split()).casefold()
    titles = (entry.title.casefold(), metadata.title.casefold())
    known = headline in titles or any(title.startswith(headline) for title in titles)
    return content[match.end() :].lstrip() if known else content


def _support_around(root: html.HtmlElement, url: str) -> tuple[str, ...]:
    """The help lines of the page's article, which may stand in a box that no article text is."""
    place = next(root.iter("article"), None)
    if place is None:
        place = next(root.iter("main"), None)
    if place is None:
        return ()
    return support_lines(clean_html(html.tostring(place, encoding="unicode"), url))


def _article(
    content: str, metadata: PageMetadata, url: str, *, support: tuple[str, ...]
) -> Article:
    return Article(
        content=content,
        words=count_words(text_of_clean(content)),
        url=_own_url(metadata.canonical, url),
        title=metadata.title,
        description=metadata.description,
        image=metadata.image,
        authors=metadata.authors,
        published_at=metadata.published_at,
        language=metadata.language,
        support=support,
    )


def _problem(entry: Entry, article: Article, metadata: PageMetadata) -> str:
    """Why the feed's own text is better; "" when it is not."""
    text = text_of_clean(article.content)
    own = max(text_of_clean(entry.content), entry.summary, key=len)
    short = article.words < _LONG_ENOUGH
    if not metadata.free:
        return "the page says that its text is for subscribers only"
    if short and len(_COOKIES.findall(text)) >= _MUCH_ABOUT_COOKIES:
        return "the page asks about cookies first"
    if short and _PAYWALL.search(text):
        return "the page shows the beginning only, and asks to subscribe"
    if article.words < _STUB or article.words < count_words(own) * _MORE:
        return "the page has no more text than the feed"
    if not _is_about(entry, article, own=own, text=text):
        return "the page holds another text than the feed"
    return ""


def _is_about(entry: Entry, article: Article, *, own: str, text: str) -> bool:
    """Whether the page is the entry's, by the words of its title or those of its summary."""
    titles = _share(entry.title, f"{article.title} {text[:300]}")
    return titles >= 1 - _ALIKE or _share(own, f"{article.description} {text}") >= _ALIKE


def _share(words: str, text: str) -> float:
    """What share of the different words stands in the text; nothing to look for is all of it."""
    wanted = {word.lower() for word in _WORD.findall(words)}
    if len(wanted) < _FEW_WORDS:
        return 0.0 if wanted and not wanted & _folded(text) else 1.0
    return len(wanted & _folded(text)) / len(wanted)


def _folded(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _led_elsewhere(asked: str, found: str) -> bool:
    before, after = urlsplit(asked), urlsplit(found)
    if after.path in ("", "/") and not after.query and before.path not in ("", "/"):
        return True
    place = f"{after.hostname or ''}{after.path}"
    return bool(_DOORS.search(place)) and not _DOORS.search(f"{before.hostname}{before.path}")


def _own_url(canonical: str, found: str) -> str:
    """The page's canonical URL, where it is one of its own site and no front page."""
    usable = urlsplit(canonical).path not in ("", "/") and same_site(canonical, found)
    return canonical_url(canonical if usable else found)
