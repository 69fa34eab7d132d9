"""What editors and rules want of an issue, and input that is hard: each entry's fate is told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from time import process_time

import pytest

from digest.curate.assemble import Assembly, Material, assemble
from digest.model import (
    Choice,
    Correction,
    Drop,
    Edits,
    Entry,
    EntryKey,
    EntryState,
    Feed,
    KeptEntry,
    Mark,
    Match,
    Move,
    Newsletter,
    Period,
    PlacedBy,
    RankingRules,
    Rule,
    RuleField,
    Schedule,
    Sender,
    Topic,
    Verdict,
)

WEEK = Period(
    start=datetime(2026, 11, 19, 7, 30, tzinfo=UTC), end=datetime(2026, 11, 26, 7, 30, tzinfo=UTC)
)
NEWSLETTER = Newsletter(
    id="weekly",
    name="The Weekly",
    sender=Sender(address="weekly@news.example"),
    postal_address="1 High Street",
    schedule=Schedule(time_zone="UTC", at=time(7, 30)),
    feeds=("https://a.example/feed",),
    topics=(Topic(id="law", name="Law"), Topic(id="other", name="Elsewhere")),
    default_topic="other",
    rules=(Rule(topic="law", field=RuleField.CATEGORY, pattern="court"),),
    max_stories=2,
    ranking=RankingRules(diversity=0.0),
)
TITLES = (
    "Ferry timetable doubles",
    "Museum buys a lighthouse lens",
    "Orchard festival moves north",
    "Teachers vote on new hours",
    "Quarry reopens after floods",
    "Choir sings at dawn",
)


def kept(number: int, **changes: object) -> KeptEntry:
    """An entry published that many hours into the week; entry and kept fields can be changed."""
    outside = ("dated_at", "first_seen_at", "used_in", "mark", "backlog")
    outer = {key: changes.pop(key) for key in outside if key in changes}
    entry = Entry(
        key=EntryKey(feed="https://a.example/feed", id=f"{number:05}"),
        title=TITLES[number % len(TITLES)] + (f" {number}" if number >= len(TITLES) else ""),
        url=f"https://a.example/{number}",
        fingerprint="f",
        feed_title="A",
    )
    item = KeptEntry(
        entry=replace(entry, **changes),  # type: ignore[arg-type]  # named by the tests below
        first_seen_at=WEEK.start,
        dated_at=WEEK.start + timedelta(hours=number),
    )
    return replace(item, **outer)  # type: ignore[arg-type]  # named by the tests below


def key(number: int) -> EntryKey:
    return kept(number).entry.key


def assembled(
    items: Sequence[KeptEntry], newsletter: Newsletter = NEWSLETTER, **edits: object
) -> Assembly:
    return assemble(
        newsletter,
        WEEK,
        Material(kept=tuple(items)),
        edits=Edits(**edits),  # type: ignore[arg-type]  # named by the tests below
    )


def choice(assembly: Assembly, number: int) -> Choice:
    return next(each for each in assembly.choices if each.entry == key(number))


FIVE = tuple(kept(number) for number in range(5))


def test_a_pin_is_told_over_the_limits() -> None:
    """What an editor pins is told though the issue is full, and the choice names the editor."""
    assembly = assembled(FIVE, pins=(key(0),), by="Noor")
    assert len(assembly.issue.stories) == 2
    assert choice(assembly, 0).verdict is Verdict.TOLD
    assert (choice(assembly, 0).reason, choice(assembly, 0).decided_by) == (
        "pinned by Noor",
        "Noor",
    )
    assert choice(assembly, 3).verdict is Verdict.LISTED


def test_a_drop_is_never_told() -> None:
    """What an editor dropped is left out with the reason given, and the next one moves up."""
    assembly = assembled(FIVE, drops=(Drop(entry=key(4), why="told last year"),), by="Noor")
    assert choice(assembly, 4).verdict is Verdict.LEFT_OUT
    assert choice(assembly, 4).reason == "dropped by Noor: told last year"
    assert assembly.issue.lead is not None
    assert assembly.issue.lead.entries == (key(3),)


def test_a_move_overrides_the_rules() -> None:
    """A moved story stands under the editor's topic; a topic that is gone moves nothing."""
    items = (kept(0), kept(1, categories=("Court",)))
    moves = (Move(entry=key(1), topic="other"), Move(entry=key(0), topic="gone"))
    assembly = assembled(items, moves=moves)
    placement = choice(assembly, 1).placement
    assert placement is not None
    assert (placement.topic, placement.by) == ("other", PlacedBy.EDITOR)
    assert choice(assembly, 1).decided_by == "an editor"
    unmoved = choice(assembly, 0).placement
    assert unmoved is not None
    assert unmoved.by is PlacedBy.DEFAULT


def test_an_editors_lead_leads() -> None:
    """The editor's lead leads, whatever its score, and uses one place of the issue."""
    assembly = assembled(FIVE, lead=key(0), by="Noor")
    assert assembly.issue.lead is not None
    assert assembly.issue.lead.entries == (key(0),)
    assert len(assembly.issue.stories) == 2
    assert choice(assembly, 0).verdict is Verdict.LEAD


