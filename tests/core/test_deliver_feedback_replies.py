"""What servers reply, in words of their own: the verdict, whoever reports it and in what shape."""

import pytest

from digest.deliver.feedback.commands import refused_command
from digest.deliver.feedback.reading import read_mail
from digest.model import BounceVerdict, MailKind
from tests.core.returned_mails import READER, complaint, in_words, status_report

HARD = BounceVerdict.HARD

DEAD = (
    "550 we have nobody by that name",
    "550 5.7.1 no such person",
    "550 such a user does not exist on this machine",
    "553 5.3.0 that addressee is unknown",
    "550 we do not know this user",
    "550 the recipient could not be verified",
    "550 that mail-box was not found",
    "550 not our subscriber: no such account",
    "550 address is wrong",
    "550 recipient was not found in the directory",
    "550 the employee is no longer with the firm: this address is no longer in use",
    "556 this domain does not accept mail",
    "550 kein Postfach mit diesem Namen",
    "550 diese Adresse ist nicht mehr gueltig",
    "550 aucun utilisateur de ce nom",
    "550 destinatario errato",
    "550 usuario inexistente",
    "550 nie ma takiego adresu",
    "550 uživatel neexistuje",
    "550 нет такого получателя",
    "550 該当するユーザはおりません",
    "550 没有此用户",
)
NOT_DEAD = (
    "550 5.1.1 the mailbox is over its quota",
    "550 der Benutzer hat zu viele Nachrichten",
    "550 the account is locked",
    "550 user account not yet activated",
    "550 mailbox closed due to inactivity",
    "550 too many messages per hour",
    "550 frequency of this sender is limited",
    "550 too many unknown users, go away",
    "550 mailbox unavailable, please try again later",
    "550 5.1.1 host lookup failed temporarily",
    "550 5.2.1 mailbox unavailable: your IP address is on a block list",
    "550 the recipient does not accept mail from you",
    "550 you are not on the allow list of this recipient",
    "550 dynamic addresses are not welcome",
    "550 domain of the sender does not resolve",
    "550 this machine is no longer a relay",
    "550 message refusé",
    "550 Richtlinie: abgelehnt",
    "550 wymagana weryfikacja nadawcy: odrzucono",
    "550 not local to this machine, which is no gateway",
    "550 Requested action not taken: mail 17 is rejected",
    "550 zq-17",
)


def by_exim(reply: str, command: str) -> str:
    """A report in prose that names the command in front of the reply."""
    return in_words(
        "Mail delivery failed",
        f"This could not be delivered:\n\n  {READER}\n    SMTP error after {command}:\n"
        f"    host mx.reader.example [192.0.2.7]: {reply}",
    )


def by_qmail(reply: str, _command: str) -> str:
    """A report in prose that tells the command by what the server did not like."""
    return in_words(
        "failure notice",
        f"I could not deliver this.\n\n<{READER}>:\n192.0.2.7 does not like recipient.\n"
        f"Remote host said: {reply}\nGiving up.",
    )


def by_postfix(reply: str, command: str) -> str:
    """A report in fields, with the command behind the reply."""
    return status_report(f"{reply} (in reply to {command} command)")


REPORTERS = (by_exim, by_qmail, by_postfix)


def verdicts(text: str) -> list[tuple[str, BounceVerdict]]:
    return [(one.address, one.verdict) for one in read_mail(text.encode()).reports]


@pytest.mark.parametrize("reply", DEAD)
def test_an_address_nobody_has_is_dead(reply: str) -> None:
    """In answer to RCPT, in a dozen languages, by every reporter."""
    for report in REPORTERS:
        assert verdicts(report(reply, "RCPT TO")) == [(READER, HARD)], report.__name__


@pytest.mark.parametrize("reply", NOT_DEAD)
def test_what_is_said_of_us_or_of_the_moment_kills_nobody(reply: str) -> None:
    """Nor does a reply that says nothing, whatever its code."""
    for report in REPORTERS:
        ((address, verdict),) = verdicts(report(reply, "RCPT TO"))
        assert address == READER
        assert verdict in {BounceVerdict.SOFT, BounceVerdict.POLICY}, report.__name__


