"""Anchors: the links of an issue, each with its text and the place it stands at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from digest.compose.edition import web_link
from digest.compose.personalise import SLOT_DOMAIN
from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.hosts import is_local, is_placeholder
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import story_place, told_and_listed
from digest.model import Place

_MAIL = frozenset({"mailto", "tel", "sms"})
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link. ``text`` is what readers click on, "" for a picture or where it is unknown."""

    url: str
    place: Place
    text: str = ""

    @property
    def parts(self) -> SplitResult | None:
        """The address taken apart; None where it is none."""
        try:
            parts = urlsplit(self.url)
            _ = parts.port
        except ValueError:
            return None
        return parts

    @property
    def host(self) -> str:
        """The host of a web address; empty for another."""
        parts = self.parts
        return (parts.hostname or "") if parts and parts.scheme.lower() in _WEB else ""

    @property
    def scheme(self) -> str:
        """The address's scheme, in lower case; empty without one."""
        return self.url.partition(":")[0].strip().lower() if ":" in self.url else ""

    @property
    def is_sound(self) -> bool:
        """Whether a mail client can follow it."""
        parts = self.parts
        if parts is None or any(char.isspace() for char in self.url):
            return False
        if self.scheme in _MAIL:
            return bool(parts.path or parts.query)
        return self.scheme in _WEB and bool(self.host) and ".." not in self.host


def anchors_of(proof: Proof) -> tuple[Anchor, ...]:
    """The links of the HTML part in order, then the stories' own that are not among them."""
    found = tuple(_in_document(proof))
    known = {anchor.url for anchor in found}
    stories = told_and_listed(proof.issue) if proof.issue else ()
    # As it is rendered; what cannot be is told as it is.
    own = (
        Anchor(url=web_link(story.url) or story.url, place=story_place(story, "url"))
        for story in stories
        if story.url
    )
    return (*found, *(anchor for anchor in own if anchor.url not in known))


def urls_to_ask(proof: Proof) -> tuple[str, ...]:
    """The web addresses that can be asked for: public ones, and none of our own pages."""
    return _askable(proof, anchors_of(proof))


def pictures_to_ask(proof: Proof) -> tuple[str, ...]:
    """The same of the pictures that readers load from elsewhere."""
    sources = (image.get("src") or "" for image in proof.document.iter("img"))
    return _askable(proof, (Anchor(url=url.strip(), place=Place(part="html")) for url in sources))


def _askable(proof: Proof, anchors: Iterable[Anchor]) -> tuple[str, ...]:
    known = circumstances_of(proof)
    own = urlsplit(known.public_url).hostname if known else None
    opted_in = known.private_hosts if known else ()
    wanted = (
        anchor.url
        for anchor in anchors
        if anchor.is_sound
        and anchor.host
        and anchor.host != own
        and (anchor.host in opted_in or not is_local(anchor.host))
        and not is_placeholder(anchor.host)
    )
    return tuple(dict.fromkeys(wanted))


def _in_document(proof: Proof) -> Iterator[Anchor]:
    places = {
        web_link(story.url): story_place(story, "url")
        for story in reversed(told_and_listed(proof.issue) if proof.issue else ())
    }
    for element in proof.document.iter("a", "area"):
        url = element.get("href")
        if url is not None and SLOT_DOMAIN not in url:
            text = " ".join(element.text_content().split())
            place = places.get(url, Place(part="html"))
            yield Anchor(url=url.strip(), place=place, text=text)
