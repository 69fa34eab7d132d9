"""``init`` and ``check``: a working directory, and whether it is right."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from digest.cli.session import Session, json_option, pass_session, print_warning
from digest.config import Config
from digest.errors import ConfigError, Problem
from digest.model import ImageHost


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@json_option
@pass_session
def init(session: Session, directory: Path, *, as_json: bool) -> None:
    """Write a working directory with commented configuration to DIRECTORY."""
    from digest.config.scaffold import init_directory

    written = init_directory(directory)

    def human(console: Console) -> None:
        for path in written:
            console.print(f"  wrote {path}")
        console.print(
            f"\nNext: name your feeds in {directory / 'feeds.toml'} and yourself in "
            f"{directory / 'newsletters'}, then\n  digest --config {directory} check",
        )

    session.show({"written": [str(path) for path in written]}, as_json=as_json, human=human)


@click.command()
@json_option
@pass_session
def check(session: Session, *, as_json: bool) -> None:
    """Check all configuration and templates, reporting every error at once."""
    from digest.compose.render import check_brands, check_templates
    from digest.config.catalogues import check_catalogues
    from digest.deliver.signing.keyring import read_keys
    from digest.resources import TEMPLATES

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    summary = ""
    try:
        config = session.load_config()
    except ConfigError as error:
        errors = error.problems
    else:
        keys = read_keys(config)
        folders = (config.templates_folder, TEMPLATES)
        errors = (*keys.problems, *check_templates(folders), *check_catalogues(folders))
        errors = errors or tuple(check_brands(folders, tuple(config.newsletters.values())))
        warnings = (
            *config.warnings,
            *keys.warnings,
            *_missing_extras(config),
            *_without_meaning(config),
            *_without_words(config, folders),
            *_without_pictures(config),
            *_unreadable_inbox(config),
        )
        summary = (
            f"{config.directory}: {_count(len(config.newsletters), 'newsletter')}, "
            f"{_count(len(config.feeds), 'feed')}"
        )

    def human(console: Console) -> None:
        for problem in errors:
            console.print(f"[red]error[/]   {_escaped(problem)}")
        for problem in warnings:
            print_warning(console, problem)
        if errors:
            console.print(f"\n{len(errors)} to put right.")
        else:
            console.print(f"[green]ok[/]      {summary}")

    session.show(
        {"errors": [_plain(p) for p in errors], "warnings": [_plain(p) for p in warnings]},
        as_json=as_json,
        human=human,
    )
    if errors:
        raise SystemExit(ConfigError.exit_code)


def _missing_extras(config: Config) -> tuple[Problem, ...]:
    """What the configuration asks for that only an extra can do, where it is not installed."""
    from digest.collect.articles.enrichment import EXTRA, can_extract
    from digest.config.load import FEEDS_FILE
    from digest.config.locate import locate

    wanted = next((index for index, feed in enumerate(config.feeds) if feed.full_text), None)
    path = config.directory / FEEDS_FILE
    if wanted is None or can_extract() or not path.exists():
        return ()
    return (
        Problem(
            file=str(path),
            line=locate(path.read_text("utf-8"), ("feed", wanted, "full_text")),
            field="full_text",
            message="articles cannot be read without an extra; the feeds' own text is used",
            fix=f"pip install 'digest[{EXTRA}]'",
        ),
    )


def _without_pictures(config: Config) -> tuple[Problem, ...]:
    """One warning where pictures are to be the service's and the extra is not installed."""
    from digest.collect.pictures.visits import EXTRA, can_resize
    from digest.config.load import SETTINGS_FILE

    if config.settings.images.host is not ImageHost.SERVICE or can_resize():
        return ()
    return (
        Problem(
            file=str(config.directory / SETTINGS_FILE),
            field="images.host",
            message="pictures cannot be made without an extra; mails load them from their origin",
            fix=f"pip install 'digest[{EXTRA}]'",
        ),
    )


def _unreadable_inbox(config: Config) -> tuple[Problem, ...]:
    """What the bounce mailbox on a server lacks to be read: the extra, or its password."""
    from digest.config.load import SETTINGS_FILE
    from digest.config.secrets import IMAP_PASSWORD
    from digest.deliver.intake.imap import EXTRA, can_read_imap, is_imap_url

    if not is_imap_url(config.settings.feedback.inbox):
        return ()
    lacking = (
        ("without an extra", f"pip install 'digest[{EXTRA}]'", can_read_imap()),
        ("without its password", f"set {IMAP_PASSWORD}", config.secrets.imap_password),
    )
    return tuple(
        Problem(
            file=str(config.directory / SETTINGS_FILE),
            field="feedback.inbox",
            message=f"the mailbox for bounces cannot be read {what}",
            fix=fix,
        )
        for what, fix, there in lacking
        if not there
    )


def _without_meaning(config: Config) -> tuple[Problem, ...]:
    """One warning where newsletters describe or discover topics and the extra is not installed."""
    from digest.app import TOPICS_EXTRA, can_embed
    from digest.curate.placing.topics import asks_for_meaning

    wanted = next((each for each in config.newsletters.values() if asks_for_meaning(each)), None)
    if wanted is None or can_embed():
        return ()
    return (
        Problem(
            file=str(config.directory / "newsletters" / f"{wanted.id}.toml"),
            message="topics are not told by meaning without an extra; "
            "only rules and categories place posts",
            fix=f"pip install 'digest[{TOPICS_EXTRA}]'",
        ),
    )


def _without_words(config: Config, folders: Sequence[Path]) -> tuple[Problem, ...]:
    """One warning for each newsletter whose language has no catalogue."""
    from digest.config.catalogues import catalogue_file, has_words

    return tuple(
        Problem(
            file=str(config.directory / "newsletters" / f"{each.id}.toml"),
            field="language",
            message=f"there are no words in {each.language!r}; English ones are used",
            fix=f"write {catalogue_file(config.templates_folder, each.language)}",
        )
        for each in config.newsletters.values()
        if not has_words(each.language, folders)
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _escaped(problem: Problem) -> str:
    from rich.markup import escape

    return escape(str(problem))


def _plain(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
        "message": problem.message,
        "fix": problem.fix,
    }
