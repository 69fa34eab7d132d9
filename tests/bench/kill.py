"""Kill -9 at random moments of a delivery run, start again, and count: who got what how often.

The mail server is a process of its own; it appends recipient and Message-ID to a journal before it
says 250. The program is the real `digest send`, killed by SIGKILL, started again until the issue is
finished. Prints one figure a line: ``name value``.

    python tests/bench/kill.py [--kills 500] [--recipients 10000] [--server bdat|data|lockstep]
        [--database postgresql://…] [--senders 2] [--command serve]

With several senders, each from a folder of its own as on so many machines, any of them is killed
while the others go on. ``--database`` names an empty PostgreSQL database, or one that is made there
by `own` and thrown away.

``max_in_flight`` is the most messages that were handed over and not yet recorded when a kill came;
no kill may cost more duplicates than that. ``--warm`` forks the program from a process that has
loaded it already, which saves its start-up and changes nothing else.
"""

import argparse
import json
import os
import random
import re
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from digest.store.database import connect
from tests.own_postgres import programs, running

NOW = "2026-06-18T07:00:00+00:00"
LAST_RUNS = 30
LONGEST_SECONDS = 20
OWN = "own"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title>
<link>https://harbour.example/</link>{}</channel></rss>"""
ITEM = """<item><title>The ferry sails again, part {0}</title><guid>{0}</guid>
<link>https://harbour.example/{0}</link><pubDate>Wed, 17 Jun 2026 0{0}:00:00 GMT</pubDate>
<description>The crossing was closed for repairs, and opens on Monday.</description></item>"""
EXTENSIONS = {
    "bdat": b"250-PIPELINING\r\n250-CHUNKING\r\n",
    "data": b"250-PIPELINING\r\n",
    "lockstep": b"",
}
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class FeedHandler(BaseHTTPRequestHandler):
    """Answers every path with one small feed."""

    def do_GET(self) -> None:
        body = FEED.format("".join(ITEM.format(number) for number in range(1, 6))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class JournalHandler(socketserver.StreamRequestHandler):
    """Takes every message, writes it down, then says 250."""

    journal = -1
    extensions = b""
    recipient = b""
    pause = 0.0

    def handle(self) -> None:
        try:
            self._talk()
        except ConnectionError:
            return

    def _talk(self) -> None:
        self.wfile.write(b"220 journal ESMTP\r\n")
        text = b""
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.wfile.write(b"250-journal\r\n" + self.extensions + b"250 8BITMIME\r\n")
            elif verb == b"RCPT":
                self.recipient = line.partition(b"<")[2].partition(b">")[0]
                self.wfile.write(b"250 2.1.5 fine\r\n")
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self._take(self._until_dot())
            elif verb == b"BDAT":
                _, size, *last = line.split()
                text += self.rfile.read(int(size))
                if last:
                    self._take(text)
                    text = b""
                else:
                    self.wfile.write(b"250 2.0.0 more\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 2.0.0 bye\r\n")
                return
            else:
                self.wfile.write(b"250 2.0.0 fine\r\n")

    def _until_dot(self) -> bytes:
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        raise ConnectionError

    def _take(self, text: bytes) -> None:
        found = MESSAGE_ID.search(text)
        identity = found[1] if found else b"-"
        time.sleep(self.pause)
        os.write(self.journal, self.recipient + b" " + identity + b"\n")
        self.wfile.write(b"250 2.0.0 written down\r\n")


class JournalServer(socketserver.ThreadingTCPServer):
    """One thread a connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def serve(journal: Path, kind: str, pause: float) -> None:
    """Run the feed and the mail server and print their ports; the parent ends this process."""
    JournalHandler.journal = os.open(journal, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    JournalHandler.extensions = EXTENSIONS[kind]
    JournalHandler.pause = pause
    feeds = ThreadingHTTPServer(("127.0.0.1", 0), FeedHandler)
    mail = JournalServer(("127.0.0.1", 0), JournalHandler)
    print(feeds.server_address[1], mail.server_address[1], flush=True)
    threading.Thread(target=feeds.serve_forever, daemon=True).start()
    mail.serve_forever()


class Program:
    """The command line program over one publication, in processes of its own."""

    def __init__(self, folders: Sequence[Path], *, database: str, warm: bool) -> None:
        self.folders = folders
        self.database = database
        self.warm = warm
        os.environ["DIGEST_DATABASE_URL"] = database
        if warm:
            _load()

    def start(self, *command: str, output: int = -1, place: int = 0) -> int:
        """Begin a command; its process id. What it prints goes to ``output``."""
        arguments = ["--config", str(self.folders[place]), "--now", NOW, *command]
        if self.warm:
            return _forked(arguments, output)
        actions = [
            (os.POSIX_SPAWN_DUP2, output, 1)
            if output >= 0
            else (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
        ]
        whole = [sys.executable, "-m", "digest", *arguments]
        return os.posix_spawn(sys.executable, whole, os.environ, file_actions=actions)

    def run(self, *command: str) -> str:
        """Run a command to its end; what it printed. Any failure ends everything."""
        with tempfile.TemporaryFile() as output:
            pid = self.start(*command, output=output.fileno())
            _, status = os.waitpid(pid, 0)
            output.seek(0)
            printed = output.read().decode()
        if status:
            sys.exit(f"digest {' '.join(command)} failed: {printed}")
        return printed

    def is_finished(self) -> bool:
        """Whether the issue is sent."""
        return bool(json.loads(self.run("issues", "show", "weekly", "--json"))["state"] == "sent")


def _load() -> None:
    commands = import_module("digest.cli.root").COMMANDS
    for module, _ in commands.values():
        import_module(module)
    for module in ("digest.store", "digest.deliver.smtp.connect", "digest.pipeline.once"):
        import_module(module)


def _forked(arguments: Sequence[str], output: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.dup2(output if output >= 0 else os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv = ["digest", *arguments]
        import_module("digest.cli").main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(status)


def write_publication(folder: Path, ports: list[str], recipients: int) -> None:
    """A working directory over the served feed, and the subscribers as CSV."""
    (folder / "newsletters").mkdir(parents=True)
    (folder / "digest.toml").write_text(
        f'[collect]\nprivate_hosts = ["127.0.0.1"]\n[smtp]\nhost = "127.0.0.1"\nport = {ports[1]}\n'
        f'[web]\nport = {_free_port()}\n[log]\nlevel = "error"\n'
    )
    (folder / "feeds.toml").write_text(
        f'[[feed]]\nurl = "http://127.0.0.1:{ports[0]}/feed.xml"\ntags = ["all"]\n'
    )
    (folder / "newsletters" / "weekly.toml").write_text(
        'name = "Weekly"\nfrom = "Weekly <weekly@example.org>"\npostal_address = "1 High Street"\n'
        'feed_tags = ["all"]\ndefault_topic = "all"\nmin_stories = 1\n'
        '[schedule]\ntime_zone = "UTC"\ndays = ["thursday"]\ntime = "06:30"\n'
        '[[topics]]\nid = "all"\nname = "All"\n'
    )
    rows = "".join(f"reader{number}@example.org\n" for number in range(recipients))
    (folder / "people.csv").write_text(f"email\n{rows}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Trial:
    """Kills, and what the journal and the ledger say after each."""

    def __init__(
        self, program: Program, journal: Path, dice: random.Random, *, command: Sequence[str]
    ) -> None:
        self.program = program
        self.journal = journal
        self.dice = dice
        self.command = command
        self.senders: dict[int, int] = {}
        self.shared = 0
        self.kills = 0
        self.runs = 0
        self.marks: list[int] = [0]
        self.in_flight: list[int] = []

    def kill_some(self, kills: int, recipients: int) -> None:
        """Start and kill until so many kills hit, or nothing is left to send."""
        while self.kills < kills:
            left = recipients - self._recorded()
            if left <= 0:
                return
            self._start_and_kill(most=2 * left // (kills - self.kills + 1))

    def finish(self) -> None:
        """Run until everybody is accounted for."""
        for pid in self.senders.values():
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
        for _ in range(LAST_RUNS):
            if self.program.is_finished():
                return
            self.runs += 1
            self.program.run("send", "weekly")
        sys.exit("the issue does not finish")

    def _start_and_kill(self, *, most: int) -> None:
        pid = self._started()
        if self.dice.random() < 0.25:
            time.sleep(self.dice.uniform(0, 0.4 if self.program.warm else 2.0))
        else:
            self._await_growth(pid, self.dice.randint(0, max(most, 1)))
            time.sleep(self.dice.uniform(0, 0.004))
        self.shared += self._count("claimed_by IS NOT NULL", "DISTINCT claimed_by") > 1
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        self._settle_down()
        self.marks.append(self._size())
        self.in_flight.append(self._begun(pid))
        if os.WIFSIGNALED(status):
            self.kills += 1
        elif os.waitstatus_to_exitcode(status):
            sys.exit("digest send failed")

    def _started(self) -> int:
        """See that every place has a sender; the id of one of them, which is to die."""
        chosen = self.dice.randrange(len(self.program.folders))
        for place in range(len(self.program.folders)):
            pid = self.senders.get(place)
            if pid is None or os.waitpid(pid, os.WNOHANG)[0]:
                self.runs += 1
                self.senders[place] = self.program.start(*self.command, place=place)
        return self.senders.pop(chosen)

    def _await_growth(self, pid: int, messages: int) -> None:
        before = self._size()
        end = time.monotonic() + LONGEST_SECONDS
        # A service goes on when nobody is left to send to.
        while self._size() - before < messages * 40 and time.monotonic() < end:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return
            time.sleep(0.0005)

    def _settle_down(self) -> None:
        """Wait until the server has read what the dead process left in its sockets."""
        size = -1
        while not self.senders and size != self._size():
            size = self._size()
            time.sleep(0.02)

    def _size(self) -> int:
        return self.journal.stat().st_size

    def _count(self, where: str, what: str = "*") -> int:
        database = connect(self.program.database)
        try:
            with database.reading() as connection:
                query = text(f"SELECT count({what}) FROM deliveries WHERE {where}")
                return int(connection.scalar(query) or 0)
        finally:
            database.close()

    def _recorded(self) -> int:
        return self._count("state = 'sent'")

    def _begun(self, pid: int) -> int:
        return self._count(f"handing_over AND claimed_by LIKE '%/{pid}/%'")


def report(trial: Trial, recipients: int) -> bool:
    """Print the figures; whether all is as promised."""
    data = trial.journal.read_bytes()
    sent = [tuple(line.split()) for line in data.splitlines()]
    times = Counter(recipient for recipient, _ in sent)
    identities = Counter(sent)
    repeated = sum(count - 1 for count in times.values())
    same = sum(count - 1 for count in identities.values())
    together = len(trial.program.folders) > 1
    worst, excess = (0, repeated > sum(trial.in_flight)) if together else _by_kill(data, trial)
    print(f"kills {trial.kills}")
    print(f"runs {trial.runs}")
    print(f"lost {recipients - len(times)}")
    print(f"duplicates {repeated}")
    print(f"duplicates_same_id {same}")
    print(f"max_in_flight {max(trial.in_flight, default=0)}")
    if together:
        print(f"in_flight_at_all_kills {sum(trial.in_flight)}")
        print(f"kills_while_several_held_claims {trial.shared}")
        return len(times) == recipients and same == repeated and not excess
    print(f"max_duplicates_a_kill {worst}")
    print(f"kills_with_more_duplicates_than_in_flight {excess}")
    return len(times) == recipients and same == repeated and not excess


def _by_kill(data: bytes, trial: Trial) -> tuple[int, int]:
    """The most messages of one run that came again, and how many runs had more than in flight."""
    worst = excess = 0
    later: set[bytes] = set(data[trial.marks[-1] :].splitlines())
    spans = zip(trial.marks, trial.marks[1:], trial.in_flight, strict=False)
    for start, end, in_flight in reversed(list(spans)):
        mine = set(data[start:end].splitlines())
        again = len(mine & later)
        worst, excess = max(worst, again), excess + (again > in_flight)
        later |= mine
    return worst, excess


@contextmanager
def _database(named: str, folder: Path) -> Iterator[str]:
    if named != OWN:
        yield named or f"sqlite:///{folder}/digest.db"
        return
    found = programs()
    if found is None:
        sys.exit("PostgreSQL is not installed")
    with running(found) as url:
        yield url


def main() -> None:
    """Set up, kill, finish, count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--server", choices=sorted(EXTENSIONS), default="bdat")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--pause",
        type=float,
        default=0.0,
        metavar="MS",
        help="The server's work on a message: without any, few recipients are served too soon.",
    )
    parser.add_argument("--warm", action="store_true", help="Fork the program, loaded.")
    parser.add_argument("--database", default="", metavar="URL", help="A database, or `own`.")
    parser.add_argument("--senders", type=int, default=1)
    parser.add_argument("--command", choices=["send", "serve"], default="send")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.server, arguments.pause / 1000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = folder / "journal"
        servers = subprocess.Popen(
            [
                *(sys.executable, __file__, "--serve", str(journal)),
                *("--server", arguments.server, "--pause", str(arguments.pause)),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            ports = servers.stdout.readline().split() if servers.stdout else []
            places = [folder / f"place{number}" for number in range(arguments.senders)]
            for place in places:
                write_publication(place, ports, arguments.recipients)
            with _database(arguments.database, folder) as database:
                program = Program(places, database=database, warm=arguments.warm)
                program.run("subscribers", "import", str(places[0] / "people.csv"))
                program.run("collect")
                program.run("draft", "weekly")
                program.run("approve", "weekly", "--offline", "--waive", "*=a benchmark")
                command = ("send", "weekly") if arguments.command == "send" else ("serve",)
                trial = Trial(program, journal, random.Random(arguments.seed), command=command)
                trial.kill_some(arguments.kills, arguments.recipients)
                trial.finish()
                right = report(trial, arguments.recipients)
        finally:
            servers.kill()
            servers.wait()
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
