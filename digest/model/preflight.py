"""Pre-flight: what stands between an issue and its readers, as findings of named rules."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.entry import EntryKey


class Client(StrEnum):
    """A mail client, or one of its kinds."""

    GMAIL_WEB = "Gmail web"
    GMAIL_IOS = "Gmail iOS"
    GMAIL_ANDROID = "Gmail Android"
    APPLE_MACOS = "Apple Mail macOS"
    APPLE_IOS = "Apple Mail iOS"
    OUTLOOK_WINDOWS = "Outlook Windows"
    OUTLOOK_MAC = "Outlook Mac"
    OUTLOOK_WEB = "Outlook web"
    YAHOO = "Yahoo"
    SAMSUNG = "Samsung Email"


class Severity(StrEnum):
    """How much a finding matters: it stops the issue, wants a reason, or advises."""

    BLOCKER = "blocker"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in an issue something was found; "" and None where that is the issue as a whole.

    ``part`` is html, text, subject, preheader or a header's name; ``section`` a topic's id,
    ``entry`` the story's first entry, ``field`` the story's or section's own text.
    """

    part: str = ""
    section: str = ""
    entry: EntryKey | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule found. ``what`` is a sentence, ``excerpt`` what it is about.

    ``fix`` says what to do; ``severity`` is the rule's, or less where the case is milder.
    """

    rule: str
    severity: Severity
    what: str
    place: Place = Place()
    excerpt: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An editor's word that a warning is fine, and why; it holds for that rule and excerpt."""

    rule: str
    excerpt: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A test message that was sent: of which rendering (its digest), by whom and when."""

    digest: str
    by: str
    at: datetime
