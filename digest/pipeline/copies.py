"""The copies of an issue that its readers can get, for looking at before they do."""

from collections.abc import Iterator
from dataclasses import replace

from digest.app import App
from digest.compose.personalise import chosen
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.verdict import Copy
from digest.model import Arm, Issue, KeptIssue, PersonalCopy, RenderedIssue, Variant, Volume
from digest.pipeline.letters import sample_copy
from digest.pipeline.variants import Variants

_SOMEBODY = "Ada"


def copies(app: App, kept: KeptIssue, rendering: RenderedIssue, whole: Proof) -> Iterator[Copy]:
    """Each distinct one besides the whole issue: single topics, the short one, by name.

    The last is the one under the second subject, where there is one.
    """
    seen = {whole.source}
    for whose, variant, rendered, name in _kinds(app, kept, rendering):
        copy = sample_copy(app, kept, rendered, name=name)
        if copy.html in seen:
            continue
        seen.add(copy.html)
        yield Copy(whose=whose, proof=_proof(whole, rendered, copy, chosen(kept.issue, variant)))
    if second := rendering.second:
        yield Copy(
            whose="readers of the second subject",
            proof=_proof(whole, second, sample_copy(app, kept, second), kept.issue.under(Arm.B)),
            of_second_subject=True,
        )


def _proof(whole: Proof, rendering: RenderedIssue, copy: PersonalCopy, issue: Issue) -> Proof:
    return replace(
        whole,
        source=copy.html,
        text=copy.text,
        subject=rendering.subject,
        preheader=rendering.preheader,
        issue=issue,
    )


def _kinds(
    app: App, kept: KeptIssue, rendering: RenderedIssue
) -> Iterator[tuple[str, Variant, RenderedIssue, str]]:
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    yield "readers greeted by name", Variant(), rendering, _SOMEBODY
    variants = Variants(kept=kept, newsletter=newsletter, rendering=rendering)
    for topic, heading in _topics(kept.issue).items():
        variant = Variant(topics=(topic,))
        if rendered := variants.of(variant):
            yield f"readers of “{heading}” alone", variant, rendered, ""
    short = Variant(volume=Volume.SHORT)
    if rendered := variants.of(short):
        yield "readers of short issues", short, rendered, ""


def _topics(issue: Issue) -> dict[str, str]:
    """The topics told, with their headings."""
    placements = (story.placement for story in issue.stories if story.placement)
    others = {placement.topic: placement.topic for placement in placements}
    named = {section.topic: section.heading.value or section.topic for section in issue.sections}
    return {topic: heading for topic, heading in (others | named).items() if topic}
