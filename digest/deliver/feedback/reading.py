"""One mail of the bounce mailbox, read: what it is, whom it is about, and what it says of them."""

import re
from dataclasses import dataclass
from hashlib import blake2b

from digest.deliver.feedback.addresses import addresses_in, first_address
from digest.deliver.feedback.automatic import is_autoreply, is_challenge
from digest.deliver.feedback.complaints import Complaint, complaint_in
from digest.deliver.feedback.diagnosis import Evidence, diagnose
from digest.deliver.feedback.mime import Part, read_header, read_message, walk
from digest.deliver.feedback.notices import Notice, notice_in
from digest.deliver.feedback.prose import Failed, failed_addresses, human_part
from digest.deliver.feedback.signs import (
    cites_reply,
    has_null_sender,
    is_answer,
    is_from_daemon,
    is_titled_bounce,
    tells_delay,
    tells_failure,
    tells_reason,
)
from digest.deliver.feedback.status import RecipientStatus, recipient_statuses
from digest.model import BounceVerdict, MailKind, RecipientReport, ReturnedMail
from digest.model.address import normalise_address

MAX_DIAGNOSTIC = 500

_STATUS_KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_KINDS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global-headers"})
_RECEIPTS = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)
_TO = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to")
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{3,320}@[^\s<>;]{1,255})>?")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,400}>")
_QUOTED_ID = re.compile(r"^[ \t]*Message-ID:\s*(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_BOUNCE_WITHIN = re.compile(r"From MAILER-DAEMON |Return-Path:\s*<>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_UNENCODABLE = re.compile(r"[\ud800-\udfff\x00]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A mail, and what of it is whose: ``said`` by the reporter, the rest of the returned mail."""

    message: Part
    said: str
    status_text: str
    returned: tuple[tuple[str, str], ...]
    kinds: frozenset[str]
    quoted: str = ""
    enclosed: Part | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """To whom the returned mail was."""
        values = [value for name, value in self.returned if name == "to"]
        return tuple(found.address for value in values for found in addresses_in(value))


def read_mail(data: bytes) -> ReturnedMail:
    """What a mail of the bounce mailbox is and reports. Total, in time linear to its size."""
    opened = _open(read_message(data))
    kind, reports, ids = _understood(opened)
    message = opened.message
    return ReturnedMail(
        kind=kind,
        identity=_identity(message, data),
        subject=_clean(message.get("subject"), MAX_DIAGNOSTIC),
        reports=reports,
        message_ids=tuple(dict.fromkeys((*ids, *_message_ids(opened)))),
        delivered_to=_delivered_to(message),
    )


def _understood(
    opened: _Opened,
) -> tuple[MailKind, tuple[RecipientReport, ...], tuple[str, ...]]:
    message = opened.message
    if not message.fields and not message.text.strip():
        return MailKind.UNREADABLE, (), ()
    if complaint := complaint_in(message):
        return MailKind.FEEDBACK, (_complained(complaint),), complaint.message_ids
    if notice := notice_in(opened.said):
        return _noticed(notice)
    kind, reports = _reported(opened)
    return kind, reports, ()


def _reported(opened: _Opened) -> tuple[MailKind, tuple[RecipientReport, ...]]:
    message = opened.message
    if opened.kinds & _RECEIPTS:
        return MailKind.NOTICE, ()
    statuses = recipient_statuses(opened.status_text)
    if not is_from_daemon(message) and is_challenge(message, f"{opened.said}{opened.status_text}"):
        return MailKind.CHALLENGE, ()
    if statuses:
        return _from_statuses(opened, statuses)
    if _is_bounce(opened):
        if statuses := recipient_statuses(opened.said):
            return _from_statuses(opened, statuses)
        return MailKind.BOUNCE, _passed_on(opened) or _from_prose(opened)
    return (MailKind.AUTOREPLY if is_autoreply(message) else MailKind.ORDINARY), ()


def _is_bounce(opened: _Opened) -> bool:
    message = opened.message
    if message.all("x-failed-recipients"):
        return True
    daemon, titled = is_from_daemon(message), is_titled_bounce(message)
    if daemon and titled and tells_reason(opened.said):
        return True
    if daemon or not tells_failure(opened.said):
        return daemon and tells_failure(opened.said)
    if is_answer(message) or (is_autoreply(message) and not titled):
        return False
    proof = bool(opened.returned) or cites_reply(opened.said)
    reports = message.parameters.get("report-type", "").lower() == "delivery-status"
    null = has_null_sender(message)
    return (titled and null) or ((titled or null or reports) and proof)


def _passed_on(opened: _Opened) -> tuple[RecipientReport, ...]:
    """What a bounce says that was itself sent back within this one."""
    if opened.enclosed is not None:
        inner = _open(opened.enclosed)
    elif _BOUNCE_WITHIN.match(opened.quoted[:200]):
        inner = _open(read_message(opened.quoted.encode("utf-8", "surrogatepass")))
    else:
        return ()
    if not (is_from_daemon(inner.message) and is_titled_bounce(inner.message)):
        return ()
    statuses = recipient_statuses(inner.status_text)
    return _from_statuses(inner, statuses)[1] if statuses else _from_prose(inner)


def _from_statuses(
    opened: _Opened, statuses: tuple[RecipientStatus, ...]
) -> tuple[MailKind, tuple[RecipientReport, ...]]:
    told = _told_by_address(opened)
    failed = [status for status in statuses if not status.succeeded]
    reports = tuple(_from_status(opened, status, told, alone=len(failed) == 1) for status in failed)
    return (MailKind.BOUNCE if reports else MailKind.NOTICE), reports


def _from_status(
    opened: _Opened, status: RecipientStatus, told: dict[str, str], *, alone: bool
) -> RecipientReport:
    address = status.original or status.final or next(iter(opened.recipients), "")
    story = told.get(normalise_address(status.final)) or told.get(normalise_address(address)) or ""
    evidence = Evidence(
        status=status.status,
        comment=status.comment,
        diagnostic=status.diagnostic,
        story=story or opened.said,
        scene=opened.said if alone else "",
    )
    found = diagnose(evidence)
    final = status.final if normalise_address(status.final) != normalise_address(address) else ""
    return RecipientReport(
        verdict=BounceVerdict.DELAYED if status.delayed else found.verdict,
        address=address,
        final_address=final,
        status=found.status,
        reply_code=found.reply_code,
        diagnostic=_clean(status.diagnostic or status.comment or story, MAX_DIAGNOSTIC),
    )


def _from_prose(opened: _Opened) -> tuple[RecipientReport, ...]:
    delayed = tells_delay(opened.message, opened.said)
    failed = _failed(opened)
    alone = opened.said if len(failed) == 1 else ""
    return tuple(_from_words(opened, one, delayed=delayed, scene=alone) for one in failed)


def _from_words(opened: _Opened, one: Failed, *, delayed: bool, scene: str) -> RecipientReport:
    found = diagnose(Evidence(story=one.words, scene=scene))
    return RecipientReport(
        verdict=BounceVerdict.DELAYED if delayed else found.verdict,
        address=one.address,
        status=found.status,
        reply_code=found.reply_code,
        diagnostic=_clean(one.words or opened.said, MAX_DIAGNOSTIC),
    )


def _failed(opened: _Opened) -> tuple[Failed, ...]:
    """Who failed by the mail's words; somebody always did, if only by no known address."""
    header = ",".join(opened.message.all("x-failed-recipients"))
    known = tuple(found.address for found in addresses_in(header))
    others = _delivered_to(opened.message)
    failed = failed_addresses(opened.said, known=known, not_these=others)
    if not failed:
        failed = tuple(Failed(address=a, words="") for a in opened.recipients[:1])
    if len(failed) <= 1:
        address = failed[0].address if failed else ""
        words = failed[0].words if failed else ""
        failed = (Failed(address=address, words=_telling(words, opened.said)),)
    return failed


def _telling(words: str, said: str) -> str:
    """The words about the one recipient, or all of them where those tell nothing."""
    return words if _says_why(words) else said


def _says_why(words: str) -> bool:
    found = diagnose(Evidence(story=words))
    return bool(found.status or found.reply_code or found.verdict is not BounceVerdict.SOFT)


def _told_by_address(opened: _Opened) -> dict[str, str]:
    others = _delivered_to(opened.message)
    failed = failed_addresses(opened.said, not_these=others)
    return {normalise_address(one.address): one.words for one in failed}


def _complained(complaint: Complaint) -> RecipientReport:
    verdict = BounceVerdict.COMPLAINT if complaint.by_reader else BounceVerdict.POLICY
    return RecipientReport(verdict=verdict, address=complaint.address, feedback_type=complaint.kind)


def _noticed(notice: Notice) -> tuple[MailKind, tuple[RecipientReport, ...], tuple[str, ...]]:
    ids = (notice.message_id,) if notice.message_id else ()
    if notice.kind == "Complaint":
        reports = tuple(
            RecipientReport(
                verdict=BounceVerdict.COMPLAINT,
                address=one.address,
                feedback_type=notice.feedback_type,
            )
            for one in notice.recipients
        )
        return MailKind.FEEDBACK, reports, ids
    if notice.kind != "Bounce":
        return MailKind.NOTICE, (), ids
    return (
        MailKind.BOUNCE,
        tuple(_noticed_bounce(notice, n) for n in range(len(notice.recipients))),
        ids,
    )


def _noticed_bounce(notice: Notice, index: int) -> RecipientReport:
    one = notice.recipients[index]
    found = diagnose(Evidence(status=one.status, diagnostic=one.diagnostic))
    told = found.status or found.reply_code
    bare = BounceVerdict.HARD if notice.permanent else BounceVerdict.SOFT
    return RecipientReport(
        verdict=found.verdict if told else bare,
        address=one.address,
        status=found.status,
        reply_code=found.reply_code,
        diagnostic=_clean(one.diagnostic, MAX_DIAGNOSTIC),
    )


def _open(message: Part) -> _Opened:
    said: list[str] = []
    html: list[str] = []
    status: list[str] = []
    returned: tuple[tuple[str, str], ...] = ()
    kinds: set[str] = set()
    enclosed: Part | None = None
    for part in walk(message):
        kinds.add(part.kind)
        if part.kind in _STATUS_KINDS:
            status.append(part.text)
        elif part.kind in _RETURNED_KINDS or part.kind == "text/rfc822":
            returned = returned or _returned_fields(part)
            enclosed = enclosed or next(iter(part.parts), None)
        elif part.kind == "text/html":
            html.append(part.readable)
        elif part.kind.startswith("text/") and not returned:
            said.append(part.text)
    own, rest = human_part("\n\n".join(said if any(s.strip() for s in said) else html))
    if not returned and rest:
        returned = _quoted_fields(rest)
    return _Opened(
        message=message,
        said=own,
        status_text="\n\n".join(status),
        returned=returned,
        kinds=frozenset(kinds),
        quoted=rest,
        enclosed=enclosed,
    )


def _returned_fields(part: Part) -> tuple[tuple[str, str], ...]:
    if part.parts:
        return part.parts[0].fields
    return read_header(part.text.lstrip("\n"))[0]


def _quoted_fields(rest: str) -> tuple[tuple[str, str], ...]:
    """The header of a mail that was returned within the text: from its first field on."""
    lines = rest.split("\n")
    for index, line in enumerate(lines[:30]):
        fields, _ = read_header("\n".join(lines[index : index + 200])) if ":" in line else ((), "")
        if len(fields) > 1:
            return fields
    return ()


def _message_ids(opened: _Opened) -> tuple[str, ...]:
    own = [value for name, value in opened.returned if name == "message-id"]
    ids = [match for value in own for match in _MESSAGE_ID.findall(value)]
    if not ids:
        ids = _QUOTED_ID.findall(opened.said)
    return tuple(_clean(identity, MAX_DIAGNOSTIC) for identity in ids)


def _delivered_to(message: Part) -> tuple[str, ...]:
    """The addresses that the mail itself was sent to."""
    found = [first_address(value) for value in message.all(*_TO)]
    for value in message.all("received")[:20]:
        found += _RECEIVED_FOR.findall(value)
    return tuple(dict.fromkeys(_clean(address, 320) for address in found if address))


def _identity(message: Part, data: bytes) -> str:
    """A name for this mail: the same for every copy, whatever its line ends."""
    # The fields that delivery adds differ between two copies of one mail; what was sent does not.
    sent = [f"{n}:{v}" for n, v in message.fields if n in {"message-id", "date", "from", "subject"}]
    text = "\n".join((*sent, *(part.text.strip() for part in walk(message))))
    seed = text.encode("utf-8", "surrogatepass") if text.strip() else data
    return blake2b(seed, digest_size=16).hexdigest()


def _clean(text: str, limit: int) -> str:
    return _SPACES.sub(" ", _UNENCODABLE.sub("", text)).strip()[:limit]
