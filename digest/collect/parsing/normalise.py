"""From a feed as its document states it to the entries the program keeps."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from urllib.parse import urlsplit

from digest.collect.credits import credited, without_credits
from digest.collect.document import Markup, RawEntry, RawFeed, RawField
from digest.collect.images import lead_image
from digest.collect.repeats import without_repeats
from digest.collect.sanitise import clean_html, text_of_clean, without_tags
from digest.collect.support import support_lines
from digest.collect.urls import absolute_url, canonical_url
from digest.collect.wording import (
    field_of,
    first_words,
    names_of,
    one_line,
    summary_of,
    title_of,
)
from digest.model import Attribute, Entry, EntryKey, ParsedFeed

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_REMOVED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_ID = 1_000
_MAX_AUTHORS = 10
_SUMMARY_SOURCE = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What the entries of one document share."""

    url: str
    base: str
    title: str
    home_url: str
    language: str
    authors: tuple[str, ...]
    shared_links: frozenset[str]


def normalise(raw: RawFeed, *, url: str, base: str = "", max_entries: int) -> ParsedFeed:
    """The feed with its entries checked, cleaned and complete, in the document's order.

    ``url`` identifies the feed; relative links start from ``base``, or from it. Of several
    entries with one id and one URL or text the first is kept; an entry that says nothing is
    dropped. Both are said in ``problems``. One without a page of its own leads to its site.
    """
    home = canonical_url(raw.home_url, base or url)
    source = _Source(
        url=url,
        base=base or url,
        title=title_of(raw.title),
        home_url=home,
        language=language_of(raw.language),
        authors=names_of(raw.authors, _MAX_AUTHORS),
        shared_links=_shared_links(raw),
    )
    read = [entry for entry in _entries(raw, source, max_entries) if entry is not None]
    kept = tuple(without_repeats(read))
    return ParsedFeed(
        title=source.title,
        home_url=home,
        language=source.language,
        ttl=raw.ttl,
        hub=absolute_url(raw.hub, base or url),
        topic=absolute_url(raw.topic, base or url),
        next_page=absolute_url(raw.next_page, base or url),
        complete=raw.complete,
        generator=one_line(raw.generator),
        entries=kept,
        problems=raw.problems + _problems(raw, read=len(read), kept=len(kept), most=max_entries),
    )


def fingerprint(
    *, title: str, url: str, summary: str, content: str, fields: tuple[Attribute, ...] = ()
) -> str:
    """32 hexadecimal characters that change when what a reader sees changes.

    ``content`` is clean HTML; only its text counts, so that a rotated image server or a
    reordered attribute is no change.
    """
    text = " ".join(without_tags(content).split())
    seen = f"{title}\x1f{url}\x1f{summary}\x1f{text}"
    seen += "".join(f"\x1f{field.name}\x1e{field.value}" for field in fields)
    return sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]


def language_of(text: str) -> str:
    """A language tag as the field writes it (RFC 5646), or "" when it is none."""
    tag = text.strip()
    return tag.replace("_", "-") if _LANGUAGE.fullmatch(tag) else ""


def _problems(raw: RawFeed, *, read: int, kept: int, most: int) -> tuple[str, ...]:
    found = []
    surplus = len(raw.entries) - most
    dropped = min(len(raw.entries), most) - read
    if surplus > 0:
        found.append(f"the feed holds {len(raw.entries)} entries; only the first {most} were read")
    if dropped:
        found.append(f"{dropped} entries are empty and were dropped")
    if read > kept:
        found.append(f"{read - kept} entries repeat the id of another and were dropped")
    return tuple(found)


def _entries(raw: RawFeed, source: _Source, most: int) -> Iterator[Entry | None]:
    return (_entry(item, source) for item in raw.entries[:most])


