"""``collect``: asking feeds now, and what came of it, in words and for machines."""

from collections.abc import Sequence

import click
from rich.console import Console
from rich.markup import escape

from digest.app import App
from digest.cli.progress import progress
from digest.cli.session import Session, counted, json_option, pass_session
from digest.errors import UnknownNameError
from digest.pipeline.enrich import Enriched, EnrichmentMissing
from digest.pipeline.lists import ListRefreshed
from digest.pipeline.refresh import FeedRefreshed
from digest.pipeline.sources import all_feeds


@click.command()
@click.option("--feed", "urls", multiple=True, help="Only this feed, even if it is paused.")
@click.option("--due", is_flag=True, help="Only feeds whose next check is due, as `run` does.")
@json_option
@pass_session
def collect(session: Session, *, urls: tuple[str, ...], due: bool, as_json: bool) -> None:
    """Ask feeds for new entries now, and keep them; fetch articles where that is wanted.

    Paused and retired feeds are asked only when they are named.
    """
    from digest.pipeline.enrich import enrich_new_entries
    from digest.pipeline.lists import refresh_lists

    with session.open_app() as app:
        lists = [] if urls else list(refresh_lists(app, force=not due))
        answers = _ask(session, app, urls, due=due, as_json=as_json)
        articles = list(enrich_new_entries(app))

    def human(console: Console) -> None:
        print_lists(console, lists)
        print_answers(console, answers)
        print_articles(console, articles)

    session.show(
        [*map(list_facts, lists), *map(_answer, answers), *map(article_facts, articles)],
        as_json=as_json,
        human=human,
    )


def _ask(
    session: Session, app: App, urls: tuple[str, ...], *, due: bool, as_json: bool
) -> list[FeedRefreshed]:
    """Ask under a progress bar.

    :raises UnknownNameError: when one of ``urls`` is not listed.
    """
    from digest.pipeline.refresh import due_feeds, refresh_feeds

    known = tuple(feed.url for feed in all_feeds(app))
    for url in urls:
        if url not in known:
            raise UnknownNameError("feed", url, known=known)
    total = len(urls) or (due_feeds(app) if due else len(known))
    answers = []
    with progress(session, "asking feeds", total, as_json=as_json) as advance:
        for answer in refresh_feeds(app, urls=urls, force=not due):
            answers.append(answer)
            advance()
    return answers


def print_lists(console: Console, lists: Sequence[ListRefreshed]) -> None:
    """Say what remote lists brought; nothing of one that stayed as it was."""
    for each in lists:
        if each.error:
            console.print(f"[red]failed[/] list {escape(each.url)}: {escape(each.error)}")
        elif each.added or each.removed:
            console.print(
                f"list {escape(each.url)}: {counted(each.added, 'feed')} new, "
                f"{each.removed} removed"
            )


def list_facts(answer: ListRefreshed) -> dict[str, object]:
    """What reading a list brought, for machines."""
    return {
        "list": answer.url,
        "added": answer.added,
        "removed": answer.removed,
        "error": answer.error,
    }


def print_answers(console: Console, answers: Sequence[FeedRefreshed]) -> None:
    """Say what a round brought: failures by name, the rest as a sum."""
    for answer in answers:
        if answer.error:
            console.print(f"[red]failed[/] {escape(answer.title)}: {escape(answer.error)}")
        if answer.became:
            console.print(f"[yellow]now {answer.became}[/] {escape(answer.title)}")
        if answer.remark:
            console.print(f"[yellow]note[/] {escape(answer.title)}: {escape(answer.remark)}")
        for problem in answer.problems:
            console.print(f"[yellow]mended[/] {escape(answer.title)}: {escape(problem)}")
    failed = sum(bool(answer.error) for answer in answers)
    new = counted(sum(answer.new for answer in answers), "new entry", "new entries")
    changed = sum(answer.changed for answer in answers)
    console.print(
        f"{counted(len(answers), 'feed')} asked, {failed} failed; {new}, {changed} changed"
    )


def print_articles(console: Console, articles: Sequence[Enriched | EnrichmentMissing]) -> None:
    """Say which pages gave no text and why, and how many did."""
    for each in articles:
        if isinstance(each, EnrichmentMissing):
            console.print(f"[yellow]note[/] {escape(str(each))}")
        elif each.remark:
            console.print(f"  no full text of {escape(each.url)}: {escape(each.remark)}")
    read = sum(isinstance(each, Enriched) and not each.remark for each in articles)
    if read:
        console.print(f"{counted(read, 'article')} read in full")


def article_facts(article: Enriched | EnrichmentMissing) -> dict[str, object]:
    """What came of an article's page, for machines."""
    if isinstance(article, EnrichmentMissing):
        return {"note": str(article)}
    return {"article": article.url, "words": article.words, "remark": article.remark}


def _answer(answer: FeedRefreshed) -> dict[str, object]:
    return {
        "url": answer.url,
        "health": answer.health,
        "became": answer.became,
        "remark": answer.remark,
        "new": answer.new,
        "changed": answer.changed,
        "unchanged": answer.unchanged,
        "error": answer.error,
        "problems": list(answer.problems),
        "latency_s": round(answer.latency.total_seconds(), 3),
    }