def test_blocks_and_keeps() -> None:
    """A keep is told over the limits; a block is not told, though it is a keep as well."""
    newsletter = replace(
        NEWSLETTER,
        max_stories=1,
        blocks=(Match(field=RuleField.KEYWORD, pattern="lens"),),
        keeps=(
            Match(field=RuleField.KEYWORD, pattern="Ferry"),
            Match(field=RuleField.KEYWORD, pattern="Museum"),
        ),
    )
    assembly = assembled(FIVE, newsletter)
    assert choice(assembly, 0).reason == "always told: keyword = 'Ferry'"
    assert choice(assembly, 0).verdict is Verdict.TOLD
    assert choice(assembly, 1).verdict is Verdict.LEFT_OUT
    assert choice(assembly, 1).reason == "blocked: keyword = 'lens'"


def test_a_pin_counts_for_more_than_a_block_or_a_date() -> None:
    """An editor who looked at a post knows better than a rule; a hold stays a hold."""
    newsletter = replace(NEWSLETTER, blocks=(Match(field=RuleField.KEYWORD, pattern="Ferry"),))
    old = kept(1, dated_at=WEEK.start - timedelta(days=400), first_seen_at=WEEK.start)
    held = kept(2, mark=Mark(state=EntryState.HELD, why="waits"))
    assembly = assembled((kept(0), old, held), newsletter, pins=(key(0), key(1), key(2)))
    assert [each.verdict for each in assembly.choices] == [
        Verdict.LEAD,
        Verdict.TOLD,
        Verdict.LEFT_OUT,
    ]
    assert choice(assembly, 2).reason == "held: waits"


def test_what_an_editor_releases_is_as_new_as_can_be() -> None:
    """A story that was held for weeks and released does not rank as old news."""
    released = kept(
        0,
        dated_at=WEEK.start - timedelta(days=30),
        mark=Mark(state=EntryState.NEW, why="the minister has spoken"),
    )
    assembly = assembled((released, kept(1), kept(2)))
    assert choice(assembly, 0).verdict is Verdict.LEAD


def test_an_issue_made_again_has_its_own_entries() -> None:
    """What the issue of the same slug used is free for it; what another used is not."""
    items = (kept(0, used_in="weekly-2026-11-26"), kept(1, used_in="weekly-2026-11-19"))
    assembly = assembled(items)
    assert choice(assembly, 0).verdict is Verdict.LEAD
    assert choice(assembly, 1).reason == "used in weekly-2026-11-19"


def test_copies_are_merged_and_say_with_what() -> None:
    """A copy's choice names the entry that tells its story."""
    other = EntryKey(feed="https://b.example/feed", id="9")
    copy = kept(0, key=other)
    assembly = assembled((kept(0), copy))
    merged = next(each for each in assembly.choices if each.verdict is Verdict.MERGED)
    led = next(each for each in assembly.choices if each.verdict is Verdict.LEAD)
    assert merged.told_by == led.entry
    assert led.title in merged.reason


def test_feed_weights_and_corrections_count() -> None:
    """A loved source leads over a newer story; an editor's correction places the next issue too."""
    loved = kept(0, key=EntryKey(feed="https://loved.example/feed", id="1"))
    material = Material(
        kept=(loved, kept(31)),
        feeds=(Feed(url="https://loved.example/feed", weight=9.0),),
        corrections=(
            Correction(
                newsletter="weekly",
                entry=loved.entry.key,
                topic="law",
                title=loved.entry.title,
                text="",
                at=WEEK.start,
                by="Noor",
            ),
        ),
    )
    lead = assemble(NEWSLETTER, WEEK, material).issue.lead
    assert lead is not None
    assert lead.entries == (loved.entry.key,)
    assert lead.placement is not None
    assert (lead.placement.topic, lead.placement.by) == ("law", PlacedBy.EDITOR)


@pytest.mark.parametrize(
    ("items", "verdicts"),
    [
        pytest.param((), {}, id="none"),
        pytest.param((kept(3),), {"lead": 1}, id="one"),
        pytest.param(
            tuple(kept(number, dated_at=None, backlog=True) for number in range(40)),
            {"left-out": 40},
            id="all undated",
        ),
        pytest.param(
            tuple(
                kept(number, title=title, language="nv", summary=title * 3)
                for number, title in enumerate(
                    (
                        "Diné bizaad yáʼátʼééh",
                        "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ",
                        "ภาษาไทย",
                        "粵語新聞",
                        "\u200f\u0640\u0640",
                    )
                )
            ),
            {"lead": 1, "told": 1, "listed": 3},
            id="unknown languages",
        ),
    ],
)
def test_hard_input(items: tuple[KeptEntry, ...], verdicts: dict[str, int]) -> None:
    """Nothing, next to nothing and what cannot be understood make an issue all the same."""
    assembly = assembled(items)
    assert Counter(each.verdict for each in assembly.choices) == verdicts
    assert all(each.reason for each in assembly.choices)


@pytest.mark.slow
def test_twenty_thousand_entries() -> None:
    """A flood of entries is ranked in seconds, and each of them has its fate."""
    items = [
        kept(
            number,
            key=EntryKey(feed=f"https://{number % 300}.example/feed", id=str(number)),
            title=" ".join(f"w{number * step % 9973:x}" for step in (3, 7, 31, 127, 511, 2047)),
            summary=" ".join(f"w{number * step % 9973:x}" for step in range(1, 40)),
            dated_at=WEEK.start + timedelta(seconds=number * 30),
        )
        for number in range(20_000)
    ]
    start = process_time()
    assembly = assembled(items)
    assert process_time() - start < 20
    assert len(assembly.choices) == len(items)
    assert len(assembly.issue.also_published) == 20
