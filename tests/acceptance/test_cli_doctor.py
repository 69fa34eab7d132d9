"""``doctor`` and ``dkim`` as an operator meets them, and signed mail over real SMTP."""

import json
import re
import stat
from pathlib import Path
from types import ModuleType

import pytest

from digest.deliver.signing.keyring import can_sign
from tests.acceptance.mail_servers import Inbox, serving
from tests.acceptance.town import FEEDS, MailServer, Publication, make_publication, serve_feeds

pytestmark = pytest.mark.skipif(not can_sign(), reason="the extra dkim is not installed")


def add_key(publication: Publication, selector: str, *options: str) -> dict[str, str]:
    """Make a key and put it into the settings; its DNS record by name."""
    made = json.loads(publication.digest("dkim", selector, *options, "--json").stdout)
    settings = publication.directory / "digest.toml"
    settings.write_text(f"{settings.read_text()}\n{made['toml']}\n")
    assert stat.S_IMODE(Path(made["file"]).stat().st_mode) == 0o600
    return {made["dns"]["name"]: "".join(made["dns"]["strings"])}


def test_every_mail_of_a_run_verifies(tmp_path: Path, dkimpy: ModuleType) -> None:
    """Keys made by `dkim`: what a real server took, issues and a test mail, verifies twice."""
    with MailServer() as mail, serve_feeds(FEEDS) as feeds:
        publication = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        records = add_key(publication, "town2026a")
        records |= add_key(publication, "town2026b", "--type", "ed25519")
        people = (
            "email,name,status\nann@reader.example,Änn,confirmed\nbob@reader.example,,confirmed\n"
        )
        publication.digest("subscribers", "import", "-", stdin=people)
        publication.digest("run")
        publication.digest("send", "harbour", "--test", "me@reader.example")

    assert len(mail.letters) == 3
    for letter in mail.letters:
        signed = dkimpy.DKIM(letter.content)

        def answer(name: bytes, timeout: int = 5) -> bytes:  # noqa: ARG001 - dkimpy's signature
            return records[name.decode().removesuffix(".")].encode()

        assert [signed.verify(at, dnsfunc=answer) for at in (0, 1)] == [True, True]
        kind = "test" if letter.recipient.startswith("me@") else "digest"
        assert re.fullmatch(
            rf"harbour-[\w-]+:harbour:{kind}:[\w.-]{{5,15}}", letter.message["Feedback-ID"]
        )


def test_doctor_says_what_is_wrong_and_what_to_publish(tmp_path: Path) -> None:
    """With all in order: the records, in strings a zone file takes; else each trouble, and 1."""
    with serving(Inbox()) as port:
        publication = make_publication(tmp_path / "pub", feeds_port=1, mail_port=port)
        records = add_key(publication, "town2026")
        facts = json.loads(publication.digest("doctor", "--json").stdout)
    assert {each["health"] for each in facts["findings"]} == {"ok"}
    (domain,) = facts["domains"]
    assert {each["name"]: "".join(each["strings"]) for each in domain["dkim"]} == records
    assert all(len(text) <= 255 for each in domain["dkim"] for text in each["strings"])

    again = publication.digest("dkim", "town2026", status=1)
    assert "another selector" in again.stderr
    (publication.directory / "dkim" / "town2026.pem").unlink()
    shown = publication.digest("doctor", status=1).stdout
    assert re.search(r"trouble mail: .*refused the connection", shown)
    assert re.search(r"trouble signing: .*digest\.toml:\d+: dkim\[1\]\.key: .*not exist", shown)
    assert "digest dkim town2026" in shown
    for word in ("v=DMARC1", "SPF", "MX"):
        assert word in shown
