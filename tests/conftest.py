"""Marks, and what the tests may find missing."""

import os
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from tests.own_postgres import programs, running

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
# How long an example takes says more about the machine than about the program.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
STRICT = os.environ.get("DIGEST_TEST_STRICT") == "1"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-slow", action="store_true", help="run the slow proofs too")
    parser.addoption("--renew-golden", action="store_true", help="write the golden files anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = pytest.mark.skip(reason="a slow proof; `make prove` runs it")
    no_corpora = pytest.mark.skip(reason=f"the shared corpora are not at {CORPORA.name}/")
    for item in items:
        if item.get_closest_marker("slow") and not config.getoption("--run-slow"):
            item.add_marker(slow)
        if item.get_closest_marker("corpus") and not CORPORA.is_dir():
            item.add_marker(no_corpora)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of shared test material; tests that use it carry the `corpus` mark."""
    return CORPORA


@pytest.fixture(scope="session")
def fulltext() -> None:
    """The extra that reads articles; missing is a failure in CI and a skip elsewhere."""
    if find_spec("trafilatura") is None:
        reason = "trafilatura is not installed (the extra fulltext)"
        (pytest.fail if STRICT else pytest.skip)(reason)


@pytest.fixture(scope="session")
def dkimpy() -> ModuleType:
    """Another program's DKIM; missing is a failure in CI and a skip elsewhere."""
    if find_spec("dkim") is None or find_spec("nacl") is None:
        reason = "dkimpy is not installed, or not with Ed25519 (dkimpy[ed25519])"
        (pytest.fail if STRICT else pytest.skip)(reason)
    return import_module("dkim")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium to drive; missing is a failure in CI and a skip elsewhere."""
    path = next(
        (p for p in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(p).exists()), None
    )
    if path is None:
        (pytest.fail if STRICT else pytest.skip)("Chromium is not installed (Debian: chromium)")
    return path


@pytest.fixture(scope="session")
def postfix() -> str:
    """The command of Postfix; to lack it, or root, is a failure in CI and a skip elsewhere."""
    path = "/usr/sbin/postfix"
    if not Path(path).exists():
        (pytest.fail if STRICT else pytest.skip)("Postfix is not installed (Debian: postfix)")
    if os.geteuid() != 0:
        (pytest.fail if STRICT else pytest.skip)("Postfix is started by root only")
    return path


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[str]:
    """The URL of a PostgreSQL of our own; missing is a failure in CI and a skip elsewhere."""
    found = programs()
    if found is None or find_spec("psycopg") is None:
        what = "psycopg" if found else "PostgreSQL (Debian: postgresql)"
        (pytest.fail if STRICT else pytest.skip)(f"{what} is not installed")
    with running(found) as url:
        yield url


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script; missing is a failure in CI and a skip elsewhere."""
    found = find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        (pytest.fail if STRICT else pytest.skip)("axe-playwright-python is not installed")
    folder = Path(found.submodule_search_locations[0])
    return (folder / "axe.min.js").read_text(encoding="utf-8")
