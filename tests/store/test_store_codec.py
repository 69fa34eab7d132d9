"""Documents round-trip."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import StoreVersionError
from digest.model import (
    Attribute,
    Entry,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    IssueKind,
    Origin,
    Period,
    Section,
    Story,
    Wording,
)
from digest.store.codec import decode_entry, decode_issue, encode_entry, encode_issue

TEXTS = st.text(max_size=20)  # lone surrogates, NULs and all
MOMENTS = st.datetimes(timezones=st.just(UTC))
SIZES = st.none() | st.integers(min_value=0, max_value=10_000)
NAMES = st.lists(TEXTS, max_size=3).map(tuple)
FIELDS = st.dictionaries(TEXTS, TEXTS, max_size=3).map(
    lambda texts: tuple(Attribute(name=name, value=text) for name, text in texts.items())
)
KEYS = st.builds(EntryKey, feed=TEXTS, id=TEXTS)
IMAGES = st.builds(Image, url=TEXTS, alt=TEXTS, credit=TEXTS, width=SIZES, height=SIZES)
WORDINGS = st.builds(Wording, value=TEXTS, origin=st.sampled_from(Origin))
ENTRIES = st.builds(
    Entry,
    key=KEYS,
    title=TEXTS,
    url=TEXTS,
    fingerprint=TEXTS,
    feed_title=TEXTS,
    authors=NAMES,
    published_at=st.none() | MOMENTS,
    updated_at=st.none() | MOMENTS,
    summary=TEXTS,
    content=TEXTS,
    image=st.none() | IMAGES,
    categories=NAMES,
    language=TEXTS,
    support=NAMES,
    full_text=st.booleans(),
    fields=FIELDS,
)
STORIES = st.builds(
    Story,
    entries=st.lists(KEYS, max_size=2).map(tuple),
    url=TEXTS,
    headline=WORDINGS,
    excerpt=WORDINGS,
    source=TEXTS,
    published_at=MOMENTS,
    minutes=st.integers(0, 99),
    authors=NAMES,
    fields=FIELDS,
    image=st.none() | IMAGES,
    reason=TEXTS,
    support=NAMES,
)
LISTS = st.lists(STORIES, max_size=2).map(tuple)
SECTIONS = st.builds(Section, topic=TEXTS, heading=WORDINGS, stories=LISTS)
PERIODS = st.builds(Period, start=MOMENTS, end=MOMENTS)
ISSUES = st.builds(
    Issue,
    key=st.builds(IssueKey, newsletter=TEXTS, period=PERIODS),
    slug=TEXTS,
    title=WORDINGS,
    subject=WORDINGS,
    preheader=WORDINGS,
    kind=st.sampled_from(IssueKind),
    intro=WORDINGS,
    lead=st.none() | STORIES,
    sections=st.lists(SECTIONS, max_size=2).map(tuple),
    also_published=LISTS,
)


@given(entry=ENTRIES)
def test_entries_round_trip(entry: Entry) -> None:
    """Whatever an entry holds, its document gives it back, and has a UTF-8 form."""
    document = encode_entry(entry)
    assert decode_entry(document.encode().decode()) == entry


@given(issue=ISSUES)
def test_issues_round_trip(issue: Issue) -> None:
    """Whatever an issue holds, its document gives it back, and has a UTF-8 form."""
    document = encode_issue(issue)
    assert decode_issue(document.encode().decode()) == issue


def test_documents_carry_their_version() -> None:
    """The version stands in the document; one from the future is refused, not guessed at."""
    key = EntryKey(feed="https://example.org/feed", id="1")
    document = json.loads(encode_entry(Entry(key=key, title="", url="", fingerprint="")))
    assert document == {"v": 1, "key": [key.feed, key.id]}
    with pytest.raises(StoreVersionError, match="version 2"):
        decode_entry(json.dumps(document | {"v": 2}))


def test_moments_are_written_in_utc() -> None:
    """A document shows times the way logs do."""
    entry = Entry(
        key=EntryKey(feed="f", id="1"),
        title="t",
        url="u",
        fingerprint="p",
        published_at=datetime(2026, 3, 5, 7, 30, tzinfo=UTC),
    )
    assert '"published_at":"2026-03-05T07:30:00+00:00"' in encode_entry(entry)
