"""Returned mail is told apart, and each recipient gets the verdict that the mail proves."""

from base64 import encodebytes
from quopri import encodestring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.feedback.mime import read_message, walk
from digest.deliver.feedback.reading import read_mail
from digest.model import BounceVerdict, MailKind, ReturnedMail
from tests.core.returned_mails import (
    READER,
    SAMPLES,
    WORDS,
    Sample,
    complaint,
    in_words,
    status_report,
)

HARD = BounceVerdict.HARD
UNKNOWN = status_report("550 5.1.1 no such user", status="5.1.1")


def said(mail: ReturnedMail) -> object:
    return (mail.kind, mail.identity, [(one.address, one.verdict) for one in mail.reports])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_mail_is_taken_for_what_it_is(sample: Sample) -> None:
    """Its kind, its recipient and the verdict, in every shape and language."""
    mail = read_mail(sample.data)
    assert mail.kind is sample.kind
    wanted = [] if sample.verdict is None else [(sample.address, sample.verdict)]
    assert [(one.address, one.verdict) for one in mail.reports] == wanted


def test_the_words_are_of_twelve_languages() -> None:
    """The samples in prose are as many languages as the issue asks for."""
    assert sum(len(sample.name) == 2 for sample in WORDS) >= 12


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_line_ends_make_no_difference(sample: Sample) -> None:
    """LF, CR and CRLF copies are one mail, with one identity."""
    unix = read_mail(sample.data)
    for end in (b"\r", b"\r\n"):
        assert said(read_mail(sample.data.replace(b"\n", end))) == said(unix)


def test_the_returned_mail_is_identified() -> None:
    """Its Message-ID comes from what came back, not from the report."""
    for text in (UNKNOWN, in_words("failure notice", f"<{READER}>: no such user"), complaint()):
        assert read_mail(text.encode()).message_ids == ("<weekly-2026-06-18.7@news.example>",)


def test_every_recipient_has_a_verdict_of_their_own() -> None:
    """Several groups of fields in one report are told apart."""
    second = "Final-Recipient: rfc822; bob@reader.example\nAction: failed\nStatus: 5.2.2\n"
    text = UNKNOWN.replace("Reporting-MTA: dns; mx.example\n", f"Reporting-MTA: dns; x\n\n{second}")
    found = {one.address: one.verdict for one in read_mail(text.encode()).reports}
    assert found == {READER: HARD, "bob@reader.example": BounceVerdict.SOFT}


def test_a_forwarded_address_is_that_which_was_written_to() -> None:
    """Original-Recipient stands before Final-Recipient, which is kept too."""
    final = "Final-Recipient: rfc822; hidden@behind.example"
    both = f"Original-Recipient: rfc822;{READER}\n{final}"
    text = UNKNOWN.replace(f"Final-Recipient: rfc822; {READER}", both)
    report = read_mail(text.encode()).reports[0]
    assert (report.address, report.final_address) == (READER, "hidden@behind.example")


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encoded_parts_are_read(encoding: str) -> None:
    """A status part may be encoded, though RFC 3464 forbids it."""
    head, mark, rest = UNKNOWN.partition("Content-Type: message/delivery-status\n\n")
    fields, cut, tail = rest.partition("--cut here")
    encode = encodebytes if encoding == "base64" else encodestring
    body = encode(fields.encode()).decode()
    text = f"{head}{mark[:-1]}Content-Transfer-Encoding: {encoding}\n\n{body}{cut}{tail}"
    assert [one.verdict for one in read_mail(text.encode()).reports] == [HARD]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('boundary="cut here"', "boundary=elsewhere"),
        ('; boundary="cut here"', ""),
        ("--cut here--\n", ""),
        ("charset=utf-8", "charset=no-such-thing"),
        ("charset=utf-8", "charset=punycode"),
        ("Reporting-MTA", "\x00Reporting-MTA\x00"),
        ("From: Mail", "From MAILER-DAEMON Thu Jun 18 09:00:00 2026\nFrom: Mail"),
    ],
    ids=["boundary", "no-boundary", "no-end", "charset", "slow-charset", "nul", "mbox"],
)
def test_a_broken_report_is_read_all_the_same(old: str, new: str) -> None:
    """What is damaged around the fields does not hide them."""
    assert old in UNKNOWN
    text = UNKNOWN.replace(old, new, 1)
    assert [(one.address, one.verdict) for one in read_mail(text.encode()).reports] == [
        (READER, HARD)
    ]


