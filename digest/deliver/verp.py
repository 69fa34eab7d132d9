"""Variable envelope return paths: an address for bounces that says which mail came back.

``bounces@example.org`` becomes ``bounces+TOKEN@example.org`` (RFC 5233's separator), so that a
report is matched to its mail whatever the reporter leaves out. The token is opaque here.
"""

import re

MAX_LOCAL = 64
SEPARATOR = "+"

_LINK_TOKEN = re.compile(r"/unsubscribe/([A-Za-z0-9_-]{20,512})(?:$|[?#/])")


def return_path(bounce_address: str, token: str) -> str:
    """The envelope sender of one mail.

    Without the token where the address would be longer than a local part may be (RFC 5321 section
    4.5.3.1.1).
    """
    local, _, domain = bounce_address.rpartition("@")
    tagged = f"{local}{SEPARATOR}{token}"
    return f"{tagged if len(tagged) <= MAX_LOCAL else local}@{domain}"


def token_in(bounce_address: str, address: str) -> str:
    """The token of a return path; empty where ``address`` is none of ours.

    Some relays write ``=`` for ``+``, and any may change the case.
    """
    local, _, domain = bounce_address.lower().rpartition("@")
    found, _, its_domain = address.strip().strip("<>").lower().rpartition("@")
    if its_domain != domain or not found.startswith(local):
        return ""
    separator, token = found[len(local) : len(local) + 1], found[len(local) + 1 :]
    return token if separator and separator in "+=-" else ""


def is_return_path(bounce_address: str, address: str) -> bool:
    """Whether mail to ``address`` is for the bounce mailbox."""
    bare = address.strip().strip("<>").lower()
    return bare == bounce_address.lower() or bool(token_in(bounce_address, address))


def link_token(url: str) -> str:
    """The token of an unsubscribe link; empty where it is none."""
    match = _LINK_TOKEN.search(url)
    return match[1] if match else ""
