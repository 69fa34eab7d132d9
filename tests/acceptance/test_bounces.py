"""What comes back, taken as an operator has it taken: by the command, a pipe, IMAP and LMTP."""

import json
import re
import shutil
import smtplib
import subprocess
import time
from pathlib import Path

import pytest

from digest.deliver.intake.imap import parse_imap_url, read_imap
from digest.deliver.intake.lmtp import LmtpListener
from digest.deliver.intake.sources import read_source
from digest.errors import IntakeError, ListenError, StoreError
from tests.acceptance.imap_server import mailbox
from tests.acceptance.town import (
    FEEDS,
    Letter,
    MailServer,
    Publication,
    free_port,
    make_publication,
    serve_feeds,
)
from tests.core.returned_mails import complaint, reply, status_report

NAMES = ("ann", "bea", "cid", "dee")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Publication, list[Letter]]:
    """A publication whose first issue went out to four readers."""
    folder = tmp_path_factory.mktemp("bounces") / "pub"
    with serve_feeds(FEEDS) as site, MailServer() as mail:
        made = make_publication(folder, feeds_port=site.port, mail_port=mail.port)
        settings = folder / "digest.toml"
        bounces = '[feedback]\nbounce_address = "bounces@harbour.example"\n'
        settings.write_text(settings.read_text() + bounces)
        people = "email,name,status\n" + "".join(
            f"{name}@reader.example,,confirmed\n" for name in NAMES
        )
        made.digest("subscribers", "import", "-", stdin=people)
        made.digest("run")
        return made, mail.letters


@pytest.fixture
def publication(sent: tuple[Publication, list[Letter]], tmp_path: Path) -> Publication:
    """A copy of it, for one test."""
    shutil.copytree(sent[0].directory, tmp_path / "pub")
    return Publication(directory=tmp_path / "pub")


def report_on(letter: Letter, diagnostic: str, *, kind: str = "") -> str:
    """What a mail server says of a mail of ours: the header of it is returned."""
    text = complaint(recipient="") if kind else status_report(diagnostic)
    header = letter.content.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    start = text.index("From: The Weekly")
    end = text.index("Ahoy." if kind else "--cut here--")
    text = f"{text[:start]}{header}\n\n{text[end:]}".replace("ada@reader", letter.recipient[:3])
    return text.replace(".1@", f".{letter.recipient[:3]}@")


def reports(sent: tuple[Publication, list[Letter]]) -> dict[str, str]:
    """One mail of each sort: a dead address, a full box, a complaint, a holiday."""
    letters = {letter.recipient[:3]: letter for letter in sent[1]}
    return {
        "ann": report_on(letters["ann"], "550 5.1.1 no such user"),
        "bea": report_on(letters["bea"], "552 5.2.2 mailbox full"),
        "cid": report_on(letters["cid"], "", kind="complaint"),
        "dee": reply("Automatic reply", "Away.", "Auto-Submitted: auto-replied"),
    }


def suppressed(publication: Publication) -> dict[str, str]:
    listed = json.loads(publication.digest("suppressions", "list", "--json").stdout)
    return {one["address"]: one["reason"] for one in listed}


