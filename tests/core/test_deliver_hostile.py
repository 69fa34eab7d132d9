"""Hostile values in every header-bound place, judged as a server would receive them."""

import json
from pathlib import Path

import pytest

from digest.model import Envelope
from tests.bench.headers import LETTER, PLACES, Mail, findings, findings_of_harmless, judged
from tests.letters import build

BAD = ("extra_headers", "extra_recipients", "extra_bodies", "crashes")
VALUES = {
    "lf": "Weekly\nBcc: evil@evil.example",
    "encoded": "=?utf-8?q?Weekly=0D=0ABcc:_evil@evil.example?=",
    "colon": "a:b:c:d",
    "dot": "x\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n",
    "address": "a@b.example> <evil@evil.example",
    "harmless": "weekly-7",
}


def test_no_place_lets_anything_in() -> None:
    """Values that break lines, fields, lists and commands are made harmless or refused."""
    figures = judged(VALUES)
    assert figures["cases"] == len(VALUES) * len(PLACES)
    assert figures["mails"] + figures["refused"] == figures["cases"]
    assert [figures[name] for name in BAD] == [0, 0, 0, 0]
    assert figures["refused"] < figures["cases"]


@pytest.mark.corpus
def test_no_place_lets_the_corpus_in(corpora: Path) -> None:
    """Every case of the shared corpus in every place: nothing more than was meant."""
    lines = (corpora / "hostile/header-injection/cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    figures = judged({case["id"]: case["value"] for case in cases})
    assert figures["cases"] == len(cases) * len(PLACES)
    assert [figures[name] for name in BAD] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("old", "new", "figure"),
    [
        pytest.param(
            b"Subject: ", b"Subject: x\r\nX-Evil: y\r\nX-More: ", "extra_headers", id="header"
        ),
        pytest.param(b"To: ", b"To: evil@evil.example, ", "extra_recipients", id="recipient"),
        pytest.param(b"Hello\r\n", b"Hello\r\nMore\r\n", "extra_bodies", id="body"),
        pytest.param(b"Subject: ", b"Subject: x\r\n\r\nbody ", "extra_bodies", id="early-end"),
    ],
)
def test_the_judge_sees_what_it_should(old: bytes, new: bytes, figure: str) -> None:
    """A message that was tampered with is found out; a harmless one is not."""
    assert list(findings_of_harmless()) == []
    content = build(LETTER)
    assert old in content
    envelope = Envelope(
        sender="weekly@letters.example",
        recipient="reader@reader.example",
        content=content.replace(old, new, 1),
    )
    assert figure in set(findings(Mail(letter=LETTER, envelope=envelope)))
