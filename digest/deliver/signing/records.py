"""What to publish in the DNS, so that receivers can check our mail."""

from dataclasses import dataclass

from digest.deliver.signing.dkim import Algorithm, DkimKey

MAX_STRING = 255
"""A TXT record's strings are at most this long (RFC 1035 section 3.3); receivers join them."""

_KINDS = {Algorithm.RSA: "rsa", Algorithm.ED25519: "ed25519"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """A TXT record: its full name without the last dot, and its value in one piece."""

    name: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The value in pieces short enough for a zone file."""
        starts = range(0, len(self.value), MAX_STRING)
        return tuple(self.value[at : at + MAX_STRING] for at in starts)

    def __str__(self) -> str:
        quoted = " ".join(f'"{each}"' for each in self.strings)
        return f"{self.name}. IN TXT ( {quoted} )"


def dns_record(key: DkimKey) -> DnsRecord:
    """The record of a key (RFC 6376 section 3.6.1)."""
    return DnsRecord(
        name=f"{key.selector}._domainkey.{key.domain}",
        value=f"v=DKIM1; k={_KINDS[key.algorithm]}; p={key.public.decode('ascii')}",
    )


def dmarc_record(domain: str) -> DnsRecord:
    """A first DMARC policy for a domain: reports only (RFC 7489 section 6.3)."""
    return DnsRecord(
        name=f"_dmarc.{domain}", value=f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    )