def make_maildir(box: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (box / name).mkdir(parents=True)
    return box


WANTED = {"ann@reader.example": "hard-bounce", "cid@reader.example": "complaint"}


def test_a_maildir_is_read_once(
    publication: Publication, sent: tuple[Publication, list[Letter]], tmp_path: Path
) -> None:
    """The dead and the complaining are suppressed; what was read is moved away."""
    box = make_maildir(tmp_path / "box")
    for name, text in reports(sent).items():
        (box / "new" / name).write_text(text)
    read = json.loads(publication.digest("bounces", "read", str(box), "--json").stdout)
    effects = {one["kind"]: [each["effect"] for each in one["reports"]] for one in read}
    assert effects == {"bounce": ["counted"], "feedback": ["suppressed"], "autoreply": []}
    assert suppressed(publication) == WANTED
    people = publication.digest("subscribers", "show", "cid@reader.example").stdout
    assert "unsubscribed" in people
    assert not list((box / "new").iterdir())
    assert "0 mails read" in publication.digest("bounces", "read", str(box)).stdout


def test_an_mbox_may_be_read_again(
    publication: Publication, sent: tuple[Publication, list[Letter]], tmp_path: Path
) -> None:
    """The second reading says so and changes nothing."""
    box = tmp_path / "mbox"
    parts = (f"From MAILER-DAEMON Thu Jun 18 09:00:00 2026\n{t}\n" for t in reports(sent).values())
    box.write_text("".join(parts))
    first = publication.digest("bounces", "read", str(box)).stdout
    assert "4 mails read, 2 addresses suppressed" in first
    publication.digest("suppressions", "remove", "ann@reader.example")
    again = publication.digest("bounces", "read", str(box)).stdout
    assert "read before" in again
    assert "4 mails read, 0 addresses suppressed" in again
    assert suppressed(publication) == {"cid@reader.example": "complaint"}


def test_a_pipe_takes_one_mail(
    publication: Publication, sent: tuple[Publication, list[Letter]]
) -> None:
    """`-` reads standard input; where nothing can be recorded it exits 75, and mail is kept."""
    text = reports(sent)["ann"]
    publication.digest("bounces", "read", "-", stdin=text)
    assert suppressed(publication) == {"ann@reader.example": "hard-bounce"}
    (publication.directory / "digest.db").write_bytes(b"no database" * 999)
    assert "error" in publication.digest("bounces", "read", "-", stdin=text, status=75).stderr
    publication.digest("bounces", "read", str(publication.directory / "none"), status=1)


def test_a_source_that_is_not_there_is_named(publication: Publication, tmp_path: Path) -> None:
    """The error names the source; a folder of mails is one."""
    done = publication.digest("bounces", "read", str(tmp_path / "nowhere"), status=1)
    assert "nowhere: No such file or directory" in done.stderr
    with pytest.raises(IntakeError, match=r"^mail\.example: mail is not read by pop3; name"):
        list(read_source("pop3://me:secret@mail.example"))
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "one").write_bytes(b"a: b\n\nc")
    assert list(read_source(str(tmp_path / "mails"))) == [b"a: b\n\nc"]


def test_mail_handed_over_by_lmtp_is_taken() -> None:
    """Yes, once for each recipient, when it is recorded; no to others, later on a failure."""
    taken: list[bytes] = []

    def take(data: bytes) -> None:
        if b"lost" in data:
            raise StoreError("the disk is full")
        taken.append(data)

    listener = LmtpListener(
        take, bounce_address="bounces@harbour.example", host="127.0.0.1", port=free_port()
    )
    listener.start()
    try:
        with smtplib.LMTP("127.0.0.1", listener.port, timeout=10) as client:
            to = ["bounces+abc@harbour.example", "x@harbour.example"]
            refused = client.sendmail("", to, b"Subject: one\r\n\r\nbody\r\n")
            assert refused["x@harbour.example"][0] == 550
            with pytest.raises(smtplib.SMTPDataError) as caught:
                client.sendmail("", to[:1], b"Subject: lost\r\n\r\nbody\r\n")
            assert caught.value.smtp_code == 451
            client.mail("")
            client.rcpt("bounces@harbour.example")
            client.rcpt("bounces+abc@harbour.example")
            assert client.data(b"Subject: two\r\n\r\nbody\r\n")[0] == 250
            assert client.getreply()[0] == 250
        other = LmtpListener(take, bounce_address="", host="127.0.0.1", port=listener.port)
        with pytest.raises(ListenError, match="lmtp_port"):
            other.start()
    finally:
        listener.stop()
    assert len(taken) == 2
    assert b"X-Original-To: bounces+abc@harbour.example" in taken[0]


