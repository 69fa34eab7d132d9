"""A reply read: its enhanced status code, what it is about, and when it asks us back."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from digest.model import Cause, Lost, Refused, Reply, SendOutcome, Unbuildable

_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_POLICY_WORDS = re.compile(
    r"relay|spam|block|black ?list|deny ?list|polic|authenticat|prohibit|permitted|reputation",
    re.IGNORECASE,
)
_FULL_WORDS = re.compile(r"quota|(?:mailbox|mail box|inbox|storage)\b.{0,20}\bfull", re.IGNORECASE)
_INACTIVE_WORDS = re.compile(r"inactiv|disabled|suspended|deactivated|no longer", re.IGNORECASE)
_CONTENT_WORDS = re.compile(r"content|virus|malware|attachment|too (?:large|big)", re.IGNORECASE)
_GREYLISTING = re.compile(r"gr[ea]y[- ]?list", re.IGNORECASE)
_WAIT = re.compile(
    r"\b(?:in|after|for|wait)\s+(?:another\s+|at least\s+|about\s+)?"
    r"(?:(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2})"
    r"|(?P<count>\d{1,5}|an?|one)\s*(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hours?))\b",
    re.IGNORECASE,
)
_UNITS = {"s": 1, "m": 60, "h": 3_600}

_SESSION_CODES = frozenset({421, 454, 530, 534, 535, 538})
_ABOUT_US_CODES = frozenset({500, 501, 502, 503, 504, 521, 554, 555})
_BAD_ADDRESS_CODES = frozenset({550, 551, 553, 556})
_ABOUT_US_SUBJECTS = frozenset({3, 5, 6, 7})


class Status(NamedTuple):
    """The subject and detail of an enhanced status code (RFC 3463 section 2)."""

    subject: int
    detail: int


_SENDER_STATUSES = frozenset({Status(1, 7), Status(1, 8)})
_MAILBOX_DISABLED = Status(2, 1)
_MAILBOX_FULL = Status(2, 2)
_TOO_MANY_RECIPIENTS = Status(5, 3)

# By the whole code where its detail tells more than its subject does.
_CAUSES: Mapping[Status, Cause] = {
    Status(1, 7): Cause.US,
    Status(1, 8): Cause.US,
    _MAILBOX_DISABLED: Cause.INACTIVE,
    _MAILBOX_FULL: Cause.FULL,
    Status(2, 3): Cause.CONTENT,
    Status(3, 4): Cause.CONTENT,
    Status(7, 8): Cause.US,
    Status(7, 9): Cause.US,
    Status(7, 11): Cause.US,
}
_CAUSES_BY_SUBJECT: Mapping[int, Cause] = {
    1: Cause.BAD_ADDRESS,
    3: Cause.SYSTEM,
    4: Cause.ROUTING,
    5: Cause.US,
    6: Cause.CONTENT,
    7: Cause.POLICY,
}
_CAUSES_BY_CODE: Mapping[int, Cause] = {
    450: Cause.OTHER,
    451: Cause.SYSTEM,
    452: Cause.SYSTEM,
    455: Cause.US,
    500: Cause.US,
    501: Cause.US,
    502: Cause.US,
    503: Cause.US,
    504: Cause.US,
    521: Cause.US,
    550: Cause.BAD_ADDRESS,
    551: Cause.BAD_ADDRESS,
    552: Cause.FULL,
    553: Cause.BAD_ADDRESS,
    555: Cause.US,
    556: Cause.BAD_ADDRESS,
}


def cause_of(outcome: SendOutcome) -> Cause | None:
    """Why a message did not arrive, by what the server said; None for one that was accepted."""
    match outcome:
        case Refused(reply=reply):
            return _cause(reply)
        case Lost():
            return Cause.CONNECTION
        case Unbuildable():
            return Cause.BAD_ADDRESS
        case _:
            return None


def hard_bounce(outcome: SendOutcome) -> bool:
    """Whether the outcome says that the address itself is dead and gets no more mail."""
    if not isinstance(outcome, Refused) or not is_permanent(outcome.reply):
        return False
    reply = outcome.reply
    if status_of(reply):
        return is_about_address(reply)
    # Some servers say no more than 550 to somebody who may not relay.
    return reply.code in _BAD_ADDRESS_CODES and not _POLICY_WORDS.search(reply.text)


def may_be_about_us(outcome: SendOutcome) -> bool:
    """Whether it is a refusal that others could meet just as well: no word on one recipient."""
    return isinstance(outcome, Refused) and not (
        is_about_address(outcome.reply) or is_no_failure(outcome.reply)
    )


def is_about_relay(outcome: SendOutcome) -> bool:
    """Whether a refusal is certainly about the session, or about what we are or send."""
    return isinstance(outcome, Refused) and (
        is_about_session(outcome.reply) or is_about_us(outcome.reply)
    )


def is_about_domain(outcome: SendOutcome) -> bool:
    """Whether a refusal for now would meet every recipient of the same receiver."""
    return (
        isinstance(outcome, Refused)
        and outcome.transient
        and not is_about_session(outcome.reply)
        and _cause(outcome.reply) in {Cause.SYSTEM, Cause.ROUTING, Cause.POLICY}
    )


def is_greylisting(reply: Reply) -> bool:
    """Whether a server only wants to see that we come back (RFC 6647)."""
    return is_transient(reply) and bool(_GREYLISTING.search(reply.text))


def is_no_failure(reply: Reply) -> bool:
    """Whether it is a refusal for now that says nothing against the message or its recipient."""
    crowded = is_transient(reply) and status_of(reply) == _TOO_MANY_RECIPIENTS
    return crowded or is_greylisting(reply)


def named_wait(reply: Reply) -> timedelta | None:
    """When a refusal for now asks us back: "try again in 300 seconds"; None when it does not."""
    found = _WAIT.search(reply.text) if is_transient(reply) else None
    if found is None:
        return None
    if found["hours"]:
        return timedelta(
            hours=int(found["hours"]), minutes=int(found["minutes"]), seconds=int(found["seconds"])
        )
    count = int(found["count"]) if found["count"].isdecimal() else 1
    return timedelta(seconds=count * _UNITS[found["unit"][0].lower()])


def is_permanent(reply: Reply) -> bool:
    """Whether the reply ends a delivery."""
    # What is neither 4xx nor 5xx is no verdict on anybody, and is tried again.
    return 500 <= reply.code < 600 and not is_about_session(reply)  # noqa: PLR2004 - RFC 5321


def is_transient(reply: Reply) -> bool:
    """Whether the reply is one of RFC 5321's transient failures."""
    return 400 <= reply.code < 500  # noqa: PLR2004 - RFC 5321 section 4.2.1


