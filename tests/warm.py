"""`digest` without its start-up: commands forked from a process that has loaded the program.

A command costs one to two seconds of imports and some tests call a dozen. Each call is still a
process of its own, with its own arguments, environment, standard streams and exit status.
``python -m digest`` itself is run by the tests of the command line and of the demo.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
import time
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 60


def run_digest(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``digest`` with these arguments to its end, as subprocess.run would."""
    with tempfile.TemporaryDirectory(prefix="warm-") as name:
        folder = Path(name)
        (folder / "stdin").write_text(stdin, encoding="utf-8")
        request = {
            "arguments": arguments,
            "streams": [str(folder / stream) for stream in ("stdin", "stdout", "stderr")],
            "environment": dict(os.environ),
            "cwd": str(Path.cwd()),
        }
        status = _ask(request)
        out, err = ((folder / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(["digest", *arguments], status, out, err)


def _ask(request: dict[str, object]) -> int:
    forge = _forge()
    assert forge.stdin is not None
    assert forge.stdout is not None
    forge.stdin.write(json.dumps(request) + "\n")
    forge.stdin.flush()
    ready, _, _ = select.select([forge.stdout], [], [], TIMEOUT_S)
    if not ready:
        _end(forge)
        _forge.cache_clear()
        raise subprocess.TimeoutExpired(str(request["arguments"]), TIMEOUT_S)
    return int(forge.stdout.readline())


@cache
def _forge() -> subprocess.Popen[str]:
    forge = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    atexit.register(_end, forge)
    return forge


def _end(forge: subprocess.Popen[str]) -> None:
    if forge.poll() is None:
        os.killpg(forge.pid, 9)
        forge.wait()


def _load() -> None:
    commands = import_module("digest.cli.root").COMMANDS
    for module, _ in commands.values():
        import_module(module)
    for module in ("digest.app", "digest.store", "digest.deliver.smtp.connect", "premailer"):
        import_module(module)


def _serve() -> None:
    """Answer each line of standard input with the exit status of the command it names."""
    sys.path[0] = str(ROOT)
    _load()
    # Copies: a command must find its own standard streams untouched.
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    for line in requests:
        pid = os.fork()
        if not pid:
            os._exit(_run(json.loads(line)))
        _, status = os.waitpid(pid, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _run(request: dict[str, Any]) -> int:
    reading, *writing = request["streams"]
    os.dup2(os.open(reading, os.O_RDONLY), 0)
    for number, path in enumerate(writing, start=1):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), number)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["cwd"])
    sys.argv = ["digest", *request["arguments"]]
    try:
        import_module("digest.cli").main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what the interpreter does with what nobody caught
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    _serve()