def _entry(raw: RawEntry, source: _Source) -> Entry | None:
    base = absolute_url(raw.base, source.base) or source.base
    if not (raw.title.text or raw.summary.text or raw.content.text or raw.links or raw.id):
        return None
    url = _page(raw, source, base)
    inner_base = base if base != source.base else url
    full = without_credits(_clean(raw.content, inner_base))
    brief = without_credits(
        _clean(_leading(raw.summary) if full.content else raw.summary, inner_base)
    )
    content, summary_html = full.content, brief.content
    summary = _summary(summary_html, content)
    content = content or summary_html
    title = title_of(raw.title) or _stand_in_title(summary, url, source)
    fields = _fields(raw.fields)
    return Entry(
        key=EntryKey(feed=source.url, id=_identity(raw, source, title=title, content=content)),
        title=title,
        url=url,
        fingerprint=fingerprint(
            title=title, url=url, summary=summary, content=content, fields=fields
        ),
        feed_title=source.title,
        authors=names_of(raw.authors, _MAX_AUTHORS) or source.authors,
        published_at=raw.published_at or raw.updated_at,
        updated_at=raw.updated_at,
        summary=summary,
        content=content,
        image=credited(lead_image(raw, content, base=inner_base), full.credit or brief.credit),
        categories=names_of(raw.categories),
        language=language_of(raw.language) or source.language,
        support=support_lines(content),
        fields=fields,
    )


def _fields(raw: tuple[RawField, ...]) -> tuple[Attribute, ...]:
    """The fields that say something, in an order that does not depend on the configuration's."""
    read = {field.name: field_of(field.value) for field in raw}
    return tuple(Attribute(name=name, value=read[name]) for name in sorted(read) if read[name])


def _page(raw: RawEntry, source: _Source, base: str) -> str:
    for link in raw.links:
        url = canonical_url(link, base)
        if url:
            return url
    return canonical_url(raw.id) or source.home_url or canonical_url("/", source.base)


def _clean(markup: Markup, base: str) -> str:
    if not markup.text or markup.html:
        return clean_html(markup.text, base) if markup.text else ""
    paragraphs = (part.strip() for part in markup.text.split("\n\n"))
    return clean_html("".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs if part))


def _summary(summary_html: str, content: str) -> str:
    own = text_of_clean(_beginning(summary_html)) if summary_html else ""
    return summary_of(own or text_of_clean(_beginning(content)))


def _leading(markup: Markup) -> Markup:
    """Of a summary that only stands beside the content, no more than is shown is cleaned."""
    return Markup(text=_beginning(markup.text), html=markup.html)


def _beginning(html: str) -> str:
    """Enough HTML for a summary; cut before a tag, so that none is cut in two."""
    if len(html) <= _SUMMARY_SOURCE:
        return html
    end = html.find("<", _SUMMARY_SOURCE)
    return html if end == -1 else html[:end]


def _stand_in_title(summary: str, url: str, source: _Source) -> str:
    if summary:
        return first_words(summary)
    parts = urlsplit(url)
    slug = parts.path.rstrip("/").rpartition("/")[2].partition(".")[0]
    words = re.sub(r"[-_+]+", " ", slug).strip()
    readable = words if re.search(r"[A-Za-z]{3}", words) else ""
    return one_line(readable.capitalize() or source.title or parts.hostname or url)


def _shared_links(raw: RawFeed) -> frozenset[str]:
    """Links that several entries without an id have in common: no identity of any of them."""
    counts = Counter(entry.links[0] for entry in raw.entries if entry.links and not entry.id)
    return frozenset(link for link, count in counts.items() if count > 1)


def _identity(raw: RawEntry, source: _Source, *, title: str, content: str) -> str:
    """The entry's id: its own, else its link, else what it says (RSS 2.0 requires none)."""
    link = raw.links[0].strip() if raw.links else ""
    own = _REMOVED.sub("", raw.id) or ("" if link in source.shared_links else link)
    if own and len(own) <= _MAX_ID:
        return own
    text = own or f"{link}\x1f{title}\x1f{content}"
    return "sha256:" + sha256(text.encode("utf-8", "replace")).hexdigest()
