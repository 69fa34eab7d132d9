"""The rules about an issue: its subject, copy, quotes, links, stories, pictures and readers.

Those about the HTML document, but for its images, are in the families beside.
"""

from digest.compose.preflight import (
    answers,
    copy,
    images,
    inbox,
    links,
    pictures,
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
    *pictures.RULES,
    *images.RULES,
)
