"""Answers that say the same are counted as one."""

import pytest

from digest.deliver.reasons import MAX_REASON, reason_of


@pytest.mark.parametrize(
    ("notes", "reason"),
    [
        (
            ("5.1.1 <ann@a.example>: user unknown", "5.1.1 <bob.b@b.example>:  user unknown"),
            "550 5.1.1 …: user unknown",
        ),
        (
            ("4.7.1 greylisted, see https://a.example/?r=1", "4.7.1 greylisted, see http://b.c/2"),
            "550 4.7.1 greylisted, see …",
        ),
        (
            (
                "5.7.1 [192.0.2.7] is blocked (id 4fX9k21Zz)",
                "5.7.1 192.0.2.8 is blocked (id 83AC9911)",
            ),
            "550 5.7.1 … is blocked (id …)",
        ),
        (("no such user", "no such user"), "550 no such user"),
    ],
    ids=["address", "link", "host-and-id", "plain"],
)
def test_particulars_do_not_tell_reasons_apart(notes: tuple[str, str], reason: str) -> None:
    """Addresses, hosts, ids and links are left out; code, status and words stay."""
    assert {reason_of(550, note) for note in notes} == {reason}


def test_a_reason_is_short() -> None:
    """A wall of text ends in an ellipsis, and our own words have no code."""
    told = reason_of(None, "word " * 100)
    assert len(told) <= MAX_REASON
    assert told.endswith("word…")
