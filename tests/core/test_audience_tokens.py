"""Signed links."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.tokens import (
    UnsubscribeClaim,
    read_unsubscribe_token,
    unsubscribe_token,
    unsubscribe_url,
)
from digest.errors import TokenError

KEY = b"0123456789abcdef0123456789abcdef"
OTHER = b"another key of whatever length, which may well be longer than 64 bytes: fine"
TOKEN = unsubscribe_token(KEY, subscriber_id=12345, newsletter="weekly")
ALPHABET = string.ascii_letters + string.digits + "-_"


@given(
    key=st.binary(min_size=1), who=st.integers(0, 2**63 - 1), what=st.text(min_size=1, max_size=80)
)
def test_claim_survives_the_round_trip(key: bytes, who: int, what: str) -> None:
    """Any key, subscriber and newsletter come back as they were, in characters URLs take as is."""
    token = unsubscribe_token(key, subscriber_id=who, newsletter=what)
    assert set(token) <= set(ALPHABET)
    assert read_unsubscribe_token(key, token) == UnsubscribeClaim(
        subscriber_id=who, newsletter=what
    )


@given(position=st.integers(0, len(TOKEN) - 1), character=st.sampled_from(ALPHABET))
def test_any_other_character_breaks_the_token(position: int, character: str) -> None:
    """Changing any one character, also in unused bits at the end, makes the token worthless."""
    altered = TOKEN[:position] + character + TOKEN[position + 1 :]
    if altered != TOKEN:
        with pytest.raises(TokenError):
            read_unsubscribe_token(KEY, altered)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param(TOKEN[:-1], id="cut"),
        pytest.param(TOKEN + "A", id="longer"),
        pytest.param(TOKEN + "=", id="padded"),
        pytest.param(TOKEN + "\n", id="line-break"),
        pytest.param(f" {TOKEN}", id="space"),
        pytest.param(TOKEN.replace("-", "+").replace("_", "/") + ".", id="other-alphabet"),
        pytest.param("x" * 100_000, id="huge"),
        pytest.param("tökén", id="unicode"),
        pytest.param("AAAA", id="too-short"),
    ],
)
def test_what_is_no_token_is_refused_without_repeating_it(token: str) -> None:
    """Garbage is a TokenError that does not carry the token into logs."""
    with pytest.raises(TokenError) as caught:
        read_unsubscribe_token(KEY, token)
    if len(token) > 4:
        assert token not in str(caught.value)


@given(st.text())
def test_arbitrary_text_never_crashes(token: str) -> None:
    """Whatever stands in the URL, the answer is a TokenError."""
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, token)


def test_another_key_proves_nothing() -> None:
    """A token under one key is refused under another."""
    with pytest.raises(TokenError):
        read_unsubscribe_token(OTHER, TOKEN)


def test_keys_rotate() -> None:
    """While the old key is still listed, the links in old mails go on working."""
    new = unsubscribe_token(OTHER, subscriber_id=1, newsletter="weekly")
    for token, who in ((TOKEN, 12345), (new, 1)):
        assert read_unsubscribe_token((OTHER, KEY), token).subscriber_id == who
    with pytest.raises(TokenError):
        read_unsubscribe_token((), TOKEN)


def test_same_claim_has_the_same_short_token() -> None:
    """Tokens are stable across attempts, and short enough for a header line."""
    assert unsubscribe_token(KEY, subscriber_id=12345, newsletter="weekly") == TOKEN
    assert len(TOKEN) <= 48


def test_empty_key_signs_nothing() -> None:
    """Without a key everybody could sign: that is a programming error."""
    with pytest.raises(ValueError, match="empty key"):
        unsubscribe_token(b"", subscriber_id=1, newsletter="weekly")


def test_link() -> None:
    """The link is the public address, a word and the token."""
    assert (
        unsubscribe_url("https://n.example/mail", "abc") == "https://n.example/mail/unsubscribe/abc"
    )
