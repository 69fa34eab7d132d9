"""Signed links: proof that we made them, for one purpose, without a row in the database.

A token is base64url (RFC 4648 section 5, unpadded) over ``key id (3) ‖ MAC (16) ‖ payload``. The
MAC is keyed BLAKE2b (RFC 7693) with the purpose as its personalisation, so a link made for one
purpose proves nothing for another. The key id lets keys rotate: old links name the old key.
"""

import binascii
import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest

from digest.errors import TokenError

_UNSUBSCRIBE = b"unsubscribe"
_PREFERENCES = b"preferences"
_BOUNCE = b"bounce"
_KEY_ID_SIZE = 3
_MAC_SIZE = 16
_MAX_TOKEN = 512
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_BOUNCE_MAC_SIZE = 10
_BOUNCE_TOKEN = re.compile(r"[a-z2-7]{18,50}")
_PAYLOAD = re.compile(rb"(\d{1,19}):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeClaim:
    """What an unsubscribe link says: this person wants no more of this newsletter."""

    subscriber_id: int
    newsletter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceClaim:
    """What a return path says: this mail was an issue's, to this person."""

    issue_id: int
    subscriber_id: int


def unsubscribe_token(key: bytes, *, subscriber_id: int, newsletter: str) -> str:
    """A token that ends one subscription. It never expires: mail is read years later.

    :raises ValueError: when ``key`` is empty, which would let anybody sign.
    """
    payload = f"{subscriber_id}:{newsletter}".encode()
    return _signed(key, purpose=_UNSUBSCRIBE, payload=payload)


def read_unsubscribe_token(key: bytes | tuple[bytes, ...], token: str) -> UnsubscribeClaim:
    """What a token claims, once its signature holds under one of the keys.

    :raises TokenError: for anything else, without repeating the token.
    """
    subscriber_id, newsletter = _claimed(key, purpose=_UNSUBSCRIBE, token=token)
    return UnsubscribeClaim(subscriber_id=subscriber_id, newsletter=newsletter)


def bounce_token(key: bytes, *, issue_id: int, subscriber_id: int) -> str:
    """A token for the return path of one mail: 34 characters at most for ids below 2³².

    Base32 (RFC 4648 section 6) in lower case, because mail servers may change the case of an
    address; a MAC of 80 bits, because a local part has room for 64 characters in all.

    :raises ValueError: when ``key`` is empty, which would let anybody sign.
    """
    payload = _packed(issue_id) + _packed(subscriber_id)
    prepared, _ = _prepare(key)
    mac = _mac(prepared, purpose=_BOUNCE, payload=payload)[:_BOUNCE_MAC_SIZE]
    return b32encode(mac + payload).rstrip(b"=").decode("ascii").lower()


def read_bounce_token(key: bytes | tuple[bytes, ...], token: str) -> BounceClaim:
    """What a return path claims, once its signature holds under one of the keys.

    :raises TokenError: for anything else.
    """
    message = "this return path is not one of ours"
    lowered = token.lower()
    if not _BOUNCE_TOKEN.fullmatch(lowered):
        raise TokenError(message)
    try:
        raw = b32decode(lowered.upper() + "=" * (-len(lowered) % 8))
    except binascii.Error:
        raise TokenError(message) from None
    mac, payload = raw[:_BOUNCE_MAC_SIZE], raw[_BOUNCE_MAC_SIZE:]
    for one in (key,) if isinstance(key, bytes) else key:
        prepared, _ = _prepare(one)
        expected = _mac(prepared, purpose=_BOUNCE, payload=payload)[:_BOUNCE_MAC_SIZE]
        if compare_digest(mac, expected):
            issue, rest = _unpacked(payload)
            return BounceClaim(issue_id=issue, subscriber_id=_unpacked(rest)[0])
    raise TokenError(message)


def unsubscribe_url(public_url: str, token: str) -> str:
    """The link that stands in a mail: ``{public_url}/unsubscribe/{token}``."""
    return f"{public_url}/unsubscribe/{token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesClaim:
    """What a preferences link says: whoever has it chooses for this subscription."""

    subscriber_id: int
    newsletter: str


def preferences_token(key: bytes, *, subscriber_id: int, newsletter: str) -> str:
    """A token that shows and changes what one subscription brings. It never expires.

    :raises ValueError: when ``key`` is empty, which would let anybody sign.
    """
    payload = f"{subscriber_id}:{newsletter}".encode()
    return _signed(key, purpose=_PREFERENCES, payload=payload)


def read_preferences_token(key: bytes | tuple[bytes, ...], token: str) -> PreferencesClaim:
    """What a token claims, once its signature holds under one of the keys.

    :raises TokenError: for anything else, without repeating the token.
    """
    subscriber_id, newsletter = _claimed(key, purpose=_PREFERENCES, token=token)
    return PreferencesClaim(subscriber_id=subscriber_id, newsletter=newsletter)


def preferences_url(public_url: str, token: str) -> str:
    """The link that stands in a mail: ``{public_url}/preferences/{token}``."""
    return f"{public_url}/preferences/{token}"


def _claimed(key: bytes | tuple[bytes, ...], *, purpose: bytes, token: str) -> tuple[int, str]:
    keys = (key,) if isinstance(key, bytes) else key
    match = _PAYLOAD.fullmatch(_verified(keys, purpose=purpose, token=token))
    if match is None:
        message = "this link is not one of ours"
        raise TokenError(message)
    return int(match[1]), match[2].decode()


def _packed(number: int) -> bytes:
    """A number behind its length, in as few bytes as it takes."""
    size = (number.bit_length() + 7) // 8
    return bytes((size,)) + number.to_bytes(size, "big")


def _unpacked(data: bytes) -> tuple[int, bytes]:
    end = 1 + data[0]
    return int.from_bytes(data[1:end], "big"), data[end:]


def _signed(key: bytes, *, purpose: bytes, payload: bytes) -> str:
    prepared, key_id = _prepare(key)
    mac = _mac(prepared, purpose=purpose, payload=payload)
    return urlsafe_b64encode(key_id + mac + payload).rstrip(b"=").decode("ascii")


def _verified(keys: tuple[bytes, ...], *, purpose: bytes, token: str) -> bytes:
    raw = _decoded(token)
    key_id, mac = raw[:_KEY_ID_SIZE], raw[_KEY_ID_SIZE : _KEY_ID_SIZE + _MAC_SIZE]
    payload = raw[_KEY_ID_SIZE + _MAC_SIZE :]
    for key in keys:
        prepared, own_id = _prepare(key)
        expected = _mac(prepared, purpose=purpose, payload=payload)
        if key_id == own_id and compare_digest(mac, expected):
            return payload
    message = "this link was altered, or signed with a key that is no longer in use"
    raise TokenError(message)


def _decoded(token: str) -> bytes:
    message = "this link is incomplete"
    if len(token) > _MAX_TOKEN or not _TOKEN.fullmatch(token):
        raise TokenError(message)
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        raise TokenError(message) from None
    # Unused bits of the last character may not differ: one claim has one spelling.
    if urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != token:
        raise TokenError(message)
    return raw


@lru_cache(maxsize=8)
def _prepare(key: bytes) -> tuple[bytes, bytes]:
    if not key:
        message = "an empty key signs nothing"
        raise ValueError(message)
    # BLAKE2b takes keys of up to 64 bytes; hashing first makes every length fit.
    prepared = blake2b(key, digest_size=32, person=b"digest link key").digest()
    key_id = blake2b(prepared, digest_size=_KEY_ID_SIZE, person=b"digest key id").digest()
    return prepared, key_id


def _mac(key: bytes, *, purpose: bytes, payload: bytes) -> bytes:
    return blake2b(payload, digest_size=_MAC_SIZE, key=key, person=purpose).digest()
