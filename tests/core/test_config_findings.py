"""Every mistake a person can make in the configuration: where it is shown, and in what words."""

from pathlib import Path

import pytest

from digest.config.load import load_config
from tests.core.mistakes import FILES, WEEKLY, Mistake, problems, write
from tests.core.newsletter_mistakes import NEWSLETTER_MISTAKES
from tests.core.relay_mistakes import RELAY_MISTAKES
from tests.core.settings_mistakes import SETTINGS_MISTAKES

MISTAKES = SETTINGS_MISTAKES | RELAY_MISTAKES | NEWSLETTER_MISTAKES


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_shown_where_it_is_and_in_plain_words(
    mistake: Mistake, tmp_path: Path
) -> None:
    """Each mistake names its file, line and field, what is wrong, and what would be right."""
    assert mistake.old in FILES[mistake.file]
    text = FILES[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, FILES | {mistake.file: text})

    found = problems(tmp_path)

    matching = [problem for problem in found if problem.field == mistake.field]
    assert len(matching) == 1, found
    (problem,) = matching
    assert problem.file == str(tmp_path / mistake.file)
    at = mistake.new.split("\n")[0] if mistake.at is None else mistake.at
    if at:
        assert problem.line == text[: text.index(at)].count("\n") + 1
    assert mistake.message in problem.message
    assert mistake.fix in problem.fix


# A topic that is gone, or a table that is another, leaves others pointing nowhere.
FOLLOWED = {
    "default-topic-without-topics",
    "spaces-in-a-topic-id",
    "topic-twice",
    "topics-single-brackets",
    "unknown-table",
}
ALONE = set(MISTAKES) - FOLLOWED


@pytest.mark.parametrize("name", sorted(ALONE))
def test_a_mistake_has_one_finding(name: str, tmp_path: Path) -> None:
    """One mistake is reported once, and in no words of the libraries that found it."""
    mistake = MISTAKES[name]
    text = FILES[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, FILES | {mistake.file: text})

    (problem,) = problems(tmp_path)

    for jargon in ("pydantic", "Input", "type=", "ValueError", "None", "str", "literal"):
        assert jargon not in problem.message.replace("destroy", "").split()


def test_the_sound_files_are_sound(tmp_path: Path) -> None:
    """The files that the mistakes are made in have neither problems nor warnings."""
    write(tmp_path, FILES)

    config = load_config(tmp_path, environment={})

    assert config.warnings == ()
    assert config.newsletter("weekly").feeds == (
        "https://one.example/feed.xml",
        "https://two.example/feed.xml",
    )


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    """Eight mistakes in three files make eight problems, by file and then by line."""
    names = (
        "words-for-a-number", "unknown-choice", "url-with-a-slash",
        "feed-not-on-the-web", "tag-that-is-no-text",
        "unknown-theme", "time-out-of-range", "unknown-topic-in-rule",
    )  # fmt: skip
    files = dict(FILES)
    for mistake in (MISTAKES[name] for name in names):
        files[mistake.file] = files[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, files)

    found = problems(tmp_path)

    places = [(Path(problem.file).name, problem.field) for problem in found]
    assert places == [
        ("digest.toml", "collect.concurrency"),
        ("digest.toml", "smtp.security"),
        ("digest.toml", "web.public_url"),
        ("feeds.toml", "feed[1].url"),
        ("feeds.toml", "feed[1].tags[2]"),
        ("weekly.toml", "theme"),
        ("weekly.toml", "schedule.time"),
        ("weekly.toml", "rules[1].topic"),
    ]
    lines = [(problem.file, problem.line or 0) for problem in found]
    assert lines == sorted(lines)


def test_a_broken_file_hides_nothing_in_the_others(tmp_path: Path) -> None:
    """A file that is no TOML is one problem beside those of the other files."""
    sick = MISTAKES["unknown-approval"]
    write(
        tmp_path,
        FILES | {"digest.toml": "[smtp\n", sick.file: WEEKLY.replace(sick.old, sick.new)},
    )

    assert [Path(problem.file).name for problem in problems(tmp_path)] == [
        "digest.toml",
        "weekly.toml",
    ]


def test_a_secret_in_a_broken_line_is_not_repeated(tmp_path: Path) -> None:
    """The excerpt of a syntax error leaves out a line that may hold a password."""
    write(tmp_path, FILES | {"digest.toml": "[smtp]\npassword = hunter2\n"})

    (problem,) = problems(tmp_path)

    assert problem.line == 2
    assert "hunter2" not in str(problem)


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    """A file in another encoding is reported with the line of its first odd byte."""
    write(tmp_path, FILES)
    (tmp_path / "feeds.toml").write_bytes(b'[[feed]]\ntitle = "Caf\xe9"\n')

    (problem,) = problems(tmp_path)

    assert problem.line == 2
    assert "UTF-8" in problem.message


@pytest.mark.parametrize("name", ["Weekly News", "weekly.en", "x_y"])
def test_a_newsletter_needs_a_plain_file_name(name: str, tmp_path: Path) -> None:
    """The file's name is the newsletter's id, so it has to be usable as one."""
    write(tmp_path, FILES | {f"newsletters/{name}.toml": WEEKLY})

    (problem,) = problems(tmp_path)

    assert name in problem.message
    assert "rename the file" in problem.fix
