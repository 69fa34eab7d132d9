"""Mail addresses: what may be written to, and when two of them are the same mailbox.

The rules are the practical part of RFC 5321 section 4.1.2: one mailbox, no comments, no address
literals. Domains may be internationalised (IDNA 2008); the part before the @ is ASCII where nobody
says otherwise, because anything else needs SMTPUTF8 (RFC 6531) on every server of the way.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import normalize

from digest.model.newsletter import Sender

MAX_ADDRESS = 254
MAX_LOCAL = 64
MAX_DOMAIN = 253
MAX_LABEL = 63
MAX_ASCII = 0x7F

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_QUOTED = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])*"')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_MAILBOX = re.compile(r"(?P<name>.*?)\s*<(?P<address>[^<>]*)>")
_ESCAPED = re.compile(r"\\(.)")


def address_problem(address: str, *, utf8: bool = False) -> str | None:
    """Why mail cannot be sent to ``address``, as a clause for people; None when it can.

    The text is judged as it stands: surrounding space counts as a problem. ``utf8``: the part
    before the @ may be outside ASCII.
    """
    try:
        if utf8 and is_international(address):
            international_address(address)
        else:
            _split(address)
    except ValueError as error:
        return str(error)
    return None


def ascii_address(address: str) -> str:
    """The address as it goes over the wire: its domain in lower case and punycode.

    The part before the @ keeps its case, which only the receiving host may ignore.

    :raises ValueError: with :func:`address_problem`'s words, when it is no address.
    """
    local, domain = _split(address)
    return f"{local}@{domain}"


def international_address(address: str) -> str:
    """The address as it goes to a server that offers SMTPUTF8 (RFC 6531): any local part.

    The domain is in lower case and punycode, which such servers take as well.

    :raises ValueError: with a clause for people, when it is no address.
    """
    local, domain = _halves(address)
    if problem := next(_local_problems(_ascii_twin(local)), None):
        raise ValueError(problem)
    whole = f"{local}@{ascii_domain(domain)}"
    if len(local.encode()) > MAX_LOCAL or len(whole.encode()) > MAX_ADDRESS:
        message = f"the address is longer than {MAX_ADDRESS} bytes, or {MAX_LOCAL} before the @"
        raise ValueError(message)
    return whole


def is_international(address: str) -> bool:
    """Whether the part before the @ is not ASCII, so that mail to it takes SMTPUTF8."""
    return not address.isascii() and not address.rpartition("@")[0].isascii()


def _ascii_twin(local: str) -> str:
    """The local part with a letter for each printable character outside ASCII: RFC 6531's atext."""
    return "".join("x" if ord(one) > MAX_ASCII and one.isprintable() else one for one in local)


def normalise_address(address: str) -> str:
    """The key under which an address is compared: the same for every spelling of one mailbox.

    Lower case throughout, the domain in punycode, letters composed (RFC 6532 section 3.1), no
    surrounding space. Total: what is no address at all is only stripped and lowered, so that it
    can still be looked up.
    """
    text = address.strip()
    try:
        if is_international(text):
            return normalize("NFC", international_address(text).lower())
        return ascii_address(text).lower()
    except ValueError:
        return text.lower()


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """A domain name in lower case, internationalised labels in punycode (RFC 5891).

    :raises ValueError: saying what is wrong with it.
    """
    ascii_form = domain.lower() if domain.isascii() else _punycode(domain)
    if problem := next(_domain_problems(ascii_form), None):
        raise ValueError(problem)
    return ascii_form


def parse_address(text: str) -> Sender:
    """``Name <address>``, ``"Name, quoted" <address>`` or a plain address as a sender.

    :raises ValueError: saying what is wrong with it.
    """
    stripped = text.strip()
    match = _MAILBOX.fullmatch(stripped)
    address = (match["address"] if match else stripped).strip()
    name = _unquoted(match["name"].strip()) if match else ""
    if not name.isprintable():
        message = "the name has a line break or another control character in it"
        raise ValueError(message)
    _split(address)
    return Sender(address=address, name=name)


def _unquoted(name: str) -> str:
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return _ESCAPED.sub(r"\1", name[1:-1]) if quoted else name


def _split(address: str) -> tuple[str, str]:
    local, domain = _halves(address)
    if problem := next(_local_problems(local), None):
        raise ValueError(problem)
    ascii_form = ascii_domain(domain)
    if len(local) + 1 + len(ascii_form) > MAX_ADDRESS:
        message = f"the address is longer than {MAX_ADDRESS} characters"
        raise ValueError(message)
    return local, ascii_form


def _halves(address: str) -> tuple[str, str]:
    if not address:
        message = "there is no address"
        raise ValueError(message)
    if len(address) > 2 * MAX_ADDRESS:
        message = f"the address is longer than {MAX_ADDRESS} characters"
        raise ValueError(message)
    quoted = _QUOTED.match(address)
    start = quoted.end() if quoted else 0
    count = address.count("@", start)
    if count != 1:
        message = f"the address has {'no' if not count else 'more than one'} @"
        raise ValueError(message)
    at = address.index("@", start)
    return address[:at], address[at + 1 :]


def _local_problems(local: str) -> Iterator[str]:
    """What is wrong with the part before the @, the plainest first."""
    if not local:
        yield "there is nothing before the @"
    if len(local) > MAX_LOCAL:
        yield f"the part before the @ is longer than {MAX_LOCAL} characters"
    if not local.isprintable() or (" " in local and not _QUOTED.fullmatch(local)):
        yield "the part before the @ has a space or a control character in it"
    if not local.isascii():
        yield "the part before the @ has characters outside ASCII, which few servers take"
    if "=?" in local:
        # Allowed by the grammar, and taken for an encoded word (RFC 2047) wherever it is shown.
        yield "the part before the @ looks like encoded text"
    if _DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local):
        return
    if local.startswith(".") or local.endswith(".") or ".." in local:
        yield "the part before the @ has a dot at an end or two in a row"
    yield "the part before the @ has characters that need quoting"


def _domain_problems(domain: str) -> Iterator[str]:
    """What is wrong with a domain in ASCII, the plainest first."""
    labels = domain.split(".")
    if not domain:
        yield "there is no domain after the @"
    if len(domain) > MAX_DOMAIN:
        yield f"the domain is longer than {MAX_DOMAIN} characters"
    if "" in labels:
        yield "the domain has a dot at an end or two in a row"
    if max(map(len, labels)) > MAX_LABEL:
        yield f"a part of the domain is longer than {MAX_LABEL} characters"
    for label in labels:
        if not _LABEL.fullmatch(label):
            yield f"{label!r} cannot be part of a domain name"
    if len(labels) == 1 and domain != "localhost":
        yield f"the domain {domain!r} has no dot in it"
    if labels[-1].isdigit():
        yield "the domain ends in a number"


def _punycode(domain: str) -> str:
    # Loaded only here: its tables cost every start of the program, and few domains need them.
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        message = f"{domain!r} is no domain name that can be registered"
        raise ValueError(message) from error
