"""A mail of the bounce mailbox, opened: what its reporter says, and what of ours came back."""

import re
from dataclasses import dataclass
from hashlib import blake2b

from digest.deliver.feedback.addresses import addresses_in, first_address
from digest.deliver.feedback.mime import Part, read_header, walk
from digest.deliver.feedback.prose import human_part

MAX_WORDS = 500

_STATUS_KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_KINDS = frozenset(
    {
        "message/rfc822",
        "message/rfc822-headers",
        "text/rfc822-headers",
        "text/rfc822-header",
        "text/rfc822",
        "message/global-headers",
    }
)
_TO = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to")
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{3,320}@[^\s<>;]{1,255})>?")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,400}>")
_QUOTED_ID = re.compile(r"^[ \t]*Message-ID:\s*(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_LINK = re.compile(r"<(https?://[^<>\s]{1,1000})>")
_SPACES = re.compile(r"\s+")
_UNENCODABLE = re.compile(r"[\ud800-\udfff\x00]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A mail, and what of it is whose: ``said`` by the reporter, the rest of the returned mail."""

    message: Part
    said: str
    status_text: str
    returned: tuple[tuple[str, str], ...]
    kinds: frozenset[str]
    quoted: str = ""
    enclosed: Part | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """To whom the returned mail was."""
        values = [value for name, value in self.returned if name == "to"]
        return tuple(found.address for value in values for found in addresses_in(value))


def open_mail(message: Part) -> Opened:
    """Tell apart what the reporter says and what of the returned mail is there."""
    said: list[str] = []
    html: list[str] = []
    status: list[str] = []
    returned: tuple[tuple[str, str], ...] = ()
    kinds: set[str] = set()
    enclosed: Part | None = None
    for part in walk(message):
        kinds.add(part.kind)
        if part.kind in _STATUS_KINDS:
            status.append(part.text)
        elif part.kind in _RETURNED_KINDS:
            returned = returned or _returned_fields(part)
            enclosed = enclosed or next(iter(part.parts), None)
        elif part.kind == "text/html":
            html.append(part.readable)
        elif part.kind.startswith("text/") and not returned:
            said.append(part.text)
    own, rest = human_part("\n\n".join(said if any(s.strip() for s in said) else html))
    if not returned and rest:
        returned = _quoted_fields(rest)
    return Opened(
        message=message,
        said=own,
        status_text="\n\n".join(status),
        returned=returned,
        kinds=frozenset(kinds),
        quoted=rest,
        enclosed=enclosed,
    )


def _returned_fields(part: Part) -> tuple[tuple[str, str], ...]:
    if part.parts:
        return part.parts[0].fields
    return read_header(part.text.lstrip("\n"))[0]


def _quoted_fields(rest: str) -> tuple[tuple[str, str], ...]:
    """The header of a mail that was returned within the text: from its first field on."""
    lines = rest.split("\n")
    for index, line in enumerate(lines[:30]):
        fields, _ = read_header("\n".join(lines[index : index + 200])) if ":" in line else ((), "")
        if len(fields) > 1:
            return fields
    return ()


def message_ids(opened: Opened) -> tuple[str, ...]:
    """Of the mail that came back."""
    own = [value for name, value in opened.returned if name == "message-id"]
    ids = [match for value in own for match in _MESSAGE_ID.findall(value)]
    if not ids:
        ids = _QUOTED_ID.findall(opened.said)
    return tuple(clean(identity) for identity in ids)


def to_whom(message: Part) -> tuple[str, ...]:
    """The addresses in a mail's To field."""
    return tuple(found.address for value in message.all("to") for found in addresses_in(value))


def delivered_to(message: Part) -> tuple[str, ...]:
    """The addresses that the mail itself was sent to."""
    found = [first_address(value) for value in message.all(*_TO)]
    for value in message.all("received")[:20]:
        found += _RECEIVED_FOR.findall(value)
    return tuple(dict.fromkeys(clean(address, 320) for address in found if address))


def identity_of(message: Part, data: bytes) -> str:
    """A name for this mail: the same for every copy, whatever its line ends."""
    # The fields that delivery adds differ between two copies of one mail; what was sent does not.
    sent = [f"{n}:{v}" for n, v in message.fields if n in {"message-id", "date", "from", "subject"}]
    text = "\n".join((*sent, *(part.text.strip() for part in walk(message))))
    seed = text.encode("utf-8", "surrogatepass") if text.strip() else data
    return blake2b(seed, digest_size=16).hexdigest()


def clean(text: str, limit: int = MAX_WORDS) -> str:
    """Text of a mail on one line, of at most ``limit`` characters that can all be stored."""
    return _SPACES.sub(" ", _UNENCODABLE.sub("", text)).strip()[:limit]


def unsubscribe_links(opened: Opened) -> tuple[str, ...]:
    """The links of the returned mail's List-Unsubscribe field (RFC 2369)."""
    values = [value for name, value in opened.returned if name == "list-unsubscribe"]
    return tuple(link for value in values for link in _LINK.findall(value))


def returned_senders(opened: Opened) -> tuple[str, ...]:
    """Who sent the returned mail, by its envelope."""
    values = [value for name, value in opened.returned if name == "return-path"]
    return tuple(clean(a, 320) for value in values if (a := first_address(value)))