def test_a_bounce_within_a_bounce_speaks_for_it() -> None:
    """A report that was wrapped by another system is the one that names the recipient."""
    outer = (
        "From: MAILER-DAEMON@outer.example\nTo: bounces@news.example\n"
        "Subject: Returned mail\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n"
        "--o\nContent-Type: text/plain\n\nThe mail below could not be delivered.\n\n"
        f"--o\nContent-Type: message/rfc822\n\n{UNKNOWN}\n--o--\n"
    )
    found = read_mail(outer.encode()).reports
    assert [(one.address, one.verdict) for one in found] == [(READER, HARD)]


@pytest.mark.parametrize("encoded", [True, False], ids=["whole", "broken"])
def test_a_notice_of_a_sending_service_is_read(encoded: bool) -> None:  # noqa: FBT001
    """Complaints in JSON count, even where the document is cut short."""
    text = (
        '{"notificationType":"Complaint","complaint":{"complainedRecipients":'
        f'[{{"emailAddress":"{READER}"}}],"complaintFeedbackType":"abuse"}}'
    )
    mail = f"From: notices@service.example\nSubject: Notice\n\n{text}{'}' if encoded else ''}\n"
    found = read_mail(mail.encode())
    assert found.kind is MailKind.FEEDBACK
    assert [(r.address, r.verdict) for r in found.reports] == [(READER, BounceVerdict.COMPLAINT)]


def test_identity_is_of_the_mail_not_of_its_way() -> None:
    """What delivery adds changes nothing; another mail has another identity."""
    one = read_mail(UNKNOWN.encode()).identity
    assert read_mail(b"Received: from a by b\n" + UNKNOWN.encode()).identity == one
    assert read_mail(UNKNOWN.replace("report.1", "report.2").encode()).identity != one


@pytest.mark.parametrize(
    "body",
    [
        b"a" * 300_000,
        b"<x@y.example>: 550 unknown user\n" * 9_000,
        b"Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 4_000,
        b"mailbox is not " * 20_000,
        b"Content-Type: message/rfc822\n\n" * 9_000,
        b"--b\n\nx\n" * 40_000,
        b"<style>" * 40_000,
        b"=?utf-8?q?" * 30_000,
    ],
    ids=["long", "many", "groups", "words", "nested", "parts", "html", "encoded"],
)
@pytest.mark.timeout(20)
def test_hostile_mail_costs_little(body: bytes) -> None:
    """Nesting, repetition and length are bounded."""
    head = b"From: MAILER-DAEMON\nSubject: Undeliverable\nContent-Type: "
    for kind in (b"text/plain", b"text/html", b"multipart/report; boundary=b", b"message/rfc822"):
        mail = read_mail(head + kind + b"\n\n" + body)
        assert len(mail.reports) <= 40


@given(data=st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing that arrives raises."""
    assert read_mail(data).identity


@given(sample=st.sampled_from(SAMPLES), cut=st.integers(0, 3_000), junk=st.binary(max_size=40))
def test_any_damage_is_survived(sample: Sample, cut: int, junk: bytes) -> None:
    """Mail that is cut off or scribbled over is read without an error, and can be stored."""
    data = sample.data
    for damaged in (data[:cut], data[:cut] + junk + data[cut:], data[cut:]):
        for report in read_mail(damaged).reports:
            stored = f"{report.address}{report.diagnostic}"
            assert stored.encode().decode() == stored


def test_the_returned_mail_is_never_taken_for_the_report() -> None:
    """Walking a mail stops at what came back."""
    kinds = [part.kind for part in walk(read_message(complaint().encode()))]
    assert kinds == ["text/plain", "message/feedback-report", "message/rfc822"]
