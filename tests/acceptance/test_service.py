"""The service as operations run it: a process that ticks, answers, and ends cleanly."""

import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.town import (
    FEEDS,
    MailServer,
    Publication,
    free_port,
    make_publication,
    serve_feeds,
)


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def post(url: str, body: bytes) -> int:
    with urllib.request.urlopen(url, data=body, timeout=5) as response:
        return int(response.status)


def wait_for(condition: "object", seconds: float = 40) -> None:
    """Poll until ``condition()`` is true."""
    deadline = time.monotonic() + seconds
    assert callable(condition)
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@contextmanager
def service(publication: Publication, port: int) -> Iterator[subprocess.Popen[str]]:
    """`digest serve`, answering; killed if it has not ended by itself."""
    settings = publication.directory / "digest.toml"
    base = f"http://127.0.0.1:{port}"
    text = settings.read_text().replace("https://letters.harbour.example", base)
    text = text.replace("[web]", f"[web]\nport = {port}").replace('"warning"', '"info"')
    settings.write_text(text)
    process = subprocess.Popen(
        publication.command("serve"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def answers() -> bool:
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        try:
            return get(f"{base}/healthz")[0] in {200, 503}
        except OSError:
            return False

    try:
        wait_for(answers)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_service_does_the_whole_job_and_drains(tmp_path: Path) -> None:
    """`digest serve` collects, drafts, delivers, unsubscribes over HTTP, and ends on TERM."""
    port = free_port()
    with serve_feeds(FEEDS) as site, MailServer() as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        for name in ("ann", "bea"):
            publication.digest("subscribers", "add", f"{name}@reader.example")
        publication.digest("collect")
        with service(publication, port) as process:
            wait_for(lambda: len(mail.letters) == 2)
            base = f"http://127.0.0.1:{port}"
            status, health = get(f"{base}/healthz")
            assert (status, json.loads(health)["status"]) == (200, "ok")

            letter = mail.letters[0]
            web = re.search(rf"{base}/issues/\S+", letter.part("plain"))
            assert web
            assert "Seagrass returns" in get(web[0])[1]
            link = letter.message["List-Unsubscribe"].strip("<>")
            status, page = get(link)
            assert status == 200
            assert "<button" in page
            shown = publication.digest("subscribers", "show", letter.recipient).stdout
            assert "confirmed" in shown
            assert post(link, b"List-Unsubscribe=One-Click") == 200
            assert post(link, b"List-Unsubscribe=One-Click") == 200
            shown = publication.digest("subscribers", "show", letter.recipient).stdout
            assert "unsubscribed" in shown

            process.send_signal(signal.SIGTERM)
            _, logs = process.communicate(timeout=20)
            assert process.returncode == 0
    events = [json.loads(line)["event"] for line in logs.splitlines()]
    assert {"service.started", "issue.drafted", "issue.approved", "service.stopped"} <= set(events)
    assert "@reader.example" not in logs


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    """A second service on the same port exits 1 and names the setting to change."""
    with MailServer() as mail:
        publication = make_publication(tmp_path / "pub", feeds_port=1, mail_port=mail.port)
        settings = publication.directory / "digest.toml"
        settings.write_text(settings.read_text().replace("[web]", f"[web]\nport = {mail.port}"))
        done = publication.digest("serve", status=1)
    assert f":{mail.port}" in done.stderr
    assert "[web] port" in done.stderr
