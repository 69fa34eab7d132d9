"""Secrets come from the environment or from files it names, and are never shown."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from digest.config.database_url import resolve_database_url
from digest.config.load import load_config
from digest.config.secrets import read_environment
from digest.config.wording import UnfitError
from digest.errors import ConfigError

KEY = "k" * 32


def test_nothing_set_is_nothing_wrong() -> None:
    """Without any variable all secrets are empty; empty variables count as unset."""
    for environment in ({}, {"DIGEST_SMTP_PASSWORD": "", "DIGEST_SMTP_PASSWORD_FILE": ""}):
        found = read_environment(environment)
        assert found.problems == found.warnings == ()
        assert found.value is not None
        assert found.value.smtp_password == found.value.secret_key == found.value.database_url == ""


def test_variables_are_read() -> None:
    """Each variable gives its secret, as it is."""
    found = read_environment(
        {
            "DIGEST_SMTP_PASSWORD": " pass word ",
            "DIGEST_SECRET_KEY": KEY,
            "DIGEST_DATABASE_URL": "sqlite:///a.db",
        }
    )

    assert found.value is not None
    assert found.value.smtp_password == " pass word "
    assert found.value.secret_key == KEY
    assert found.value.database_url == "sqlite:///a.db"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["bare", "unix", "windows"])
def test_files_are_read_without_their_last_line_break(end: str, tmp_path: Path) -> None:
    """A secret in a file ends before the line break that editors put there."""
    file = tmp_path / "password"
    file.write_bytes(f"pass word {end}".encode())

    found = read_environment({"DIGEST_SMTP_PASSWORD_FILE": str(file)})

    assert found.value is not None
    assert found.value.smtp_password == "pass word "


@pytest.mark.parametrize(
    "name", ["DIGEST_SMTP_PASSWORD", "DIGEST_SECRET_KEY", "DIGEST_DATABASE_URL"]
)
def test_a_variable_and_its_file_contradict_each_other(name: str, tmp_path: Path) -> None:
    """With both set, neither is guessed at, and neither is shown."""
    found = read_environment({name: "hunter2", f"{name}_FILE": str(tmp_path / "absent")})

    (problem,) = found.problems
    assert (problem.file, problem.field) == ("environment", name)
    assert f"{name}_FILE" in problem.message
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"\xff\xfe", "not UTF-8"), (b"\n", "is empty")],
    ids=["absent", "binary", "empty"],
)
def test_a_file_that_cannot_be_used_is_named(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    """The variable, the file and the reason are told."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    (problem,) = read_environment({"DIGEST_SECRET_KEY_FILE": str(file)}).problems

    assert problem.field == "DIGEST_SECRET_KEY_FILE"
    assert str(file) in problem.message
    assert reason in problem.message


def test_a_short_key_is_a_warning() -> None:
    """Links signed with a key that can be guessed can be forged."""
    (warning,) = read_environment({"DIGEST_SECRET_KEY": "hunter2"}).warnings

    assert warning.field == "DIGEST_SECRET_KEY"
    assert "hunter2" not in str(warning)


def test_secrets_are_not_in_representations() -> None:
    """Neither the variables' values nor the configuration's secrets print themselves."""
    found = read_environment({"DIGEST_SMTP_PASSWORD": "hunter2", "DIGEST_SECRET_KEY": KEY})

    assert "hunter2" not in repr(found)
    assert KEY not in repr(found)


def configured(folder: Path, environment: Mapping[str, str], url: str = "") -> str:
    text = f"[store]\nurl = '{url}'\n" if url else ""
    (folder / "digest.toml").write_text(text, encoding="utf-8")
    return load_config(folder, environment=environment).database_url


def test_the_database_lies_beside_the_settings(tmp_path: Path) -> None:
    """A relative SQLite path starts in the configuration's folder, whoever names it."""
    assert configured(tmp_path, {}) == f"sqlite:///{tmp_path}/digest.db"
    assert configured(tmp_path, {}, "sqlite:///data/a.db") == f"sqlite:///{tmp_path}/data/a.db"
    environment = {"DIGEST_DATABASE_URL": "sqlite:///other.db"}
    assert configured(tmp_path, environment) == f"sqlite:///{tmp_path}/other.db"


def test_a_bad_url_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    """The variable is named; what stands in it, perhaps a password, is not repeated."""
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, {"DIGEST_DATABASE_URL": "postgres://me:hunter2@db.example/digest"})

    (problem,) = caught.value.problems
    assert (problem.file, problem.field) == ("environment", "DIGEST_DATABASE_URL")
    assert problem.fix == 'write "postgresql://…"'
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("sqlite:///a.db", "sqlite:////srv/digest/a.db"),
        ("sqlite:///./a.db?timeout=5", "sqlite:////srv/digest/a.db?timeout=5"),
        ("sqlite+pysqlite:///a.db", "sqlite+pysqlite:////srv/digest/a.db"),
        ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://me:x@db.example:5432/digest", "postgresql://me:x@db.example:5432/digest"),
        ("postgresql+psycopg:///digest?host=/run", "postgresql+psycopg:///digest?host=/run"),
        ("postgresql://[::1]:5432/digest", "postgresql://[::1]:5432/digest"),
    ],
)
def test_database_urls_are_resolved(url: str, resolved: str) -> None:
    """Only a relative SQLite path changes."""
    assert resolve_database_url(url, directory="/srv/digest") == resolved


@pytest.mark.parametrize(
    "url",
    [
        "",
        "digest.db",
        "sqlite://",
        "sqlite://digest.db",
        "sqlite:///",
        "postgres://db.example/digest",
        "postgresql://db.example",
        "postgresql://db.example:port/digest",
        "mysql://db.example/digest",
    ],
)
def test_other_database_urls_are_refused(url: str) -> None:
    """What names no database of a known kind is refused, with an example of what would do."""
    with pytest.raises(UnfitError) as caught:
        resolve_database_url(url, directory="/srv/digest")

    assert "://" in caught.value.fix
