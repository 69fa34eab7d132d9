"""Judging: what became of a story, from its page and from what its feed says of it now."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from digest.curate.lastlook.notices import notes_correction, notes_taking_back, takes_back
from digest.model import Entry, LinkCheck, Story, StoryTrouble, Trouble

_GONE = {404: "not found", 410: "gone", 451: "withheld for legal reasons"}
_SERVER_ERROR = 500
_ANOTHER_STORY = 0.5  # likeness of two titles, 0 to 1
_MOST_UNREACHED = 0.5
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.\w+|home/?)?", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a story now.

    ``before`` is its first entry as it was when the issue was approved, ``now`` as it is; both are
    None where no feed brought it. ``page_title`` is what its page calls itself.
    """

    story: Story
    link: LinkCheck | None = None
    page_title: str = ""
    before: Entry | None = None
    now: Entry | None = None


def is_outage(links: Sequence[LinkCheck]) -> bool:
    """Whether more than half of the links gave no answer at all: the fault is on our side then."""
    unreached = sum(_unreached(link) for link in links)
    return unreached > len(links) * _MOST_UNREACHED


def judge(seen: Seen, *, outage: bool = False) -> StoryTrouble | None:
    """The worst that happened to a story, or None. In an ``outage`` its link says nothing."""
    link = None if outage else seen.link
    return (_gone(seen, link) if link else None) or _reworded(seen, link) or _lost(seen, link)


def page_title(body: bytes) -> str:
    """What an HTML page calls itself, from its beginning; empty where it does not."""
    found = _TITLE.search(body)
    text = unescape(found[1].decode(errors="replace")) if found else ""
    return " ".join(text.split())


def _gone(seen: Seen, link: LinkCheck) -> StoryTrouble | None:
    if link.status in _GONE:
        return _trouble(seen, Trouble.GONE, f"its page is {_GONE[link.status]} ({link.status})")
    if link.unresolved:
        return _trouble(seen, Trouble.GONE, f"its site is gone: {link.failure}")
    if _fell_back(seen.story.url, link.final_url):
        what = f"its page leads to the front page now: {link.final_url}"
        return _trouble(seen, Trouble.GONE, what)
    return None


def _reworded(seen: Seen, link: LinkCheck | None) -> StoryTrouble | None:
    found = _page_notice(seen) if link else None
    if found or seen.before is None or seen.now is None:
        return found
    return _entry_notice(seen, seen.before, seen.now) or _retitled(seen, seen.before, seen.now)


def _page_notice(seen: Seen) -> StoryTrouble | None:
    """What its page says at its head, where publishers put notices that feeds do not carry."""
    told = f"{seen.before.title if seen.before else ''} {seen.story.headline}"
    what = f"its page is called “{seen.page_title}”"
    if notes_taking_back(told, seen.page_title):
        return _trouble(seen, Trouble.RETRACTED, what)
    if notes_correction(told, seen.page_title):
        return _trouble(seen, Trouble.CORRECTED, what)
    return None


def _entry_notice(seen: Seen, before: Entry, now: Entry) -> StoryTrouble | None:
    if takes_back(before.title, now.title):
        return _trouble(seen, Trouble.RETRACTED, f"its title is now “{now.title}”")
    if notes_taking_back(before.summary, now.summary):
        return _trouble(seen, Trouble.RETRACTED, f"its summary says: “{_opening(now.summary)}”")
    if notes_correction(before.title, now.title):
        return _trouble(seen, Trouble.CORRECTED, f"its title is now “{now.title}”")
    if notes_correction(before.summary, now.summary):
        return _trouble(seen, Trouble.CORRECTED, f"its summary says: “{_opening(now.summary)}”")
    return None


def _retitled(seen: Seen, before: Entry, now: Entry) -> StoryTrouble | None:
    if _letters(before.title) == _letters(now.title):
        return None
    what = f"its title was “{before.title}”, and is now “{now.title}”"
    grave = _likeness(before.title, now.title) < _ANOTHER_STORY
    return _trouble(seen, Trouble.RETITLED, what, grave=grave)


def _lost(seen: Seen, link: LinkCheck | None) -> StoryTrouble | None:
    """A page that gave no answer this time. It may be there again in a minute: told, no more."""
    if link is None or not link.failure:
        return None
    if link.status is not None and link.status < _SERVER_ERROR:
        return None  # it answered, but does not talk to programs
    what = f"its page could not be had: {link.failure}"
    return _trouble(seen, Trouble.UNREACHABLE, what, grave=False)


def _trouble(seen: Seen, trouble: Trouble, what: str, *, grave: bool = True) -> StoryTrouble:
    return StoryTrouble(
        entry=seen.story.entries[0],
        headline=str(seen.story.headline),
        trouble=trouble,
        what=what,
        grave=grave,
    )


def _unreached(link: LinkCheck) -> bool:
    return bool(link.failure) and link.status is None


def _fell_back(url: str, final_url: str) -> bool:
    """Whether a page redirects to a front page, and was none itself."""
    asked, found = urlsplit(url), urlsplit(final_url)
    if not final_url or asked.query or found.query:
        return False
    return bool(_FRONT.fullmatch(found.path)) and not _FRONT.fullmatch(asked.path)


def _letters(title: str) -> str:
    return "".join(letter for letter in title.casefold() if letter.isalnum())


def _likeness(one: str, other: str) -> float:
    """How alike two titles are, by their pairs of letters (Dice's coefficient)."""
    pairs, others = _pairs(one), _pairs(other)
    total = pairs.total() + others.total()
    return 2 * (pairs & others).total() / total if total else 0.0


def _pairs(title: str) -> Counter[str]:
    letters = _letters(title)
    return Counter(letters[at : at + 2] for at in range(max(1, len(letters) - 1)))


def _opening(text: str, longest: int = 160) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
