"""A PostgreSQL of the tests' own, from the distribution's programs; it ends with its parent.

Nothing is durable in it: it is thrown away. Its sort order and its time zone are not those of the
program, on purpose.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60
DEBIAN = Path("/usr/lib/postgresql")
FIRST_WITH_ICU = 15
QUICKLY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "16MB",
    "listen_addresses": "",
    "TimeZone": "Asia/Kathmandu",
}
# The shell ends the server when its own input does: when nobody is left who could.
UNTIL_PARENT_ENDS = '"$@" </dev/null & child=$!; read line; kill -QUIT $child; wait $child'


def programs() -> Path | None:
    """The folder of the newest PostgreSQL server that is installed; None where there is none."""
    found = [path for path in DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running(bin_: Path) -> Iterator[str]:
    """A server for as long as the block lasts: the URL of a database in it."""
    account = _account()
    # Not in the tests' own folder, which another user may not enter.
    with tempfile.TemporaryDirectory(prefix="digest-pg-") as name:
        folder = Path(name)
        if account:
            os.chown(folder, account["user"], account["group"])
        data = str(folder / "data")
        making = [str(bin_ / "initdb"), *("-D", data, "-U", "digest", "-A", "trust", "--no-sync")]
        subprocess.run(
            [*making, *("-E", "UTF8", "--locale=C.UTF-8"), *_sorting(bin_)],
            cwd=folder, check=True, capture_output=True, **account,
        )  # fmt: skip
        options = [word for key, value in QUICKLY.items() for word in ("-c", f"{key}={value}")]
        serving = [str(bin_ / "postgres"), *("-D", data, "-k", name), *options]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                ["/bin/sh", "-c", UNTIL_PARENT_ENDS, "sh", *serving],
                cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log, **account,
            )  # fmt: skip
            try:
                _await(name, folder / "log")
                yield f"postgresql://digest@/postgres?host={name}"
            finally:
                server.communicate()


def _account() -> dict[str, Any]:
    """Whom the server runs as: it refuses to be root."""
    if os.geteuid():
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _sorting(bin_: Path) -> list[str]:
    said = subprocess.run([str(bin_ / "initdb"), "-V"], capture_output=True, text=True, check=True)
    major = re.search(r"\d+", said.stdout)
    if not major or int(major[0]) < FIRST_WITH_ICU:
        return []
    return ["--locale-provider=icu", "--icu-locale=en-US"]


def _await(folder: str, log: Path) -> None:
    psycopg = import_module("psycopg")
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(host=folder, user="digest", dbname="postgres").close()
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise AssertionError(log.read_text(errors="replace")) from error
            time.sleep(0.02)
        else:
            return
