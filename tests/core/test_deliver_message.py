"""Messages: what was meant stands in the bytes, and nothing else."""

import json
import re
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.flowed import unstuffed
from digest.deliver.headers import safe_header_text
from digest.deliver.message import MAX_NAME, MAX_SUBJECT, message_id
from digest.errors import MessageError
from digest.model import Sender, Takes
from digest.model.address import address_problem
from tests.dkim_oracle import new_keys
from tests.letters import LETTER, build

EIGHT_BIT = Takes(eight_bit=True)

FIELDS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Post",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
]


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def assert_sound(content: bytes) -> EmailMessage:
    """Assert what must hold for every message, whatever its values; return it parsed."""
    assert content.isascii()
    assert content.count(b"\r\n") == content.count(b"\r") == content.count(b"\n")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    message = parsed(content)
    assert message.keys() == FIELDS
    assert not message.defects
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert not [part.defects for part in parts if part.defects]
    assert len(message["From"].addresses) == len(message["To"].addresses) == 1
    header, _, _ = content.partition(b"\r\n\r\n")
    for word in re.findall(rb"=\?[^?\s]*\?[^?\s]*\?[^?\s]*\?=", header):
        assert len(word) <= 75
    return message


def test_whole_message() -> None:
    """Every field stands once and says what the letter says; text comes before HTML."""
    message = assert_sound(build(LETTER))
    assert message["From"] == "The Weekly <weekly@newsletter.example>"
    assert message["To"] == '"A. Reader" <reader@mail.example>'
    assert message["Reply-To"] == '"The Editor, Esq." <editor@newsletter.example>'
    assert message["Subject"] == "Five boats and a storm"
    assert message["Date"].datetime == LETTER.date
    assert message["Message-ID"] == LETTER.message_id
    assert message["List-Id"] == "The Weekly <weekly.newsletter.example>"
    assert message["List-Post"] == "NO"
    assert message["List-Unsubscribe"] == f"<{LETTER.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert body(message, "plain") == "Hello\n"
    assert body(message, "html") == "<p>Hello</p>\n"


def test_same_letter_is_the_same_bytes_and_another_body_another_boundary() -> None:
    """A message is a function of its letter, boundary included."""
    assert build(LETTER) == build(LETTER)
    other = build(replace(LETTER, html="<p>Goodbye</p>\n"))
    assert parsed(build(LETTER)).get_boundary() != parsed(other).get_boundary()


def test_fields_that_do_not_apply_are_left_out() -> None:
    """Without list, link and reply address their fields are absent; service mail says so."""
    bare = replace(
        LETTER,
        reply_to=None,
        list_id="",
        unsubscribe_url="",
        recipient_name="",
        auto_submitted=True,
    )
    message = parsed(build(bare))
    assert message["To"] == "reader@mail.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert not [name for name in message if name.startswith(("List-", "Reply"))]
    no_post = parsed(build(replace(LETTER, list_unsubscribe_post=False)))
    assert "List-Unsubscribe-Post" not in no_post
    assert "List-Unsubscribe" in no_post


WORDS = [
    pytest.param("Überraschung: fünf Beiträge, die das Jahr erzählten", id="german"),
    pytest.param(
        "今年を物語る五つの記事をお届けします。どうぞお楽しみください。続きはこちらへ",
        id="japanese",
    ),
    pytest.param("🚢 " * 40, id="emoji"),
    pytest.param("Five posts that told the story of the\u00a0year", id="no-break-space"),
    pytest.param('"Quoted", (commented) <angled> back\\slash; a@b.example:', id="specials"),
    pytest.param("a " * 100, id="long-ascii"),
    pytest.param("x" * 240, id="one-long-word"),
    pytest.param("50 % off =? or not ?=", id="nearly-encoded"),
    pytest.param("e\u0301tude שלום مرحبا", id="combining-and-rtl"),
    pytest.param("", id="empty"),
]


