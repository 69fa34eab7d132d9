"""The desk while it runs: live reload, and its start and end."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.errors import ConfigError, Problem
from digest.web.desk.server import desk_server
from tests.acceptance.desk.desk_world import Desk
from tests.acceptance.web_world import (
    Client,
    running,
)


@contextmanager
def listening(client: Client, mark: str) -> Iterator[http.client.HTTPResponse]:
    """An open stream of events."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    connection.request("GET", f"/events?mark={mark}")
    response = connection.getresponse()
    assert response.headers.get_content_type() == "text/event-stream"
    assert response.readline().startswith(b"retry:")
    try:
        yield response
    finally:
        response.close()
        connection.close()


def mark_of(page: str) -> str:
    found = re.search(r'data-mark="([^"]+)"', page)
    assert found
    return found[1]


@contextmanager
def live(desk: Desk) -> Iterator[Client]:
    """A desk with its watcher running."""
    with running(desk_server(desk.source), listen=True) as client:
        # The watcher starts in a thread of its own; what changes before is not its to see.
        time.sleep(0.3)
        yield client


@pytest.mark.parametrize(
    "changed", ["templates/email/classic/issue.html", "digest.toml", "newsletters/coast.toml"]
)
def test_a_changed_file_reloads_the_open_pages(tmp_path: Path, desk: Desk, changed: str) -> None:
    """Saving a template or a configuration file tells the page, once the App is open anew."""
    (tmp_path / "newsletters").mkdir()
    (tmp_path / "templates/email/classic").mkdir(parents=True)
    with live(desk) as client, listening(client, mark_of(client.get("/").text)) as events:
        (tmp_path / changed).write_text("# changed")
        received = events.read().decode()
        assert "event: reload" in received
        assert desk.opened == 2
        assert mark_of(client.get("/").text) in received


def test_other_files_do_not_reload(tmp_path: Path, desk: Desk) -> None:
    """The database beside the configuration is written all the time."""
    with live(desk) as client:
        before = mark_of(client.get("/").text)
        (tmp_path / "digest.db").write_text("x")
        (tmp_path / "media" / "a.png").write_text("x")
        time.sleep(0.4)
        assert mark_of(client.get("/").text) == before


def test_a_configuration_that_breaks_and_heals(tmp_path: Path, desk: Desk) -> None:
    """A bad save shows the problems, the next good one the desk."""
    with live(desk) as client:
        for error, shown in [
            (ConfigError((Problem(file="digest.toml", message="port is no number"),)), "no number"),
            (None, "Coast &amp; Harbour"),
        ]:
            mark = mark_of(client.get("/").text)
            with listening(client, mark) as events:
                desk.error = error
                (tmp_path / "digest.toml").write_text(f"# {shown}")
                assert b"event: reload" in events.read()
            assert shown in client.get("/").text


def test_a_page_of_an_earlier_run_reloads_at_once(desk: Desk) -> None:
    """After a restart of the desk, pages left open catch up by themselves."""
    with live(desk) as client, listening(client, "old-1") as events:
        assert b"event: reload" in events.read()


def test_the_desk_stops_although_pages_are_open(desk: Desk) -> None:
    """Open streams do not keep the server."""
    with live(desk) as client:
        mark = mark_of(client.get("/").text)
        with listening(client, mark) as events:
            stopped_in = stop_time(client)
            assert events.read().strip() == b""
    assert stopped_in < 2
    assert desk.world.store.closed


def stop_time(client: Client) -> float:
    assert client.server
    started = time.monotonic()
    client.server.should_exit = True
    assert client.thread
    client.thread.join(10)
    return time.monotonic() - started


SERVE = """
import sys
from pathlib import Path
from digest.web.desk import AppSource, serve_desk
from tests.fakes import fake_app, fake_config

config = fake_config(Path(sys.argv[1]))
source = AppSource(directory=config.directory, open=lambda: fake_app(config))
serve_desk(source, port=0, ready=lambda url: print(url, flush=True))
"""


def test_serving_says_where_and_ends_on_interrupt(tmp_path: Path) -> None:
    """`serve_desk` listens on loopback only, announces its URL, and stops on Ctrl+C."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        env={**os.environ, "PYTHONWARNINGS": ""},
    )
    with process:
        assert process.stdout
        url = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", url)
        assert found
        assert Client(port=int(found[1])).get("/").status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
