"""Edits, choices and the editorial parts of issues round-trip as documents."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import (
    NO_EDITS,
    NO_WORDING,
    Choice,
    Coverage,
    Drop,
    Earlier,
    Edits,
    EntryKey,
    Image,
    Issue,
    IssueKey,
    Move,
    Origin,
    Period,
    PlacedBy,
    Placement,
    Quote,
    ScorePart,
    Section,
    SectionOrder,
    Story,
    StoryQuotes,
    TextEdit,
    TextField,
    Verdict,
    Wording,
)
from digest.store.codec import (
    decode_choices,
    decode_edits,
    decode_issue,
    encode_choices,
    encode_edits,
    encode_issue,
)

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
TEXTS = st.text(max_size=12)
SHARES = st.floats(0, 1).map(lambda share: round(share, 4))
KEYS = st.builds(EntryKey, feed=TEXTS, id=TEXTS)
WORDINGS = st.builds(Wording, value=TEXTS, origin=st.sampled_from(Origin))
PLACEMENTS = st.builds(
    Placement, topic=TEXTS, by=st.sampled_from(PlacedBy), reason=TEXTS, confidence=SHARES
)
SCORES = st.lists(st.builds(ScorePart, name=TEXTS, value=SHARES, weight=SHARES), max_size=2)
QUOTES = st.lists(st.builds(Quote, text=WORDINGS, pivot=WORDINGS), max_size=2).map(tuple)
FEW_KEYS = st.lists(KEYS, max_size=3).map(tuple)
FEW_TEXTS = st.lists(TEXTS, max_size=3).map(tuple)
STORIES = st.builds(
    Story,
    entries=FEW_KEYS,
    url=TEXTS,
    headline=WORDINGS,
    excerpt=WORDINGS,
    source=TEXTS,
    published_at=st.just(NOW),
    placement=st.none() | PLACEMENTS,
    score=SCORES.map(tuple),
    coverage=st.lists(
        st.builds(Coverage, source=TEXTS, url=TEXTS, headline=TEXTS, entry=KEYS), max_size=2
    ).map(tuple),
    follows=st.none()
    | st.builds(Earlier, issue=TEXTS, headline=TEXTS, url=TEXTS, date=st.just(NOW)),
    lead_in=WORDINGS,
    quotes=QUOTES,
)
SECTIONS = st.builds(
    Section,
    topic=TEXTS,
    heading=WORDINGS,
    stories=st.lists(STORIES, max_size=2).map(tuple),
    hook=WORDINGS,
    background=WORDINGS,
)
ISSUES = st.builds(
    Issue,
    key=st.just(IssueKey(newsletter="weekly", period=Period(start=NOW, end=NOW))),
    slug=TEXTS,
    title=WORDINGS,
    subject=WORDINGS,
    preheader=WORDINGS,
    sections=st.lists(SECTIONS, max_size=2).map(tuple),
    hero=st.none() | st.builds(Image, url=TEXTS),
    closing=WORDINGS,
    wish=WORDINGS,
    send_at=st.none() | st.just(NOW),
)
EDITS = st.builds(
    Edits,
    lead=st.none() | KEYS,
    pins=FEW_KEYS,
    drops=st.lists(st.builds(Drop, entry=KEYS, why=TEXTS), max_size=2).map(tuple),
    moves=st.lists(st.builds(Move, entry=KEYS, topic=TEXTS), max_size=2).map(tuple),
    sections=FEW_TEXTS,
    orders=st.lists(st.builds(SectionOrder, section=TEXTS, entries=FEW_KEYS), max_size=2).map(
        tuple
    ),
    texts=st.lists(
        st.builds(
            TextEdit,
            field=st.sampled_from(TextField),
            value=TEXTS,
            section=TEXTS,
            entry=st.none() | KEYS,
            source=TEXTS,
            source_origin=st.sampled_from(Origin),
        ),
        max_size=2,
    ).map(tuple),
    quotes=st.lists(
        st.builds(StoryQuotes, entry=KEYS, quotes=QUOTES, source=QUOTES), max_size=2
    ).map(tuple),
    by=TEXTS,
)
CHOICES = st.builds(
    Choice,
    entry=KEYS,
    title=TEXTS,
    source=TEXTS,
    verdict=st.sampled_from(Verdict),
    reason=TEXTS,
    placement=st.none() | PLACEMENTS,
    score=SCORES.map(tuple),
    told_by=st.none() | KEYS,
    decided_by=TEXTS,
)


@given(issue=ISSUES)
def test_what_editors_see_of_an_issue_round_trips(issue: Issue) -> None:
    """Placements, scores, coverage, quotes and a roundup's own texts all come back."""
    assert decode_issue(encode_issue(issue).encode().decode()) == issue


@given(edits=EDITS)
def test_edits_round_trip(edits: Edits) -> None:
    """Whatever was edited, its document gives it back."""
    assert decode_edits(encode_edits(edits).encode().decode()) == edits


@given(choices=st.lists(CHOICES, max_size=4, unique_by=lambda choice: choice.entry))
def test_choices_round_trip_in_order_of_key(choices: list[Choice]) -> None:
    """Every choice comes back, sorted by its entry."""
    wanted = tuple(sorted(choices, key=lambda choice: choice.entry))
    assert decode_choices(encode_choices(choices)) == wanted


def test_an_untouched_issue_has_no_document_of_edits() -> None:
    """No edits take no room, and nothing reads as none."""
    assert encode_edits(NO_EDITS) == ""
    assert decode_edits("") == NO_EDITS


def test_a_document_of_an_older_program_still_reads() -> None:
    """An issue that was kept before there were placements and quotes has none of them."""
    story = {
        "entries": [["https://a.example/feed", "1"]],
        "url": "https://a.example/1",
        "headline": ["A bridge reopens", "feed"],
        "excerpt": ["", "auto"],
        "published_at": "2026-03-05T07:30:00+00:00",
        "minutes": 2,
    }
    document = {
        "v": 1,
        "newsletter": "weekly",
        "start": "2026-02-26T07:30:00+00:00",
        "end": "2026-03-05T07:30:00+00:00",
        "slug": "weekly-1",
        "kind": "digest",
        "title": ["Weekly", "auto"],
        "subject": ["A bridge reopens", "auto"],
        "preheader": ["", "auto"],
        "intro": ["", "auto"],
        "sections": [{"topic": "town", "heading": ["Town", "auto"], "stories": [story]}],
    }
    issue = decode_issue(json.dumps(document))
    told = issue.stories[0]
    assert (told.placement, told.score, told.coverage, told.follows) == (None, (), (), None)
    assert (issue.hero, issue.closing, issue.send_at) == (None, NO_WORDING, None)
    assert decode_issue(encode_issue(issue)) == issue


@pytest.mark.parametrize("share", [1 / 3, 0.99999], ids=["third", "nearly-all"])
def test_scores_of_choices_are_kept_to_four_digits(share: float) -> None:
    """What a part of a score comes to is rounded, its weight is not."""
    part = ScorePart(name="recency", value=share, weight=1 / 3)
    entry = EntryKey(feed="f", id="1")
    choice = Choice(
        entry=entry, title="t", source="s", verdict=Verdict.TOLD, reason="", score=(part,)
    )
    (read,) = decode_choices(encode_choices([choice]))
    assert read.score == (replace(part, value=round(share, 4)),)
