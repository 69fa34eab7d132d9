"""Keys for tests, and what another program says of our signatures."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from digest.deliver.signing.dkim import Algorithm, DkimKey
from digest.deliver.signing.keys import new_key, read_key
from digest.deliver.signing.records import dns_record

DOMAIN = "newsletter.example"


@cache
def new_keys() -> tuple[DkimKey, DkimKey]:
    """An RSA key and an Ed25519 key of :data:`DOMAIN`, the same for all tests of a process."""
    rsa, ed25519 = (
        read_key(new_key(algorithm), domain=DOMAIN, selector=f"{algorithm.name.lower()}2026")
        for algorithm in Algorithm
    )
    return rsa, ed25519


def verdicts(dkimpy: Any, content: bytes, keys: Sequence[DkimKey]) -> list[bool]:  # noqa: ANN401
    """What dkimpy says of each signature field, with our records in the DNS."""
    records = {f"{each.name}.".encode(): each for each in map(dns_record, keys)}

    def answer(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
        return records[name].value.encode() if name in records else None

    message = dkimpy.DKIM(content)
    count = content.partition(b"\r\n\r\n")[0].count(b"DKIM-Signature:")
    return [_verdict(dkimpy, message, at, answer) for at in range(count)]


def _verdict(dkimpy: Any, message: Any, at: int, answer: object) -> bool:  # noqa: ANN401
    try:
        return bool(message.verify(at, dnsfunc=answer))
    except dkimpy.DKIMException:
        return False
