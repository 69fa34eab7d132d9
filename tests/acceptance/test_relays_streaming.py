"""Several relays with several messages in flight on each connection, over real sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from digest.app import App
from digest.deliver.servers import MailServers
from digest.deliver.smtp import SmtpMailer
from digest.model import Consent, DeliveryState, NewSubscriber
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.preflight import BY_ITSELF
from digest.store import open_store
from tests.acceptance.mail_servers import settings
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import fake_config, fake_world

IN_FLIGHT = 5


class Clock:
    """The real clock, as if it were the issue's time."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        passed = timedelta(seconds=time.monotonic() - self._began)
        return ISSUE.key.period.end + timedelta(hours=1) + self.ahead + passed


@dataclass
class Pipelined:
    """A server with CHUNKING. After ``dies_after`` it answers nothing, takes a few, and dies."""

    dies_after: int = 1_000_000
    accepted: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    connections: int = 0

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 ready\r\n")
            recipient = ""
            while line := lines.readline():
                word = line[:4].upper()
                if word == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                elif word == b"BDAT":
                    lines.read(int(line.split()[1]))
                    if not self.take(recipient):
                        return
                greeting = b"250-here\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
                # Replies stand for commands by their order: from the first it owes, it owes all.
                if not self.unanswered:
                    connection.sendall(greeting if word == b"EHLO" else b"250 ok\r\n")

    def take(self, recipient: str) -> bool:
        """Take one message; False when that was the last."""
        self.arrived.append(time.monotonic())
        if len(self.accepted) < self.dies_after:
            self.accepted.append(recipient)
            return True
        self.unanswered.append(recipient)
        if len(self.unanswered) < IN_FLIGHT:
            return True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        return False


@contextmanager
def publication(
    folder: Path, servers: dict[str, Pipelined], count: int, **relay: object
) -> Iterator[App]:
    """An approved issue, to go by these servers, one connection each."""
    tables = [
        {"name": name, "host": "127.0.0.1", "connections": 1, "window": 8, **relay}
        for name in servers
    ]
    mailers = {name: SmtpMailer(settings(each.port, window=8)) for name, each in servers.items()}
    for each in servers.values():
        threading.Thread(target=each.serve, daemon=True).start()
    world = fake_world(fake_config(folder, newsletters=[NEWSLETTER], relay=tables))
    store = open_store(f"sqlite:///{folder}/digest.db")
    app = replace(world.app, store=store, clock=Clock(), mailer=MailServers(mailers))
    rows = [
        NewSubscriber(address=f"r{number:03}@reader.example", consent=Consent.CONFIRMED)
        for number in range(count)
    ]
    store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=app.clock())
    store.issues.add(ISSUE, now=app.clock())
    approve_issue(app, ISSUE.slug, by="editor", manner=BY_ITSELF)
    yield app
    store.close()
    for each in servers.values():
        each.listener.close()


def test_one_of_two_dies_with_messages_in_flight(tmp_path: Path) -> None:
    """What was in flight is uncertain and one loss; all the rest goes by the other, once."""
    dying, living = Pipelined(dies_after=12), Pipelined()
    with publication(tmp_path, {"dying": dying, "living": living}, 120) as app:
        with capture_logs() as logs:
            done = deliver_issue(app, app.store.issues.get(ISSUE.slug))
        assert not done.stopped
        assert done.tally[DeliveryState.UNCERTAIN] >= IN_FLIGHT
        assert (dying.connections, living.connections) == (1, 1)
        broken = [each for each in logs if each["event"] == "relay.broken"]
        assert [each["relay"] for each in broken] == ["dying"]
        assert "refused the connection" in broken[0]["reason"]
        first = [*dying.accepted, *living.accepted]
        assert len(first) == len(set(first)) == done.tally[DeliveryState.SENT] >= 120 - 16
        app.clock.ahead = timedelta(hours=1)  # type: ignore[attr-defined]  # this test's clock
        again = deliver_issue(app, app.store.issues.get(ISSUE.slug))
        assert again.finished
        assert again.tally[DeliveryState.SENT] == 120
        assert len({*dying.accepted, *living.accepted}) == 120


def test_a_rate_holds_with_several_in_flight(tmp_path: Path) -> None:
    """No second sees more than the rate, though a connection could carry eight at once."""
    server = Pipelined()
    with publication(tmp_path, {"main": server}, 50, rate="20/second") as app:
        assert deliver_issue(app, app.store.issues.get(ISSUE.slug)).finished
    assert sorted(server.accepted) == [f"r{number:03}@reader.example" for number in range(50)]
    assert server.connections == 1
    for end in server.arrived:
        # Between a ticket and the message's end there is the way over the wire.
        assert sum(end - 0.8 < each <= end for each in server.arrived) <= 20
