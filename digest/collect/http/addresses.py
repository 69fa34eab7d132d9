"""Which hosts and addresses may be asked at all: the public internet, and nothing behind us.

A feed's URL, each redirect and each address a name resolves to pass through here
(OWASP: server-side request forgery). Hosts are read as browsers read them, so that
``0x7f.1`` and ``①27.0.0.1`` are known for what they are (WHATWG URL, "host parsing").
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit

import idna

Address = IPv4Address | IPv6Address

# Where clouds hand out credentials: Oracle's and Azure's lie among addresses that look public.
_METADATA = (
    IPv4Network("169.254.169.254/32"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("192.0.0.192/32"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("fd00:ec2::/32"),
    IPv6Network("fd00:42::42/128"),
    IPv6Network("fd20:ce::254/128"),
)
# Open to a host that the publisher opted in; everything else below stays shut for it too.
_PRIVATE = (
    ("loopback", IPv4Network("127.0.0.0/8")),
    ("private", IPv4Network("10.0.0.0/8")),
    ("private", IPv4Network("172.16.0.0/12")),
    ("private", IPv4Network("192.168.0.0/16")),
    ("carrier-grade NAT", IPv4Network("100.64.0.0/10")),
    ("loopback", IPv6Network("::1/128")),
    ("private", IPv6Network("fc00::/7")),
    # Not assigned to anybody since RFC 3879, but virtual machines find their host here.
    ("site-local", IPv6Network("fec0::/10")),
)
# IANA's special-purpose registries (RFC 6890), and the ways into IPv4 through IPv6.
_SPECIAL = (
    ("unspecified", IPv4Network("0.0.0.0/8")),
    ("link-local", IPv4Network("169.254.0.0/16")),
    ("reserved", IPv4Network("192.0.0.0/24")),
    ("documentation", IPv4Network("192.0.2.0/24")),
    ("6to4 relay", IPv4Network("192.88.99.0/24")),
    ("benchmarking", IPv4Network("198.18.0.0/15")),
    ("documentation", IPv4Network("198.51.100.0/24")),
    ("documentation", IPv4Network("203.0.113.0/24")),
    ("multicast", IPv4Network("224.0.0.0/4")),
    ("reserved", IPv4Network("240.0.0.0/4")),
    ("unspecified", IPv6Network("::/128")),
    ("local NAT64", IPv6Network("64:ff9b:1::/48")),
    ("discard-only", IPv6Network("100::/64")),
    ("dummy", IPv6Network("100:0:0:1::/64")),
    ("Teredo", IPv6Network("2001::/32")),
    ("reserved", IPv6Network("2001::/23")),
    ("documentation", IPv6Network("2001:db8::/32")),
    ("6to4", IPv6Network("2002::/16")),
    ("documentation", IPv6Network("3fff::/20")),
    ("segment routing", IPv6Network("5f00::/16")),
    ("link-local", IPv6Network("fe80::/10")),
    ("multicast", IPv6Network("ff00::/8")),
)
# What is refused, by the version of the address and whether its host was opted in.
_REFUSED = {
    (version, private): tuple(
        (kind, network)
        for kind, network in (_SPECIAL if private else _SPECIAL + _PRIVATE)
        if network.version == version
    )
    for version in (4, 6)
    for private in (False, True)
}
# The first bytes of IPv4 addresses that need a closer look; most of the internet needs none.
_SUSPECT = {
    private: frozenset(
        first
        for network in (*_METADATA, *(network for _, network in _REFUSED[4, private]))
        if network.version == 4  # noqa: PLR2004 - the version of IP
        for first in range(network[0].packed[0], network[-1].packed[0] + 1)
    )
    for private in (False, True)
}
_EMBEDDING_V4 = (
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b::/96"),
)
# The tunnel's interface identifiers, under any prefix (RFC 5214, section 6.1).
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_LOCAL_NAME_LIST = """
    localhost localhost4 localhost6 loopback broadcasthost ip6-localhost ip6-loopback ip6-localnet
    ip6-allnodes ip6-allrouters metadata instance-data rancher-metadata
    metadata.packet.net metadata.platformequinix.com