def is_about_session(reply: Reply) -> bool:
    """Whether the server takes nothing from us on this connection, whoever it is for."""
    return reply.code in _SESSION_CODES


def is_about_address(reply: Reply) -> bool:
    """Whether it is certainly about the recipient's address."""
    status = status_of(reply)
    if status is None or status in _SENDER_STATUSES:
        return False
    return status.subject == 1 or status == _MAILBOX_DISABLED


def is_about_us(reply: Reply) -> bool:
    """Whether a final refusal is likely about what we are or send."""
    if not is_permanent(reply):
        return False
    status = status_of(reply)
    if status is None:
        return reply.code in _ABOUT_US_CODES
    return status.subject in _ABOUT_US_SUBJECTS or status in _SENDER_STATUSES


def status_of(reply: Reply) -> Status | None:
    """The enhanced status code; None where there is none, or one that says nothing (X.0.0)."""
    match = _ENHANCED.match(reply.text)
    if match is None or match[1] == "0":
        return None
    return Status(int(match[1]), int(match[2]))


def _cause(reply: Reply) -> Cause:
    if is_greylisting(reply):
        return Cause.GREYLISTED
    status = status_of(reply)
    if status is not None:
        known = _CAUSES.get(status) or _CAUSES_BY_SUBJECT.get(status.subject, Cause.OTHER)
        policy = known is Cause.POLICY
        return Cause.CONTENT if policy and _CONTENT_WORDS.search(reply.text) else known
    if is_about_session(reply):
        return Cause.US
    return _cause_by_words(reply)


def _cause_by_words(reply: Reply) -> Cause:
    """The cause of a reply without an enhanced status code."""
    for words, cause in (
        (_FULL_WORDS, Cause.FULL),
        (_CONTENT_WORDS, Cause.CONTENT),
        (_POLICY_WORDS, Cause.POLICY),
        (_INACTIVE_WORDS, Cause.INACTIVE),
    ):
        if words.search(reply.text):
            return cause
    return _CAUSES_BY_CODE.get(reply.code, Cause.OTHER)
