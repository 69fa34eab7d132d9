"""The hand-off of one 40 KB mail to many recipients: messages a second, CPU and memory.

Ours (pipelined DATA on one and on four connections, BDAT with a window of 16 and of 64) against
smtplib on one kept connection and on 16 threads, and, where they are installed, aiosmtplib and
Postfix's smtp-source. All of them take turns within each round, each in a process of its own; the
figures are medians over the rounds. The sinks are smtp-sink, where it is installed, a fast one of
raw sockets that also offers CHUNKING, and a talkative one, which answers reply by reply; with
--sink, only the server that it names, for instance a local Postfix. --rtt puts a proxy before the
sink that takes half of it each way. Prints one figure a line: ``name value``; ``persist`` is
smtplib on one connection.

    python tests/bench/handoff.py [--sink HOST:PORT] [--rtt MS] [--messages 20000] [--seconds 2]
"""

import argparse
import asyncio
import json
import os
import re
import resource
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.util import find_spec
from queue import SimpleQueue
from statistics import median
from typing import NoReturn

from digest.config import SmtpProtocol, SmtpSecurity, SmtpSettings
from digest.deliver.smtp import SmtpMailer, SmtpSession
from digest.deliver.smtp.protocol import Conversation
from digest.model import Accepted, Envelope

SENDER = "news@sender.example"
LINE = (
    b"<p>The ferry to the island runs every hour from the first of May, and the school is open.</p>"
)
BEFORE = (LINE + b"\r\n") * 250
AFTER = (LINE + b"\r\n") * 170 + b"\r\n.signature\r\n"
BUFFER = 1 << 18
TAIL = 1_024
SINKS = ("/usr/sbin/smtp-sink", "smtp-sink")
SOURCES = ("/usr/sbin/smtp-source", "smtp-source")
GREETING = "client.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a client is to do: where to, for how many messages, for how long."""

    host: str
    port: int
    messages: int
    seconds: float
    connections: int = 1
    window: int = 1
    chunking: bool = False


def parts_for(number: int) -> tuple[bytes, ...]:
    """The mail to one recipient: two large parts are the same for all of them."""
    header = (
        f"From: <{SENDER}>\r\nTo: <reader{number}@reader.example>\r\nSubject: The harbour\r\n"
        f"Message-ID: <{number}@sender.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/html; charset=utf-8\r\n\r\n"
    ).encode()
    link = b'<p><a href=3D"https://news.example/u/%020d">Unsubscribe</a></p>\r\n' % number
    return header, BEFORE, link, AFTER


def recipients(task: Task) -> Iterator[int]:
    """Numbers of recipients until there were enough of them or the time is up."""
    deadline = time.monotonic() + task.seconds
    for number in range(task.messages):
        if time.monotonic() > deadline:
            return
        yield number


