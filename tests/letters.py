"""A letter to make others from."""

from datetime import UTC, datetime

from digest.deliver.message import Letter
from digest.model import Sender

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