@pytest.mark.parametrize("value", WORDS)
def test_subject_and_names_read_back(value: str) -> None:
    """Subjects and names of every script come back exactly, but for cut length and outer space."""
    sender = Sender(address="weekly@newsletter.example", name=value)
    letter = replace(LETTER, subject=value, sender=sender, recipient_name=value, list_name=value)
    content = build(letter)
    message = assert_sound(content)
    assert message["Subject"] == safe_header_text(value, MAX_SUBJECT)
    name = safe_header_text(value, MAX_NAME)
    assert decoded_name(content, "From") == name
    assert message["From"].addresses[0].addr_spec == "weekly@newsletter.example"
    assert decoded_name(content, "To") == name
    assert str(message["List-Id"]).endswith("<weekly.newsletter.example>")


@given(st.text(max_size=400), st.text(max_size=200))
def test_any_subject_and_name_read_back(subject: str, name: str) -> None:
    """For any text at all, what a reader's program shows is what was made safe, and no more."""
    content = build(replace(LETTER, subject=subject, recipient_name=name))
    message = assert_sound(content)
    shown = str(make_header(decode_header(raw(content, "Subject"))))
    assert shown == safe_header_text(subject, MAX_SUBJECT)
    assert message["Bcc"] is None
    assert message["To"].addresses[0].addr_spec == "reader@mail.example"


def decoded_name(content: bytes, name: str) -> str:
    """The display name of a field. Python 3.11's newer parser keeps the space between two
    encoded words of a phrase, against RFC 2047 section 6.2; the older one is right.
    """
    display_name, _ = parseaddr(raw(content, name))
    return str(make_header(decode_header(display_name)))


def test_name_of_one_encoded_word_reads_back_under_the_default_policy() -> None:
    """A name as people have them is one encoded word, which every parser reads."""
    message = parsed(build(replace(LETTER, recipient_name='Zoë "Q" Łukaszewicz')))
    assert message["To"].addresses[0].display_name == 'Zoë "Q" Łukaszewicz'


def raw(content: bytes, name: str) -> str:
    """A field's value, unfolded but still encoded."""
    header = content.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = re.sub(r"\r\n(?=[ \t])", "", header)
    (value,) = re.findall(rf"(?m)^{name}: ?(.*?)\r?$", unfolded)
    assert isinstance(value, str)
    return value


texts = (
    st.text()
    | st.text(alphabet=st.sampled_from("ab .=\t\r\n\u2028é😀-_From"))
    | st.text().map(lambda text: text * 40)
)


@given(text=texts, html=texts)
def test_any_body_reads_back(text: str, html: str) -> None:
    """Bodies come back exactly, line breaks aside: dots, trailing space, controls and all."""
    message = assert_sound(build(replace(LETTER, text=text, html=html)))

    def shown(value: str) -> str:
        return re.sub(r"\r\n|\r|\n", "\n", value.encode("utf-8", "replace").decode())

    assert unstuffed(body(message, "plain")) == shown(text)
    assert body(message, "html") == shown(html)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param("plain words\n" * 20, "quoted-printable", id="mostly-ascii"),
        pytest.param("日本語の文章\n" * 20, "base64", id="mostly-not"),
        pytest.param("x" * 5000, "quoted-printable", id="long-line"),
    ],
)
def test_encoding_fits_the_text(text: str, encoding: str) -> None:
    """Text that is mostly ASCII stays readable; other scripts take the shorter base64."""
    message = assert_sound(build(replace(LETTER, text=text)))
    part = message.get_body(("plain",))
    assert part is not None
    assert part["Content-Transfer-Encoding"] == encoding


def test_body_cannot_fake_a_boundary() -> None:
    """A body that contains the very boundary of its message is still one body."""
    boundary = parsed(build(LETTER)).get_boundary()
    fake = f"before\n--{boundary}\nContent-Type: text/html\n\ninjected\n--{boundary}--\n"
    message = assert_sound(build(replace(LETTER, text=fake, html=fake)))
    assert body(message, "plain") == fake
    assert body(message, "html") == fake


