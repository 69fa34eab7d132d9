"""The command line itself: its table, its help, its errors, and what the documents say of it."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from digest.cli.root import COMMANDS, digest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "digest", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists_with_help(name: str) -> None:
    """The table of commands names real commands, each with help of its own."""
    command = digest.get_command(click.Context(digest), name)
    assert command is not None
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_readme_lists_every_command(name: str) -> None:
    """README's table knows every command there is."""
    assert f"`{name}" in (ROOT / "README.md").read_text("utf-8")


def test_every_command_prints_json_but_those_that_print_bytes() -> None:
    """Machines get JSON everywhere, except where the output is a document or a service."""
    without = set()

    def walk(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                child = command.get_command(click.Context(command), name)
                assert child is not None
                walk(child, f"{path} {name}".strip())
        elif not any("--json" in option.opts for option in command.params):
            without.add(path)

    walk(digest, "")
    assert without == {"render", "feeds export", "issues export", "serve", "preview"}


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a call of the program imports."""
    code = (
        "import sys\nfrom digest.cli import main\nsys.argv = ['digest', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sorted(sys.modules))"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


def test_help_imports_no_heavy_library() -> None:
    """`digest --help` starts fast because it imports nothing that a command needs."""
    heavy = {"aiohttp", "sqlalchemy", "pydantic", "premailer", "feedparser", "rich", "starlette"}
    heavy |= {"numpy", "wordllama"}
    assert not heavy & loaded_by("--help")


def test_status_imports_only_what_it_shows(tmp_path: Path) -> None:
    """`digest status` is what people ask most: no network, no mail, no templates, no grouping."""
    run("init", str(tmp_path / "pub"))
    loaded = loaded_by("--config", str(tmp_path / "pub"), "status")
    assert "digest.store" in loaded
    heavy = {"aiohttp", "jinja2", "premailer", "feedparser", "starlette", "apscheduler", "numpy"}
    heavy |= {"digest.curate.assemble", "digest.compose", "digest.pipeline.delivery"}
    assert not heavy & loaded


def test_no_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    """Without a working directory the error names `digest init`, and the exit status is 2."""
    done = run("--config", str(tmp_path), "status")
    assert done.returncode == 2
    assert "digest init" in done.stderr


def test_an_unknown_newsletter_is_named_with_the_known_ones(tmp_path: Path) -> None:
    """A typo in a newsletter's name exits 2 and lists what there is."""
    run("init", str(tmp_path / "pub"))
    done = run("--config", str(tmp_path / "pub"), "draft", "weakly")
    assert done.returncode == 2
    assert "weekly" in done.stderr


def test_init_passes_check_and_refuses_to_overwrite(tmp_path: Path) -> None:
    """What `init` writes passes `check` unchanged; a second `init` touches nothing."""
    target = tmp_path / "pub"
    assert run("init", str(target)).returncode == 0
    assert run("--config", str(target), "check").returncode == 0
    again = run("init", str(target))
    assert again.returncode != 0
    assert "digest.toml" in again.stderr


def test_check_reports_all_errors_at_once(tmp_path: Path) -> None:
    """Three mistakes in two files are three findings with file and line; the exit status is 2."""
    target = tmp_path / "pub"
    run("init", str(target))
    (target / "digest.toml").write_text('[smtp]\npotr = 25\nsecurity = "starttsl"\n')
    weekly = target / "newsletters" / "weekly.toml"
    weekly.write_text(weekly.read_text().replace("Europe/London", "Europe/Lodnon"))
    done = run("--config", str(target), "check")
    assert done.returncode == 2
    assert re.search(r"digest\.toml:2: .*port", done.stdout)
    assert re.search(r"digest\.toml:3: .*starttls", done.stdout)
    assert re.search(r"weekly\.toml:\d+: .*Europe/London", done.stdout)


def test_a_broken_template_is_named_with_its_line(tmp_path: Path) -> None:
    """`check` finds a syntax error in a user's own template, with file, line and excerpt."""
    target = tmp_path / "pub"
    run("init", str(target))
    folder = target / "templates" / "email" / "classic"
    folder.mkdir(parents=True)
    (folder / "issue.html").write_text("<p>one</p>\n{% if %}\n")
    done = run("--config", str(target), "check")
    assert done.returncode == 2
    assert "issue.html:2" in done.stdout
