"""Signatures: they verify, they say what they cover, and nothing can be added to what is signed."""

import re
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.deliver.message import Letter
from digest.deliver.signing.dkim import OVERSIGNED, Algorithm, Keyring, aligned
from digest.deliver.signing.records import dns_record
from digest.model import Filled
from tests.dkim_oracle import DOMAIN, new_keys, verdicts
from tests.letters import LETTER, build

PERSONAL = replace(
    LETTER,
    recipient_name="Zoë",
    text=Filled(pieces=("Dear ", ",  hello \n\n\nleave: ", "\n\n\n"), values=("Zoë", "https://a/")),
    html=Filled(
        pieces=("<p>Dear ", "</p>\n" + "<p>\thello   you</p> \n" * 30, ""), values=("Zoë", "z")
    ),
)
LETTERS = {
    "ordinary": LETTER,
    "base64": replace(LETTER, text="日本語の文章\n" * 20, html="<p>日本語の文章</p>\n" * 20),
    "utf-8": replace(LETTER, subject="Fünf Boote – ein Sturm", text="Über Boote\n" * 9),
    "personal": PERSONAL,
    "personal-base64": replace(
        PERSONAL, html=Filled(pieces=("日本語", "の文章" * 50, "。\n"), values=("Zoë", "ab"))
    ),
    "empty": replace(LETTER, text="", html=""),
    "blank": replace(LETTER, text=" \n\t\n\n", html="\n" * 5),
    "service": replace(LETTER, list_id="", unsubscribe_url="", auto_submitted=True, reply_to=None),
    "feedback": replace(LETTER, feedback_id="weekly-1:weekly:digest:letters-example"),
}


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_both_signatures_verify(dkimpy: ModuleType, letter: Letter) -> None:
    """The other program accepts the RSA and the Ed25519 signature of one message."""
    keys = new_keys()
    assert verdicts(dkimpy, build(letter, keys=keys), keys) == [True, True]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(max_size=30), min_size=3, max_size=3),
    st.lists(st.text(max_size=20), min_size=2, max_size=2),
    st.text(max_size=60),
)
def test_any_message_verifies(
    dkimpy: ModuleType, pieces: list[str], values: list[str], subject: str
) -> None:
    """Whatever stands in subject and body, and wherever the slots are."""
    body = Filled(pieces=tuple(pieces), values=tuple(values))
    _, ed25519 = new_keys()
    content = build(replace(LETTER, subject=subject, text=body, html=body), keys=(ed25519,))
    assert verdicts(dkimpy, content, (ed25519,)) == [True]


def test_signature_says_what_it_covers() -> None:
    """Every field is signed; relaxed both, at the message's time, without a length limit."""
    content = build(PERSONAL, keys=new_keys())
    for tags, algorithm in zip(signatures(content), Algorithm, strict=True):
        assert tags["a"] == algorithm
        assert tags["c"] == "relaxed/relaxed"
        assert tags["d"] == DOMAIN
        assert tags["t"] == str(int(LETTER.date.timestamp()))
        assert "l" not in tags
        names = re.findall(rb"(?m)^([A-Z][\w-]*):", content.partition(b"\r\n\r\n")[0])
        signed = tags["h"].split(":")
        for name in {name.decode() for name in names} - {"DKIM-Signature"}:
            assert signed.count(name) == 1 + (name in OVERSIGNED)


def test_unsubscribe_fields_are_signed_also_where_they_are_absent() -> None:
    """Service mail names them once: nobody can add them after signing."""
    content = build(LETTERS["service"], keys=new_keys())
    for tags in signatures(content):
        assert tags["h"].split(":").count("List-Unsubscribe") == 1
        assert tags["h"].split(":").count("List-Unsubscribe-Post") == 1


