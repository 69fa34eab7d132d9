"""Hosts: names and addresses that no reader can reach."""

import ipaddress

_RESERVED = ("example", "invalid", "test")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")
_TAKEN_FOR_GRANTED = (
    "domain.com",
    "mydomain.com",
    "mysite.com",
    "placeholder.com",
    "website.com",
    "yourcompany.com",
    "yourdomain.com",
    "yoursite.com",
    "yourwebsite.com",
)
_LOCAL = ("localhost", "local", "localdomain", "internal", "lan", "home.arpa", "onion")


def is_reserved(host: str) -> bool:
    """Whether a name is reserved for examples and tests (RFC 2606): it leads nowhere."""
    return _is_under(host, (*_RESERVED, *_RESERVED_DOMAINS))


def is_placeholder(host: str) -> bool:
    """Whether a name stands for one that somebody forgot to fill in."""
    return is_reserved(host) or _is_under(host, _TAKEN_FOR_GRANTED)


def is_local(host: str) -> bool:
    """Whether only this machine or network knows a name or address (RFC 6761, RFC 6762)."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return _is_under(host, _LOCAL) or "." not in host.rstrip(".")


def is_loopback(host: str) -> bool:
    """Whether a name or address is the machine itself, whoever follows it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return _is_under(host, ("localhost",))


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)
