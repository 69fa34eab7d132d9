"""Proofs for tests of the rules about an issue, and what a rule finds in one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from digest.compose.preflight.circumstances import CIRCUMSTANCES, ENTRIES, Circumstances
from digest.compose.preflight.issue_rules import ISSUE_RULES
from digest.compose.preflight.rules import Proof
from digest.model import Entry, EntryKey, Finding, Image, Issue, KeptEntry, Story, Wording
from tests.core.harbour import ISSUE, NEWSLETTER

NOW = ISSUE.key.period.end + timedelta(hours=1)
WORDS = "One quiet morning the harbour opened its eastern wall to boats again. " * 8
RULES = {rule.id: rule for rule in ISSUE_RULES}


def entry(story: Story, **changes: Any) -> KeptEntry:  # noqa: ANN401 - fields by name
    """The post behind a story: ``content``, ``support``, ``edited_at`` as given."""
    edited_at = changes.pop("edited_at", None)
    post = Entry(
        key=story.entries[0], title=story.headline.value, url=story.url, fingerprint="f", **changes
    )
    return KeptEntry(entry=post, first_seen_at=NOW, dated_at=NOW, edited_at=edited_at)


def proof(
    issue: Issue | None = ISSUE,
    *,
    html: str = "<p>Good morning.</p>",
    text: str = WORDS,
    entries: tuple[KeptEntry, ...] = (),
    language: str = "en",
    **known: Any,  # noqa: ANN401 - fields by name
) -> Proof:
    """A proof of an issue with these parts, and circumstances that differ as named."""
    subject = known.pop("subject", issue.subject.value if issue else "")
    preheader = known.pop("preheader", issue.preheader.value if issue else "")
    values = {"now": NOW, "made_at": ISSUE.key.period.end, "recipients": 10, **known}
    return Proof(
        source=html,
        text=text,
        subject=subject,
        preheader=preheader,
        issue=issue,
        newsletter=replace(NEWSLETTER, language=language),
        facts={
            ENTRIES: {each.entry.key: each for each in entries},
            CIRCUMSTANCES: Circumstances(**values),
        },
    )


def found(rule: str, made: Proof) -> tuple[Finding, ...]:
    """What one rule finds."""
    return RULES[rule].run(made)


def retold(**changes: Any) -> Issue:  # noqa: ANN401 - fields by name
    """The issue with its lead story changed."""
    assert ISSUE.lead
    words = {
        name: Wording(value=value)
        for name, value in changes.items()
        if name in {"headline", "excerpt", "lead_in"} and isinstance(value, str)
    }
    return replace(ISSUE, lead=replace(ISSUE.lead, **(changes | words)))


def credited(credit: str) -> Issue:
    """The issue with a lead picture that has this credit."""
    return retold(image=Image(url="https://pictures.example/a.png", credit=credit))


LEAD_KEY: EntryKey = ISSUE.stories[0].entries[0]
