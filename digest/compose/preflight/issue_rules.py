"""The rules about an issue: its subject, copy, quotes, links, stories and readers.

Those about the HTML document are in the families beside.
"""

from digest.compose.preflight import (
    answers,
    copy,
    inbox,
    links,
    punctuation,
    recipients,
    roundup,
    sources,
    stories,
)

ISSUE_RULES = (
    *inbox.RULES,
    *recipients.RULES,
    *copy.RULES,
    *punctuation.RULES,
    *roundup.RULES,
    *links.RULES,
    *answers.RULES,
    *stories.RULES,
    *sources.RULES,
)
