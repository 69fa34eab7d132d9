"""Mail servers that misbehave at every step, over real sockets: every outcome is the true one."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import product

import pytest

from digest.deliver.smtp import SmtpMailer, SmtpSession
from digest.deliver.transaction import Step
from digest.model import Accepted, Envelope, Lost, Refused, SendOutcome
from tests.acceptance.mail_servers import read_until, settings
from tests.core.smtp_model import OFFERS, ModelServer, job

EHLO = {
    "lock-step": b"250 model\r\n",
    "pipelined": b"250-model\r\n250-SIZE\r\n250 PIPELINING\r\n",
    "chunked": b"250-model\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n",
}
STEPS = (Step.MAIL, Step.RCPT, Step.DATA, Step.CONTENT)
PLACES = [
    (offer, step)
    for offer, step in product(OFFERS, STEPS)
    if (offer, step) != ("chunked", Step.DATA)
]
COUNT = 5
AT = 2
RESET = struct.pack("ii", 1, 0)


@dataclass
class Host:
    """Runs a model server on a socket. ``limit``: bytes it reads; then it resets the connection."""

    server: ModelServer
    offer: str
    limit: int = 10**9
    port: int = 0
    quits: list[bytes] = field(default_factory=list)

    def talk(self, connection: socket.socket) -> None:
        connection.sendall(b"220 model ESMTP\r\n")
        read_until(connection, b"\r\n")
        connection.sendall(EHLO[self.offer])
        while not self.server.closed and self.limit:
            data = connection.recv(min(65_536, self.limit))
            if not data or data.endswith(b"QUIT\r\n"):
                self.quits.append(data)
                return
            self.limit -= len(data)
            connection.sendall(self.server.feed(data))
        if not self.limit:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@contextmanager
def hosting(host: Host, window: int = 3) -> Iterator[SmtpSession]:
    """A session with the server, which waits for answers for a short time only."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                try:
                    host.talk(connection)
                except OSError:
                    host.quits.append(b"")

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        session = SmtpMailer(settings(listener.getsockname()[1], window=window)).connect()
        if host.server.stalls:
            session._timeout = 0.2
        yield session
        session.close()
        thread.join(10)
        assert not thread.is_alive()


def outcomes_with(host: Host, count: int = COUNT) -> dict[int, SendOutcome]:
    with hosting(host) as session:
        return dict(session.stream(map(job, range(count))))


def word(outcome: SendOutcome) -> str:
    match outcome:
        case Accepted():
            return "sent"
        case Refused(reply=reply):
            return str(reply.code)
        case Lost(uncertain=uncertain):
            return "uncertain" if uncertain else "lost"
    return "unbuildable"


def assert_true(outcomes: dict[int, SendOutcome], server: ModelServer) -> None:
    """What is said to be sent was delivered, what was delivered is not said to be lost."""
    delivered = {readers for readers, _ in server.delivered}
    assert all(len(readers) == 1 for readers in delivered)
    for number, outcome in outcomes.items():
        was_delivered = (number,) in delivered
        assert was_delivered or word(outcome) != "sent"
        assert not was_delivered or word(outcome) in {"sent", "uncertain"}
    assert {number for (number,) in delivered} <= outcomes.keys()


EVERYWHERE = pytest.mark.parametrize(
    ("offer", "step"), PLACES, ids=[f"{offer}-{step.name.lower()}" for offer, step in PLACES]
)


@EVERYWHERE
@pytest.mark.parametrize("code", [421, 451, 550])
def test_refused_at_each_step(offer: str, step: Step, code: int) -> None:
    """A refusal is that message's alone; 421 ends the session, and nothing else does."""
    server = ModelServer(answers={(AT, step): code})
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    assert word(outcomes[AT]) == str(code)
    others = [word(outcomes[n]) for n in outcomes if n != AT]
    if code == 421:
        assert set(others) <= {"sent", "lost"}
    else:
        assert others == ["sent"] * (COUNT - 1)


