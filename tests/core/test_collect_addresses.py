"""Which hosts may be asked."""

import csv
from collections.abc import Collection
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.addresses import (
    Target,
    address_refusal,
    canonical_host,
    host_of,
    host_refusal,
    opted_in,
    read_target,
)


def refusal_of(url: str, *, private_hosts: Collection[str] = ()) -> str | None:
    target = read_target(url, private_hosts=private_hosts)
    return target if isinstance(target, str) else None


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255",
        "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
        "100.100.100.200", "::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
        "ff02::1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1", "2001:0:1::1", "2001:db8::1",
        "fec0::1", "168.63.129.16", "fd00:ec2::23", "fd20:ce::254", "100:0:0:1::1",
        "2607:f8b0::5efe:10.0.0.1", "2607:f8b0::200:5efe:127.0.0.1", "not an address",
    ],
)  # fmt: skip
def test_what_is_not_the_public_internet_is_refused(address: str) -> None:
    """Private, special, translated and metadata addresses are refused, with a reason."""
    assert address_refusal(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "100.63.255.255", "172.32.0.1", "198.20.0.1", "2606:2800:220:1::1",
     "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450::1", "2607:f8b0::5efe:8.8.8.8"],
)  # fmt: skip
def test_public_addresses_are_allowed(address: str) -> None:
    """Public addresses pass, also inside IPv6."""
    assert address_refusal(address) is None


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "fd12::1", "::ffff:10.0.0.1"])
def test_opting_in_opens_private_networks(address: str) -> None:
    """For a host that was opted in, private addresses pass."""
    assert address_refusal(address, private=True) is None


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254",
     "::ffff:169.254.169.254", "ff02::1", "0.0.0.0"],
)  # fmt: skip
def test_opting_in_opens_no_more_than_that(address: str) -> None:
    """Metadata, multicast and unspecified addresses stay shut."""
    assert address_refusal(address, private=True)


@given(st.ip_addresses())
def test_no_private_address_of_the_standard_library_passes(address: object) -> None:
    """What Python's ipaddress calls private, loopback, link-local or multicast is refused."""
    found = ip_address(str(address))
    if found.is_private or found.is_loopback or found.is_link_local or found.is_multicast:
        assert address_refusal(str(found))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Example.COM", "example.com"),
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("1.2.3.4.", "1.2.3.4"),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("[::FFFF:127.0.0.1]", "::ffff:7f00:1"),
        ("[fe80::1%25eth0]", ""),
        ("[::1%lo]", ""),
        ("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhost"),
        ("local\u00adhost", "localhost"),
        ("loc\u200balhost", "localhost"),
        ("１２７．１", "127.0.0.1"),
        ("١٢٧.0.0.1", ""),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("0x", "0.0.0.0"),
        ("0o177.0.0.1", ""),
        ("127.0.0.1.nip.io", "127.0.0.1.nip.io"),
        ("a..b", ""),
        ("1.2.3.4.5", ""),
        ("1.2.3.256", ""),
        ("4294967296", ""),
        ("08.0.0.1", ""),
        ("a%2fb", ""),
        ("[::g]", ""),
        ("", ""),
        (".", ""),
        ("a" * 300, ""),
    ],
)
def test_hosts_are_read_as_browsers_read_them(written: str, read: str) -> None:
    """Every spelling of an IPv4 address becomes dotted decimal; nonsense becomes nothing."""
    assert canonical_host(written) == (read if ":" not in read else str(ip_address(read)))


@given(st.text(max_size=40))
def test_canonical_hosts_stay_as_they_are(host: str) -> None:
    """Reading a host twice changes nothing, and nothing raises."""
    once = canonical_host(host)
    assert canonical_host(once) == once


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://example.org/", "only http and https"),
        ("example.org/feed", "without a scheme"),
        ("http://user@example.org/", "user name"),
        ("http://127.0.0.1:80\\@example.org/", "backslashes"),
        ("http://example.org/a b", "spaces"),
        ("http://example.org:99999/", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("http:///feed", "no host"),
        ("http://localhost/", "local network"),
        ("http://printer.local/", "local network"),
        ("http://metadata.google.internal/", "local network"),
        ("http://0xa9fea9fe/", "metadata"),
        ("http://[::]/", "unspecified"),
        ("http://LOCALHOST./", "local network"),
        ("http://a.b.localhost:8080/", "local network"),
        ("http://metadata/computeMetadata/", "local network"),
        ("http://instance-data/latest/", "local network"),
        ("http://nas.lan/", "local network"),
        ("http://[::ffff:a9fe:a9fe]/", "metadata"),
        ("http://[64:ff9b::a00:1]/", "private"),
        ("http://[2002:7f00:1::]/", "6to4"),
        ("http://[::1%25lo]/", "not a host name"),
        ("http://①②⑦.⓪.⓪.①/", "loopback"),
        ("http://example.org@127.0.0.1/", "user name"),
        ("http://127.0.0.1\t/", "control"),
        ("http://exam\nple.org/", "control"),
        ("\x01http://example.org/", "control"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:25/", "port 25"),
        ("http://example.org:+80/", "cannot be read"),
        ("jar:http://example.org!/", "only http and https"),
        ("http:127.0.0.1/", "no host"),
        ("//example.org/", "without a scheme"),
    ],
)
def test_urls_that_are_not_asked_say_why(url: str, part: str) -> None:
    """A refused URL comes with its reason."""
    assert part in (refusal_of(url) or "")


