"""Two subjects over real SMTP: a sample, a wait, some who leave, and the rest under the winner."""

import json
from collections import Counter
from pathlib import Path

from tests.acceptance.town import FEEDS, MailServer, make_publication, serve_feeds

TRIAL = """
[subject_trial]
sample = 0.4
wait = "4 hours"
minimum = 3
"""
SECOND = "Seagrass, a ferry & a play"


def test_a_sample_decides_for_the_rest(tmp_path: Path) -> None:
    """Of 20 readers 4 get each subject; one who got A leaves; four hours later 12 get B."""
    with MailServer() as mail, serve_feeds(FEEDS) as feeds:
        publication = make_publication(tmp_path / "pub", feeds_port=feeds.port, mail_port=mail.port)
        file = publication.directory / "newsletters" / "harbour.toml"
        text = file.read_text().replace('approval = "automatic"\n', "")
        file.write_text(text.replace("[[topics]]", f"{TRIAL}[[topics]]", 1))
        people = "".join(f"r{number:02}@reader.example\n" for number in range(20))
        publication.digest("subscribers", "import", "-", stdin=f"email\n{people}")
        publication.digest("run")
        written = publication.digest("issues", "try-subject", "harbour", SECOND).stdout
        assert "8 of 20 readers get it first" in " ".join(written.split())
        publication.digest("approve", "harbour", "--offline", "--waive", "*=a test")
        publication.digest("send", "harbour")
        first = Counter(str(letter.message["Subject"]) for letter in mail.letters)
        assert first.pop(SECOND) == 4
        ((subject, count),) = first.items()
        assert count == 4

        leaving = next(one for one in mail.letters if one.message["Subject"] == subject)
        publication.digest("subscribers", "remove", leaving.recipient, now="2026-06-18T09:00+01:00")
        shown = publication.digest("issues", "show", "harbour").stdout
        assert "two subjects are tried until 2026-06-18 11:00 UTC (fewest-leaving)" in shown
        publication.digest("run", now="2026-06-18T12:00+01:00")
        assert {str(letter.message["Subject"]) for letter in mail.letters[8:]} == {SECOND}
        assert len({letter.recipient for letter in mail.letters}) == len(mail.letters) == 20
        told = json.loads(publication.digest("issues", "show", "harbour", "--json").stdout)
    for letter in mail.letters:
        escaped = str(letter.message["Subject"]).replace("&", "&amp;")
        assert f"<title>{escaped}</title>" in letter.part("html")
    assert (told["state"], told["subject_b"]) == ("sent", SECOND)
    trial = told["subject_trial"]
    assert (trial["winner"], trial["by"], trial["rest"]) == ("b", "", 12)
    assert trial["why"] == "fewest left: 1 of 4 under A, 0 of 4 under B"
    assert (trial["a"]["leaving"], trial["b"]["sent"]) == (1, 4)
