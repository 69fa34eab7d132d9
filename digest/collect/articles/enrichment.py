"""Enrichment: which entries want the article of their page, and what they are with it."""

import re
from dataclasses import replace
from importlib.util import find_spec

from digest.collect.sanitise import text_of_clean
from digest.collect.urls import absolute_url, same_site
from digest.collect.wording import summary_of
from digest.model import Article, Entry, Image

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
MAX_SIZE = 1_500_000
EXTRA = "fulltext"

_SHORT = 120  # words; what has more is taken for the whole text
_CUT = re.compile(
    r"(?:\[\s*(?:…|\.{3})\s*\]|…|\.{3}|\b(?:[Rr]ead|[Cc]ontinue) (?:more|reading)\W*)$"
)
_IDEOGRAPH = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def can_extract() -> bool:
    """Whether the extra that finds articles in pages is installed; it is not loaded."""
    return find_spec("trafilatura") is not None


def needs_article(entry: Entry) -> bool:
    """Whether the feed brought a summary only: little text, none beside the summary, or one cut."""
    if entry.full_text:
        return False
    text = text_of_clean(entry.content)
    cut = bool(_CUT.search(text.rstrip()))
    return cut or count_words(text) < _SHORT or summary_of(text) == entry.summary


def enriched(entry: Entry, article: Article) -> Entry:
    """The entry with its article's text, and what its feed does not say.

    Its fingerprint stays that of the feed's own text, by which an edit is recognised.
    """
    picture = entry.image or article.image
    if picture and not picture.credit:
        twin = article.image if article.image and article.image.url == picture.url else None
        picture = replace(picture, credit=twin.credit if twin else "", alt=_alt(picture, twin))
    return replace(
        entry,
        content=article.content,
        full_text=True,
        url=_better_url(entry.url, article.url),
        summary=entry.summary or article.description,
        authors=entry.authors or article.authors,
        published_at=entry.published_at or article.published_at,
        language=entry.language or article.language,
        image=picture,
        support=tuple(dict.fromkeys((*entry.support, *article.support))),
    )


def count_words(text: str) -> int:
    """How many words a text has; two characters of Chinese or Japanese count as one."""
    ideographs = len(_IDEOGRAPH.findall(text))
    return len(_IDEOGRAPH.sub(" ", text).split()) + ideographs // 2


def _better_url(own: str, article: str) -> str:
    """The article's URL in place of one on another host, which only redirected to it."""
    return own if not absolute_url(article) or same_site(own, article) else article


def _alt(picture: Image, twin: Image | None) -> str:
    return picture.alt or (twin.alt if twin else "")
