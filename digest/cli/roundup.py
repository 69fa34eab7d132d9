"""``roundup``: the posts that told the story of a year – chosen, voted on, quoted, finished."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.roundup_view import (
    print_quotables,
    print_roundup,
    print_started,
    quotable_facts,
    roundup_facts,
    started_facts,
)
from digest.cli.session import Session, counted, json_option, pass_session

if TYPE_CHECKING:
    from digest.model import Entry

_year = click.option(
    "--year", type=click.IntRange(1970, 9998), required=True, help="The calendar year."
)
_votes = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def roundup() -> None:
    """Roundups: a year's best posts, drafted, voted on and finished."""


@roundup.command()
@click.argument("newsletter")
@_year
@click.option("--pick", type=click.IntRange(1, 50), default=5, help="How many posts (default 5).")
@click.option(
    "--votes", type=_votes, multiple=True, help="A CSV file of votes; several may be given."
)
@click.option("--feed", "feeds", multiple=True, metavar="URL", help="Only this feed's posts.")
@click.option("--again", is_flag=True, help="Make a draft anew, keeping what editors wrote.")
@json_option
@pass_session
def start(  # noqa: PLR0913 - click passes each option
    session: Session,
    newsletter: str,
    *,
    year: int,
    pick: int,
    votes: tuple[Path, ...],
    feeds: tuple[str, ...],
    again: bool,
    as_json: bool,
) -> None:
    """Draft NEWSLETTER's roundup of a year, and say why each post is in or out.

    The shortlist has at most one post of each author, three topics and every quarter of the year,
    as far as there are posts for it.
    """
    from digest.pipeline.roundup import Asked, start_roundup

    asked = Asked(year=year, pick=pick, votes=_texts(votes), feeds=feeds, again=again)
    with session.open_app() as app:
        started = start_roundup(app, app.config.newsletter(newsletter), asked)
    session.show(
        started_facts(started), as_json=as_json, human=lambda out: print_started(out, started)
    )


@roundup.command()
@click.argument("newsletter")
@_year
@json_option
@pass_session
def ballot(session: Session, newsletter: str, *, year: int, as_json: bool) -> None:
    """A ballot of the year's posts as CSV: no authors and no scores, in no order.

    Each voter fills in a name and ranks, 1 for the best, for as many posts as they like.
    """
    from digest.curate.roundup import ballot_csv, ballot_lines
    from digest.pipeline.roundup import year_posts

    with session.open_app() as app:
        lines = ballot_lines(year_posts(app, app.config.newsletter(newsletter), year))
    facts = [{"post": line.mark, "title": line.title, "excerpt": line.excerpt} for line in lines]
    session.show(facts, as_json=as_json, human=lambda _: click.echo(ballot_csv(lines), nl=False))


@roundup.command("count")
@click.argument("newsletter")
@_year
@click.argument("files", type=_votes, nargs=-1, required=True)
@json_option
@pass_session
def count_(
    session: Session, newsletter: str, *, year: int, files: tuple[Path, ...], as_json: bool
) -> None:
    """Count the votes in FILES by Schulze's method, the winners first."""
    from digest.pipeline.roundup import count_votes

    with session.open_app() as app:
        found = count_votes(app, app.config.newsletter(newsletter), year, _texts(files))
    rows = [(place, entry) for place, tied in _places(found) for entry in tied]

    def human(console: Console) -> None:
        for place, entry in rows:
            console.print(f"{place:>3}  {escape(entry.title)}")
        if not rows:
            console.print("No votes: no row has a rank.")

    facts = [{"place": place, "title": entry.title, "url": entry.url} for place, entry in rows]
    session.show(facts, as_json=as_json, human=human)


@roundup.command()
@click.argument("issue")
@json_option
@pass_session
def show(session: Session, issue: str, *, as_json: bool) -> None:
    """ISSUE as it stands, and what is still to be written."""
    from digest.pipeline.roundup import get_roundup, roundup_lacks

    with session.open_app() as app:
        kept = get_roundup(app, issue)
        missing = roundup_lacks(app, kept)
    session.show(
        {**roundup_facts(kept), "missing": [str(each) for each in missing]},
        as_json=as_json,
        human=lambda console: print_roundup(console, kept, missing),
    )


@roundup.command()
@click.argument("issue")
@click.argument("post", required=False, default="")
@json_option
@pass_session
def quotes(session: Session, issue: str, post: str, *, as_json: bool) -> None:
    """Passages of ISSUE's posts, or of POST, that are worth quoting, and why.

    POST is its number in the roundup, its URL, its id, or a part of its title.
    """
    from digest.pipeline.roundup import get_roundup, quotables

    with session.open_app() as app:
        kept = get_roundup(app, issue)
        found = quotables(app, kept, post)
    session.show(
        [quotable_facts(each) for each in found],
        as_json=as_json,
        human=lambda console: print_quotables(console, kept.issue.slug, found),
    )


@roundup.command()
@click.argument("issue")
@click.argument("post")
@click.argument("number", type=click.IntRange(min=1))
@json_option
@pass_session
def pick(session: Session, issue: str, post: str, *, number: int, as_json: bool) -> None:
    """Quote candidate NUMBER of POST in ISSUE, word for word."""
    from digest.pipeline.roundup import pick_quote, quotables

    with session.open_app() as app:
        kept = pick_quote(app, issue, post, number)
        story = quotables(app, kept, post)[0].story
    chosen = [quote.text.value for quote in story.quotes]

    def human(console: Console) -> None:
        console.print(f"{escape(story.headline.value)}: {counted(len(chosen), 'quote')}")
        for text in chosen:
            console.print(f"  {escape(text)}")

    facts = {"issue": kept.issue.slug, "headline": story.headline.value, "quotes": chosen}
    session.show(facts, as_json=as_json, human=human)


@roundup.command()
@click.argument("issue")
@json_option
@pass_session
def finish(session: Session, issue: str, *, as_json: bool) -> None:
    """Check that ISSUE lacks nothing; exits with 1, listing everything, while it does."""
    from digest.pipeline.roundup import get_roundup, roundup_lacks

    with session.open_app() as app:
        kept = get_roundup(app, issue)
        missing = roundup_lacks(app, kept)
    slug = kept.issue.slug

    def human(console: Console) -> None:
        for each in missing:
            console.print(f"- {escape(str(each))}")
        if missing:
            console.print(f"\n{slug} is not finished: {counted(len(missing), 'thing')} to do")
        else:
            console.print(f"{slug} lacks nothing. Next: digest preview, then digest approve {slug}")

    facts = {"issue": slug, "finished": not missing, "missing": [str(each) for each in missing]}
    session.show(facts, as_json=as_json, human=human)
    if missing:
        click.get_current_context().exit(1)


def _texts(files: tuple[Path, ...]) -> dict[str, str]:
    return {str(path): path.read_text("utf-8-sig", errors="replace") for path in files}


def _places(found: "tuple[tuple[Entry, ...], ...]") -> "list[tuple[int, tuple[Entry, ...]]]":
    """Each tie with its place: after a tie of two for the first place comes the third."""
    places, place = [], 1
    for tied in found:
        places.append((place, tied))
        place += len(tied)
    return places
