"""Messages as signed posts, as values."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from digest.deliver.policy import hard_bounce, may_be_about_us
from digest.deliver.policy.replies import is_about_session, named_wait
from digest.deliver.posting import Hook, outcome, post
from digest.model import (
    Accepted,
    Envelope,
    Fetched,
    FetchFailed,
    FetchRequest,
    NotModified,
    Refused,
)
from tests.letters import LETTER, build

HOOK = Hook(url="https://mail.example/in", key=b"0123456789abcdef01234567")
NOW = datetime(2026, 1, 8, 7, 30, 4, 999_999, tzinfo=UTC)
ENVELOPE = Envelope(sender="", recipient=LETTER.recipient_address, content=build(LETTER))


def headers(request: FetchRequest) -> dict[str, str]:
    return {each.name: each.value for each in request.headers}


def test_a_post_can_be_verified_by_what_it_says() -> None:
    """The signature is over id, second and body; a second attempt has the same id."""
    request = post(ENVELOPE, hook=HOOK, now=NOW)
    sent = headers(request)
    assert sent["webhook-id"] == "weekly-2026-01-08.7@newsletter.example"
    assert sent["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode()
    right = hmac.new(HOOK.key, signed + (request.content or b""), hashlib.sha256).digest()
    assert sent["webhook-signature"] == f"v1,{base64.b64encode(right).decode()}"
    later = post(ENVELOPE, hook=HOOK, now=NOW + timedelta(hours=1))
    assert headers(later)["webhook-id"] == sent["webhook-id"]
    assert headers(later)["webhook-signature"] != sent["webhook-signature"]


def test_a_message_of_no_issue_is_told_as_such() -> None:
    """What has no Feedback-ID has no issue; the time is to the second, in UTC."""
    told = json.loads(post(ENVELOPE, hook=HOOK, now=NOW).content or b"")
    assert told["type"] == "message.send"
    assert told["timestamp"] == "2026-01-08T07:30:04Z"
    assert (told["data"]["issue"], told["data"]["newsletter"], told["data"]["sender"]) == ("",) * 3


@pytest.mark.parametrize(
    "bad",
    [
        Envelope(sender="", recipient="nobody", content=b"a\r\n"),
        Envelope(sender="", recipient="a@b.example", content=b"a\nb\r\n"),
    ],
    ids=["address", "line-break"],
)
def test_what_is_no_mail_is_not_posted(bad: Envelope) -> None:
    """The rules are those of SMTP."""
    with pytest.raises(ValueError, match=r"@|CRLF"):
        post(bad, hook=HOOK, now=NOW)


def test_no_answer_suppresses_an_address() -> None:
    """Refusals of a webhook are about the message or about us, never word of a dead mailbox."""
    for status in (*range(300, 500), 500, 503, 599):
        refused = outcome(FetchFailed(reason=f"the server answered {status}", status=status))
        assert isinstance(refused, Refused)
        assert may_be_about_us(refused)
        assert not hard_bounce(refused)


def test_a_pause_is_read_as_it_was_meant() -> None:
    """Retry-After comes back out of the reply, to the second."""
    failed = FetchFailed(reason="no", status=429, retry_after=timedelta(seconds=90))
    refused = outcome(failed)
    assert isinstance(refused, Refused)
    assert named_wait(refused.reply) == timedelta(seconds=90)


def test_only_2xx_is_taken() -> None:
    """An answer that nothing has changed is none to a post, and about the URL."""
    assert isinstance(outcome(Fetched(url=HOOK.url, body=b"")), Accepted)
    refused = outcome(NotModified())
    assert isinstance(refused, Refused)
    assert is_about_session(refused.reply)
