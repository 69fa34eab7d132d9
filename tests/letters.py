"""A letter to make others from, and a letter as one piece."""

from collections.abc import Sequence
from datetime import UTC, datetime

from digest.deliver.message import Letter, pieces
from digest.deliver.signing.dkim import DkimKey
from digest.model import ASCII_ONLY, Sender, Takes

LETTER = Letter(
    sender=Sender(address="weekly@newsletter.example", name="The Weekly"),
    reply_to=Sender(address="editor@newsletter.example", name="The Editor, Esq."),
    recipient_address="reader@mail.example",
    recipient_name="A. Reader",
    subject="Five boats and a storm",
    html="<p>Hello</p>\n",
    text="Hello\n",
    message_id="<weekly-2026-01-08.7@newsletter.example>",
    date=datetime(2026, 1, 8, 7, 30, tzinfo=UTC),
    list_id="<weekly.newsletter.example>",
    list_name="The Weekly",
    unsubscribe_url="https://newsletter.example/unsubscribe/Zk9hY2",
)


def build(letter: Letter, *, keys: Sequence[DkimKey] = (), takes: Takes = ASCII_ONLY) -> bytes:
    return b"".join(pieces(letter, keys=keys, takes=takes))
