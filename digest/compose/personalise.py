"""One reader's copy of a rendering: slots filled by substitution, nothing rendered again.

A slot is an absolute URL on a name that can never resolve (RFC 2606 ``.invalid``): inliners
rewrite ``{{ tokens }}`` in links, and leave such a URL alone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from digest.errors import MessageError
from digest.model import PersonalCopy, RenderedIssue

SLOT_DOMAIN = "slot.invalid"
UNSUBSCRIBE_SLOT = f"https://unsubscribe.{SLOT_DOMAIN}/"

_MAIL_ONLY = re.compile(r"<!--mail-only-->.*?<!--/mail-only-->", re.DOTALL)
_SLOT_LINK = re.compile(rf'\shref="https://[a-z]+\.{re.escape(SLOT_DOMAIN)}/"')
_SLOT = re.compile(rf"https://[a-z]+\.{re.escape(SLOT_DOMAIN)}/")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSlots:
    """What differs from reader to reader."""

    unsubscribe_url: str


def fill(rendering: RenderedIssue, slots: ReaderSlots) -> PersonalCopy:
    """Put one reader's values into a rendering, escaped for where they stand.

    :raises MessageError: when a value holds white space or a control character, or is no URL.
    """
    url = slots.unsubscribe_url
    if _UNFIT.search(url) or not url.startswith(("https://", "http://")):
        raise MessageError("", f"the unsubscribe address {url!r} is not a web address")
    html, text = _parts(rendering)
    return PersonalCopy(html=escape(url).join(html), text=url.join(text))


def for_web(rendering: RenderedIssue) -> str:
    """The HTML for everybody: without the parts meant for one reader's mailbox, and no slot.

    Templates mark those parts by ``<!--mail-only-->`` and ``<!--/mail-only-->``. A slot that
    stands outside them loses its link.
    """
    return without_slots(_MAIL_ONLY.sub("", rendering.html))


def without_slots(html: str) -> str:
    """The HTML with no slot left: a link to one is no link any more."""
    return _SLOT.sub("", _SLOT_LINK.sub("", html))


@lru_cache(maxsize=8)
def _parts(rendering: RenderedIssue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(rendering.html.split(UNSUBSCRIBE_SLOT)),
        tuple(rendering.text.split(UNSUBSCRIBE_SLOT)),
    )
