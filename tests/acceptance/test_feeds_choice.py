"""`digest feeds add SITE` at a terminal, where a person chooses among a site's feeds."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acceptance.town import ATOM, NOW, RSS, Site, make_publication, serve_feeds

ROOT = Path(__file__).resolve().parents[2]
HOME = """<!doctype html><html><head><title>Quay</title>
<link rel="alternate" type="application/rss+xml" title="Quay news" href="/news/quay.xml">
<link rel="alternate" type="application/atom+xml" title="Tide Lab" href="/news/tide.xml">
</head><body>Welcome</body></html>"""
PAGES = {
    "/": ("text/html", HOME),
    "/news/quay.xml": ("application/rss+xml", RSS),
    "/news/tide.xml": ("application/atom+xml", ATOM),
}
END_OF_INPUT = "\x04"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(PAGES) as served:
        yield served


@pytest.fixture
def directory(tmp_path: Path, site: Site) -> Path:
    made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1).directory
    (made / "feeds.toml").write_text("# Ours\n")
    return made


def at_a_terminal(directory: Path, *arguments: str, typed: str) -> tuple[int, str]:
    """The exit code and what the screen shows; ``typed`` waits on the keyboard from the start."""
    keyboard, terminal = pty.openpty()
    command = [sys.executable, "-m", "digest", "--config", str(directory), "--now", NOW]
    with subprocess.Popen(
        [*command, *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=ROOT,
        start_new_session=True,
    ) as program:
        os.close(terminal)
        os.write(keyboard, typed.encode())
        screen = b""
        with suppress(OSError):  # how a terminal says that nobody writes to it any more
            while piece := os.read(keyboard, 4_096):
                screen += piece
    os.close(keyboard)
    return program.returncode, screen.decode()


@pytest.mark.parametrize(
    ("typed", "name"),
    [("2\n", "tide.xml"), ("\n", "quay.xml"), ("7\ntide\n1\n", "quay.xml")],
    ids=["a number", "just enter", "a number after nonsense"],
)
def test_a_person_picks_one_of_several(directory: Path, site: Site, typed: str, name: str) -> None:
    """The feeds are shown with numbers; the one picked, by default the first, is listed."""
    code, screen = at_a_terminal(
        directory, "feeds", "add", f"http://127.0.0.1:{site.port}", typed=typed
    )
    assert code == 0, screen
    assert "Quay News" in screen
    assert "Tide Lab" in screen
    assert "Which one [1]:" in screen
    text = (directory / "feeds.toml").read_text()
    assert text.count("[[feed]]") == 1
    assert f'url = "http://127.0.0.1:{site.port}/news/{name}"' in text


def test_who_picks_none_gets_none(directory: Path, site: Site) -> None:
    """The end of input at the question ends the command, and nothing is written."""
    code, screen = at_a_terminal(
        directory, "feeds", "add", f"http://127.0.0.1:{site.port}", typed=END_OF_INPUT
    )
    assert code == 1
    assert "Which one [1]:" in screen
    assert (directory / "feeds.toml").read_text() == "# Ours\n"


@pytest.mark.parametrize("flag", ["--first", "--all", "--json"])
def test_who_said_it_already_is_not_asked(directory: Path, site: Site, flag: str) -> None:
    """--first and --all decide at a terminal too, and machines are never asked."""
    code, screen = at_a_terminal(
        directory, "feeds", "add", f"http://127.0.0.1:{site.port}", flag, typed=""
    )
    assert code == (1 if flag == "--json" else 0), screen
    assert "Which one" not in screen