@EVERYWHERE
@pytest.mark.parametrize("number", [0, AT, COUNT - 1])
def test_hanging_up_before_each_answer(offer: str, step: Step, number: int) -> None:
    """A connection that ends without the answer: certain before the message is out, not after."""
    server = ModelServer(says={(number, step): b""}, hangs_up=(number, step))
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    assert [word(outcomes[n]) for n in range(number)] == ["sent"] * number
    whole = step is Step.CONTENT or offer == "chunked"
    assert word(outcomes[number]) == ("uncertain" if whole else "lost")


@EVERYWHERE
def test_hanging_up_after_each_answer(offer: str, step: Step) -> None:
    """A connection that ends after an answer: an accepted message stays accepted."""
    server = ModelServer(hangs_up=(AT, step))
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    assert [word(outcomes[n]) for n in range(AT)] == ["sent"] * AT
    if step is Step.CONTENT:
        assert word(outcomes[AT]) == "sent"
    else:
        assert isinstance(outcomes[AT], Lost)


@EVERYWHERE
def test_stalling_at_each_step(offer: str, step: Step) -> None:
    """A server that falls silent is given up after the timeout."""
    server = ModelServer(says={(AT, step): b""}, stalls=(AT, step))
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    outcome = outcomes[AT]
    assert isinstance(outcome, Lost)
    assert "did not answer in time" in outcome.reason


NONSENSE = {
    "garbage": b"\x00\xff nonsense\r\n",
    "over-long-line": b"250 " + b"x" * 20_000 + b"\r\n",
    "over-long-reply": b"250-x\r\n" * 40_000 + b"250 x\r\n",
    "code-of-no-class": b"199 hm\r\n",
    "web-server": b"HTTP/1.1 400 Bad Request\r\nServer: web\r\n\r\n",
}


@EVERYWHERE
@pytest.mark.parametrize("noise", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_at_each_step(offer: str, step: Step, noise: bytes) -> None:
    """What is no reply ends the session, and no message is said to be sent for it."""
    server = ModelServer(says={(AT, step): noise})
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    assert isinstance(outcomes[AT], Lost)


@pytest.mark.parametrize("offer", ["lock-step", "pipelined"])
@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT])
def test_a_reply_too_many(offer: str, step: Step) -> None:
    """A reply nobody asked for is noticed before a message follows it."""
    server = ModelServer(after={(AT, step): b"250 2.0.0 and another\r\n"})
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    assert [word(outcomes[n]) for n in outcomes] == ["sent", "sent", "lost"]


@pytest.mark.parametrize("offer", ["lock-step", "pipelined"])
@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA])
def test_a_reply_too_few(offer: str, step: Step) -> None:
    """A reply that is left out puts the sides out of step: no message goes out on a wrong one."""
    server = ModelServer(says={(AT, step): b""})
    host = Host(server, offer)
    with hosting(host) as session:
        session._timeout = 0.2
        outcomes = dict(session.stream(map(job, range(COUNT))))
    assert_true(outcomes, server)
    assert [word(outcomes[n]) for n in outcomes][:3] == ["sent", "sent", "lost"]


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("limit", [1, 20, 40, 60, 75, 80, 100, 120, 160, 240, 400])
def test_dropped_within_each_region_of_bytes(offer: str, limit: int) -> None:
    """A connection reset after any number of bytes leaves no false word behind."""
    server = ModelServer()
    assert_true(outcomes_with(Host(server, offer, limit=limit)), server)


