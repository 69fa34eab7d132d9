"""Addresses: what may be written to, and when two spellings are one mailbox."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Sender
from digest.model.address import (
    address_problem,
    ascii_address,
    ascii_domain,
    normalise_address,
    parse_address,
)

LABEL_63 = "a" * 63


@pytest.mark.parametrize(
    "address",
    [
        "reader@mail.example",
        "first.last+tag@sub.mail.example",
        "o'brien@mail.example",
        "=weird!#$%&*/?^_`{|}~-+@mail.example",
        '"two words"@mail.example',
        '"a@b"@mail.example',
        r'"back\"slash"@mail.example',
        "me@bücher.example",
        "me@例え.example",
        "me@xn--bcher-kva.example",
        "root@localhost",
        "1@2.example",
        f"{'l' * 64}@mail.example",
        f"x@{LABEL_63}.example",
        f"x@{LABEL_63}.{LABEL_63}.{LABEL_63}.{'b' * 59}",
    ],
)
def test_address_that_can_be_written_to(address: str) -> None:
    """A mailbox of RFC 5321's everyday kinds has no problem."""
    assert address_problem(address) is None


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        pytest.param("", "there is no address", id="empty"),
        pytest.param("reader", "has no @", id="no-at"),
        pytest.param("a@b@mail.example", "more than one @", id="two-at"),
        pytest.param("@mail.example", "nothing before", id="no-local"),
        pytest.param("a@", "no domain", id="no-domain"),
        pytest.param(" a@mail.example", "a space", id="space-before"),
        pytest.param("a@mail.example ", "cannot be part", id="space-after"),
        pytest.param("a b@mail.example", "a space", id="space-inside"),
        pytest.param("a\x00b@mail.example", "a control character", id="nul"),
        pytest.param("a@mail.example\r\nBcc: x", "cannot be part", id="crlf"),
        pytest.param("a@mail.example\n", "cannot be part", id="final-newline"),
        pytest.param('"a\nb"@mail.example', "a control character", id="quoted-newline"),
        pytest.param("a@x.example, b@y.example", "more than one @", id="two-addresses"),
        pytest.param("a@x.example> <b.example", "cannot be part", id="angle"),
        pytest.param("alice@a.example)bob.example", "cannot be part", id="comment"),
        pytest.param("(x)a@mail.example", "need quoting", id="comment-before"),
        pytest.param(".a@mail.example", "a dot at an end", id="dot-first"),
        pytest.param("a.@mail.example", "a dot at an end", id="dot-last"),
        pytest.param("a..b@mail.example", "two in a row", id="dots"),
        pytest.param("jörg@mail.example", "outside ASCII", id="smtputf8"),
        pytest.param("=?utf-8?q?a=0ABcc?=@mail.example", "encoded text", id="encoded-word"),
        pytest.param("a@mail..example", "two in a row", id="empty-label"),
        pytest.param("a@mail.example.", "a dot at an end", id="root-dot"),
        pytest.param("a@-mail.example", "cannot be part", id="hyphen"),
        pytest.param("a@mail_box.example", "cannot be part", id="underscore"),
        pytest.param("a@intranet", "has no dot", id="bare-host"),
        pytest.param("a@10.0.0.1", "ends in a number", id="ip"),
        pytest.param("a@[10.0.0.1]", "cannot be part", id="literal"),
        pytest.param("a@☃\u200b.example", "no domain name", id="not-idna"),
        pytest.param(f"{'l' * 65}@mail.example", "longer than 64", id="long-local"),
        pytest.param(f"x@{'a' * 64}.example", "longer than 63", id="long-label"),
        pytest.param(f"{'l' * 64}@{(LABEL_63 + '.') * 2}{LABEL_63}", "than 254", id="long"),
        pytest.param("a@" + "b." * 500_000, "longer than 254", id="very-long"),
    ],
)
def test_address_that_cannot_be_written_to(address: str, problem: str) -> None:
    """What is no mailbox is refused with a clause that says what is wrong with it."""
    found = address_problem(address)
    assert found is not None
    assert problem in found
    with pytest.raises(ValueError, match=re.escape(found)):
        ascii_address(address)


def test_domain_is_written_in_idna_2008() -> None:
    """Sharp s is itself and not ss: they are two different domains today."""
    assert ascii_domain("Straße.example") == "xn--strae-oqa.example"
    assert ascii_address("Jo@BÜCHER.example") == "Jo@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "spelling",
    [
        "me@bücher.example",
        "ME@Bücher.EXAMPLE",
        " me@xn--bcher-kva.example\n",
        "me@bu\u0308cher.example",
    ],
)
def test_spellings_of_one_mailbox_have_one_key(spelling: str) -> None:
    """Case, space, composition and punycode make no difference to the key."""
    assert normalise_address(spelling) == "me@xn--bcher-kva.example"


@given(st.text())
def test_normalising_is_total_and_idempotent(text: str) -> None:
    """Any text has a key, and the key's key is the key."""
    key = normalise_address(text)
    assert normalise_address(key) == key


@given(st.emails())
def test_everyday_addresses_pass_and_keep_their_key(address: str) -> None:
    """Whatever has the shape of an address in practice is taken, and upper case is the same."""
    if address_problem(address) is None:
        assert normalise_address(address.upper()) == normalise_address(address)
        assert "@" in ascii_address(address)


@given(st.text(alphabet=st.characters(codec="utf-8")) | st.emails())
def test_what_passes_is_one_ascii_line(text: str) -> None:
    """An address without a problem can stand in a header and a command: no break, no bracket."""
    if address_problem(text) is None:
        wire = ascii_address(text)
        assert wire.isascii()
        assert wire.isprintable()
        assert len(wire) <= 254


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        pytest.param("a@b.example", Sender(address="a@b.example"), id="plain"),
        pytest.param("<a@b.example>", Sender(address="a@b.example"), id="angle"),
        pytest.param(
            "The Weekly <a@b.example>", Sender(address="a@b.example", name="The Weekly"), id="name"
        ),
        pytest.param(
            '"Weekly, The \\"W\\"" <a@b.example> ',
            Sender(address="a@b.example", name='Weekly, The "W"'),
            id="quoted-name",
        ),
        pytest.param("Zoë <a@b.example>", Sender(address="a@b.example", name="Zoë"), id="unicode"),
    ],
)
def test_sender_is_read(text: str, sender: Sender) -> None:
    """A name before an address in angle brackets, or an address alone."""
    assert parse_address(text) == sender


@pytest.mark.parametrize("text", ["", "Name", "Name <>", "Name <a@b.example", "A\nB <a@b.example>"])
def test_sender_that_is_none_is_refused(text: str) -> None:
    """What is no sender raises a ValueError for the configuration to report."""
    with pytest.raises(ValueError, match=r"^the(re)? "):
        parse_address(text)
