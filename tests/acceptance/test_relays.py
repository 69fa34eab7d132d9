"""Two real mail servers: one dies, one is for a domain, and rates hold on the wire."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.deliver.servers import MailServers
from digest.deliver.smtp import SmtpMailer
from digest.errors import HandOffError
from digest.model import Consent, DeliveryState, NewSubscriber
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import Delivered, deliver_issue
from digest.pipeline.preflight import BY_ITSELF
from digest.store import open_store
from tests.acceptance.mail_servers import Inbox, serving, settings
from tests.acceptance.town import FEEDS, MailServer, free_port, make_publication, serve_feeds
from tests.core.harbour import ISSUE, NEWSLETTER
from tests.fakes import fake_config, fake_world

START = ISSUE.key.period.end + timedelta(hours=1)


class Clock:
    """The real clock, as if it were the issue's time."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self._began)


@contextmanager
def publication(
    folder: Path, ports: dict[str, int], readers: list[str], **changes: dict[str, object]
) -> Iterator[App]:
    """An approved issue, to go by real mail servers on these ports."""
    tables = [
        {"name": name, "host": "127.0.0.1", "connections": 2, **changes.get(name, {})}
        for name in ports
    ]
    world = fake_world(fake_config(folder, newsletters=[NEWSLETTER], relay=tables))
    store = open_store(f"sqlite:///{folder}/digest.db")
    mailer = MailServers({name: SmtpMailer(settings(port)) for name, port in ports.items()})
    app = replace(world.app, store=store, clock=Clock(), mailer=mailer)
    rows = [NewSubscriber(address=address, consent=Consent.CONFIRMED) for address in readers]
    store.audience.subscribe_all(rows, newsletter=NEWSLETTER.id, now=app.clock())
    store.issues.add(ISSUE, now=app.clock())
    approve_issue(app, ISSUE.slug, by="editor", manner=BY_ITSELF)
    yield app
    store.close()


def send(app: App, **options: object) -> Delivered:
    return deliver_issue(app, app.store.issues.get(ISSUE.slug), **options)  # type: ignore[arg-type]


def people(count: int, domain: str = "reader.example") -> list[str]:
    return [f"r{number:03}@{domain}" for number in range(count)]


def test_a_relay_dies_and_its_mail_goes_by_the_other(tmp_path: Path) -> None:
    """One of two servers stops in mid-run: everybody gets the issue, and gets it once."""
    first, stopped = MailServer(), threading.Event()
    first.__enter__()
    with MailServer() as second:
        ports = {"first": first.port, "second": second.port}
        with publication(tmp_path, ports, people(60)) as app:

            def stop_the_first(*_: object) -> None:
                if len(first.letters) >= 10 and not stopped.is_set():
                    stopped.set()
                    first.__exit__()

            done = send(app, on_settled=stop_the_first)
            assert not done.stopped
            later = replace(app, clock=lambda: START + timedelta(minutes=30))
            done = done if done.finished else send(later)
            assert done.finished
            assert done.tally[DeliveryState.SENT] == 60
            (state,) = app.store.relays.states()
            assert state.name == "first"
    got = [letter.recipient for letter in (*first.letters, *second.letters)]
    assert sorted(got) == people(60)
    assert 10 <= len(first.letters) < 30


def test_a_domain_goes_by_its_own_server(tmp_path: Path) -> None:
    """What is for the domain arrives at its relay, all else at the other."""
    main, big = Inbox(), Inbox()
    with serving(main) as one, serving(big) as two:
        readers = [*people(8), *people(8, "big.example"), *people(4, "mx.big.example")]
        routes: dict[str, object] = {"domains": ["big.example", "*.big.example"]}
        with publication(tmp_path, {"main": one, "big": two}, readers, big=routes) as app:
            assert send(app).finished
    assert sorted(each.rcpt_tos[0] for each in main.taken) == people(8)
    assert sorted(each.rcpt_tos[0] for each in big.taken) == sorted(readers[8:])


def test_the_rate_holds_on_the_wire(tmp_path: Path) -> None:
    """No second sees more messages than the relay's rate, over all connections; all arrive."""
    arrived: list[float] = []

    class Timed(Inbox):
        async def handle_DATA(self, *given: object) -> str:  # noqa: N802 - aiosmtpd's name
            arrived.append(time.monotonic())
            return await super().handle_DATA(*given)  # type: ignore[arg-type]

    with serving(Timed()) as port:
        pace: dict[str, object] = {"rate": "10/second"}
        with publication(tmp_path, {"main": port}, people(35), main=pace) as app:
            assert send(app).finished
    assert len(arrived) == 35
    assert arrived[-1] - arrived[0] >= 2.5
    for end in arrived:
        # Between a ticket and the message's end there is the way over the wire.
        assert sum(end - 0.8 < each <= end for each in arrived) <= 10


def test_an_operator_sees_the_failover_and_what_is_broken(tmp_path: Path) -> None:
    """By the command line: the issue goes by the relay that works, and `status` names the other."""
    with serve_feeds(FEEDS) as site, MailServer() as mail:
        made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=1)
        file = made.directory / "digest.toml"
        text = file.read_text().replace('[smtp]\nhost = "127.0.0.1"\nport = 1\n', "[smtp]\n")
        for name, port in (("dead", free_port()), ("alive", mail.port)):
            text += f'[[relay]]\nname = "{name}"\nhost = "127.0.0.1"\nport = {port}\n'
        file.write_text(text)
        names = ["ann", "bob", "cid", "dee"]
        rows = "".join(f"{name}@reader.example,{name},confirmed\n" for name in names)
        made.digest("subscribers", "import", "-", stdin=f"email,name,status\n{rows}")
        told = made.digest("run").stderr
        again = json.loads(made.digest("status", "--json").stdout)["broken_relays"]
        shown = made.digest("status").stdout
    assert told.count("relay.broken") == 1
    assert sorted(letter.recipient for letter in mail.letters) == [
        f"{name}@reader.example" for name in names
    ]
    assert [each["relay"] for each in again] == ["dead"]
    assert "check [[relay]] dead: host and port" in again[0]["reason"]
    assert "relay dead is out of service since" in shown


def test_errors_name_the_relay_and_its_own_secret() -> None:
    """Who reads that a login was refused is sent to the right table and variable."""
    with serving(Inbox()) as port:
        server = SmtpMailer(settings(port, username="me"), password="x")
        with pytest.raises(HandOffError, match=r"\[\[relay\]\] in-house:") as caught:
            MailServers({"in-house": server}).connect("in-house")
    assert "[smtp]" not in str(caught.value)