ATTACKS = {
    "lf": "Weekly\nBcc: evil@evil.example",
    "crlf": "Weekly\r\nBcc: evil@evil.example",
    "cr": "Weekly\rBcc: evil@evil.example",
    "body": "Weekly\r\n\r\n<h1>injected</h1>",
    "fold": "Weekly\r\n Bcc: evil@evil.example",
    "encoded-q": "=?utf-8?q?Weekly=0ABcc:_evil@evil.example?=",
    "encoded-q-crlf": "=?UTF-8?Q?Weekly=0D=0A=0D=0A<h1>body?=",
    "encoded-b": "=?utf-8?b?V2Vla2x5CkJjYzogZXZpbEBldmlsLmV4YW1wbGU=?=",
    "encoded-utf-7": "=?utf-7?q?Weekly+AAo-Bcc:?=",
    "encoded-utf-16": "=?utf-16?b?//4KAEIAYwBjADoA?=",
    "encoded-escape": "=?unicode_escape?q?Weekly=5CnBcc:_evil?=",
    "encoded-twice": "=?utf-8?q?=3D=3Futf-8=3Fq=3FWeekly=3D0ABcc:=3F=3D?=",
    "encoded-in-two": "=?utf-8?q?Weekly=0A?= =?utf-8?q?Bcc:_evil@evil.example?=",
    "encoded-language": "=?utf-8*en?q?Weekly=0ABcc:?=",
    "encoded-unknown": "=?x-nothing?q?Weekly=0ABcc:?=",
    "encoded-codec": "=?rot13?q?Weekly=0ABcc:?= =?hex?q?0a?= =?undefined?b?Cg==?=",
    "u2028": "Weekly\u2028Bcc: evil@evil.example",
    "u2029": "Weekly\u2029Bcc: evil@evil.example",
    "nel": "Weekly\u0085Bcc: evil@evil.example",
    "vt-ff-fs": "Weekly\x0bBcc:\x0cevil\x1cevil\x1devil\x1eevil",
    "nul": "Weekly\x00Bcc: evil@evil.example",
    "surrogate": "Weekly\ud800\udc0aBcc: evil@evil.example",
    "address": "x> <evil@evil.example>, y <evil@evil.example",
    "quote": '" <evil@evil.example>, "',
    "backslash": "Weekly\\",
    "long": "A" * 100_000,
    "long-encoded": "=?utf-8?q?" + "=0A" * 50_000 + "?=",
}


def assert_harmless(value: str) -> None:
    """Put ``value`` in every place of a letter: it never adds a header, recipient or body."""
    sender = Sender(address="weekly@newsletter.example", name=value)
    letter = replace(
        LETTER,
        sender=sender,
        reply_to=sender,
        recipient_name=value,
        subject=value,
        list_name=value,
        html=value,
        text=value,
    )
    message = assert_sound(build(letter))
    assert message["From"].addresses[0].addr_spec == "weekly@newsletter.example"
    assert message["To"].addresses[0].addr_spec == "reader@mail.example"
    assert message["List-Unsubscribe"] == f"<{LETTER.unsubscribe_url}>"
    for name in ("From", "To", "Subject", "List-Id"):
        assert str(message[name]).isprintable() or max(str(message[name])) >= "\u200b"


@pytest.mark.parametrize("value", ATTACKS.values(), ids=ATTACKS)
def test_header_injection_as_text(value: str) -> None:
    """No text in any place adds a header, a recipient or a body."""
    assert_harmless(value)


@pytest.mark.parametrize("value", ATTACKS.values(), ids=ATTACKS)
def test_header_injection_as_token(value: str) -> None:
    """Where text cannot be made safe – addresses, identifiers, links – the letter is refused."""
    sender = Sender(address=value)
    changed = (
        replace(LETTER, recipient_address=value),
        replace(LETTER, sender=sender),
        replace(LETTER, reply_to=sender),
        replace(LETTER, message_id=f"<{value}@a.example>"),
        replace(LETTER, list_id=f"<{value}.a.example>\r\nX: y"),
        replace(LETTER, unsubscribe_url=f"https://a.example/{value}\n"),
        replace(LETTER, unsubscribe_url=f"javascript:{value}"),
    )
    for letter in changed:
        with pytest.raises(MessageError):
            build(letter)


def test_bodies_go_as_they_are_where_the_server_takes_them() -> None:
    """8bit, said of the whole too; encoded all the same where a signature has to hold."""
    letter = replace(LETTER, html="<p>Grüße</p>\n", text="plain\n")
    content = build(letter, takes=EIGHT_BIT)
    message = parsed(content)
    assert message["Content-Transfer-Encoding"] == "8bit"
    assert [part["Content-Transfer-Encoding"] for part in message.iter_parts()] == ["7bit", "8bit"]
    assert body(message, "html") == "<p>Grüße</p>\n"
    assert content.partition(b"\r\n\r\n")[0].isascii()
    assert build(letter, takes=EIGHT_BIT, keys=new_keys()).isascii()
    assert build(letter) == build(letter, takes=Takes(utf8=True))