@pytest.mark.parametrize("report", [by_exim, by_postfix])
def test_nobody_in_answer_to_the_content_is_no_proof(report: object) -> None:
    """Also where the reporter's own line has "host" before the server's "unknown"."""
    assert callable(report)
    assert verdicts(report("550 user unknown", "end of DATA")) == [(READER, BounceVerdict.SOFT)]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("Host not found, try again", BounceVerdict.SOFT),
        ("Host news.example said: 550 unknown user", BounceVerdict.SOFT),
        ("the domain reader.example does not exist", HARD),
        ("no valid MX for this domain", HARD),
        ("Malformed name server reply for this domain, not found", BounceVerdict.SOFT),
    ],
)
def test_a_name_that_is_not_found_now_may_be_found_later(
    words: str, verdict: BounceVerdict
) -> None:
    """Only a name server that said no is believed."""
    text = in_words("failure notice", f"This was not delivered:\n\n<{READER}>:\n{words}")
    assert verdicts(text) == [(READER, verdict)]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (">>> RCPT TO:<a@b.example>\n<<< 550 no", "RCPT"),
        ("  >>> DATA\n  <<< 354 go on\n  <<< 550 no", "DATA"),
        (">>> MAIL FROM:<a@b.example>\n<<< 550 no", "EHLO"),
        (">>> QUIT\n<<< 550 no", ""),
        ("SMTP:RCPT host 192.0.2.7: 553 no", "RCPT"),
        ("does not like sender", "EHLO"),
        ("after end of data: 550 no", "DATA"),
        ("no word of it", ""),
    ],
)
def test_the_refused_command_is_found(text: str, command: str) -> None:
    """In a dialogue that is shown, and in reporters' words."""
    assert refused_command("", text) == command


@pytest.mark.parametrize(
    "words",
    [
        (
            f"Your message\n\n  To:      fleet@news.example\n  Subject: Ships\n  Sent:    today\n\n"
            f"did not reach:\n\n{READER} on Thursday\n    Unknown recipient"
        ),
        f"<{READER}>:\nRemote host said: 550 5.1.1 unknown user <hidden@behind.example>",
        f"Not delivered: an undisclosed address\n  (generated from {READER})\n  unknown user",
    ],
    ids=["summary", "forwarded", "generated"],
)
def test_the_failed_address_is_the_reporter_s_own(words: str) -> None:
    """Not that of the mail's summary, nor one that a server's answer names."""
    assert [address for address, _ in verdicts(in_words("Undeliverable", words))] == [READER]


def test_a_returned_mail_says_enough_where_the_words_cannot_be_read() -> None:
    """A mailer-daemon that sends a mail back reports a bounce, in whatever charset."""
    text = (
        "From: MAILER-DAEMON@mx.example\nTo: bounces@news.example\nSubject: \\xcf\\xb5\n"
        "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\n"
        f"\\xd3\\xca <{READER}>:\n\n--m\nContent-Type: message/rfc822\n\nTo: {READER}\n\nx\n--m--\n"
    )
    mail = read_mail(text.encode().decode("unicode_escape").encode("latin-1"))
    assert mail.kind is MailKind.BOUNCE
    assert [one.address for one in mail.reports] == [READER]


def test_an_encoding_of_the_whole_does_not_undo_its_parts() -> None:
    """Base64 over a multipart is an error of its sender's, if its boundaries are there."""
    text = status_report("550 5.1.1 no", status="5.1.1")
    wrong = text.replace("MIME-Version", "Content-Transfer-Encoding: base64\nMIME-Version")
    assert verdicts(wrong) == [(READER, HARD)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("message/feedback-report", "text/plain"),
        ("message/feedback-report\n\n", "text/plain\n\nA report follows.\n\n"),
        ("Content-Type: message/rfc822", "Content-Type: text/rfc822-header"),
    ],
    ids=["label", "preface", "header"],
)
def test_a_mislabelled_complaint_counts(old: str, new: str) -> None:
    """A report is known by its fields, too."""
    text = complaint(recipient="")
    assert old in text
    mail = read_mail(text.replace(old, new).encode())
    assert mail.kind is MailKind.FEEDBACK
    assert [(r.address, r.verdict) for r in mail.reports] == [(READER, BounceVerdict.COMPLAINT)]
