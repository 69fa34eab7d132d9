"""The whole way, with nothing in it that is not real: Postfix takes, delivers and bounces."""

import json
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType

import pytest

from digest.deliver.signing.dkim import Algorithm
from digest.deliver.signing.keys import new_key, read_key
from digest.deliver.smtp import SmtpMailer
from digest.model import Accepted, Envelope
from tests.acceptance.mail_servers import settings
from tests.acceptance.postfix_server import Postfix, running_postfix
from tests.acceptance.town import FEEDS, Publication, make_publication, serve_feeds
from tests.dkim_oracle import verdicts
from tests.letters import LETTER, build

READERS = ("ann", "bea", "jürgen")
PEOPLE = (*(f"{name}@reader.example" for name in READERS), "dee@reader.example", "eve@far.example")
SETTINGS = """utf8_addresses = true
[feedback]
bounce_address = "bounces@harbour.example"
[[dkim]]
domain = "harbour.example"
selector = "letters"
key = "letters.pem"
"""


@pytest.fixture(scope="module")
def mx(postfix: str) -> Iterator[Postfix]:
    """Mailboxes for three readers and for what comes back; none for Dee, and Eve's is full."""
    boxes = {f"{name}@reader.example": name for name in (*READERS, "fay")}
    with running_postfix(
        postfix,
        boxes | {"bounces@harbour.example": "bounces"},
        far="far.example",
        refusals={"eve@far.example": "552 5.2.2 mailbox full"},
    ) as server:
        yield server


def test_an_issue_goes_through_postfix_and_its_bounces_come_back(
    mx: Postfix, dkimpy: ModuleType, tmp_path: Path
) -> None:
    """Each living reader has it once, signed; the dead address is suppressed, the full one not.

    One of them has an address outside ASCII, which Postfix takes by SMTPUTF8.
    """
    with serve_feeds(FEEDS) as site:
        publication = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mx.port)
        sign(publication)
        people = "email,name,status\n" + "".join(f"{who},,confirmed\n" for who in PEOPLE)
        publication.digest("subscribers", "import", "-", stdin=people)
        publication.digest("run")
    mx.wait_for({**dict.fromkeys(READERS, 1), "bounces": 2})
    for name in READERS:
        (content,) = mx.box(name)
        check_letter(content, f"{name}@reader.example")
        check_signature(content, publication, dkimpy)
    read = json.loads(
        publication.digest("bounces", "read", str(mx.folder("bounces")), "--json").stdout
    )
    found = {
        report["address"]: (report["verdict"], report["effect"])
        for one in read
        for report in one["reports"]
    }
    assert found == {
        "dee@reader.example": ("hard", "suppressed"),
        "eve@far.example": ("soft", "counted"),
    }
    listed = json.loads(publication.digest("suppressions", "list", "--json").stdout)
    assert {one["address"]: one["reason"] for one in listed} == {
        "dee@reader.example": "hard-bounce"
    }


def test_a_body_goes_through_postfix_as_it_is(mx: Postfix) -> None:
    """Postfix offers 8BITMIME and SMTPUTF8; the letters arrive byte for byte, in one stream."""
    session = SmtpMailer(settings(mx.port)).connect()
    letter = replace(LETTER, recipient_address="fay@reader.example", html="<p>Grüße</p>\n" * 400)
    made = [build(replace(letter, subject=f"No. {n}"), takes=session.takes) for n in range(3)]
    jobs = [
        (n, Envelope(sender="n@a.example", recipient="fay@reader.example", content=content))
        for n, content in enumerate(made)
    ]
    assert all(isinstance(outcome, Accepted) for _, outcome in session.stream(jobs))
    session.close()
    mx.wait_for({"fay": 3})
    arrived = {content.partition(b"\nFrom: ")[2] for content in mx.box("fay")}
    assert arrived == {one.partition(b"From: ")[2].replace(b"\r\n", b"\n") for one in made}
    assert all("Grüße".encode() in content for content in arrived)


def sign(publication: Publication) -> None:
    """Take bounces and any address, and sign."""
    (publication.directory / "letters.pem").write_bytes(new_key(Algorithm.RSA))
    file = publication.directory / "digest.toml"
    file.write_text(file.read_text().replace("connections = 2\n", f"connections = 2\n{SETTINGS}"))


def check_letter(content: bytes, reader: str) -> None:
    """It came with its own return path, one-click unsubscribe and both parts whole."""
    message = message_from_bytes(content, policy=policy.default.clone(utf8=True))
    assert isinstance(message, EmailMessage)
    assert f"\nTo: {reader}\n".encode() in content
    assert f"\nDelivered-To: {reader}\n".encode() in content
    assert message["Return-Path"].startswith("<bounces+")
    assert message["List-Unsubscribe"].startswith("<https://letters.harbour.example/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(message.get_all("Message-ID")) == 1
    for kind in ("plain", "html"):
        body = message.get_body(preferencelist=(kind,))
        assert body is not None
        assert "Seagrass returns" in body.get_content()


def check_signature(content: bytes, publication: Publication, dkimpy: ModuleType) -> None:
    """Nothing on the way changed what was signed."""
    pem = (publication.directory / "letters.pem").read_bytes()
    key = read_key(pem, domain="harbour.example", selector="letters")
    assert verdicts(dkimpy, content.replace(b"\n", b"\r\n"), [key]) == [True]
