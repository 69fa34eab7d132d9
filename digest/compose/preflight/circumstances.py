"""Circumstances: what rules about an issue know beside its texts, looked up by the shell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from digest.compose.preflight.rules import Proof
from digest.model import (
    EntryKey,
    FeedState,
    Issue,
    IssueState,
    KeptEntry,
    LinkCheck,
    MissingPicture,
)

ENTRIES = "entries"
"""The fact that holds the posts an issue tells: a mapping of :class:`EntryKey` to KeptEntry."""

CIRCUMSTANCES = "circumstances"
"""The fact that holds everything else: :class:`Circumstances`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamScore:
    """What SpamAssassin says of the message; from ``threshold`` on it is spam."""

    score: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where the reader whose copy is looked at can go with it: addresses, "" for none."""

    unsubscribe: str
    preferences: str
    web: str

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """Each way in words, and its address."""
        return (
            ("unsubscribe", self.unsubscribe),
            ("the preferences", self.preferences),
            ("the web version", self.web),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingRecord:
    """What came back of the last mails: of one issue, or of as many as make ``minimum`` mails.

    ``issues`` are their names, the newest first. ``mailed`` were handed over or refused for their
    address, ``dead`` are addresses that do not exist, ``complaints`` readers who said spam; from
    the shares ``dead_limit`` and ``complaints_limit`` on an issue on its way is paused.
    """

    issues: tuple[str, ...]
    last_at: datetime
    mailed: int
    dead: int = 0
    complaints: int = 0
    minimum: int = 1
    dead_limit: float = 1.0
    complaints_limit: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """Who vouches for a message, by the settings: domains, in ASCII.

    ``envelope`` is where bounces go, which SPF is looked up for. ``keys`` are the domains that
    any key signs for. ``by_envelope`` and ``by_key`` say whether the sender's domain is theirs, or
    above or below it: what DMARC calls aligned (RFC 7489 section 3.1).
    """

    sender: str
    envelope: str
    keys: tuple[str, ...]
    by_envelope: bool
    by_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture of the service's in an issue: its address in the mail, the pixels of its file."""

    url: str
    width: int
    entry: EntryKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the public pages say to a test's unsubscribe link, and to the same one misspelt."""

    link: LinkCheck
    misspelt: LinkCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """An issue's surroundings. None and empty: not looked up, or there is none.

    ``made_at`` is when its stories were picked, ``message_size`` the whole message in bytes.
    ``recipients`` are confirmed subscribers, ``recipients_before`` those of the last issue.
    ``promised`` is the number a roundup's title begins with. ``rehearsal``: the publication is
    made up (its sender's domain is reserved by RFC 2606), so that nothing of it can go out.
    ``private_hosts`` are those that the settings opt in: they are asked, and may be linked to.
    ``ways`` are the links that each reader has, ``headers`` the names of the message's headers, in
    lower case, ``message_parts`` its leaves: type and encoding ("text/html utf-8").
    ``tried``: a test of it, as it is now, was sent.
    ``past`` are the newsletter's last issues, the newest first; ``links`` go by address,
    ``pictures`` too: what is behind those that readers load from elsewhere.
    ``missing_pictures`` are those that its rendering is without, ``shown_pictures`` those of the
    service's that it has.
    ``record`` is what came back of the newsletter's last mails, ``door`` where their unsubscribe
    links lead.
    """

    now: datetime
    made_at: datetime
    public_url: str = ""
    rehearsal: bool = False
    private_hosts: tuple[str, ...] = ()
    state: IssueState = IssueState.DRAFT
    message_size: int = 0
    headers: frozenset[str] | None = None
    message_parts: tuple[str, ...] = ()
    ways: Ways | None = None
    recipients: int | None = None
    tried: bool | None = None
    recipients_before: int | None = None
    promised: int | None = None
    past: tuple[Issue, ...] = ()
    feeds: tuple[FeedState, ...] = ()
    links: Mapping[str, LinkCheck] = field(default_factory=dict)
    pictures: Mapping[str, LinkCheck] = field(default_factory=dict)
    spam: SpamScore | None = None
    missing_pictures: tuple[MissingPicture, ...] = ()
    shown_pictures: tuple[ShownPicture, ...] = ()
    record: SendingRecord | None = None
    vouching: Vouching | None = None
    door: Door | None = None


def entries_of(proof: Proof) -> Mapping[EntryKey, KeptEntry] | None:
    """The posts an issue tells; None where they were not looked up."""
    return cast("Mapping[EntryKey, KeptEntry] | None", proof.facts.get(ENTRIES))


def circumstances_of(proof: Proof) -> Circumstances | None:
    """An issue's surroundings; None where they were not looked up."""
    found = proof.facts.get(CIRCUMSTANCES)
    return found if isinstance(found, Circumstances) else None
