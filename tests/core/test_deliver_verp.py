"""Return paths that say which mail came back, and that nobody else can make."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.tokens import (
    BounceClaim,
    bounce_token,
    read_bounce_token,
    read_unsubscribe_token,
    unsubscribe_token,
)
from digest.deliver.verp import is_return_path, link_token, return_path, token_in
from digest.errors import TokenError

KEY = b"0123456789abcdef0123456789abcdef"
BOUNCES = "bounces@news.example"
TOKEN = bounce_token(KEY, issue_id=12, subscriber_id=3456)
LARGEST = 2**32 - 1


@given(issue=st.integers(0, LARGEST), who=st.integers(0, LARGEST))
def test_a_return_path_comes_back(issue: int, who: int) -> None:
    """Through any change of case; short enough for a local part."""
    path = return_path(BOUNCES, bounce_token(KEY, issue_id=issue, subscriber_id=who))
    assert len(path.partition("@")[0]) <= 64
    for seen in (path, path.upper(), f"<{path}>", path.replace("+", "=")):
        claim = read_bounce_token((b"new key", KEY), token_in(BOUNCES, seen))
        assert claim == BounceClaim(issue_id=issue, subscriber_id=who)


@given(
    position=st.integers(0, len(TOKEN) - 1),
    character=st.sampled_from(string.ascii_lowercase + string.digits),
)
def test_an_altered_token_is_worthless(position: int, character: str) -> None:
    """Nobody can name another reader; only unused bits at the end may differ."""
    altered = TOKEN[:position] + character + TOKEN[position + 1 :]
    try:
        claim = read_bounce_token(KEY, altered)
    except TokenError:
        return
    assert claim == BounceClaim(issue_id=12, subscriber_id=3456)


@given(token=st.text(max_size=60))
def test_any_text_is_refused(token: str) -> None:
    """What is no token is a TokenError."""
    with pytest.raises(TokenError):
        read_bounce_token(KEY, token)


def test_tokens_of_two_purposes_are_not_mixed_up() -> None:
    """An unsubscribe link is no return path, nor the other way round."""
    with pytest.raises(TokenError):
        read_bounce_token(KEY, unsubscribe_token(KEY, subscriber_id=1, newsletter="w"))
    with pytest.raises(TokenError):
        read_unsubscribe_token(KEY, TOKEN)


@pytest.mark.parametrize(
    "address",
    ["bounces@other.example", "bounce@news.example", "x+bounces@news.example", "bounces", ""],
)
def test_other_addresses_hold_no_token(address: str) -> None:
    """Only ours are looked into."""
    assert token_in(BOUNCES, address) == ""
    assert not is_return_path(BOUNCES, address)


def test_a_name_too_long_goes_without_a_token() -> None:
    """An address that servers would refuse is never made."""
    assert return_path(f"{'b' * 40}@news.example", TOKEN) == f"{'b' * 40}@news.example"


def test_the_token_of_a_link_is_found() -> None:
    """That of an unsubscribe link, and of no other."""
    token = unsubscribe_token(KEY, subscriber_id=1, newsletter="weekly")
    assert link_token(f"https://letters.example/unsubscribe/{token}") == token
    assert link_token(f"https://letters.example/else/{token}") == ""
