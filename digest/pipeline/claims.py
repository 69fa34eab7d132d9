"""Who holds claims in the ledger, and whether they are still alive."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_runs = count(1)
_live: set[str] = set()


@contextmanager
def claiming() -> Iterator[str]:
    """The name under which one run of this process claims; it is dead when the block ends."""
    owner = f"{this_process()}/{next(_runs)}"
    _live.add(owner)
    try:
        yield owner
    finally:
        _live.discard(owner)


def this_process() -> str:
    """A name for this process that no other process of this machine has, nor will have."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_started(pid)}"


def is_dead(owner: str) -> bool:
    """Whether that owner was a process of this machine, or a run of this one, that has ended.

    False for owners on other machines: their claims run out by lease.
    """
    host, _, rest = owner.partition("/")
    pid, _, rest = rest.partition("/")
    started, _, run = rest.partition("/")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    if run and owner.startswith(f"{this_process()}/"):
        return owner not in _live
    return not _exists(int(pid)) or _started(int(pid)) != started


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; process ids are used again, this is not.

    Empty where the system has no /proc; then only the id counts.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    after_name = stat.rpartition(")")[2].split()
    state, ticks = after_name[0], after_name[19]
    return "" if state == "Z" else ticks
