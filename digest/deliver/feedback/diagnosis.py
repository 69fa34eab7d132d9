"""From what a server said to a verdict.

The evidence, the strongest first: an enhanced status code inside the server's own words (RFC 3463,
RFC 5248), the ``Status`` field, the wording, the SMTP reply code (RFC 5321 section 4.2), and the
command that was answered. An address counts as dead only where the receiver speaks of the address:
a user or a host that does not exist, or has moved. What is said of this mail, of us, of the moment,
or in answer to the mail's content is no proof of that.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from digest.deliver.feedback.commands import refused_command
from digest.deliver.feedback.wordings import Reason, is_guess, reasons
from digest.model import BounceVerdict

MAX_TEXT = 2_000

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(
    r"(?<![\d.#/\[(-])(?<![0-9a-fA-F]:)([245]\d\d)(?=[\s\-:,#;]|$)(?!\s*(?:bytes|kb|mb|"
    r"seconds|minutes|hours))"
)
_NOISE = re.compile(
    r"does not like recipient|(?:https?|ftp)://\S+|<[^<>\s]*@[^<>\s]*>|[^\s<>@]+@[^\s<>@]+|"
    r"\b(?!resolver\.)[a-z0-9_-]*[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_ACCOUNT = re.compile(r"doesn't have an? .{0,80}account|no account by that name", re.IGNORECASE)
_BLOCK_LISTS = re.compile(r"spamhaus|spamcop|barracudacentral|sorbs\.|dnsbl", re.IGNORECASE)

_DEAD = frozenset({Reason.USER, Reason.HOST, Reason.MOVED, Reason.NO_MAIL})
_ABOUT_US = frozenset({Reason.SENDER, Reason.CONTENT, Reason.BLOCKED})
_STRONG_SOFT = frozenset({Reason.FULL, Reason.SIZE})
_PASSING = frozenset({Reason.TRANSIENT, Reason.LATER})
_NOT_NOW = _PASSING | {Reason.DISABLED}
# RFC 3463 section 3.2, RFC 5248, RFC 7505 (5.1.10), RFC 7504 (521, 556).
_DEAD_ADDRESS = frozenset({"1", "2", "3", "4", "6", "9", "10", "351"})
_DEAD_ROUTE = frozenset({"4", "310"})
_ACCOUNT_DISABLED = "13"
_ABOUT_SENDER = frozenset({"7", "8"})
_NO_MAIL_REPLIES = frozenset({521, 556})
_BAD_ADDRESS_REPLIES = frozenset({550, 551, 553, 542})  # 542 is Symantec's


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was said of one recipient.

    ``status`` is the report's own field, ``comment`` what stands in brackets behind it;
    ``diagnostic`` the server's words; ``story`` what the report's text says around the address;
    ``scene`` is the whole text where it is about one recipient alone.
    """

    status: str = ""
    comment: str = ""
    diagnostic: str = ""
    story: str = ""
    scene: str = ""

    @property
    def refused(self) -> str:
        """The command that was refused: RCPT, DATA, EHLO, or empty."""
        return refused_command(self.diagnostic, self.scene or self.story)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the evidence comes to."""

    verdict: BounceVerdict
    status: str = ""
    reply_code: int | None = None


def diagnose(evidence: Evidence) -> Diagnosis:
    """The verdict on a failed recipient."""
    words = (evidence.diagnostic or evidence.story)[:MAX_TEXT]
    status = _best_status(evidence, words)
    reply_code = _reply_code(words)
    verdict = _verdict(evidence, status=status, reply_code=reply_code)
    return Diagnosis(verdict=verdict, status=status, reply_code=reply_code)


def status_codes(text: str) -> tuple[str, ...]:
    """The enhanced status codes in a text, in its order."""
    return tuple(".".join(match.groups()) for match in _CODE.finditer(text))


def _verdict(evidence: Evidence, *, status: str, reply_code: int | None) -> BounceVerdict:
    own = _said(f"{evidence.diagnostic} {evidence.comment}")
    if not own:
        own = _said(evidence.story)
    own = _lasting(own)
    if own & _STRONG_SOFT:
        return BounceVerdict.SOFT
    by_status = _by_status(status, own, evidence)
    if by_status is not None:
        return by_status
    if status.startswith("4") or (not status and reply_code and 400 <= reply_code < 500):  # noqa: PLR2004 - RFC 5321
        return (
            BounceVerdict.POLICY if own & _ABOUT_US and not own & _PASSING else BounceVerdict.SOFT
        )
    return _by_words(own, status=status, reply_code=reply_code, evidence=evidence)


def _by_status(status: str, own: frozenset[Reason], evidence: Evidence) -> BounceVerdict | None:
    """What a permanent status code settles; None where it says too little."""
    kind, _, rest = status.partition(".")
    subject, _, detail = rest.partition(".")
    if kind != "5" or subject not in _SUBJECTS:
        return None
    return _SUBJECTS[subject](detail, own, evidence)


def _about_address(
    detail: str, own: frozenset[Reason], _evidence: Evidence
) -> BounceVerdict | None:
    if detail in _ABOUT_SENDER:
        return BounceVerdict.POLICY
    if detail not in _DEAD_ADDRESS and not (detail == "0" and Reason.REFUSED in own):
        return None
    if own & _DEAD or not own - {Reason.REFUSED}:
        return BounceVerdict.HARD
    if own <= _ABOUT_US or own & {Reason.CONTENT, Reason.SENDER}:
        return BounceVerdict.POLICY
    return BounceVerdict.SOFT if own & _NOT_NOW - {Reason.TRANSIENT} else BounceVerdict.HARD


def _about_mailbox(detail: str, own: frozenset[Reason], evidence: Evidence) -> BounceVerdict:
    disabled = Reason.DISABLED in own or detail not in {"0", "1"}
    ours = own & {Reason.SENDER, Reason.CONTENT}
    if Reason.USER in own and not disabled and not ours and evidence.refused == "RCPT":
        return BounceVerdict.HARD
    about_us = own & _ABOUT_US and Reason.USER not in own
    return BounceVerdict.POLICY if about_us else BounceVerdict.SOFT


def _about_system(
    _detail: str, own: frozenset[Reason], _evidence: Evidence
) -> BounceVerdict | None:
    return BounceVerdict.HARD if Reason.NO_MAIL in own else None


def _about_route(detail: str, own: frozenset[Reason], _evidence: Evidence) -> BounceVerdict:
    nowhere = detail in _DEAD_ROUTE and (Reason.HOST in own or not own & _PASSING)
    nobody = detail == "1" and own & {Reason.USER, Reason.REFUSED}
    return BounceVerdict.HARD if nowhere or nobody else BounceVerdict.SOFT


def _about_content(_detail: str, _own: frozenset[Reason], _evidence: Evidence) -> BounceVerdict:
    return BounceVerdict.SOFT


def _about_policy(detail: str, own: frozenset[Reason], evidence: Evidence) -> BounceVerdict:
    if own and own <= {Reason.USER, Reason.REFUSED} and evidence.refused == "RCPT":
        return BounceVerdict.HARD
    return BounceVerdict.SOFT if detail == _ACCOUNT_DISABLED else BounceVerdict.POLICY


_SUBJECTS: dict[str, Callable[[str, frozenset[Reason], Evidence], BounceVerdict | None]] = {
    "1": _about_address,
    "2": _about_mailbox,
    "3": _about_system,
    "4": _about_route,
    "6": _about_content,
    "7": _about_policy,
}


def _by_words(
    own: frozenset[Reason], *, status: str, reply_code: int | None, evidence: Evidence
) -> BounceVerdict:
    """What the wording settles, the most certain of it first."""
    stage = evidence.refused
    if own & _DEAD and not own & {Reason.CONTENT, Reason.SENDER, Reason.DISABLED}:
        late = own & _DEAD == {Reason.USER} and _is_late(status, reply_code, evidence)
        guess = not reply_code and not status and is_guess(evidence.diagnostic or evidence.story)
        return BounceVerdict.SOFT if late or guess else BounceVerdict.HARD
    if own & {Reason.CONTENT, Reason.SENDER}:
        return BounceVerdict.POLICY
    if own & _NOT_NOW:
        return BounceVerdict.SOFT
    if Reason.BLOCKED in own or stage == "EHLO":
        return BounceVerdict.POLICY
    about_address = Reason.REFUSED in own and stage != "DATA"
    refused = reply_code in _BAD_ADDRESS_REPLIES and about_address
    dead = refused or reply_code in _NO_MAIL_REPLIES
    return BounceVerdict.HARD if dead else BounceVerdict.SOFT


def _is_late(status: str, reply_code: int | None, evidence: Evidence) -> bool:
    """Whether "user unknown" was, or may have been, the answer to a mail's content.

    Some receivers say so to whatever their users filter out. It is proof in answer to RCPT, with a
    status code that speaks of the address, where it names an account, and in the reporter's words.
    """
    if not reply_code or (status and not status.endswith((".0.0", ".3.0"))):
        return False
    if evidence.refused == "RCPT" or _ACCOUNT.search(evidence.diagnostic or evidence.story):
        return False
    opening = _REPLY.split(evidence.scene, maxsplit=1)[0]
    if quoted := _REPLY.sub("", evidence.diagnostic).strip():
        opening = opening.replace(quoted, "")  # the server's words again, without their code
    return Reason.USER not in _said(opening[-MAX_TEXT:])


def _lasting(own: frozenset[Reason]) -> frozenset[Reason]:
    """The reasons without what is said for the moment only: a name that cannot be looked up now."""
    if Reason.LATER in own:
        return own - {Reason.USER, Reason.HOST}
    return own


@lru_cache(maxsize=64)
def _said(text: str) -> frozenset[Reason]:
    plain = _SPACES.sub(" ", _NOISE.sub(" addr ", text[:MAX_TEXT]))
    found = frozenset(reasons(plain))
    return found | {Reason.BLOCKED} if _BLOCK_LISTS.search(text[:MAX_TEXT]) else found


def _best_status(evidence: Evidence, words: str) -> str:
    """The code that says most: the server's own before the report's, any before X.0.0."""
    codes = (*status_codes(words), *status_codes(evidence.status))
    telling = [code for code in codes if code[0] != "2" and not code[1:].startswith(".0.")]
    if telling:
        return telling[0]
    return next((code for code in codes if code[0] != "2"), "")


def _reply_code(words: str) -> int | None:
    codes = [int(match[1]) for match in _REPLY.finditer(words) if match[1][0] in "45"]
    return codes[0] if codes else None