@pytest.mark.parametrize("offer", OFFERS)
def test_reset_in_the_middle_of_a_large_message_is_certain(offer: str) -> None:
    """A message of which the last byte was never written cannot have been delivered."""
    server = ModelServer()
    with hosting(Host(server, offer, limit=100_000)) as session:
        outcome = session.send(job(0, b"x" * 60 + b"\r\n" * 1)[1])
        assert isinstance(outcome, Accepted)
        outcome = session.send(job(1, (b"x" * 60 + b"\r\n") * 500_000)[1])
    assert word(outcome) == "lost"


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("number", range(COUNT))
@pytest.mark.parametrize(("nests", "keeps"), [(True, False), (False, False), (False, True)])
def test_one_recipient_refused_in_each_place_of_the_window(
    offer: str,
    number: int,
    nests: bool,  # noqa: FBT001 - a table's column
    keeps: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A refused recipient costs nobody else the message, however strict the server is."""
    server = ModelServer(answers={(number, Step.RCPT): 550}, nests=nests, keeps=keeps)
    outcomes = outcomes_with(Host(server, offer))
    assert_true(outcomes, server)
    wanted = ["550" if n == number else "sent" for n in range(COUNT)]
    assert [word(outcomes[n]) for n in range(COUNT)] == wanted


@pytest.mark.parametrize("offer", ["lock-step", "pipelined"])
@pytest.mark.parametrize(
    "reply", [b"", b"502 5.5.1 no such command\r\n"], ids=["silent", "refused"]
)
def test_reset_that_is_ignored(offer: str, reply: bytes) -> None:
    """Without a reset, the next message might reach the reader before: nothing is sent."""
    server = ModelServer(answers={(0, Step.DATA): 451}, says={(0, Step.RSET): reply})
    with hosting(Host(server, offer)) as session:
        session._timeout = 0.2
        outcomes = dict(session.stream(map(job, range(3))))
    assert [word(outcomes[n]) for n in outcomes] == ["451", "lost"]
    assert not server.delivered


def test_window_is_full_and_nobody_deadlocks() -> None:
    """A server that writes long replies before it reads on, and a full window, both get on."""
    long_reply = b"250-this line is rather long, as lines of servers go\r\n" * 1_000 + b"250 ok\r\n"
    count = 40
    server = ModelServer(says=dict.fromkeys(product(range(count), STEPS), long_reply))
    content = (b"x" * 70 + b"\r\n") * 3_000
    with hosting(Host(server, "chunked"), window=count) as session:
        outcomes = dict(session.stream(job(number, content) for number in range(count)))
    assert [word(outcomes[n]) for n in range(count)] == ["sent"] * count


def test_jobs_are_read_as_there_is_room() -> None:
    """The next message is asked for when the window has room, and none once the session ended."""
    read: list[int] = []

    def jobs() -> Iterator[tuple[int, Envelope]]:
        for number in range(50):
            read.append(number)
            yield job(number)

    server = ModelServer(answers={(9, Step.CONTENT): 421})
    with hosting(Host(server, "chunked")) as session:
        settled = 0
        for _ in session.stream(jobs()):
            assert len(read) - settled <= 6
            settled += 1
        assert settled == len(read) < 14
        again = dict(session.stream(map(job, (60, 61))))
    assert [(number, word(outcome)) for number, outcome in again.items()] == [(60, "lost")]


def test_leaving_a_stream_hangs_up() -> None:
    """Whoever leaves a stream early leaves messages on the way: the session is over."""
    server = ModelServer()
    with hosting(Host(server, "chunked")) as session:
        stream = session.stream(map(job, range(COUNT)))
        next(stream)
        stream.close()  # type: ignore[attr-defined]  # it is a generator
        assert isinstance(session.send(job(7)[1]), Lost)


def test_goodbye_while_nothing_is_said_is_noticed() -> None:
    """A server that hung up between two streams loses the next message for certain."""
    server = ModelServer(
        after={(0, Step.CONTENT): b"421 4.4.2 timeout\r\n"}, hangs_up=(0, Step.CONTENT)
    )
    with hosting(Host(server, "pipelined")) as session:
        assert isinstance(session.send(job(0)[1]), Accepted)
        assert word(session.send(job(1)[1])) == "lost"