def in_threads(task: Task, work: Callable[[Task], int]) -> int:
    """The task shared by as many threads as it has connections."""
    counts: list[int] = []
    share = replace(task, messages=-(-task.messages // task.connections))
    threads = [
        threading.Thread(target=lambda: counts.append(work(share))) for _ in range(task.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def ours(task: Task) -> int:
    """This project's session; without ``chunking`` by DATA even where BDAT is offered."""

    def envelopes() -> Iterator[tuple[int, Envelope]]:
        for number in recipients(task):
            parts = parts_for(number)
            recipient = f"reader{number}@reader.example"
            yield (
                number,
                Envelope(sender=SENDER, recipient=recipient, content=b"".join(parts), parts=parts),
            )

    session = SmtpMailer(settings(task)).connect()
    if not task.chunking:
        _without_chunking(session)
    count = 0
    for _, outcome in session.stream(envelopes()):
        if not isinstance(outcome, Accepted):
            sys.exit(f"not accepted: {outcome}")
        count += 1
    session.close()
    return count


def _without_chunking(session: SmtpSession) -> None:
    offered = replace(session._talk._offered, chunking=False)
    session._talk = Conversation(offered, window=2)


def settings(task: Task) -> SmtpSettings:
    """Our settings for the task's server."""
    return SmtpSettings(
        protocol=SmtpProtocol.SMTP,
        path="-",
        url="",
        host=task.host,
        port=task.port,
        security=SmtpSecurity.NONE,
        certificate="",
        key="",
        username="",
        timeout=timedelta(seconds=30),
        connections=1,
        window=task.window,
        greeting=GREETING,
        utf8_addresses=False,
    )


def persistent(task: Task) -> int:
    """The standard library on one kept connection."""
    client = smtplib.SMTP(task.host, task.port, GREETING)
    count = 0
    for number in recipients(task):
        content = b"".join(parts_for(number))
        client.sendmail(SENDER, [f"reader{number}@reader.example"], content)
        count += 1
    client.quit()
    return count


def asynchronous(task: Task) -> int:
    """The task shared by aiosmtplib's connections in one event loop."""
    from aiosmtplib import SMTP  # type: ignore[import-not-found]  # only where it is installed

    async def one(share: Task) -> int:
        client = SMTP(
            hostname=share.host, port=share.port, local_hostname=GREETING, start_tls=False
        )
        await client.connect()
        count = 0
        for number in recipients(share):
            content = b"".join(parts_for(number))
            await client.sendmail(SENDER, [f"reader{number}@reader.example"], content)
            count += 1
        await client.quit()
        return count

    async def everyone() -> int:
        share = replace(task, messages=-(-task.messages // task.connections))
        return sum(await asyncio.gather(*(one(share) for _ in range(task.connections))))

    return asyncio.run(everyone())


def source(task: Task) -> int:
    """Postfix's load generator, which keeps its connections but does not pipeline."""
    program = found(SOURCES)
    assert program is not None
    size = sum(map(len, parts_for(0)))
    options = ("-d", "-s", str(task.connections), "-l", str(size), "-m", str(task.messages))
    addresses = ("-f", SENDER, "-t", "reader@reader.example")
    server = f"inet:{task.host}:{task.port}"
    subprocess.run([program, *options, *addresses, server], check=True)
    return task.messages


CLIENTS: dict[str, tuple[Callable[[Task], int], dict[str, int]]] = {
    "persist": (persistent, {}),
    "threads_16": (lambda task: in_threads(task, persistent), {"connections": 16}),
    "aiosmtplib_8": (asynchronous, {"connections": 8}),
    "smtp_source": (source, {}),
    "data_1": (ours, {}),
    "data_4": (lambda task: in_threads(task, ours), {"connections": 4}),
    "bdat_16": (ours, {"window": 16, "chunking": 1}),
    "bdat_64": (ours, {"window": 64, "chunking": 1}),
}


def measure(name: str, task: Task) -> dict[str, float]:
    """Run one client in this process."""
    client, changes = CLIENTS[name]
    started = time.perf_counter()
    before = cpu_seconds()
    count = client(replace(task, **changes))  # type: ignore[arg-type]  # the table's values fit
    took = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "per_second": count / took,
        "cpu_seconds_per_1000": (cpu_seconds() - before) / count * 1_000,
        "peak_mb": usage.ru_maxrss / 1_024,
    }


def cpu_seconds() -> float:
    """CPU time of this process and those it ran."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def sink(listener: socket.socket, *, talkative: bool = False) -> None:
    """A server that does as little as can be done: a process for each connection.

    A ``talkative`` one sends each reply by itself, and holds it back until the one before is
    acknowledged (RFC 896), as servers do that write line by line.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            _for_ever(_Swallower(connection, talkative=talkative).run)
        connection.close()


def _for_ever(serve: Callable[[], None]) -> NoReturn:
    """Be a server in a process that was forked: whatever happens, do not go back."""
    try:
        with suppress(OSError):
            serve()
    finally:
        os._exit(0)


class _Swallower:
    """Says yes to everything; of the messages it looks at nothing but the end."""

    def __init__(self, connection: socket.socket, *, talkative: bool) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0 if talkative else 1)
        self._connection = connection
        self._talkative = talkative
        self._buffer = bytearray(BUFFER)
        self._rest = b""

    def run(self) -> None:
        send = self._connection.sendall
        send(b"220 sink ESMTP\r\n")
        replies: list[bytes] = []
        while True:
            line, found, self._rest = self._rest.partition(b"\r\n")
            if not found:
                self._rest = line
                self._answer(replies)
                data = self._connection.recv(4_096)
                if not data:
                    return
                self._rest += data
                continue
            verb = line[:4].upper()
            if verb in {b"MAIL", b"RCPT", b"RSET"}:
                replies.append(b"250 2.0.0 ok\r\n")
            elif verb == b"BDAT":
                self._skip(int(line.split()[1]))
                replies.append(b"250 2.0.0 queued\r\n")
            elif verb == b"DATA":
                replies.append(b"354 go\r\n")
                self._answer(replies)
                self._skip_to_dot()
                replies.append(b"250 2.0.0 queued\r\n")
            elif verb in {b"EHLO", b"HELO"}:
                send(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n")
            else:
                send(b"221 bye\r\n" if verb == b"QUIT" else b"502 no\r\n")

    def _answer(self, replies: list[bytes]) -> None:
        for some in replies if self._talkative else [b"".join(replies)]:
            self._connection.sendall(some)
        replies.clear()

    def _skip(self, size: int) -> None:
        here = min(size, len(self._rest))
        self._rest = self._rest[here:]
        size -= here
        while size:
            # Linux throws TCP's bytes away without copying them.
            size -= (
                self._connection.recv_into(self._buffer, min(size, BUFFER), socket.MSG_TRUNC)
                or _gone()
            )

    def _skip_to_dot(self) -> None:
        """To the last dot on a line alone: whoever wrote it waits for an answer soon after."""
        tail, self._rest = self._rest, b""
        while True:
            at = (b"\r\n" + tail).rfind(b"\r\n.\r\n")
            if at >= 0:
                self._rest = tail[at + 3 :]
                return
            count = self._connection.recv_into(self._buffer) or _gone()
            tail = (tail + self._buffer[max(0, count - TAIL) : count])[-TAIL:]


def _gone() -> NoReturn:
    raise ConnectionError


def proxy(listener: socket.socket, target: tuple[str, int], delay: float) -> None:
    """Pass bytes on to the target, each of them ``delay`` seconds late."""
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(target)
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
            threading.Thread(target=_listen, args=(one, line, delay), daemon=True).start()
            threading.Thread(target=_speak, args=(other, line), daemon=True).start()


def _listen(source: socket.socket, line: "SimpleQueue[tuple[float, bytes]]", delay: float) -> None:
    data = b"-"
    while data:
        try:
            data = source.recv(BUFFER)
        except OSError:
            data = b""
        line.put((time.monotonic() + delay, data))


def _speak(target: socket.socket, line: "SimpleQueue[tuple[float, bytes]]") -> None:
    while True:
        due, data = line.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)
        except OSError:
            return


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[tuple[str, int]]:
    """Run a server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        process = os.fork()
        if not process:
            _for_ever(lambda: serve(listener))
        try:
            yield listener.getsockname()
        finally:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


@contextmanager
def smtp_sink(program: str) -> Iterator[tuple[str, int]]:
    """Run Postfix's sink."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    user = ("-u", "nobody") if not os.getuid() else ()
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "100"])
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait()


def found(names: tuple[str, ...]) -> str | None:
    """The first of these programs that is installed."""
    return next((path for name in names if (path := shutil.which(name))), None)


def offers_chunking(server: tuple[str, int]) -> bool:
    """Whether BDAT can be measured there."""
    with smtplib.SMTP(*server, GREETING) as client:
        client.ehlo()
        return client.has_extn("chunking")


def report(label: str, server: tuple[str, int], options: argparse.Namespace) -> None:
    """Let all clients take turns on one server, and print what they reached."""
    names = [name for name in CLIENTS if name != "aiosmtplib_8" or find_spec("aiosmtplib")]
    names = [name for name in names if name != "smtp_source" or found(SOURCES)]
    if not offers_chunking(server):
        names = [name for name in names if not name.startswith("bdat")]
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with ExitStack() as stack:
        if options.rtt:
            delay, target = options.rtt / 2_000, server
            server = stack.enter_context(serving(lambda one: proxy(one, target, delay)))
        for _ in range(options.rounds):
            for name in names:
                results[name].append(_apart(name, server, options))
    figures = {
        name: {key: median(run[key] for run in runs) for key in runs[0]}
        for name, runs in results.items()
    }
    for name, of_client in figures.items():
        for key, value in of_client.items():
            print(f"{label}_{name}_{key} {value:.4g}")
        for other in ("persist", "smtp_source"):
            if other in figures and name != other:
                times = of_client["per_second"] / figures[other]["per_second"]
                print(f"{label}_{name}_times_{other} {times:.3g}")
        share = of_client["cpu_seconds_per_1000"] / figures["persist"]["cpu_seconds_per_1000"]
        print(f"{label}_{name}_cpu_of_persist {share:.3g}", flush=True)


def _apart(name: str, server: tuple[str, int], options: argparse.Namespace) -> dict[str, float]:
    messages = options.messages
    if name == "smtp_source":
        # It knows no deadline, and needs five round trips for a message.
        limit = options.seconds * (200 / options.rtt if options.rtt else 2_000)
        messages = min(messages, int(limit))
    task = {"host": server[0], "port": server[1], "messages": messages, "seconds": options.seconds}
    command = [sys.executable, __file__, "--client", name, "--task", json.dumps(task)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    result: dict[str, float] = json.loads(output)
    return result


def main() -> None:
    """Measure on each sink."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sink", help="HOST:PORT of a server that takes the messages")
    parser.add_argument("--rtt", type=float, default=0, help="round trip in milliseconds")
    parser.add_argument("--messages", type=int, default=20_000, help="at most, in one turn")
    parser.add_argument("--seconds", type=float, default=2, help="at most, for one turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", help=argparse.SUPPRESS)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        print(json.dumps(measure(options.client, Task(**json.loads(options.task)))))
        return
    if options.sink:
        host, _, port = options.sink.rpartition(":")
        label = re.sub(r"\W+", "_", options.sink)
        report(f"sink_{label}", (host, int(port)), options)
        return
    if program := found(SINKS):
        with smtp_sink(program) as server:
            report("smtp_sink", server, options)
    with serving(sink) as server:
        report("fast_sink", server, options)
    with serving(lambda listener: sink(listener, talkative=True)) as server:
        report("talkative_sink", server, options)


if __name__ == "__main__":
    main()
