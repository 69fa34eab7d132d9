"""The root command, its options, and the table of commands."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import click

from digest.cli.session import Session

COMMANDS = {
    "init": ("digest.cli.setup", "Write a working directory with commented configuration."),
    "check": ("digest.cli.setup", "Check all configuration and templates, reporting every error."),
    "demo": ("digest.cli.demo", "Run the whole job offline on sample feeds."),
    "feeds": ("digest.cli.feeds", "Sources: find, add, list and remove them, how they do, OPML."),
    "collect": ("digest.cli.collecting", "Ask feeds for new entries and keep them."),
    "entries": ("digest.cli.entries", "Entries: their states and why, history, hold and skip."),
    "forecast": ("digest.cli.forecast", "When the next issues go out, and what they will hold."),
    "draft": ("digest.cli.issues", "Draft a newsletter's issue."),
    "issues": ("digest.cli.issues", "Issues: list, show, explain, edit and rebuild them."),
    "topics": ("digest.cli.topics", "Topics: what editors' corrections teach."),
    "roundup": ("digest.cli.roundup", "Roundups: a year's posts, chosen, quoted and finished."),
    "render": ("digest.cli.rendering", "The exact bytes of an issue that would go out."),
    "preflight": ("digest.cli.preflight", "All checks of an issue before it is approved."),
    "preview": ("digest.cli.service", "The editors' desk, in a browser, live."),
    "approve": ("digest.cli.sending", "Freeze an issue's bytes and let it go out."),
    "send": ("digest.cli.sending", "Hand an issue to the mail server, or a test of it."),
    "pause": ("digest.cli.sending", "Stop sending an issue for now."),
    "resume": ("digest.cli.sending", "Go on sending a paused issue."),
    "cancel": ("digest.cli.sending", "Never send an issue, or no further."),
    "run": ("digest.cli.service", "Once: collect, draft what is due, send what may go."),
    "serve": ("digest.cli.service", "The service: scheduler, public pages, health."),
    "subscribers": ("digest.cli.audience", "Subscribers: add, import, export, show, remove."),
    "suppressions": ("digest.cli.audience", "Addresses that never get mail again."),
    "dkim": ("digest.cli.doctor", "Make a key that signs mail, and say what to publish."),
    "doctor": ("digest.cli.doctor", "Database, mail server, keys; the DNS records to publish."),
    "bounces": ("digest.cli.bounces", "Bounces and complaints: read them, and act on them."),
    "media": ("digest.cli.media", "Pictures of issues: delete those that nothing shows."),
    "backup": ("digest.cli.backups", "Copy the database, also while it is in use."),
    "restore": ("digest.cli.backups", "Put a backup in the database's place."),
    "status": ("digest.cli.status", "Where everything stands."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands, in the order of a job."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command = getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


class Moment(click.ParamType[datetime]):
    """An ISO 8601 date or time; without an offset it is UTC."""

    name = "ISO-8601"

    def convert(
        self,
        value: str | datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """The moment, in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is no date; write 2026-06-18 or 2026-06-18T08:00+01:00", param, ctx
            )
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="A directory with digest.toml. Default: ./config, then ., then the user's.",
)
@click.option("--now", type=Moment(), help="Freeze the clock.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.version_option(package_name="digest", prog_name="digest")
@click.pass_context
def digest(
    ctx: click.Context,
    config_path: Path | None,
    now: datetime | None,
    *,
    verbose: bool,
    quiet: bool,
) -> None:
    """Feeds in, a well-edited newsletter out, to every subscriber once."""
    ctx.obj = Session(config_path=config_path, now=now, verbose=verbose, quiet=quiet)
