"""The rules about an issue: its subject, copy, quotes, links, stories, pictures and readers.

With those about the HTML document and mail clients they are all that an issue is held against.
"""

from digest.compose.preflight import (
    CRAFT,
    answers,
    clients,
    copy,
    inbox,
    links,
    parts,
    pictures,
    punctuation,
    recipients,
    reputation,
    roundup,
    sources,
    stories,
)
from digest.compose.preflight.rules import Rule

ISSUE_RULES: tuple[Rule, ...] = (
    *inbox.RULES,
    *parts.RULES,
    *recipients.RULES,
    *reputation.RULES,
    *copy.RULES,
    *punctuation.RULES,
    *roundup.RULES,
    *links.RULES,
    *answers.RULES,
    *stories.RULES,
    *sources.RULES,
    *pictures.RULES,
)

_OWN = frozenset(rule.id for rule in ISSUE_RULES)
_CRAFT = frozenset(rule.id for rule in CRAFT)
# A reader who chose little gets little; and no copy is larger than the whole.
_OF_THE_WHOLE = frozenset({"live-text", "html-size", "style-size"})
_OF_PARTS = frozenset(
    {
        "story-missing",
        "support-note",
        "way-out",
        "why-subscribed",
        "postal-address",
        "message-parts",
    }
)
_OF_COPIES = (
    _OF_PARTS
    | frozenset({"leftovers", "preheader-first", "subject-empty", "subject-limit"})
    | _CRAFT - _OF_THE_WHOLE
)

EVERY_RULE = (
    *ISSUE_RULES,
    *(rule for rule in CRAFT if rule.id not in _OWN),
    *clients.STANDING_RULES,
)
"""What an issue is held against."""


def is_of_copies(rule: Rule) -> bool:
    """Whether a cut copy may fail a rule that the whole issue passes."""
    return rule.id in _OF_COPIES
