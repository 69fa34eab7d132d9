"""``forecast``: what the next issues will likely hold, and what to look out for."""

from datetime import datetime

import click
from rich.console import Console
from rich.markup import escape

from digest.cli.session import Session, json_option, pass_session
from digest.curate.forecast import ForecastIssue, Warned
from digest.model import Period

_MOST = 104


@click.command()
@click.argument("newsletter", required=False, default="")
@click.option(
    "--issues",
    "count",
    type=click.IntRange(1, _MOST),
    default=4,
    show_default=True,
    help="How many issues of each newsletter.",
)
@json_option
@pass_session
def forecast(session: Session, newsletter: str, *, count: int, as_json: bool) -> None:
    """When the next issues of NEWSLETTER, or of all, go out and what they will likely hold.

    The issue under way counts the posts that are there and, for the rest of its period, the pace
    of its feeds over the last eight weeks; later ones count that pace alone. Mail is reckoned with
    10 KB and 1.8 KB for each story.
    """
    from digest.pipeline.forecast import forecast_issues

    with session.open_app() as app:
        asked = (
            [app.config.newsletter(newsletter)] if newsletter else app.config.newsletters.values()
        )
        found = [issue for each in asked for issue in forecast_issues(app, each, count=count)]

    def human(console: Console) -> None:
        if not found:
            console.print("No newsletters yet. `digest init DIR` shows how one looks.")
            return
        for issue in found:
            _print(console, issue)

    session.show([_facts(issue) for issue in found], as_json=as_json, human=human)


def _print(console: Console, issue: ForecastIssue) -> None:
    counts = f"{_counted(issue.posts, 'post', 'posts')}, "
    counts += _counted(issue.stories, "story", "stories")
    console.print(f"[bold]{escape(issue.newsletter)}[/]  {_moment(issue.sends_at)}  {counts}")
    console.print(f"  covers {_span(issue.period)}")
    for warned in issue.warnings:
        console.print(f"  [yellow]{escape(str(warned))}[/]")


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _span(period: Period) -> str:
    return f"{period.start:%Y-%m-%d %H:%M} – {_moment(period.end)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _facts(issue: ForecastIssue) -> dict[str, object]:
    return {
        "newsletter": issue.newsletter,
        "goes_out": issue.sends_at.isoformat(),
        "start": issue.period.start.isoformat(),
        "end": issue.period.end.isoformat(),
        "posts": issue.posts,
        "stories": issue.stories,
        "told": issue.told,
        "html_bytes": issue.size,
        "warnings": [_warned(warned) for warned in issue.warnings],
    }


def _warned(warned: Warned) -> dict[str, str]:
    return {"kind": str(warned.caution), "text": warned.text}
