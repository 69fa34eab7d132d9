"""The sandbox: where templates come from, what they may not do, and how their errors read."""

import os
from pathlib import Path

import pytest

from digest.compose.edition import Links
from digest.compose.templates import Templates
from digest.errors import TemplateError


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder in (own, shipped):
        (folder / "email").mkdir(parents=True)
    return own, shipped


def rendered(folders: tuple[Path, Path], source: str, name: str = "email/a.html") -> str:
    (folders[0] / name).write_text(source, encoding="utf-8")
    values = {"title": '<script>"{{ x }}"', "links": Links(web="https://a.example/")}
    return Templates(folders, filters={}).render(name, values)


def refusal(folders: tuple[Path, Path], source: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        rendered(folders, source)
    return caught.value


def test_the_own_folder_comes_first(folders: tuple[Path, Path]) -> None:
    """A template of the publication's hides the shipped one of its name."""
    (folders[1] / "email/a.html").write_text("shipped")

    assert rendered(folders, "own") == "own"


def test_default_reaches_the_shipped_one(folders: tuple[Path, Path]) -> None:
    """An override extends what it replaces, and changes one block of it."""
    (folders[1] / "email/a.html").write_text("<{% block x %}shipped{% endblock %}>")

    override = '{% extends "default/email/a.html" %}{% block x %}own{% endblock %}'

    assert rendered(folders, override) == "<own>"


def test_a_missing_folder_is_fine(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """A publication without templates of its own uses the shipped ones."""
    (folders[1] / "email/a.html").write_text("shipped")

    assert Templates((tmp_path / "none", folders[1]), filters={}).render("email/a.html", {})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("email/a.html", "&lt;script&gt;&#34;{{ x }}&#34;"),
        ("email/a.txt", '<script>"{{ x }}"'),
    ],
    ids=["html", "text"],
)
def test_values_are_escaped_in_html_only(
    folders: tuple[Path, Path], name: str, expected: str
) -> None:
    """Markup and braces in a value are words: escaped in HTML, as they are in text."""
    assert rendered(folders, "{{ title }}", name) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ title.__class__ }}",
        "{{ links.__init__.__globals__ }}",
        "{{ title|attr('__class__') }}",
        "{{ [].append(1) }}",
    ],
    ids=["literal", "value", "globals", "attr", "change"],
)
def test_the_sandbox_refuses(folders: tuple[Path, Path], source: str) -> None:
    """Python's insides are out of reach, and nothing can be changed."""
    assert refusal(folders, source).problem.line == 1


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% for x in range(1000000) %}x{% endfor %}", "Range too big"),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            "more than 200,000 steps",
        ),
        (
            "{% macro f(n) %}{% if n %}{{ f(n-1) ~ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}",
            "more than 200,000 steps",
        ),
        (
            "{% for a in range(90000) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}",
            "more than 1,000,000 characters",
        ),
        ("{{ 'x' * 100000000 }}", "repeated too often"),
        ("{{ 100000000 * [1] }}", "repeated too often"),
        ("{{ 9 ** 9 ** 9 }}", "too large"),
        ('{% include "email/a.html" %}', "without end"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "without end"),
    ],
    ids=[
        "range",
        "nested",
        "calls",
        "output",
        "repeat",
        "list",
        "power",
        "include",
        "recursion",
    ],
)
def test_endless_work_is_stopped(folders: tuple[Path, Path], source: str, message: str) -> None:
    """Loops, calls and sums that would not end, or not fit, raise instead."""
    assert message in str(refusal(folders, source))


def test_an_error_names_file_line_and_neighbours(folders: tuple[Path, Path]) -> None:
    """A wrong name is reported with its place, a proposal, and the lines around it."""
    error = refusal(folders, "<p>\n{{ links.wbe }}\n</p>\n")

    assert error.problem.file == str(folders[0] / "email/a.html")
    assert error.problem.line == 2
    assert error.problem.message == "Links has no 'wbe'"
    assert error.problem.fix == "did you mean 'web'?"
    assert error.excerpt == "     1 | <p>\n>    2 | {{ links.wbe }}\n     3 | </p>"


def test_an_error_in_an_included_file_names_that_file(folders: tuple[Path, Path]) -> None:
    """The place is where it went wrong, not where rendering began."""
    (folders[1] / "email/part.html").write_text("fine\n{{ 1 / 0 }}")

    problem = refusal(folders, '{% include "email/part.html" %}').problem

    assert (problem.file, problem.line) == (str(folders[1] / "email/part.html"), 2)


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\nb {% if %}", 2, "Expected an expression"),
        ("a\n{{ x", 2, "unexpected end of template"),
        ("a\n{{ title|nope }}", 2, "No filter named 'nope'"),
        ("a\nb\n{{ unknown }}", 3, "'unknown' is undefined"),
        ("a\n{% include 'email/gone.html' %}", 2, "no template named 'email/gone.html'"),
    ],
    ids=["syntax", "unclosed", "filter", "undefined", "include"],
)
def test_errors_read_well(folders: tuple[Path, Path], source: str, line: int, message: str) -> None:
    """Each kind of mistake has its line and a sentence."""
    problem = refusal(folders, source).problem

    assert problem.line == line
    assert message in problem.message


def test_a_missing_template_is_an_error(folders: tuple[Path, Path]) -> None:
    """A name that no folder has, and one that climbs out of them, is not found."""
    for name in ("email/none.html", "../secret.html"):
        with pytest.raises(TemplateError, match="no template named"):
            Templates(folders, filters={}).render(name, {})


def test_a_file_that_is_no_text_is_an_error(folders: tuple[Path, Path]) -> None:
    """A template in another encoding is reported as such."""
    (folders[0] / "email/a.html").write_bytes(b"caf\xe9")

    with pytest.raises(TemplateError, match="not UTF-8"):
        Templates(folders, filters={}).render("email/a.html", {})


def test_a_changed_template_is_read_again(folders: tuple[Path, Path]) -> None:
    """Previewing shows what was just saved."""
    path = folders[0] / "email/a.html"
    path.write_text("one")
    templates = Templates(folders, filters={})
    assert templates.render("email/a.html", {}) == "one"

    path.write_text("two, and later")
    os.utime(path, (1, 1))

    assert templates.render("email/a.html", {}) == "two, and later"
