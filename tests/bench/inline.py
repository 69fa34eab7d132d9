"""Render and inline once, personalise for many: against doing it all for each recipient.

A 60-story Classic issue is rendered and inlined once; 10,000 readers of 30 variants get their
copies. Beside it, in the same run: rendering and inlining for each recipient (20 are measured, the
cost of one is scaled), and an ``EmailMessage`` for each recipient (200 are measured). Prints one
figure a line, ``name value``; times are CPU milliseconds, medians for what is done per recipient.

    python tests/bench/inline.py [--copies 10000]
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from statistics import median
from time import process_time

from digest.compose.personalise import ReaderSlots, chosen, cut, fill, filled
from digest.compose.phrases import phrases_for
from digest.compose.render import IssueRenderer
from digest.deliver.message import Letter, pieces
from digest.model import (
    EntryKey,
    Image,
    Issue,
    IssueKey,
    Newsletter,
    Period,
    RenderedIssue,
    Schedule,
    Section,
    Sender,
    Story,
    Topic,
    Variant,
    Volume,
    Weekday,
    Wording,
)
from digest.resources import TEMPLATES

NOW = datetime(2026, 6, 18, 6, 30, tzinfo=UTC)
NAMES = ("council", "science", "arts", "sport", "sea", "schools")
STORIES_EACH = 10
WORDS = "the council met by the harbour wall on monday to hear how the ferry timetable would change"
NAIVE, MESSAGES = 20, 200
SENDER = Sender(address="weekly@newsletter.example", name="The Harbour Letter")


def story(number: int, topic: str) -> Story:
    """A story with an excerpt of 34 words; every other one with a picture."""
    picture = Image(
        url=f"https://pictures.example/{number}.jpg", alt="A pier", width=288, height=192
    )
    return Story(
        entries=(EntryKey(feed="https://feeds.example/a", id=str(number)),),
        url=f"https://stories.example/{topic}/{number}",
        headline=Wording(value=f"Story {number} of {topic}: what the harbour heard this week"),
        excerpt=Wording(value=f"{WORDS} {WORDS}."),
        source="Coastal Courier",
        published_at=NOW,
        minutes=3,
        image=picture if number % 2 else None,
    )


NEWSLETTER = Newsletter(
    id="weekly",
    name="The Harbour Letter",
    sender=SENDER,
    postal_address="12 Quay Street, Port Anselm",
    schedule=Schedule(time_zone="UTC", days=(Weekday.THURSDAY,), at=time(6, 30)),
    feeds=(),
    topics=tuple(Topic(id=name, name=name.title()) for name in NAMES),
    default_topic="council",
    greeting="Dear {name},",
    greeting_nameless="Good morning,",
)
ISSUE = Issue(
    key=IssueKey(
        newsletter="weekly", period=Period(start=datetime(2026, 6, 11, tzinfo=UTC), end=NOW)
    ),
    slug="weekly-2026-06-18",
    title=Wording(value="The Harbour Letter"),
    subject=Wording(value="What the harbour heard, and 59 more"),
    preheader=Wording(value="The ferry, the council, the reef and what the schools did about it."),
    sections=tuple(
        Section(
            topic=name,
            heading=Wording(value=name.title()),
            stories=tuple(story(number, name) for number in range(STORIES_EACH)),
        )
        for name in NAMES
    ),
)
VARIANTS = tuple(
    Variant(topics=NAMES[first : first + count], volume=volume)
    for volume in Volume
    for first in range(3)
    for count in (1, 2, 3, 4, 6)
)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody with a name, links of their own, and a choice."""

    number: int
    variant: Variant

    @property
    def slots(self) -> ReaderSlots:
        """What stands in this reader's copy alone."""
        token = f"Zm9vYmFy{self.number:08}QUJDREVGR0hJSktMTU5PUA"
        return ReaderSlots(
            unsubscribe_url=f"https://letters.example/unsubscribe/{token}",
            preferences_url=f"https://letters.example/preferences/{token}",
            name=f"Reader {self.number}",
        )


