"""Returned mails of our own making: what mail systems send, in their shapes and languages."""

from dataclasses import dataclass

from digest.model import BounceVerdict, MailKind

READER = "ada@reader.example"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A mail and what it must be taken for; ``verdict`` is None where nothing is reported."""

    name: str
    text: str
    kind: MailKind
    verdict: BounceVerdict | None = None
    address: str = READER

    @property
    def data(self) -> bytes:
        return self.text.encode()


def returned_header(message_id: str = "<weekly-2026-06-18.7@news.example>") -> str:
    """The header of a mail of ours, as it comes back."""
    return (
        f"From: The Weekly <news@news.example>\nTo: {READER}\nSubject: Ships of the week\n"
        f"Message-ID: {message_id}\nDate: Thu, 18 Jun 2026 09:00:00 +0000\n"
    )


def status_report(
    diagnostic: str,
    *,
    status: str = "5.0.0",
    action: str = "failed",
    said: str = "Your mail was not delivered.",
    recipient: str = f"rfc822; {READER}",
) -> str:
    """A report by RFC 3464: words, fields, and the header of what came back."""
    return f"""\
Return-Path: <>
From: Mail Delivery System <mailer-daemon@mx.example>
To: bounces@news.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report.1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut here"

--cut here
Content-Type: text/plain; charset=utf-8

{said}

--cut here
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--cut here
Content-Type: text/rfc822-headers

{returned_header()}
--cut here--
"""


def in_words(subject: str, words: str, *, sender: str = "MAILER-DAEMON@mx.example") -> str:
    """A bounce in prose, with what came back behind it."""
    return (
        f"Return-Path: <>\nFrom: Mail System <{sender}>\nTo: bounces@news.example\n"
        f"Subject: {subject}\nMessage-ID: <words.1@mx.example>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{words}\n\n"
        f"--- This is a copy of the message.\n\n{returned_header()}\nAhoy.\n"
    )


def complaint(kind: str = "abuse", *, recipient: str = f"Original-Rcpt-To: {READER}\n") -> str:
    """A feedback report by RFC 5965."""
    return f"""\
From: Feedback Loop <fbl@provider.example>
To: complaints@news.example
Subject: A reader's report
Message-ID: <complaint.1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=edge

--edge
Content-Type: text/plain

Somebody pressed a button.

--edge
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Loop/1.0
Version: 1
{recipient}
--edge
Content-Type: message/rfc822

