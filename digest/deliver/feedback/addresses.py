"""Mail addresses as they stand in reports, and where in a text they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.model.address import normalise_address

_LOCAL = r'(?:"[^"\n]{1,64}"|[^\s<>()\[\]:;,"@\\|]{1,100})'
_DOMAIN = r"[^\W_](?:[\w-]{0,62}[^\W_])?(?:\.[^\W_](?:[\w-]{0,62}[^\W_])?){0,10}"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}")
_TYPE = re.compile(r"^\s*[a-z0-9-]{1,30}\s*;\s*", re.IGNORECASE)
_MACHINES = re.compile(
    r"^(?:mailer-?daemon|post_?master|poostmaster|mail-?daemon|no-?reply|do-?not-?reply|bounces?|"
    r"support|help(?:desk)?|abuse|owner-.*|.*-(?:owner|request|bounces|admin)|root|mmdf|double-bounce)(?:[+=-].*)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An address in a text, from ``start`` to ``end``."""

    address: str
    start: int
    end: int


def addresses_in(text: str) -> Iterator[Found]:
    """Every address in a text, in its order."""
    for match in _ADDRESS.finditer(text):
        address = match[0].strip("'`*=")
        if "@" in address[1:]:
            yield Found(address=address, start=match.start(), end=match.end())


def first_address(text: str) -> str:
    """The first address in a text; empty for none."""
    return next((found.address for found in addresses_in(text)), "")


def recipient_of(value: str) -> str:
    """The address of a ``Final-Recipient`` field (RFC 3464 section 2.3.2): ``type; address``."""
    bare = _TYPE.sub("", value, count=1).strip().strip("<>").strip()
    if "@" in bare and not any(character in bare for character in " <>|;\t"):
        return bare
    return first_address(value)


def is_machine(address: str) -> bool:
    """Whether an address is a mail system's own, as far as its name tells."""
    return bool(_MACHINES.match(address.rpartition("@")[0].strip('"')))


def same(one: str, other: str) -> bool:
    """Whether two addresses are one mailbox."""
    return normalise_address(one) == normalise_address(other)
