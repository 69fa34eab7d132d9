"""Hostile values in every field that comes from outside, built, handed over and read again.

FILE is lines of JSON, each with an ``id`` and a ``value``. Each value stands alone in each place of
a letter, and once in all places that take text. What is judged is what a server would receive: the
SMTP commands of the transaction, and the content with its dots put right, read raw and by both of
the standard library's parsers. A letter that is refused, with an error for its recipient, is
counted and is no mail. Prints one figure a line, ``name value``; what was found goes to standard
error.

    python tests/bench/headers.py FILE.jsonl [FILE.jsonl …]
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import compat32, default
from email.utils import getaddresses
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from digest.deliver.flowed import unstuffed
from digest.deliver.message import Letter, feedback_id, message_id, pieces, sender_id
from digest.deliver.transaction import Extensions, Step, commands
from digest.errors import MessageError
from digest.model import Envelope, Filled, Sender

EXTRA_HEADERS, EXTRA_RECIPIENTS, EXTRA_BODIES = "extra_headers", "extra_recipients", "extra_bodies"
HARMLESS = "harmless"
SENDER = Sender(address="weekly@letters.example", name="The Weekly")
LETTER = Letter(
    sender=SENDER,
    reply_to=SENDER,
    recipient_address="reader@reader.example",
    recipient_name="A Reader",
    subject="Five boats",
    html="<p>Hello</p>\n",
    text="Hello\n",
    message_id="<weekly-1.7@letters.example>",
    date=datetime(2026, 6, 18, 6, 30, tzinfo=UTC),
    list_id="<weekly.letters.example>",
    list_name="The Weekly",
    unsubscribe_url="https://letters.example/unsubscribe/Zk9hY2",
    feedback_id="weekly-1:weekly:digest:letters-example",
)

Place = Callable[[str], Letter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter as it goes out."""

    letter: Letter
    envelope: Envelope


def texts(value: str) -> Letter:
    """A letter with the value in all places that take any text."""
    sender = replace(SENDER, name=value)
    return replace(
        LETTER,
        sender=sender,
        reply_to=sender,
        recipient_name=value,
        subject=value,
        list_name=value,
        html=Filled(pieces=("<p>", "</p>\n"), values=(value,)),
        text=Filled(pieces=("Dear ", ",\n"), values=(value,)),
    )


PLACES: Mapping[str, Place] = {
    "all_texts": texts,
    "subject": lambda value: replace(LETTER, subject=value),
    "from_name": lambda value: replace(LETTER, sender=replace(SENDER, name=value)),
    "reply_to_name": lambda value: replace(LETTER, reply_to=replace(SENDER, name=value)),
    "to_name": lambda value: replace(LETTER, recipient_name=value),
    "list_name": lambda value: replace(LETTER, list_name=value),
    "from_address": lambda value: replace(LETTER, sender=replace(SENDER, address=value)),
    "reply_to_address": lambda value: replace(LETTER, reply_to=replace(SENDER, address=value)),
    "to_address": lambda value: replace(LETTER, recipient_address=value),
    "message_id": lambda value: replace(LETTER, message_id=value),
    "message_id_slug": lambda value: replace(
        LETTER, message_id=message_id(value, 7, "letters.example")
    ),
    "message_id_domain": lambda value: replace(LETTER, message_id=message_id("weekly-1", 7, value)),
    "list_id": lambda value: replace(LETTER, list_id=value),
    "list_id_newsletter": lambda value: replace(LETTER, list_id=f"<{value}.letters.example>"),
    "unsubscribe_url": lambda value: replace(LETTER, unsubscribe_url=value),
    "unsubscribe_token": lambda value: replace(
        LETTER, unsubscribe_url=f"https://letters.example/unsubscribe/{value}"
    ),
    "feedback_id": lambda value: replace(LETTER, feedback_id=value),
    "feedback_id_issue": lambda value: replace(
        LETTER, feedback_id=feedback_id(value, "weekly", "digest", "letters-example")
    ),
    "feedback_id_newsletter": lambda value: replace(
        LETTER, feedback_id=feedback_id("weekly-1", value, "digest", "letters-example")
    ),
    "feedback_id_sender": lambda value: replace(
        LETTER, feedback_id=feedback_id("weekly-1", "weekly", "digest", sender_id(value))
    ),
    "html": lambda value: replace(LETTER, html=value),
    "text": lambda value: replace(LETTER, text=value),
}


def fields_of(letter: Letter) -> Counter[str]:
    """The names of the header fields that a letter is meant to have."""
    names = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    names += ["Reply-To"] if letter.reply_to else []
    names += ["List-Id", "List-Post"] if letter.list_id else []
    names += ["List-Unsubscribe", "List-Unsubscribe-Post"] if letter.unsubscribe_url else []
    names += ["Feedback-ID"] if letter.feedback_id else []
    return Counter(name.lower() for name in names)


def findings(mail: Mail) -> Iterator[str]:
    """What is wrong with a mail, by the figure that counts it."""
    steps = {each.step: each.line for each in commands(mail.envelope, offered=Extensions())}
    for step in (Step.MAIL, Step.RCPT, Step.DATA):
        if len(re.split(rb"[\r\n]+", steps[step].removesuffix(b"\r\n"))) != 1:
            yield EXTRA_RECIPIENTS
        if step is not Step.DATA and (steps[step].count(b"<"), steps[step].count(b">")) != (1, 1):
            yield EXTRA_RECIPIENTS
    yield from _content_findings(mail.letter, steps[Step.CONTENT])