{returned_header()}
Ahoy.
--edge--
"""


def reply(subject: str, words: str, *fields: str) -> str:
    """A mail that answers one of ours."""
    more = "".join(f"{field}\n" for field in fields)
    return (
        f"Return-Path: <>\nFrom: Ada <{READER}>\nTo: bounces@news.example\nSubject: {subject}\n"
        f"Message-ID: <reply.1@reader.example>\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
    )


BOUNCE, HARD, SOFT = MailKind.BOUNCE, BounceVerdict.HARD, BounceVerdict.SOFT
POLICY, DELAYED = BounceVerdict.POLICY, BounceVerdict.DELAYED


def _bounce(name: str, verdict: BounceVerdict, text: str, address: str = READER) -> Sample:
    return Sample(name=name, text=text, kind=BOUNCE, verdict=verdict, address=address)


REPORTS = (
    _bounce("unknown", HARD, status_report("550 5.1.1 no mailbox of that name", status="5.1.1")),
    _bounce("no-host", HARD, status_report("the name does not resolve", status="5.1.2")),
    _bounce("null-mx", HARD, status_report("556 the domain takes no mail", status="5.1.10")),
    _bounce("moved", HARD, status_report("551 she lives elsewhere", status="5.1.6")),
    _bounce("rcpt", SOFT, status_report("550 sorry (in reply to RCPT TO command)")),
    _bounce("full", SOFT, status_report("552 5.2.2 the box is over quota", status="5.2.2")),
    _bounce("full-but-5.1.1", SOFT, status_report("550 mailbox is full", status="5.1.1")),
    _bounce("off", SOFT, status_report("550 5.2.1 the mailbox is disabled", status="5.2.1")),
    _bounce("too-old", SOFT, status_report("message expired", status="4.4.7")),
    _bounce("too-big", SOFT, status_report("552 5.3.4 message too big", status="5.3.4")),
    _bounce("spam", POLICY, status_report("554 5.7.1 looks like spam", status="5.7.1")),
    _bounce("dmarc", POLICY, status_report("550 5.7.26 fails DMARC", status="5.7.26")),
    _bounce("sender", POLICY, status_report("550 5.1.8 bad sender domain", status="5.1.8")),
    _bounce("listed", POLICY, status_report("550 blocked using bl.spamcop.net", status="5.1.1")),
    _bounce(
        "after-data", SOFT, status_report("550 user unknown (in reply to end of DATA command)")
    ),
    _bounce("delay", DELAYED, status_report("451 later", status="4.4.1", action="delayed")),
    _bounce("utf-8", HARD, status_report("550 5.1.1 no", recipient=f"utf-8; {READER}")),
)

WORDS = (
    _bounce(
        "en",
        HARD,
        in_words(
            "failure notice", f"I could not deliver this.\n\n<{READER}>:\nThere is no such user."
        ),
    ),
    _bounce(
        "de",
        HARD,
        in_words(
            "Unzustellbar: Schiffe",
            f"Die Nachricht konnte nicht zugestellt werden an:\n\n  {READER}\n"
            "    Der Empfänger ist unbekannt.",
        ),
    ),
    _bounce(
        "fr",
        HARD,
        in_words(
            "Échec de remise", f"Le message n'a pas pu être remis à <{READER}> :\nadresse inconnue"
        ),
    ),
    _bounce(
        "es",
        HARD,
        in_words("Correo devuelto", f"No se pudo entregar a:\n{READER}\nEl usuario no existe."),
    ),
    _bounce(
        "pt",
        HARD,
        in_words(
            "Falha na entrega", f"Não foi possível entregar para:\n{READER}\nO usuário não existe."
        ),
    ),
    _bounce(
        "it",
        SOFT,
        in_words("Mancata consegna", f"Impossibile consegnare a:\n{READER}\nLa casella è piena."),
    ),
    _bounce(
        "nl",
        HARD,
        in_words(
            "Onbestelbaar", f"Kan niet worden bezorgd aan:\n{READER}\nDit adres bestaat niet."
        ),
    ),
    _bounce(
        "pl",
        HARD,
        in_words(
            "Nie dostarczono", f"Wiadomość nie mogła być doręczona:\n{READER}\nAdres nie istnieje."
        ),
    ),
    _bounce(
        "ru",
        HARD,
        in_words(
            "Письмо не доставлено", f"Не удалось доставить:\n{READER}\nПользователь не найден."
        ),
    ),
    _bounce(
        "tr",
        HARD,
        in_words("İletilemedi", f"Teslim edilemedi:\n{READER}\nKullanıcı bulunamadı."),
    ),
    _bounce(
        "ja",
        HARD,
        in_words("配信不能", f"配信できませんでした。\n<{READER}>\nユーザが存在しません。"),
    ),
    _bounce(
        "zh",
        SOFT,
        in_words("退信", f"无法投递到：\n<{READER}>\n对方邮箱已满"),
    ),
    _bounce(
        "ko",
        HARD,
        in_words("반송 메일", f"보낼 수 없습니다.\n<{READER}>\n사용자를 찾을 수 없습니다."),
    ),
    _bounce(
        "sv",
        HARD,
        in_words(
            "Kunde inte levereras", f"Kunde inte levereras till:\n{READER}\nMottagaren finns inte."
        ),
    ),
    _bounce(
        "transcript",
        HARD,
        in_words(
            "Returned mail: see transcript",
            "The mail failed.\n   ----- Transcript of session -----\n"
            f">>> RCPT To:<{READER}>\n<<< 550 unknown here\n550 <{READER}>... User unknown",
        ),
    ),
    _bounce(
        "guess",
        SOFT,
        in_words(
            "Delivery Status Notification (Failure)",
            f"Hello,\nthe group you wrote to as {READER} may not exist, or takes no mail of yours.",
        ),
    ),
    _bounce(
        "warning",
        DELAYED,
        in_words(
            "Warning: mail is delayed",
            "THIS IS A WARNING ONLY.\nDelivery has been delayed:\n"
            f"<{READER}>: connection timed out",
        ),
    ),
)

OTHERS = (
    Sample(
        name="delivered",
        text=status_report("250 fine", status="2.1.5", action="delivered"),
        kind=MailKind.NOTICE,
    ),
    Sample(
        name="relayed",
        text=status_report("250 fine", status="2.1.9", action="relayed"),
        kind=MailKind.NOTICE,
    ),
    Sample(
        name="expanded",
        text=status_report("250 fine", status="2.0.0", action="expanded"),
        kind=MailKind.NOTICE,
    ),
    Sample(
        name="abuse",
        text=complaint(),
        kind=MailKind.FEEDBACK,
        verdict=BounceVerdict.COMPLAINT,
    ),
    Sample(
        name="abuse-without-recipient",
        text=complaint(recipient=""),
        kind=MailKind.FEEDBACK,
        verdict=BounceVerdict.COMPLAINT,
    ),
    Sample(
        name="auth-failure",
        text=complaint("auth-failure"),
        kind=MailKind.FEEDBACK,
        verdict=BounceVerdict.POLICY,
    ),
    Sample(name="not-spam", text=complaint("not-spam"), kind=MailKind.FEEDBACK),
    Sample(
        name="holiday",
        text=reply("Automatic reply: Ships", "I am on holiday.", "Auto-Submitted: auto-replied"),
        kind=MailKind.AUTOREPLY,
    ),
    Sample(
        name="holiday-that-fails",
        text=reply("Abwesenheitsnotiz", "Ihre Nachricht konnte nicht gelesen werden."),
        kind=MailKind.AUTOREPLY,
    ),
    Sample(
        name="holiday-ja",
        text=reply("自動返信: 船", "不在のため、ご連絡できません。"),
        kind=MailKind.AUTOREPLY,
    ),
    Sample(
        name="challenge",
        text=reply(
            "Re: Ships", "Please click on this link to have your mail delivered to my inbox."
        ),
        kind=MailKind.CHALLENGE,
    ),
    Sample(
        name="person",
        text=reply("Re: Undeliverable?", "Your last mail could not be delivered, I heard. Why?"),
        kind=MailKind.ORDINARY,
    ),
    Sample(name="empty", text="", kind=MailKind.UNREADABLE),
)
SAMPLES = (*REPORTS, *WORDS, *OTHERS)
