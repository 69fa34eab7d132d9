"""What ``roundup`` prints: for people, and as facts for machines."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from digest.cli.session import counted
from digest.model import Choice, Origin, Section, Story, Verdict, Wording

if TYPE_CHECKING:
    from digest.curate.roundup import Lack
    from digest.curate.roundup.shortlist import Candidate
    from digest.model import KeptIssue
    from digest.pipeline.roundup import Quotable, Started

_TO_WRITE = "[yellow]to be written[/]"
_NEAR_MISSES = 5


def print_started(console: Console, started: "Started") -> None:
    """The longlist, the shortlist with its reasons, and what could not be had."""
    posts, chosen = started.posts, started.shortlisted
    aside = f", {len(posts.set_aside)} set aside" if posts.set_aside else ""
    console.print(f"longlist   {counted(len(posts.posts), 'post')} of {posts.year}{aside}")
    for choice in posts.set_aside:
        console.print(f"  [dim]{escape(choice.title)}: {escape(choice.reason)}[/]")
    console.print(f"covered    {started.covered:.0%} of {posts.year}\n\n[bold]Shortlist[/]")
    reasons = {choice.entry: choice for choice in started.draft.choices}
    for number, each in enumerate(chosen.featured, start=1):
        _print_candidate(console, each, reasons[each.post.key], number)
    if chosen.others:
        console.print("\n[bold]Next in line[/]")
    for each in chosen.others[:_NEAR_MISSES]:
        _print_candidate(console, each, reasons[each.post.key])
    for sentence in (*chosen.relaxed, *started.draft.warnings, *started.unused):
        console.print(f"[yellow]note[/]  {escape(sentence)}")
    slug = started.kept.issue.slug
    console.print(f"\nNext: digest roundup show {slug}, digest issues export {slug}")


def _print_candidate(
    console: Console, each: "Candidate", choice: Choice, number: int | None = None
) -> None:
    place = f"{number}." if number else "  "
    post = each.post
    authors = ", ".join(post.kept.entry.authors) or "unsigned"
    known = ", ".join(filter(None, (f"{post.published_at:%d %b}", authors, post.topic)))
    console.print(f"{place:>4} {escape(choice.title)}  [dim]{escape(known)}[/]")
    console.print(f"     [dim]{escape(choice.reason)}[/]")


def print_roundup(console: Console, kept: "KeptIssue", missing: "tuple[Lack, ...]") -> None:
    """A roundup as it stands, with what is still to be written."""
    issue = kept.issue
    console.print(f"[bold]{escape(issue.title.value)}[/]  {escape(issue.slug)} ({kept.state})")
    console.print(f"\n{_shown(issue.intro)}")
    for number, section in enumerate(issue.sections, start=1):
        _print_section(console, section, f"{number} of {len(issue.sections)}")
    for wording in (issue.closing, issue.wish):
        console.print(f"\n{_shown(wording)}")
    if issue.also_published:
        console.print("\n[bold]Related[/]")
        for story in issue.also_published:
            console.print(f"  {escape(story.headline.value)}  [dim]{escape(story.reason)}[/]")
    if missing:
        console.print(f"\n[bold]Still to do[/] ({len(missing)})")
        for each in missing:
            console.print(f"- {escape(str(each))}")
    console.print(f"\nNext: digest roundup quotes {issue.slug}, digest issues export {issue.slug}")


def _print_section(console: Console, section: Section, place: str) -> None:
    heading = section.heading
    flag = "  [yellow](a proposal)[/]" if heading.origin is Origin.AUTO and heading.value else ""
    console.print(f"\n[dim]{place}[/]  [bold]{_shown(heading)}[/]{flag}")
    console.print(f"  hook: {_shown(section.hook)}")
    if section.background.value:
        console.print(f"  background: {_shown(section.background)}")
    for story in section.stories:
        _print_story(console, story)


def _print_story(console: Console, story: Story) -> None:
    known = f"{story.published_at:%d %b}, {', '.join(story.authors) or story.source}"
    console.print(f"  [dim]{escape(known)}:[/] {escape(story.headline.value)}")
    console.print(f"  {_shown(story.lead_in)}")
    if not story.quotes:
        console.print("    [yellow]no quote picked[/]")
    for quote in story.quotes:
        if quote.pivot.value:
            console.print(f"  {escape(quote.pivot.value)}")
        console.print(f"    {escape(quote.text.value)}")
    for line in story.support:
        console.print(f"  [dim]help line:[/] {escape(line)}")


def _shown(wording: Wording) -> str:
    return escape(wording.value) if wording.value.strip() else _TO_WRITE


def print_quotables(console: Console, slug: str, found: "tuple[Quotable, ...]") -> None:
    """Candidates for quotes, numbered, with their reasons."""
    for each in found:
        console.print(f"\n[bold]{escape(each.story.headline.value)}[/]")
        for number, candidate in enumerate(each.candidates, start=1):
            console.print(f"  {number}. {escape(candidate.text)}")
            reasons = escape("; ".join(candidate.reasons))
            console.print(f"     [dim]{candidate.total:.2f} points: {reasons}[/]")
        if not each.candidates:
            console.print("  nothing in it is long and whole enough to quote")
    console.print(f"\nNext: digest roundup pick {slug} POST NUMBER")


def started_facts(started: "Started") -> dict[str, object]:
    """A roundup that was started, for machines."""
    posts, chosen = started.posts, started.shortlisted
    return {
        "issue": started.kept.issue.slug,
        "year": posts.year,
        "longlist": len(posts.posts),
        "covered": round(started.covered, 4),
        "shortlist": [_choice(choice) for choice in _ordered(started)],
        "left_out": [
            _choice(each) for each in started.draft.choices if each.verdict is Verdict.LEFT_OUT
        ],
        "listed": [
            _choice(each) for each in started.draft.choices if each.verdict is Verdict.LISTED
        ],
        "relaxed": list(chosen.relaxed),
        "warnings": [*started.draft.warnings, *started.unused],
    }


def _ordered(started: "Started") -> list[Choice]:
    by_entry = {choice.entry: choice for choice in started.draft.choices}
    return [by_entry[each.post.key] for each in started.shortlisted.featured]


def _choice(choice: Choice) -> dict[str, object]:
    return {
        "title": choice.title,
        "post": str(choice.entry),
        "verdict": choice.verdict,
        "reason": choice.reason,
        "points": round(choice.total, 3),
    }


def roundup_facts(kept: "KeptIssue") -> dict[str, object]:
    """A roundup, for machines."""
    issue = kept.issue
    return {
        "issue": issue.slug,
        "state": kept.state,
        "title": issue.title.value,
        "intro": issue.intro.value,
        "sections": [
            {
                "section": section.topic,
                "heading": section.heading.value,
                "heading_origin": section.heading.origin,
                "hook": section.hook.value,
                "background": section.background.value,
                "stories": [_story_facts(story) for story in section.stories],
            }
            for section in issue.sections
        ],
        "closing": issue.closing.value,
        "wish": issue.wish.value,
        "related": [story.headline.value for story in issue.also_published],
    }


def _story_facts(story: Story) -> dict[str, object]:
    return {
        "headline": story.headline.value,
        "url": story.url,
        "lead_in": story.lead_in.value,
        "quotes": [
            {
                "text": quote.text.value,
                "origin": quote.text.origin,
                "pivot": quote.pivot.value,
            }
            for quote in story.quotes
        ],
        "support": list(story.support),
    }


def quotable_facts(each: "Quotable") -> dict[str, object]:
    """A post's candidates for quotes, for machines."""
    return {
        "headline": each.story.headline.value,
        "url": each.story.url,
        "candidates": [
            {
                "number": number,
                "text": candidate.text,
                "points": round(candidate.total, 3),
                "reasons": list(candidate.reasons),
            }
            for number, candidate in enumerate(each.candidates, start=1)
        ],
    }