@pytest.mark.parametrize(
    "addition",
    [f"{name}: evil@evil.example\r\n".encode() for name in OVERSIGNED],
    ids=OVERSIGNED,
)
def test_added_field_breaks_the_signature(dkimpy: ModuleType, addition: bytes) -> None:
    """A second From, Subject or unsubscribe field, above or below ours, is found out."""
    keys = new_keys()
    content = build(LETTER, keys=keys)
    head, _, body = content.partition(b"\r\n\r\n")
    below = head + b"\r\n" + addition + b"\r\n" + body
    assert verdicts(dkimpy, addition + content, keys) == [False, False]
    assert verdicts(dkimpy, below, keys) == [False, False]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"Hello", b"Hallo", id="body"),
        pytest.param(b"Five boats", b"Six boats", id="subject"),
        pytest.param(b"unsubscribe/Zk", b"unsubscribe/zK", id="unsubscribe"),
        pytest.param(b"=One-Click", b"=Two-Clicks", id="one-click"),
    ],
)
def test_changed_message_does_not_verify(dkimpy: ModuleType, old: bytes, new: bytes) -> None:
    """What was altered on the way is found out."""
    keys = new_keys()
    content = build(LETTER, keys=keys)
    assert old in content
    assert verdicts(dkimpy, content.replace(old, new), keys) == [False, False]


def test_white_space_on_the_way_is_forgiven(dkimpy: ModuleType) -> None:
    """Relaxed: a relay may fold fields anew and strip or double spaces."""
    keys = new_keys()
    content = build(LETTER, keys=keys)
    changed = content.replace(b"Subject: Five ", b"subject:  Five\r\n\t").replace(
        b"Hello\r\n", b"Hello  \r\n", 1
    )
    assert changed != content
    assert verdicts(dkimpy, changed, keys) == [True, True]


def test_same_message_is_signed_alike() -> None:
    """A second attempt is the same bytes, signatures included; another date signs another time."""
    keys = new_keys()
    assert build(PERSONAL, keys=keys) == build(PERSONAL, keys=keys)
    later = replace(PERSONAL, date=PERSONAL.date + timedelta(seconds=1))
    assert {tags["t"] for tags in signatures(build(later, keys=keys))} == {
        str(int(later.date.timestamp()))
    }


def test_lines_stay_short() -> None:
    """Signature fields are folded as all others, also for the longest names there are."""
    domain = ".".join(["a" * 60] * 4)
    keys = [replace(key, domain=domain, selector="s" * 63) for key in new_keys()]
    content = build(LETTER, keys=keys)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.isascii()


@pytest.mark.parametrize(
    ("signing", "sending", "expected"),
    [
        pytest.param("a.example", "a.example", True, id="same"),
        pytest.param("a.example", "news.a.example", True, id="above"),
        pytest.param("mail.a.example", "a.example", True, id="below"),
        pytest.param("mail.a.example", "news.a.example", False, id="sisters"),
        pytest.param("xa.example", "a.example", False, id="ends-alike"),
    ],
)
def test_alignment(signing: str, sending: str, expected: bool) -> None:  # noqa: FBT001
    """A key signs mail of its own domain, of those below and of those above it."""
    key = replace(new_keys()[0], domain=signing)
    assert aligned(signing, sending) is expected
    assert Keyring(keys=(key,)).keys_for(sending) == ((key,) if expected else ())


def test_record_is_in_strings_that_a_zone_file_takes() -> None:
    """The value stands in strings of at most 255 characters, which join to the whole."""
    for key in new_keys():
        record = dns_record(key)
        assert record.name == f"{key.selector}._domainkey.{DOMAIN}"
        assert "".join(record.strings) == record.value
        assert max(map(len, record.strings)) <= 255
        assert b64decode(record.value.partition("p=")[2])
        assert str(record).count('"') == 2 * len(record.strings)


def signatures(content: bytes) -> list[dict[str, str]]:
    """The tags of each signature field, without white space."""
    header = re.sub(r"\r\n(?=[ \t])", "", content.partition(b"\r\n\r\n")[0].decode("ascii"))
    values = re.findall(r"(?m)^DKIM-Signature: (.*)$", header)
    return [dict(_tag(tag) for tag in value.split(";")) for value in values]


def _tag(text: str) -> tuple[str, str]:
    name, _, value = "".join(text.split()).partition("=")
    return name, value
