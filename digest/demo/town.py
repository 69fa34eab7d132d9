"""The demo's working directory: the sample town, copied to where a user can play with it."""

import shutil
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest.errors import StateError
from digest.resources import CONFIG

CLOCK = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
"""When the demo happens: a Thursday, half an hour after the weekly issue falls due."""

_MARK = ".digest-demo"
_PORTS = {"site": 8600, "mail": 8602}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A prepared working directory. Ports are free when it is made."""

    directory: Path
    site_port: int
    mail_port: int

    @property
    def mail(self) -> Path:
        """The Maildir that receives everything."""
        return self.directory / "mail"

    @property
    def subscribers(self) -> Path:
        """The sample subscribers."""
        return self.directory / "subscribers.csv"


def prepare_town(directory: Path) -> Town:
    """Copy the sample town to ``directory``, afresh when an earlier demo made it.

    :raises StateError: when something else is there.
    """
    if directory.exists():
        if not (directory / _MARK).exists() and any(directory.iterdir()):
            raise StateError(str(directory), "is not empty, and no demo made it; name another")
        shutil.rmtree(directory)
    shutil.copytree(CONFIG / "demo", directory)
    (directory / _MARK).write_text("`digest demo` made this and may replace it.\n", "utf-8")
    site, mail = _free_port(_PORTS["site"]), _free_port(_PORTS["mail"])
    _move_ports(directory, {_PORTS["site"]: site, _PORTS["mail"]: mail})
    return Town(directory=directory, site_port=site, mail_port=mail)


def _free_port(wanted: int) -> int:
    """The port wanted, or any other when somebody has it."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # Without this, a port that was in use a minute ago looks taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen()
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StateError("127.0.0.1", "has no free port")


def _move_ports(directory: Path, ports: dict[int, int]) -> None:
    """Write other ports into the settings and feeds where the usual ones are taken."""
    moved = {old: new for old, new in ports.items() if old != new}
    if not moved:
        return
    texts = [*directory.rglob("*.toml"), *(directory / "site" / "feeds").iterdir()]
    for path in texts:
        content = path.read_text("utf-8")
        for old, new in moved.items():
            content = content.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
            content = content.replace(f"port = {old}", f"port = {new}")
        path.write_text(content, "utf-8")
