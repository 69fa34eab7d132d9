"""DKIM-Signature fields (RFC 6376): relaxed/relaxed, SHA-256, one for each key."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from digest.deliver.headers import words_field
from digest.deliver.signing.canonical import relaxed_field

NAME = "DKIM-Signature"

OVERSIGNED = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
"""Fields that nobody may add after signing: named once more than they stand in the message
(RFC 6376 section 8.15). Naming the last two is what RFC 8058 section 4 asks for."""

_CHUNK = 64


class Algorithm(StrEnum):
    """How a signature is made: RFC 8301 for RSA, RFC 8463 for Ed25519."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """A key that signs for a domain. ``domain`` is in ASCII.

    ``sign`` takes the SHA-256 hash of what is signed; ``public`` is the key as a DNS record has it.
    """

    domain: str
    selector: str
    algorithm: Algorithm
    public: bytes
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """All keys of an installation."""

    keys: tuple[DkimKey, ...] = ()

    def keys_for(self, domain: str) -> tuple[DkimKey, ...]:
        """The keys that sign mail from this domain (in ASCII), so that DMARC finds it aligned."""
        return tuple(key for key in self.keys if aligned(key.domain, domain))


NO_KEYS = Keyring()
"""The keyring of an installation that leaves signing to its relay."""


def aligned(signing: str, sending: str) -> bool:
    """Whether one of two domains is the other one, or above it (RFC 7489 section 3.1.1).

    Which of two sisters' parents is an organisation, only the public suffix list knows: sisters
    are not taken for aligned.
    """
    return f".{signing}".endswith(f".{sending}") or f".{sending}".endswith(f".{signing}")


def signature_fields(
    fields: Sequence[str], body_hash: bytes, *, keys: Sequence[DkimKey], at: datetime
) -> tuple[str, ...]:
    """A signature field for each key, each complete with its CRLF, over all of ``fields``.

    ``fields`` are a message's, each once, folded or not. ``body_hash`` is that of the relaxed body.
    """
    names = tuple(field.partition(":")[0] for field in fields)
    header = hashlib.sha256(b"".join(map(relaxed_field, fields)))
    common = (
        f"t={int(at.timestamp())};",
        *_signed(names),
        f"bh={b64encode(body_hash).decode('ascii')};",
        "b=",
    )
    return tuple(_signature(key, common, header) for key in keys)


def _signature(key: DkimKey, common: tuple[str, ...], header: "hashlib._Hash") -> str:
    words = (
        "v=1;",
        f"a={key.algorithm};",
        "c=relaxed/relaxed;",
        f"d={key.domain};",
        f"s={key.selector};",
        *common,
    )
    state = header.copy()
    # Its own field is signed as the last one, with an empty b= and no CRLF (section 3.7).
    state.update(f"{NAME.lower()}:{' '.join(words)}".encode("ascii"))
    signature = b64encode(key.sign(state.digest())).decode("ascii")
    pieces = (signature[at : at + _CHUNK] for at in range(0, len(signature), _CHUNK))
    return words_field(NAME, (*words, *pieces))


# Messages of one kind have the same fields.
@lru_cache(maxsize=16)
def _signed(names: tuple[str, ...]) -> tuple[str, ...]:
    """The h= tag as words that a field can be folded between."""
    lines = [""]
    for name in ("h=" + names[0], *names[1:], *OVERSIGNED):
        if len(lines[-1]) + len(name) >= _CHUNK:
            lines.append("")
        lines[-1] += f"{name}:"
    return (*lines[:-1], f"{lines[-1].removesuffix(':')};")
