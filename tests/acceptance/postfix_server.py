"""A real Postfix: an instance of its own in a folder of its own, on loopback."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from mailbox import Maildir
from pathlib import Path

from tests.acceptance.town import free_port

_OWNER = 65534

_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log/mail.log
maillog_file_prefixes = {home}/log
syslog_name = postfix-test
myhostname = mx.test.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_transport = error:no local users here
smtpd_peername_lookup = no
smtpd_reject_unlisted_recipient = no
recipient_delimiter = +
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {home}/boxes
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
transport_maps = inline:{{ {far}=smtp:[127.0.0.1]:{far_port} }}
"""

# service type private unprivileged chroot wakeup maximum command
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{far_port} inet n - n - - smtpd
  -o myhostname=mx.{far}
  -o {{ smtpd_recipient_restrictions = check_recipient_access inline:{{ {refusals} }}, reject }}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, kw_only=True)
class Postfix:
    """An instance: where it is and what it listens to. ``program`` is the command."""

    program: str
    home: Path
    port: int

    def box(self, name: str) -> list[bytes]:
        """What was delivered into that mailbox."""
        folder = self.folder(name)
        if not (folder / "new").is_dir():
            return []
        box = Maildir(folder, create=False)
        return [box.get_bytes(key) for key in box.iterkeys()]

    def folder(self, name: str) -> Path:
        """Where that mailbox is."""
        return self.home / "boxes" / name

    def wait_for(self, counts: Mapping[str, int], *, seconds: float = 30) -> None:
        """Wait until each mailbox has so many mails."""
        deadline = time.monotonic() + seconds
        while any(len(self.box(name)) < count for name, count in counts.items()):
            assert time.monotonic() < deadline, f"waited too long\n{self.log()}"
            time.sleep(0.05)

    def log(self) -> str:
        """What Postfix wrote about itself."""
        file = self.home / "log" / "mail.log"
        return file.read_text(errors="replace") if file.exists() else ""


@contextmanager
def running_postfix(
    program: str, boxes: Mapping[str, str], *, far: str, refusals: Mapping[str, str]
) -> Iterator[Postfix]:
    """Start an instance, and stop it again.

    ``boxes``: addresses and the names of their mailboxes. Whoever else is at their domains is
    taken, and bounced. ``far``: a domain whose mail is relayed to a next hop that answers each
    recipient as ``refusals`` says.
    """
    # Postfix gives up its rights, and then has to get at the folder: pytest's own are locked.
    home = Path(tempfile.mkdtemp(prefix="postfix-"))
    home.chmod(0o755)
    server = Postfix(program=program, home=home, port=free_port())
    _write(server, boxes, far=far, refusals=refusals)
    try:
        _postfix(server, "start")
        yield server
    finally:
        _postfix(server, "stop", check=False)
        shutil.rmtree(home, ignore_errors=True)


def _write(
    server: Postfix, boxes: Mapping[str, str], *, far: str, refusals: Mapping[str, str]
) -> None:
    home = server.home
    for name in ("etc", "queue", "data", "log", "boxes"):
        (home / name).mkdir()
    shutil.chown(home / "data", "postfix")
    os.chown(home / "boxes", _OWNER, _OWNER)
    values = {
        "home": home,
        "port": server.port,
        "owner": _OWNER,
        "domains": ", ".join(sorted({address.rpartition("@")[2] for address in boxes})),
        "boxes": ", ".join(f"{address}={name}/" for address, name in boxes.items()),
        "far": far,
        "far_port": free_port(),
        "refusals": ", ".join(f"{{ {who} = {reply} }}" for who, reply in refusals.items()),
    }
    (home / "etc" / "main.cf").write_text(_MAIN.format(**values), encoding="utf-8")
    (home / "etc" / "master.cf").write_text(_MASTER.format(**values))


def _postfix(server: Postfix, command: str, *, check: bool = True) -> None:
    done = subprocess.run(
        [server.program, "-c", str(server.home / "etc"), command],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert not check or done.returncode == 0, f"{done.stdout}{done.stderr}{server.log()}"