def test_an_international_address_stands_in_the_header_as_it_is() -> None:
    """In UTF-8 (RFC 6532), and nothing else is; the domain in punycode."""
    letter = replace(LETTER, recipient_address="jürgen@bücher.example", recipient_name="Jürgen")
    lines = build(letter, takes=Takes(utf8=True)).partition(b"\r\n\r\n")[0].split(b"\r\n")
    (raw,) = (line.decode() for line in lines if not line.isascii())
    assert raw.endswith("<jürgen@xn--bcher-kva.example>")
    assert raw.startswith("To: =?utf-8?")


@pytest.mark.corpus
def test_header_injection_corpus(corpora: Path) -> None:
    """Every case of the shared corpus: no header, recipient or body more than was meant."""
    lines = (corpora / "hostile/header-injection/cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    assert cases
    for case in cases:
        assert_harmless(case["value"])
        letter = replace(LETTER, recipient_address=case["value"])
        if address_problem(case["value"]):
            with pytest.raises(MessageError):
                build(letter)
        else:
            (recipient,) = assert_sound(build(letter))["To"].addresses
            assert recipient.addr_spec == case["value"]


@given(st.text(alphabet=st.sampled_from('=?utf-8qb_0ADaZ\r\n :,<>@"\\\u2028\x00é')))
def test_injection_made_of_dangerous_pieces(value: str) -> None:
    """Any mixture of the pieces that attacks are made of is harmless."""
    assert_harmless(value)


@given(st.text(), st.integers(1, 80))
def test_safe_text_is_one_short_printable_line(value: str, limit: int) -> None:
    """Safe text is within its limit, has no line break, and is safe already."""
    safe = safe_header_text(value, limit)
    assert len(safe) <= limit
    assert len(safe.splitlines()) <= 1
    assert "  " not in safe
    assert safe_header_text(safe, limit) == safe


def test_text_that_is_cut_says_so() -> None:
    """A text over the limit ends in an ellipsis; encoded words count by what they say."""
    assert safe_header_text("one two three", 8) == "one two…"
    assert safe_header_text("=?utf-8?q?" + "=C3=A9" * 8 + "?=", 8) == "é" * 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"recipient_address": "jörg@mail.example"}, "needs SMTPUTF8", id="smtputf8"),
        pytest.param({"recipient_address": "nobody"}, "no @", id="no-address"),
        pytest.param({"date": datetime(2026, 1, 8)}, "no time zone", id="naive"),  # noqa: DTZ001
        pytest.param({"message_id": "weekly.7"}, "Message-ID", id="message-id"),
        pytest.param({"unsubscribe_url": "/unsubscribe/x"}, "unsubscribe link", id="relative-link"),
    ],
)
def test_letter_that_cannot_be_sent_names_its_recipient(
    change: dict[str, object], message: str
) -> None:
    """What breaks a rule of mail is an error for this recipient alone, with the reason."""
    letter = replace(LETTER, **change)  # type: ignore[arg-type]  # one field of many types
    with pytest.raises(MessageError, match=message) as caught:
        build(letter)
    assert caught.value.recipient == letter.recipient_address


def test_international_domain_is_punycode() -> None:
    """A domain outside ASCII is written as the wire needs it."""
    message = parsed(build(replace(LETTER, recipient_address="me@bücher.example")))
    assert message["To"].addresses[0].addr_spec == "me@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("slug", "start"),
    [
        pytest.param("weekly-2026-01-08", "<weekly-2026-01-08.7@", id="slug"),
        pytest.param("wöchentlich\r\n 1", "<", id="not-ascii"),
        pytest.param("x" * 500, "<", id="long"),
    ],
)
def test_message_id_is_stable_and_usable(slug: str, start: str) -> None:
    """The id depends on issue and subscriber alone, and always fits a header."""
    identity = message_id(slug, 7, "Newsletter.example")
    assert identity == message_id(slug, 7, "newsletter.example")
    assert identity.startswith(start)
    assert identity != message_id(slug, 8, "newsletter.example")
    assert parsed(build(replace(LETTER, message_id=identity)))["Message-ID"] == identity
