"""The configuration read from its folder: every file, every finding, one frozen Config."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from digest.config.catalogues import read_words
from digest.config.database_url import resolve_database_url
from digest.config.feedlist import Sources, parse_feeds
from digest.config.files import read_toml
from digest.config.newsletters import read_newsletter
from digest.config.overlay import read_settings, text_at
from digest.config.secrets import DATABASE_URL, ENVIRONMENT, Environment, read_environment
from digest.config.settings import Config, Secrets, Settings
from digest.config.tomlfile import Checked, TomlFile
from digest.config.wording import UnfitError
from digest.errors import ConfigError, Problem
from digest.model import Feed, Newsletter
from digest.resources import CONFIG, TEMPLATES

SETTINGS_FILE = "digest.toml"
FEEDS_FILE = "feeds.toml"
NEWSLETTERS_FOLDER = "newsletters"


def load_config(directory: Path | None, *, environment: Mapping[str, str]) -> Config:
    """Read and check all configuration.

    ``directory`` is a folder with a ``digest.toml``, or that file itself. None looks in
    ``./config``, in ``.`` and in ``digest`` under ``$XDG_CONFIG_HOME`` (or ``~/.config``).

    :raises ConfigError: with every problem of every file, by file and line.
    """
    settings_path = find_settings(directory, environment)
    folder = settings_path.parent
    outside = read_environment(environment)
    main = _read_main(settings_path, outside.value or Environment())
    sources = _read_feeds(folder / FEEDS_FILE, environment)
    listed = sources.value or Sources()
    newsletters = _read_newsletters(folder, listed, main)
    checks: list[Checked[object]] = [outside, main.settings, main.database_url, sources]
    checks += newsletters.values()
    problems = [problem for checked in checks for problem in checked.problems]
    if problems or main.settings.value is None or main.database_url.value is None:
        raise ConfigError(_sorted(problems))
    read = _worded(newsletters, (folder / main.settings.value.templates.folder, TEMPLATES))
    warnings = [warning for checked in checks for warning in checked.warnings]
    return Config(
        directory=folder.absolute(),
        settings=main.settings.value,
        feeds=_all_feeds(listed.feeds, read.values()),
        lists=listed.lists,
        newsletters=MappingProxyType(read),
        secrets=main.secrets,
        database_url=main.database_url.value,
        warnings=_sorted(
            [*warnings, *_no_newsletters(folder, read), *idle_feeds(folder, listed.feeds, read)]
        ),
    )


def find_settings(directory: Path | None, environment: Mapping[str, str]) -> Path:
    """The ``digest.toml`` that is meant; see :func:`load_config`.

    :raises ConfigError: when there is none.
    """
    if directory is not None:
        return _named_settings(directory)
    places = (Path("config"), Path(), _user_folder(environment))
    for place in places:
        if (place / SETTINGS_FILE).is_file():
            return place / SETTINGS_FILE
    looked = ", ".join(str(place) for place in places)
    message = f"there is none in the places that are looked in: {looked}"
    fix = "digest init DIR writes one; then name the folder with --config DIR"
    raise ConfigError((Problem(file=SETTINGS_FILE, message=message, fix=fix),))


def idle_feeds(
    folder: Path, feeds: Sequence[Feed], newsletters: Mapping[str, Newsletter]
) -> Iterator[Problem]:
    """Feeds that are asked for nothing, as no newsletter draws on them: one finding for all."""
    drawn = {url for newsletter in newsletters.values() for url in newsletter.feeds}
    tags = sorted({tag for newsletter in newsletters.values() for tag in newsletter.feed_tags})
    idle = [feed.url for feed in feeds if feed.url not in drawn and not {*tags} & {*feed.tags}]
    if (drawn or tags) and idle:
        more = f" and {len(idle) - 1} more" if len(idle) > 1 else ""
        yield Problem(
            file=str(folder / FEEDS_FILE),
            message=f"no newsletter draws on {idle[0]}{more}",
            fix=f"give it a tag that one draws on: {', '.join(tags)}"
            if tags
            else "name it in a newsletter's feeds",
        )


def _named_settings(directory: Path) -> Path:
    if directory.is_file():
        return directory
    if (directory / SETTINGS_FILE).is_file():
        return directory / SETTINGS_FILE
    message = f"there is no {SETTINGS_FILE} in it" if directory.is_dir() else "does not exist"
    fix = f"digest init {directory} writes one"
    raise ConfigError((Problem(file=str(directory), message=message, fix=fix),))


def _user_folder(environment: Mapping[str, str]) -> Path:
    """Where a user's own configuration is, by the XDG Base Directory Specification."""
    base = environment.get("XDG_CONFIG_HOME", "")
    # The specification has relative paths ignored.
    if base and Path(base).is_absolute():
        return Path(base) / "digest"
    home = environment.get("HOME")
    return (Path(home) if home else Path.home()) / ".config" / "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Main:
    """What ``digest.toml``, the defaults under it and the environment say."""

    settings: Checked[Settings]
    secrets: Secrets
    database_url: Checked[str]
    themes: frozenset[str]


