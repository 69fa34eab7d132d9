"""``issues explain`` and ``issues diff``: why a post is in or out, and what would differ today."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from digest.cli.session import Session, json_option, pass_session
from digest.curate.choosing.scoring import total
from digest.model import Choice, Placement

if TYPE_CHECKING:
    from digest.curate.explaining.differences import Difference
    from digest.curate.explaining.explain import Explanation
    from digest.pipeline.explaining import Findings


@click.command()
@click.argument("issue")
@click.argument("post")
@json_option
@pass_session
def explain(session: Session, issue: str, post: str, *, as_json: bool) -> None:
    """Why POST is in ISSUE, or is not: its URL, its id, or words of its title.

    What placed it, its score in parts beside the lowest that was told, what was merged with it,
    which limit cut it, and who overrode. Exits with 1 where there is no single such post.
    """
    from digest.pipeline.explaining import explain_post

    with session.open_app() as app:
        found = explain_post(app, issue, post)
        definition = app.config.newsletters.get(found.issue.issue.key.newsletter)
    names = {section.topic: str(section.heading) for section in found.issue.issue.sections}
    if definition:
        names = {topic.id: topic.name for topic in definition.topics} | names

    def human(console: Console) -> None:
        if found.explanation:
            _print_explanation(console, found.explanation, names)
        else:
            _print_findings(console, found, post)

    session.show(_findings(found, names), as_json=as_json, human=human)
    if not (found.explanation or found.stranger):
        click.get_current_context().exit(1)


@click.command()
@click.argument("issue")
@click.argument("other", required=False, default="")
@json_option
@pass_session
def diff(session: Session, issue: str, other: str, *, as_json: bool) -> None:
    """What ISSUE would be if it were made today, or what differs in OTHER.

    Made again from the same period by today's rules and data; nothing is kept or sent.
    """
    from digest.pipeline.explaining import compare

    with session.open_app() as app:
        compared = compare(app, issue, other)
    after = compared.after.slug if other else "today"

    def human(console: Console) -> None:
        table = Table("", "story", compared.before.slug, after, "why", box=None)
        for each in compared.found:
            table.add_row(
                each.kind,
                escape(each.headline),
                escape(each.before or "–"),
                escape(each.after or "–"),
                escape(each.why),
            )
        console.print(table if compared.found else "Nothing differs.")

    facts = {
        "issue": compared.before.slug,
        "other": after,
        "differences": [_difference(each) for each in compared.found],
    }
    session.show(facts, as_json=as_json, human=human)


def _print_explanation(console: Console, explanation: "Explanation", names: dict[str, str]) -> None:
    choice, story = explanation.choice, explanation.story
    console.print(f"[bold]{escape(choice.title)}[/]  [dim]{escape(choice.source)}[/]")
    rows = {
        "verdict": f"{choice.verdict}: {choice.reason}",
        "decided by": choice.decided_by,
        "feed": choice.entry.feed,
        "topic": _placed(story.placement, names),
        "told by": f"{story.title} ({story.source})" if story is not choice else "",
    }
    for name, value in rows.items():
        if value:
            console.print(f"{name:12} {escape(value)}")
    for each in explanation.merged:
        console.print(f"{'merged':12} {escape(each.title)}  [dim]{escape(each.source)}[/]")
    if story.score:
        _print_score(console, explanation)


def _print_score(console: Console, explanation: "Explanation") -> None:
    story, cut = explanation.story, explanation.cut
    console.print(
        f"{'score':12} {total(story.score):.2f}, "
        f"number {explanation.rank} of {explanation.rivals} in its topic"
    )
    for part in story.score:
        console.print(
            f"{'':12} {part.name:10} {part.value:.2f} × {part.weight:.2f} = {part.points:.2f}"
        )
    if cut and cut.entry == story.entry:
        console.print(f"{'cut':12} none that was told in its topic has less")
    elif cut:
        told = f"{total(cut.score):.2f}, for {cut.title}"
        console.print(f"{'cut':12} the lowest that was told has {escape(told)}")


def _print_findings(console: Console, found: "Findings", post: str) -> None:
    slug = found.issue.issue.slug
    if found.stranger:
        entry = found.stranger.kept.entry
        console.print(f"[bold]{escape(entry.title)}[/]  [dim]{escape(entry.feed_title)}[/]")
        console.print(f"not in {slug}: {escape(found.stranger.reason)}")
    elif found.matches:
        console.print(f"several posts match {escape(repr(post))}; name one by its id:")
        _print_choices(console, found.matches)
    elif found.near:
        console.print(f"{slug} knows no post {escape(repr(post))}; these come near:")
        _print_choices(console, found.near)
    else:
        console.print(f"{slug} knows no post {escape(repr(post))}, and none that comes near")


def _print_choices(console: Console, choices: tuple[Choice, ...]) -> None:
    for each in choices:
        console.print(f"  {each.verdict:9} {escape(each.title)}  [dim]{escape(str(each.entry))}[/]")


def _placed(placement: Placement | None, names: dict[str, str]) -> str:
    if placement is None:
        return ""
    name = names.get(placement.topic, placement.topic)
    return f"{name}, by {placement.by}: {placement.reason} ({placement.confidence:.2f} sure)"


def _findings(found: "Findings", names: dict[str, str]) -> dict[str, object]:
    stranger = found.stranger
    return {
        "issue": found.issue.issue.slug,
        "explanation": _explanation(found.explanation, names) if found.explanation else None,
        "matches": [_choice(each) for each in found.matches],
        "unknown_to_issue": {"key": str(stranger.kept.entry.key), "reason": stranger.reason}
        if stranger
        else None,
        "near": [_choice(each) for each in found.near],
    }


def _explanation(explanation: "Explanation", names: dict[str, str]) -> dict[str, object]:
    story, cut = explanation.story, explanation.cut
    placement = story.placement
    return {
        **_choice(explanation.choice),
        "decided_by": explanation.choice.decided_by,
        "told_by": _choice(story) if story is not explanation.choice else None,
        "placement": {
            "topic": placement.topic,
            "name": names.get(placement.topic, placement.topic),
            "by": placement.by,
            "reason": placement.reason,
            "confidence": placement.confidence,
        }
        if placement
        else None,
        "score": [
            {
                "part": part.name,
                "value": part.value,
                "weight": part.weight,
                "points": round(part.points, 4),
            }
            for part in story.score
        ],
        "total": total(story.score),
        "rank": explanation.rank,
        "rivals": explanation.rivals,
        "cut": {**_choice(cut), "total": total(cut.score)} if cut else None,
        "merged": [_choice(each) for each in explanation.merged],
    }


def _choice(choice: Choice) -> dict[str, object]:
    return {
        "key": str(choice.entry),
        "title": choice.title,
        "source": choice.source,
        "verdict": choice.verdict,
        "reason": choice.reason,
    }


def _difference(difference: "Difference") -> dict[str, object]:
    return {
        "kind": difference.kind,
        "key": str(difference.entry),
        "headline": difference.headline,
        "before": difference.before,
        "after": difference.after,
        "why": difference.why,
    }