def timed(work: Callable[[Reader], object], readers: Sequence[Reader]) -> float:
    """The median CPU milliseconds of one call, the first one apart: it fills caches."""
    work(readers[0])
    costs = []
    for reader in readers:
        started = process_time()
        work(reader)
        costs.append(process_time() - started)
    return median(costs) * 1000


def composed(rendering: RenderedIssue, reader: Reader) -> bytes:
    """What a straightforward mailer does for each recipient with a finished body."""
    copy = fill(rendering, reader.slots)
    message = EmailMessage()
    message["From"] = str(SENDER.name)
    message["To"] = f"reader{reader.number}@reader.example"
    message["Subject"] = rendering.subject
    message.set_content(copy.text)
    message.add_alternative(copy.html, subtype="html")
    return message.as_bytes(policy=SMTP)


def built(rendering: RenderedIssue, reader: Reader) -> bytes:
    """The whole message, as the pipeline makes it."""
    parts = filled(rendering, reader.slots)
    letter = Letter(
        sender=SENDER,
        recipient_address=f"reader{reader.number}@reader.example",
        recipient_name=f"Reader {reader.number}",
        subject=rendering.subject,
        html=parts.html,
        text=parts.text,
        message_id=f"<weekly-2026-06-18.{reader.number}@newsletter.example>",
        date=NOW,
        list_id="<weekly.newsletter.example>",
        list_name="The Harbour Letter",
        unsubscribe_url=reader.slots.unsubscribe_url,
    )
    return b"".join(pieces(letter))


def main() -> None:
    """Measure both ways in turn, and compare their bytes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--copies", type=int, default=10_000)
    copies = parser.parse_args().copies
    readers = [Reader(number=n, variant=VARIANTS[n % len(VARIANTS)]) for n in range(copies)]
    renderer = IssueRenderer(folders=[TEMPLATES], public_url="https://letters.example")
    stories = phrases_for(NEWSLETTER.words).stories
    renderer.render(ISSUE, NEWSLETTER)  # premailer's and Jinja's own caches, for both sides

    def rendered_for(reader: Reader) -> tuple[str, str]:
        own = renderer.render(chosen(ISSUE, reader.variant), NEWSLETTER)
        copy = fill(own, reader.slots)
        return copy.html, copy.text

    started = process_time()
    rendering = renderer.render(ISSUE, NEWSLETTER)
    once = process_time() - started
    started = process_time()
    made = {variant: cut(rendering, variant, stories=stories) for variant in VARIANTS}
    kept = {variant: each for variant, each in made.items() if each}
    cutting = process_time() - started
    started = process_time()
    for reader in readers:
        filled(kept[reader.variant], reader.slots)
    filling = process_time() - started

    def copy_of(reader: Reader) -> tuple[str, str]:
        copy = fill(kept[reader.variant], reader.slots)
        return copy.html, copy.text

    naive = timed(rendered_for, readers[:NAIVE])
    message = timed(lambda reader: composed(kept[reader.variant], reader), readers[:MESSAGES])
    whole = timed(lambda reader: built(kept[reader.variant], reader), readers[:MESSAGES])
    slots = timed(lambda reader: filled(kept[reader.variant], reader.slots), readers[:MESSAGES])
    same = all(copy_of(reader) == rendered_for(reader) for reader in readers[: len(VARIANTS)])
    ours = (once + cutting + filling) * 1000
    print(f"html_bytes {len(rendering.html.encode())}")
    print(f"render_once_ms {once * 1000:.1f}")
    print(f"cut_{len(VARIANTS)}_variants_ms {cutting * 1000:.1f}")
    print(f"fill_{copies}_copies_ms {filling * 1000:.1f}")
    print(f"fill_ms {slots:.4f}")
    print(f"naive_ms {naive:.1f}  (of {NAIVE} recipients, scaled)")
    print(f"email_message_ms {message:.2f}")
    print(f"built_message_ms {whole:.3f}")
    print(f"ratio_all_against_naive {naive * copies / ours:.0f}")
    print(f"ratio_fill_against_naive {naive / slots:.0f}")
    print(f"ratio_fill_against_email_message {message / slots:.0f}")
    print(f"ratio_build_against_email_message {message / whole:.1f}")
    print(f"identical {int(same)}")


if __name__ == "__main__":
    main()
