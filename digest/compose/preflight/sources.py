"""Sources: what an issue owes the feeds, pictures and posts that it is made of."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from digest.compose.preflight.circumstances import circumstances_of, entries_of
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import story_place, told_and_listed
from digest.model import Image, IssueKind, Place, Story
from digest.model.words import fold

_FAILING = timedelta(hours=48)
_MOST_OF_ONE, _FEW_STORIES, _FEW_FEEDS = 0.4, 5, 3
_BY = re.compile(r"\bCC[ -]?BY\b|creative\s*commons|creativecommons\.org", re.IGNORECASE)
_LICENCE = re.compile(
    r"\bCC[ -]?BY(?:[ -](?:SA|NC|ND))*(?:[ -]?\d\.\d)?"
    r"|(?:https?://)?creativecommons\.org/\S*"
    r"|creative\s*commons\s+attribution[\w -]*(?:\d\.\d)?(?: international| generic)?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"creative\s*commons|https?://\S+|\d+(?:\.\d+)?|\b(?:photos?|photograph|image|picture"
    r"|illustration|credit|courtesy|source|licen[cs]ed?|under|via|by|of|from|the|on|flickr"
    r"|wikimedia|commons|unsplash|unknown)\b",
    re.IGNORECASE,
)


@rule(
    "one-feed",
    WARNING,
    "No feed has more than 40 % of the stories",
    why="A digest of many sources should not be the newsletter of one.",
)
def _one_feed(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if proof.issue is None or proof.issue.kind is IssueKind.ROUNDUP:
        return
    stories = [story for story in proof.issue.stories if story.entries]
    feeds = Counter(story.entries[0].feed for story in stories)
    choice = max(len(known.feeds) if known else 0, len(feeds))
    if len(stories) < _FEW_STORIES or choice < _FEW_FEEDS:
        return
    feed, count = feeds.most_common(1)[0]
    if count > _MOST_OF_ONE * len(stories):
        what = f"{count} of {len(stories)} stories are of one feed, {feed}."
        yield Remark(what=what, excerpt=feed, fix="Lower its weight, or tell fewer of its stories.")


@rule(
    "feed-failing",
    WARNING,
    "Every feed could be read in the last 48 hours",
    why="What a feed brought since it failed is not in the issue.",
)
def _failing(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    for feed in known.feeds if known else ():
        if known and feed.failing_since and known.now - feed.failing_since > _FAILING:
            since = f"{feed.failing_since:%d %B}"
            yield Remark(
                what=f"The feed {feed.title or feed.url} fails since {since}: {feed.last_error}",
                excerpt=feed.url,
                fix=f"digest collect --feed {feed.url}",
            )


@rule(
    "support-note",
    BLOCKER,
    "Help lines stay with their stories",
    why="Readers whom a story touches must find whom to call.",
)
def _support(proof: Proof) -> Iterator[Remark]:
    entries = entries_of(proof) or {}
    html, text = fold(proof.document.text_content()), fold(proof.text)
    for story in told_and_listed(proof.issue) if proof.issue else ():
        posts = [entries[key].entry for key in story.entries if key in entries]
        wanted = [line for post in posts for line in post.support]
        for line in dict.fromkeys((*wanted, *story.support)):
            lost = _lost(line, story, html=html, text=text)
            if lost:
                what = f"The help line of the story is not in {lost}."
                fix = "Rebuild the issue, and see that the theme shows the support lines."
                place = story_place(story, "support")
                yield Remark(what=what, place=place, excerpt=line, fix=fix)


@rule(
    "image-licence",
    BLOCKER,
    "Creative Commons pictures name their author and licence",
    why="CC BY asks for both; without them the picture is used without permission.",
)
def _licence(proof: Proof) -> Iterator[Remark]:
    issue = proof.issue
    if issue is None:
        return
    pictures = [(issue.hero, Place(part="html", field="credit"))]
    pictures += [(s.image, story_place(s, "credit")) for s in issue.stories]
    for image, place in pictures:
        missing = _missing(image) if image else ""
        if image and missing:
            what = f"The picture's credit does not name its {missing}."
            fix = 'Write it as "Ada Lovelace, CC BY-SA 4.0".'
            yield Remark(what=what, place=place, excerpt=image.credit or image.url, fix=fix)


def _lost(line: str, story: Story, *, html: str, text: str) -> str:
    """Where a help line is missing; nothing where it is not."""
    if line not in story.support:
        return "the issue any more"
    if fold(line) not in html:
        return "the HTML part"
    return "the text part" if text and fold(line) not in text else ""


def _missing(image: Image) -> str:
    """What a Creative Commons credit lacks; nothing for other credits."""
    if not _BY.search(image.credit):
        return ""
    licence = _LICENCE.search(image.credit)
    rest = _NO_NAME.sub(" ", _LICENCE.sub(" ", image.credit))
    lacks = [
        *([] if any(map(str.isalpha, rest)) else ["author"]),
        *([] if licence else ["licence"]),
    ]
    return " and ".join(lacks)


RULES = (_one_feed, _failing, _support, _licence)