@given(st.from_regex(r"([a-z0-9_-]{1,8}\.){1,4}[a-z][a-z0-9-]{0,8}", fullmatch=True))
def test_plain_names_are_read_as_all_others_are(name: str) -> None:
    """The short way for ordinary names leads where the long one, which capitals need, does."""
    assert canonical_host(name) == canonical_host(name.upper()) == name


PIECES = "feeds.example a.b-c.example x . : :0 :80 :8080 :65535 :65536 :123456 / ? # @ \\ [ ] % é"


@given(st.lists(st.sampled_from([*PIECES.split(), " ", ""]), max_size=7).map("".join))
def test_plain_urls_are_read_as_all_others_are(rest: str) -> None:
    """The short way for ordinary URLs leads where the long one, which capitals need, does."""
    assert read_target(f"http://{rest}") == read_target(f"HTTP://{rest}")
    assert host_of(f"http://{rest}") == host_of(f"HTTP://{rest}")


@pytest.mark.parametrize(
    "network",
    [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "168.63.129.16/32"),
    ],
)
def test_networks_are_refused_to_their_edges(network: str) -> None:
    """The first and the last address of a network are refused, their outer neighbours are not."""
    first, last = ip_network(network)[0], ip_network(network)[-1]
    assert address_refusal(str(first))
    assert address_refusal(str(last))
    assert first == ip_address("0.0.0.0") or not address_refusal(str(first - 1))
    assert not address_refusal(str(last + 1))


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("127.0.0.1", True),
        ("[::1]", True),
        ("192.168.1.4", True),
        ("[::ffff:10.0.0.5]", True),
        ("[fec0::1]", True),
        ("nas.lan", True),
        ("169.254.169.254", False),
        ("[fd00:ec2::254]", False),
        ("169.254.1.1", False),
        ("192.0.0.9", False),
        ("224.0.0.1", False),
        ("metadata.google.internal", False),
        ("instance-data", False),
    ],
)
def test_a_refusal_names_the_way_out_where_there_is_one(host: str, *, named: bool) -> None:
    """The sentence names private_hosts exactly where naming the host there would open it."""
    refused = refusal_of(f"http://{host}/") or ""
    assert refused.endswith("; name the host in [collect] private_hosts if it is yours") is named
    if named:
        assert refusal_of(f"http://{host}/", private_hosts=opted_in([host])) is None


def test_a_target_is_who_is_asked() -> None:
    """Scheme, canonical host and the port, written or not, make the origin."""
    target = read_target("https://BÜCHER.example/feed?x#y")
    assert isinstance(target, Target)
    assert target.origin == ("https", "xn--bcher-kva.example", 443)
    other = read_target("http://0x08.8.8.8:8080/")
    assert isinstance(other, Target)
    assert other.origin == ("http", "8.8.8.8", 8080)


def test_a_private_host_passes_when_opted_in_by_name() -> None:
    """The name as the URL writes it decides, in any case and spelling."""
    private = opted_in(["Intranet.local", "127.0.0.1", "[::1]", "no host"])
    assert refusal_of("http://intranet.LOCAL/feed", private_hosts=private) is None
    assert refusal_of("http://0x7f.1:8000/", private_hosts=private) is None
    assert refusal_of("http://[::1]/", private_hosts=private) is None
    assert refusal_of("http://127.0.0.1:25/", private_hosts=private) is None
    assert refusal_of("http://127.0.0.2/", private_hosts=private)
    assert refusal_of("http://other.local/", private_hosts=private)


@given(st.text(max_size=60))
def test_checking_never_raises(url: str) -> None:
    """Any text is either refused with a sentence or may be tried."""
    assert refusal_of("http://" + url) != ""


# Labelled public by the corpus, and refused all the same: a cloud hands out credentials at the
# first, and the second, which nobody on the internet has, is a virtual machine's way to its host.
STRICTER = ("192.0.0.192", "FEC0:CCCC::")


@pytest.mark.corpus
def test_known_attacks_are_refused_and_public_hosts_are_not(corpora: Path) -> None:
    """Every block_* of the corpus is refused before connecting; public ones pass."""
    with (corpora / "hostile/ssrf/ssrf_urls.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = []
    for row in rows:
        target, expected = row["url_or_host"], row["expect"]
        if "://" in target:
            refusal = refusal_of(target)
        else:
            host = canonical_host(target)
            refusal = host_refusal(host) if host else "invalid"
        blocked, public = expected.startswith("block"), expected == "public_ip"
        stricter = any(name in target for name in STRICTER)
        if (blocked and not refusal) or (public and refusal and not stricter):
            wrong.append((target, refusal))
    assert len(rows) > 50
    assert wrong == []
