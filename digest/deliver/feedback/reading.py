"""One mail of the bounce mailbox, read: what it is, whom it is about, and what it says of them."""

import re

from digest.deliver.feedback.addresses import addresses_in
from digest.deliver.feedback.automatic import is_autoreply, is_challenge
from digest.deliver.feedback.complaints import PRAISE, Complaint, complaint_in
from digest.deliver.feedback.diagnosis import Evidence, diagnose
from digest.deliver.feedback.mime import read_message
from digest.deliver.feedback.notices import Notice, notice_in
from digest.deliver.feedback.opening import (
    Opened,
    clean,
    delivered_to,
    identity_of,
    message_ids,
    open_mail,
    returned_senders,
    to_whom,
    unsubscribe_links,
)
from digest.deliver.feedback.prose import Failed, failed_addresses
from digest.deliver.feedback.signs import (
    cites_reply,
    has_null_sender,
    is_answer,
    is_from_daemon,
    is_from_mailer_daemon,
    is_titled_bounce,
    tells_delay,
    tells_failure,
    tells_reason,
)
from digest.deliver.feedback.status import RecipientStatus, recipient_statuses
from digest.model import BounceVerdict, MailKind, RecipientReport, ReturnedMail
from digest.model.address import normalise_address

_RECEIPTS = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)
_BOUNCE_WITHIN = re.compile(r"From MAILER-DAEMON |Return-Path:\s*<>", re.IGNORECASE)


def read_mail(data: bytes) -> ReturnedMail:
    """What a mail of the bounce mailbox is and reports. Total, in time linear to its size."""
    opened = open_mail(read_message(data))
    kind, reports, ids = _understood(opened)
    message = opened.message
    return ReturnedMail(
        kind=kind,
        identity=identity_of(message, data),
        subject=clean(message.get("subject")),
        reports=reports,
        message_ids=tuple(dict.fromkeys((*ids, *message_ids(opened)))),
        envelope_addresses=(*delivered_to(message), *returned_senders(opened)),
        unsubscribe_links=unsubscribe_links(opened),
    )


def _understood(
    opened: Opened,
) -> tuple[MailKind, tuple[RecipientReport, ...], tuple[str, ...]]:
    message = opened.message
    if not message.fields and not message.text.strip():
        return MailKind.UNREADABLE, (), ()
    if complaint := complaint_in(message):
        return MailKind.FEEDBACK, _complained(complaint), complaint.message_ids
    if notice := notice_in(opened.said):
        return _noticed(notice)
    kind, reports = _reported(opened)
    return kind, reports, ()


def _reported(opened: Opened) -> tuple[MailKind, tuple[RecipientReport, ...]]:
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


def _is_bounce(opened: Opened) -> bool:
    message = opened.message
    if message.all("x-failed-recipients"):
        return True
    daemon, titled = is_from_daemon(message), is_titled_bounce(message)
    null = has_null_sender(message)
    if daemon and titled and (opened.returned or null or tells_reason(opened.said)):
        return True
    if (opened.returned or opened.enclosed) and is_from_mailer_daemon(message):
        return True  # whatever it says, in whatever language or charset
    if daemon or not tells_failure(opened.said):
        return daemon and tells_failure(opened.said)
    if is_answer(message) or (is_autoreply(message) and not titled):
        return False
    proof = bool(opened.returned) or cites_reply(opened.said)
    reports = message.parameters.get("report-type", "").lower() == "delivery-status"
    return (titled and null) or ((titled or null or reports) and proof)


def _passed_on(opened: Opened) -> tuple[RecipientReport, ...]:
    """What a bounce says that was itself sent back within this one."""
    if opened.enclosed is not None:
        inner = open_mail(opened.enclosed)
    elif _BOUNCE_WITHIN.match(opened.quoted[:200]):
        inner = open_mail(read_message(opened.quoted.encode("utf-8", "surrogatepass")))
    else:
        return ()
    if not (is_from_daemon(inner.message) and is_titled_bounce(inner.message)):
        return ()
    statuses = recipient_statuses(inner.status_text)
    return _from_statuses(inner, statuses)[1] if statuses else _from_prose(inner)


def _from_statuses(
    opened: Opened, statuses: tuple[RecipientStatus, ...]
) -> tuple[MailKind, tuple[RecipientReport, ...]]:
    told = _told_by_address(opened)
    failed = [status for status in statuses if not status.succeeded]
    reports = tuple(_from_status(opened, status, told, alone=len(failed) == 1) for status in failed)
    return (MailKind.BOUNCE if reports else MailKind.NOTICE), reports


def _from_status(
    opened: Opened, status: RecipientStatus, told: dict[str, str], *, alone: bool
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
        diagnostic=clean(status.diagnostic or status.comment or story),
    )


def _from_prose(opened: Opened) -> tuple[RecipientReport, ...]:
    delayed = tells_delay(opened.message, opened.said)
    failed = _failed(opened)
    alone = opened.said if len(failed) == 1 else ""
    return tuple(_from_words(opened, one, delayed=delayed, scene=alone) for one in failed)


def _from_words(opened: Opened, one: Failed, *, delayed: bool, scene: str) -> RecipientReport:
    found = diagnose(Evidence(story=one.words, scene=scene))
    return RecipientReport(
        verdict=BounceVerdict.DELAYED if delayed else found.verdict,
        address=one.address,
        status=found.status,
        reply_code=found.reply_code,
        diagnostic=clean(one.words or opened.said),
    )


def _failed(opened: Opened) -> tuple[Failed, ...]:
    """Who failed by the mail's words; somebody always did, if only by no known address."""
    header = ",".join(opened.message.all("x-failed-recipients"))
    known = tuple(found.address for found in addresses_in(header))
    others = delivered_to(opened.message)
    failed = failed_addresses(opened.said, known=known, not_these=others)
    if not failed:
        failed = tuple(Failed(address=a, words="") for a in opened.recipients[:1])
    if not failed:
        failed = failed_addresses(opened.said, not_these=to_whom(opened.message))[:1]
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


def _told_by_address(opened: Opened) -> dict[str, str]:
    others = delivered_to(opened.message)
    failed = failed_addresses(opened.said, not_these=others)
    return {normalise_address(one.address): one.words for one in failed}


def _complained(complaint: Complaint) -> tuple[RecipientReport, ...]:
    if complaint.kind == PRAISE:
        return ()
    verdict = BounceVerdict.COMPLAINT if complaint.by_reader else BounceVerdict.POLICY
    report = RecipientReport(
        verdict=verdict, address=complaint.address, feedback_type=complaint.kind
    )
    return (report,)


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
        diagnostic=clean(one.diagnostic),
    )
