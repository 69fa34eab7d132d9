"""Complaints: feedback reports (RFC 5965), and those that are only a mail with another in it."""

import re
from dataclasses import dataclass

from digest.deliver.feedback.addresses import first_address
from digest.deliver.feedback.mime import Part, read_header, walk

_PLAIN_COMPLAINT = re.compile(
    r"complaint about message from|(?:e-?mail )?feedback report for|(?:spam|"
    r"abuse) (?:report|complaint|feedback)"
    r"|^fbl\b|junk (?:e-?)?mail report",
    re.IGNORECASE,
)
_FEEDBACK_TYPE = re.compile(r"^feedback-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_REPORT_FIELDS = re.compile(r"^(?:user-agent|version)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_HEADER_KINDS = frozenset({"text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers"})
PRAISE = "not-spam"
"""The feedback type that takes a complaint back (RFC 6430)."""

_MAX_REPORT = 20_000
_NO_COMPLAINTS = frozenset({PRAISE, "auth-failure", "dmarc"})
_ORIGINAL_RECIPIENT = ("x-hmxmroriginalrecipient", "x-original-rcpt-to", "x-apparently-to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A feedback report. ``kind`` is its Feedback-Type in lower case; ``address`` may be empty."""

    kind: str
    address: str
    message_ids: tuple[str, ...] = ()

    @property
    def by_reader(self) -> bool:
        """Whether a reader complained.

        ``not-spam`` says the opposite, and ``auth-failure`` (RFC 6591) is a machine's remark on a
        signature.
        """
        return self.kind not in _NO_COMPLAINTS


def complaint_in(message: Part) -> Complaint | None:
    """The complaint that a mail is, if it is one."""
    parts = list(walk(message))
    returned = next((part for part in parts if part.kind == "message/rfc822"), None)
    header = returned.parts[0] if returned and returned.parts else None
    if header is None:
        kept = next((part for part in parts if part.kind in _HEADER_KINDS), None)
        header = _header_part(kept) if kept else None
    report = next((part for part in parts if _is_report(part)), None)
    if report is not None:
        return _from_report(report, header)
    if returned is not None and _PLAIN_COMPLAINT.search(message.get("subject")):
        return Complaint(kind="abuse", address=_recipient(header))
    return None


def _is_report(part: Part) -> bool:
    """Whether a part is the report itself, by its type or, mislabelled as text, by its fields."""
    if part.kind == "message/feedback-report":
        return True
    text = part.text[:_MAX_REPORT]
    plain = part.kind == "text/plain" and not part.parts
    return plain and bool(_FEEDBACK_TYPE.search(text) and _REPORT_FIELDS.search(text))


def _from_report(report: Part, header: Part | None) -> Complaint:
    text = report.text
    if start := _FEEDBACK_TYPE.search(text) if report.kind == "text/plain" else None:
        text = text[start.start() :]
    fields, _ = read_header(text.lstrip("\n"))
    named = dict(reversed(fields))
    address = next(
        (
            found
            for name in ("original-rcpt-to", "removal-recipient", "original-recipient")
            if (found := first_address(named.get(name, "")))
        ),
        "",
    )
    kind = named.get("feedback-type", "abuse").strip().lower()
    ids = re.findall(r"<[^<>\s]{1,300}>", named.get("message-id", ""))
    return Complaint(kind=kind, address=address or _recipient(header), message_ids=tuple(ids))


def _recipient(header: Part | None) -> str:
    if header is None:
        return ""
    values = (*header.all(*_ORIGINAL_RECIPIENT), *header.all("to", "delivered-to"))
    return next((found for value in values if (found := first_address(value))), "")


def _header_part(part: Part) -> Part:
    fields, rest = read_header(part.text.lstrip("\n"))
    return Part(fields=fields, kind="text/plain", parameters={}, text=rest)