def test_the_service_takes_mail_by_lmtp_and_reads_its_inbox(
    publication: Publication, sent: tuple[Publication, list[Letter]]
) -> None:
    """What a mail server hands to `digest serve`, or puts into its Maildir, has its effect."""
    lmtp, web = free_port(), free_port()
    settings = publication.directory / "digest.toml"
    feedback = f'[feedback]\nlmtp_port = {lmtp}\ninbox = "returned"'
    text = settings.read_text().replace("[feedback]", feedback)
    box = make_maildir(publication.directory / "returned")
    (box / "new" / "1").write_text(reports(sent)["cid"])
    settings.write_text(text.replace("[web]", f"[web]\nport = {web}"))
    process = subprocess.Popen(
        publication.command("serve"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        hand_over(lmtp, reports(sent)["ann"])
        deadline = time.monotonic() + 40
        while list((box / "new").iterdir()):
            assert time.monotonic() < deadline, "waited too long"
            time.sleep(0.1)
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert suppressed(publication) == WANTED
    shutil.rmtree(box / "new")
    publication.digest("bounces", "read", status=1)
    status = json.loads(publication.digest("status", "--json").stdout)["inbox"]
    assert (status["inbox"], status["failures"]) == (str(box), 1)
    assert "no folder 'new'" in status["reason"]


def hand_over(port: int, text: str) -> None:
    """Give one mail to a service that is starting."""
    deadline = time.monotonic() + 40
    while True:
        try:
            with smtplib.LMTP("127.0.0.1", port, timeout=10) as client:
                client.sendmail("", "bounces@harbour.example", text)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "waited too long"
            time.sleep(0.1)
        else:
            return


MAILS = {"7": b"a: b\r\n\r\nfirst\xff", "9": b"From: x\r\n\r\nsecond"}


def test_imap_gives_unseen_mail_as_it_is_and_marks_it() -> None:
    """Byte for byte; marked only once it was taken."""
    pytest.importorskip("imap_tools")
    with mailbox(MAILS) as (server, url):
        reading = read_imap(parse_imap_url(url), password="sesame")
        assert next(reading) == MAILS["7"]
        assert server.seen == []
        assert list(reading) == [MAILS["9"]]
        assert server.seen == ["7", "9"]


def test_imap_moves_what_was_read() -> None:
    """To the folder that the URL names."""
    pytest.importorskip("imap_tools")
    with mailbox(MAILS) as (server, url):
        assert len(list(read_imap(parse_imap_url(f"{url}?move=Read"), password="sesame"))) == 2
        assert server.moved == {"7": "Read", "9": "Read"}


@pytest.mark.parametrize(
    ("url", "password", "said"),
    [
        ("", "wrong", "login of 'bounces@h.example' was refused; check DIGEST_IMAP_PASSWORD"),
        ("", "pass wörd", "was refused; check DIGEST_IMAP_PASSWORD"),
        ("", "", "needs a password; set DIGEST_IMAP_PASSWORD"),
        ("/Nowhere", "sesame", "has no folder 'Nowhere'"),
        ("/INBOX?move=Nowhere", "sesame", "cannot be moved to 'Nowhere'"),
    ],
    ids=["wrong-password", "not-ascii", "no-password", "no-folder", "no-folder-to-move-to"],
)
def test_an_imap_mailbox_that_refuses_says_what_to_do(url: str, password: str, said: str) -> None:
    """The account, what is wrong, and where it is put right; nothing is marked or moved."""
    pytest.importorskip("imap_tools")
    with mailbox(MAILS) as (server, address):
        account = parse_imap_url(address.replace("/INBOX", url) if url else address)
        with pytest.raises(IntakeError, match=re.escape(said)) as caught:
            list(read_imap(account, password=password))
        assert "bounces@h.example@127.0.0.1" in str(caught.value)
        assert "sesame" not in str(caught.value)
        assert (server.seen, server.moved) == ([], {})


def test_an_imap_server_that_hangs_up_is_named() -> None:
    """In the middle of a mail: what came before was taken, the rest stays unread."""
    pytest.importorskip("imap_tools")
    with mailbox(MAILS) as (server, url):
        server.hangs_up_at = "9"
        reading = read_imap(parse_imap_url(url), password="sesame")
        assert next(reading) == MAILS["7"]
        with pytest.raises(IntakeError, match="cannot be read"):
            next(reading)
        assert server.seen == ["7"]


def test_an_imap_mailbox_that_cannot_be_had_is_named() -> None:
    """A server that is not there, and a URL that is none."""
    pytest.importorskip("imap_tools")
    gone = parse_imap_url(f"imap://me@127.0.0.1:{free_port()}")
    with pytest.raises(IntakeError, match="cannot be read"):
        list(read_imap(gone, password="sesame"))
    for wrong in ("imaps://host/INBOX", "imaps://me@", "imaps://me:pw@host/", "imap://me@h:x/"):
        with pytest.raises(IntakeError):
            parse_imap_url(wrong)