"""
_LOCAL_NAMES = frozenset(_LOCAL_NAME_LIST.split())
# Reserved for a machine or a site (RFC 6761, 6762 appendix G, 7686, 8375), delegated to nobody.
_LOCAL_SUFFIXES = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private"),
    *(".home", ".home.arpa", ".lan", ".corp", ".onion"),
)
# Ports of services that would take a request for one of theirs (WHATWG Fetch, "bad port").
_BAD_PORT_LIST = """
    0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111
    113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540
    548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000
    6566 6665 6666 6667 6668 6669 6679 6697 10080
"""
_BAD_PORTS = frozenset(map(int, _BAD_PORT_LIST.split()))

# Local names whose addresses stay shut to hosts that are opted in, or that no resolver knows.
_NEVER_OURS = re.compile(r"metadata|instance-data|\.onion$")
_WAY_OUT = "; name the host in [collect] private_hosts if it is yours"

_NAME = r"(?:[a-z0-9_-]++\.)++[a-z][a-z0-9-]*+"
_PLAIN_NAME = re.compile(_NAME)
# What every reader of URLs reads alike, so that it need not be taken apart with more care.
_PLAIN_URL = re.compile(rf"(https?)://({_NAME})(?::([0-9]{{1,5}}))?(?:[/?#][!-\[\]-~]*+)?")
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20\x7f#/<>?@\\^|%\[\]:]")
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_PORTS = {"http": 80, "https": 443}
_V4_PARTS = 4
_MAX_BYTE = 0xFF
_DECIMAL = 10
_MAX_NAME = 253
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that may be tried. ``host`` is canonical; ``port`` the one that will be asked."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a login is for: scheme, host and port (RFC 6454)."""
        return self.scheme, self.host, self.port


def read_target(url: str, *, private_hosts: Collection[str] = ()) -> Target | str:
    """Whom this URL asks; or, as a sentence, why it is not asked.

    ``private_hosts``, from :func:`opted_in`, may lie on a private network.
    A name that passes is still to be resolved: check each address with
    :func:`address_refusal` before connecting.
    """
    parts = _split(url)
    if isinstance(parts, str):
        return parts
    scheme, name, asked_port = parts
    host = canonical_host(name)
    if not host:
        return f"the URL's host {name!r} is not a host name"
    private = host in private_hosts
    port = _PORTS[scheme] if asked_port is None else asked_port
    if port in _BAD_PORTS and not private:
        return f"port {port} is not one that web servers use"
    refused = host_refusal(host, private=private)
    return refused or Target(scheme=scheme, host=host, port=port)


def host_of(url: str) -> str:
    """The host as it is written in the URL, in lower case; "" where there is none to be read."""
    plain = _PLAIN_URL.fullmatch(url)
    if plain:
        return plain[2]
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def host_refusal(host: str, *, private: bool = False) -> str | None:
    """Why a canonical host is not asked; None for public addresses and for names."""
    address = _literal(host)
    if address is not None:
        return address_refusal(str(address), private=private)
    name = host.rstrip(".")
    if not private and (name in _LOCAL_NAMES or name.endswith(_LOCAL_SUFFIXES)):
        way_out = "" if _NEVER_OURS.search(name) else _WAY_OUT
        return f"{host} is a name on the local network{way_out}"
    return None


