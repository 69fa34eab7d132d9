"""The demo, as a stranger runs it first."""

import re
import subprocess
import sys
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from digest.store import open_store


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo's working directory and what the demo said; played twice, to show that it can be."""
    directory = tmp_path_factory.mktemp("demo") / "town"
    said = ""
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "digest", "demo", str(directory)],
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said = done.stdout
    return directory, said


def letters(directory: Path) -> list[EmailMessage]:
    found = []
    for path in sorted((directory / "mail" / "new").glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def html_of(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("html",))
    assert part is not None
    return str(part.get_content())


def test_everybody_who_agreed_has_a_letter(town: tuple[Path, str]) -> None:
    """23 of 25 subscribers confirmed: 23 letters, each to another reader, one Message-ID each."""
    found = letters(town[0])
    assert len(found) == 23
    assert len({message["To"] for message in found}) == 23
    assert len({message["Message-ID"] for message in found}) == 23


def test_the_letter_tells_the_week_under_its_topics(town: tuple[Path, str]) -> None:
    """All four topics stand in their order; every picture is one that the demo's service has."""
    html = html_of(letters(town[0])[0])
    headings = ("Town and harbour", "Sea and sky", "Stage and page", ">Sport<")
    places = [html.index(heading) for heading in headings]
    assert places == sorted(places)
    pictures = re.findall(r'<img[^>]+src="([^"]+)"', html)
    assert len(pictures) >= 5
    with closing(open_store(f"sqlite:///{town[0]}/digest.db")) as store:
        for picture in pictures:
            name = picture.rpartition("/media/")[2]
            assert store.media.file(name.partition(".")[0])


def test_the_letter_keeps_the_help_line_of_its_story(town: tuple[Path, str]) -> None:
    """The library's post on carers goes out with the number to call, in both parts."""
    message = letters(town[0])[0]
    text = message.get_body(preferencelist=("plain",))
    assert text is not None
    assert "01632 960271" in str(text.get_content())
    assert "Carers’ Helpline is open every day" in html_of(message)


def test_the_summary_says_where_to_look_and_what_to_type(town: tuple[Path, str]) -> None:
    """The mailbox is named, and the next two commands."""
    directory, said = town
    flat = " ".join(said.replace("│", " ").split())
    assert "126 entries" in flat
    assert "23 letters delivered" in flat
    assert f"{directory}/mail/new".replace("/", "") in flat.replace("/", "").replace(" ", "")
    assert "preview" in flat
    assert "serve" in flat


def test_another_folder_is_never_replaced(tmp_path: Path) -> None:
    """The demo refuses a folder that no demo made, and leaves it as it is."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    done = subprocess.run(
        [sys.executable, "-m", "digest", "demo", str(mine)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "not empty" in done.stderr
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