def _content_findings(letter: Letter, sent: bytes) -> Iterator[str]:
    # Any lone CR or LF around a dot would end the message for some servers.
    if len(re.findall(rb"(?:\r\n|\r|\n)\.(?:\r\n|\r|\n)", sent)) != 1:
        yield EXTRA_BODIES
    if re.search(rb"\r(?!\n)|(?<!\r)\n|\x00", sent):
        yield EXTRA_BODIES
    received = sent.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    header = received.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    lines = [line for line in header.splitlines() if not line.startswith((" ", "\t"))]
    names = Counter(line.partition(":")[0].lower() for line in lines)
    if names != fields_of(letter):
        yield EXTRA_HEADERS
    for policy in (compat32, default):
        yield from _reading_findings(letter, message_from_bytes(received, policy=policy))


def _reading_findings(letter: Letter, message: "Message[Any, Any]") -> Iterator[str]:
    """What is wrong with a mail as one parser reads it."""
    if Counter(name.lower() for name, _ in message.items()) != fields_of(letter):
        yield EXTRA_HEADERS
    parts = [part.get_content_type() for part in message.walk()]
    if message.defects or parts != ["multipart/alternative", "text/plain", "text/html"]:
        yield EXTRA_BODIES
    if any(_strangers(message, name) for name in ("From", "To", "Reply-To")):
        yield EXTRA_RECIPIENTS
    if any(message[name] for name in ("Cc", "Bcc", "Resent-To", "Sender")):
        yield EXTRA_RECIPIENTS
    if isinstance(message, EmailMessage):
        yield from _body_findings(letter, message)


def _strangers(message: "Message[Any, Any]", name: str) -> bool:
    """Whether a field of one mailbox holds more, or none."""
    field = message[name]
    if hasattr(field, "addresses"):
        return len(field.addresses) != 1
    return len(getaddresses([str(value) for value in message.get_all(name, [])])) != 1


def _body_findings(letter: Letter, message: EmailMessage) -> Iterator[str]:
    for kind, meant in (("plain", letter.text), ("html", letter.html)):
        part = message.get_body((kind,))
        shown = part.get_content() if isinstance(part, EmailMessage) else None
        if shown is not None and kind == "plain":
            shown = unstuffed(_lines(shown))
        if shown is None or _lines(shown) != _lines(str(meant)):
            yield EXTRA_BODIES


def _lines(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\n", text.encode("utf-8", "replace").decode())


def mail_of(place: Place, value: str) -> Mail | None:
    """The mail with a value in a place; None where it is refused."""
    try:
        letter = place(value)
        envelope = Envelope(
            sender=letter.sender.address,
            recipient=letter.recipient_address,
            content=b"".join(pieces(letter)),
        )
        commands(envelope, offered=Extensions())
    except (MessageError, ValueError):
        return None
    return Mail(letter=letter, envelope=envelope)


def judged(values: Mapping[str, str]) -> Counter[str]:
    """The figures of all values in all places."""
    figures: Counter[str] = Counter()
    for name, value in values.items():
        for where, place in PLACES.items():
            figures["cases"] += 1
            try:
                mail = mail_of(place, value)
                found = sorted(set(findings(mail))) if mail else []
            except Exception as error:  # noqa: BLE001 - a crash is what is looked for
                mail, found = None, ["crashes"]
                print(f"{name} in {where}: {error!r}", file=sys.stderr)
            else:
                figures["mails" if mail else "refused"] += 1
            for figure in found:
                figures[figure] += 1
                print(f"{name} in {where}: {figure}: {value!r:.200}", file=sys.stderr)
    return figures


def main() -> None:
    """Judge the values of all files; exit status 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    files = parser.parse_args().files
    values: dict[str, str] = {}
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").split("\n"), 1):
            if line.strip():
                case = json.loads(line)
                values[f"{file.name}:{number} {case.get('id', '')}"] = str(case["value"])
    if any(findings_of_harmless()):
        raise SystemExit("the judge finds fault with a harmless letter")
    figures = judged(values)
    print(f"files {len(files)}")
    for name in ("cases", "mails", "refused", EXTRA_HEADERS, EXTRA_RECIPIENTS, EXTRA_BODIES):
        print(f"{name} {figures[name]}")
    print(f"crashes {figures['crashes']}")
    bad = (EXTRA_HEADERS, EXTRA_RECIPIENTS, EXTRA_BODIES, "crashes")
    sys.exit(1 if any(figures[name] for name in bad) else 0)


def findings_of_harmless() -> Iterator[str]:
    """What the judge says of letters nobody tampered with: nothing, or it judges wrongly."""
    for letter in (LETTER, texts(HARMLESS)):
        envelope = Envelope(
            sender=SENDER.address,
            recipient=LETTER.recipient_address,
            content=b"".join(pieces(letter)),
        )
        yield from findings(Mail(letter=letter, envelope=envelope))


if __name__ == "__main__":
    main()