@lru_cache(maxsize=4096)
def address_refusal(address: str, *, private: bool = False) -> str | None:
    """Why a connection to this address is refused; None when it may be made.

    Where opting in would open it, the sentence says how.

    :param private: the host was opted in, so loopback and private networks are allowed;
        metadata services, link-local, multicast and reserved addresses never are.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address} is not an IP address"
    kind = _kind(found, private=private)
    if not kind:
        return None
    allowed_if_named = not private and not _kind(found, private=True)
    return f"{address} is a {kind} address{_WAY_OUT if allowed_if_named else ''}"


def opted_in(names: Iterable[str]) -> frozenset[str]:
    """Hosts that may be private, as canonical hosts: they are compared by name, not by address."""
    return frozenset(filter(None, map(canonical_host, names)))


def canonical_host(host: str) -> str:
    """The host as a browser would resolve it, lower case, IPv6 without brackets; "" if invalid.

    Percent escapes and full-width forms are undone; IPv4 in octal, hexadecimal or with
    fewer than four parts becomes dotted decimal.
    """
    if _PLAIN_NAME.fullmatch(host) and len(host) <= _MAX_NAME:
        return host
    if ":" in host:
        return _canonical_v6(host.strip("[]"))
    name = _ascii_name(unicodedata.normalize("NFKC", unquote(host)).translate(_DOTS).lower())
    if not name.strip(".") or len(name) > _MAX_NAME or _FORBIDDEN_IN_HOST.search(name):
        return ""
    labels = name.removesuffix(".").split(".")
    if "" in labels:
        return ""
    if labels[-1].isdecimal() or _number(labels[-1]) is not None:
        return _canonical_v4(labels)
    return name


def _split(url: str) -> tuple[str, str, int | None] | str:
    """Scheme, host as it is written, and port where one is."""
    plain = _PLAIN_URL.fullmatch(url)
    if plain and int(plain[3] or 0) <= _MAX_PORT:
        scheme, host, port = plain.groups()
        return scheme, host, None if port is None else int(port)
    if _FORBIDDEN_IN_URL.search(url):
        return "the URL holds spaces, control characters or backslashes"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "the URL cannot be read"
    if parts.scheme not in _PORTS:
        return f"only http and https are fetched, not {parts.scheme or 'a URL without a scheme'}"
    if "@" in parts.netloc:
        return "the URL holds a user name or password"
    host = parts.hostname
    return (parts.scheme, host, port) if host else "the URL has no host"


def _kind(address: Address, *, private: bool) -> str:
    if isinstance(address, IPv4Address) and address.packed[0] not in _SUSPECT[private]:
        return ""
    if any(address in network for network in _METADATA):
        return "cloud metadata"
    inner = _embedded_v4(address)
    kind = _kind(inner, private=private) if inner is not None else ""
    if kind:
        return f"{kind} (inside IPv6)"
    if inner is not None and not _is_isatap(address):
        return ""
    networks = _REFUSED[address.version, private]
    return next((kind for kind, network in networks if address in network), "")


def _embedded_v4(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address) or int(address) in (0, 1):
        return None
    if _is_isatap(address) or any(address in network for network in _EMBEDDING_V4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_isatap(address: Address) -> bool:
    return address.version == 6 and int(address) >> 32 & 0xFFFFFFFF in _ISATAP  # noqa: PLR2004


def _literal(host: str) -> Address | None:
    if _PLAIN_NAME.fullmatch(host):
        return None
    try:
        return ip_address(host)
    except ValueError:
        return None


def _ascii_name(name: str) -> str:
    """An internationalised name as DNS has it; invisible characters fall away (UTS 46)."""
    if name.isascii():
        return name
    with suppress(UnicodeError):
        return idna.encode(name, uts46=True).decode()
    # Names that only the older standard knows, such as those with pictographs.
    with suppress(UnicodeError):
        return name.encode("idna").decode()
    return ""


def _canonical_v6(host: str) -> str:
    """Zone identifiers name an interface of this machine: such an address is not canonical."""
    try:
        return "" if "%" in host else str(IPv6Address(host))
    except ValueError:
        return ""


def _canonical_v4(labels: list[str]) -> str:
    numbers = [_number(label) for label in labels]
    if len(numbers) > _V4_PARTS or any(number is None for number in numbers):
        return ""
    *high, low = (number or 0 for number in numbers)
    if any(number > _MAX_BYTE for number in high) or low >= 256 ** (_V4_PARTS + 1 - len(numbers)):
        return ""
    return str(IPv4Address(low + sum(n << 8 * (3 - place) for place, n in enumerate(high))))


def _number(label: str) -> int | None:
    """One part of an IPv4 address (WHATWG URL, "IPv4 number parser")."""
    digits, base = label, _DECIMAL
    if label.startswith("0x"):
        digits, base = label[2:], 16
    elif len(label) > 1 and label.startswith("0"):
        digits, base = label[1:], 8
    if not digits:
        return None if base == _DECIMAL else 0
    if not re.fullmatch(r"[0-9a-f]+", digits):
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None
