"""Delivery status notifications: what a report's fields say of each recipient.

Source: RFC 3464 (and RFC 6533 for addresses outside ASCII). The fields are taken wherever they
stand at the start of a line, because many reports put them into plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from digest.deliver.feedback.addresses import recipient_of

MAX_TEXT = 200_000
MAX_RECIPIENTS = 40

_FIELD = re.compile(
    r"(original-recipient|final-recipient|action|status|diagnostic-code)[ \t]{0,10}:[ \t]*(.*)",
    re.IGNORECASE,
)
_OTHER_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}[ \t]{0,10}:(?:[ \t]|$)")
_ONCE = frozenset({"final-recipient", "action", "status"})
_TYPE = re.compile(r"^\s*(?:smtp|dns|x-[\w-]{1,40}|[a-z]{1,20})\s*;\s*", re.IGNORECASE)
_COMMENT = re.compile(r"\(([^()]{1,500})\)")
_SUCCESSES = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    """The fields of one recipient (RFC 3464 section 2.3). ``action`` is in lower case."""

    original: str
    final: str
    action: str
    status: str
    diagnostic: str

    @property
    def succeeded(self) -> bool:
        """Whether the mail got there, or went on to where nothing more is reported."""
        return self.action in _SUCCESSES or (not self.action and self.status.startswith("2"))

    @property
    def delayed(self) -> bool:
        """Whether the server is still trying."""
        return self.action.startswith("delay")

    @property
    def comment(self) -> str:
        """What stands in brackets behind the status."""
        match = _COMMENT.search(self.status)
        return match[1] if match else ""


def recipient_statuses(text: str) -> tuple[RecipientStatus, ...]:
    """Every recipient that a report's text speaks of, in its order."""
    named = (
        group
        for group in _groups(text[:MAX_TEXT])
        if group.keys() & {"final-recipient", "original-recipient"} and len(group) > 1
    )
    return tuple(_recipient(group) for group in islice(named, MAX_RECIPIENTS))


def _recipient(group: dict[str, str]) -> RecipientStatus:
    action = group.get("action", "").strip().lower()
    return RecipientStatus(
        original=recipient_of(group.get("original-recipient", "")),
        final=recipient_of(group.get("final-recipient", "")),
        action=action.split(" ")[0].strip("();,."),
        status=group.get("status", "").strip(),
        diagnostic=_TYPE.sub("", group.get("diagnostic-code", ""), count=1).strip(),
    )


def _groups(text: str) -> Iterator[dict[str, str]]:
    """The fields of each recipient, names in lower case: parted where one of them comes again."""
    group: dict[str, str] = {}
    for name, value in _fields(text):
        if name in group and name in _ONCE:
            yield group
            group = {}
        group[name] = f"{group[name]} {value}" if name in group else value
        if not name:
            yield group
            group = {}
    yield group


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Fields of interest with unfolded values, and an empty name where a group may end."""
    name, lines = "", list[str]()
    for line in text.split("\n"):
        if match := _FIELD.match(line):
            if name:
                yield name, " ".join(lines)
            name, lines = match[1].lower(), [match[2].strip()]
        elif name and line[:1] in {" ", "\t"} and line.strip():
            lines.append(line.strip())
        elif name == "diagnostic-code" and line.strip() and not _OTHER_FIELD.match(line):
            lines.append(line.strip())  # folded without the space that folding takes
        else:
            if name:
                yield name, " ".join(lines)
            name, lines = "", []
            if not line.strip():
                yield "", ""
    if name:
        yield name, " ".join(lines)