def _read_main(path: Path, outside: Environment) -> _Main:
    base = _shipped()
    read = read_toml(path)
    file = read.value or TomlFile(name=str(path))
    secrets = Secrets(
        smtp_password=outside.smtp_password,
        smtp_token=outside.smtp_token,
        webhook_secret=outside.webhook_secret,
        imap_password=outside.imap_password,
        secret_key=outside.secret_key,
        relay_secrets=outside.relay_secrets,
    )
    settings = read_settings(file, base, secrets)
    own_templates = path.parent / text_at(file, base, ("templates", "folder"))
    return _Main(
        settings=Checked(
            value=settings.value,
            problems=read.problems + settings.problems,
            warnings=settings.warnings,
        ),
        secrets=secrets,
        database_url=_database_url(file, base, outside.database_url),
        themes=_themes(own_templates) | _themes(TEMPLATES),
    )


def _shipped() -> TomlFile:
    read = read_toml(CONFIG / SETTINGS_FILE)
    if read.value is None:
        raise ConfigError(read.problems)
    return read.value


def _database_url(file: TomlFile, base: TomlFile, variable: str) -> Checked[str]:
    path = ("store", "url")
    url = variable or text_at(file, base, path)
    folder = str(Path(file.name).parent.absolute())
    try:
        return Checked(value=resolve_database_url(url, directory=folder))
    except UnfitError as error:
        if variable:
            problem = Problem(
                file=ENVIRONMENT, field=DATABASE_URL, message=str(error), fix=error.fix
            )
        else:
            problem = file.problem(path, str(error), fix=error.fix)
        return Checked(problems=(problem,))


def _themes(templates: Path) -> frozenset[str]:
    found = (page.parent.name for page in templates.glob("email/*/issue.html"))
    return frozenset(name for name in found if not name.startswith("_"))


def _read_feeds(path: Path, environment: Mapping[str, str]) -> Checked[Sources]:
    if not path.exists():
        return Checked(value=Sources())
    read = read_toml(path)
    if read.value is None:
        return Checked(problems=read.problems)
    return parse_feeds(read.value, environment=environment)


def _read_newsletters(
    folder: Path, sources: Sources, main: _Main
) -> dict[str, Checked[Newsletter]]:
    cap = main.settings.value.deliver.frequency_cap if main.settings.value else None
    newsletters: dict[str, Checked[Newsletter]] = {}
    for path in sorted((folder / NEWSLETTERS_FOLDER).glob("*.toml")):
        read = read_toml(path)
        newsletters[path.stem] = (
            read_newsletter(
                read.value,
                newsletter_id=path.stem,
                feeds=sources.feeds,
                lists=sources.lists,
                themes=main.themes,
                cap=cap,
            )
            if read.value
            else Checked(problems=read.problems)
        )
    return newsletters


def _worded(
    newsletters: Mapping[str, Checked[Newsletter]], folders: Sequence[Path]
) -> dict[str, Newsletter]:
    """The newsletters, each with the words of its language."""
    read = {name: each.value for name, each in newsletters.items() if each.value is not None}
    languages = {newsletter.language for newsletter in read.values()}
    words = {language: read_words(language, folders) for language in languages}
    return {name: replace(each, words=words[each.language]) for name, each in read.items()}


def _all_feeds(listed: Sequence[Feed], newsletters: Iterable[Newsletter]) -> tuple[Feed, ...]:
    """The listed feeds, then those that only a newsletter names."""
    feeds = {feed.url: feed for feed in listed}
    for newsletter in newsletters:
        for url in newsletter.feeds:
            feeds.setdefault(url, Feed(url=url))
    return tuple(feeds.values())


def _no_newsletters(folder: Path, newsletters: Mapping[str, Newsletter]) -> Iterator[Problem]:
    if not newsletters:
        place = str(folder / NEWSLETTERS_FOLDER)
        fix = "write one, such as weekly.toml; digest init DIR shows how it looks"
        yield Problem(file=place, message="there is no newsletter yet", fix=fix)


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0)))
