"""An issue as linked data (JSON-LD with schema.org's terms), for programs that read pages."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from digest.compose.edition import Edition, Picture, StoryView

Linked: TypeAlias = Mapping[str, object]
"""An object of JSON."""


def linked_data(
    edition: Edition,
    *,
    title: str,
    stories: Sequence[StoryView],
    description: str,
    issued: str,
    picture: Picture | None,
) -> Linked:
    """An ``Article`` of a ``Periodical``, whose main thing is the ``ItemList`` of its stories."""
    publication = _named("Organization", edition)
    article: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": title,
        "description": description,
        "url": edition.links.web,
        "mainEntityOfPage": edition.links.web,
        "datePublished": issued,
        "inLanguage": edition.newsletter.language,
        "isPartOf": _named("Periodical", edition),
        "author": publication,
        "publisher": publication,
        "image": _image(picture) if picture else None,
        "mainEntity": _items(stories),
    }
    return {name: value for name, value in article.items() if value}


def _named(kind: str, edition: Edition) -> Linked:
    home = {"url": edition.newsletter.home_url} if edition.newsletter.home_url else {}
    return {"@type": kind, "name": edition.newsletter.name, **home}


def _image(picture: Picture) -> Linked:
    facts = {
        "@type": "ImageObject",
        "url": picture.url,
        "width": picture.width,
        "height": picture.height,
        "caption": picture.alt,
        "creditText": picture.credit,
    }
    return {name: value for name, value in facts.items() if value}


def _items(stories: Sequence[StoryView]) -> Linked:
    items = [
        {
            "@type": "ListItem",
            "position": place,
            "name": story.title,
            **({"url": story.url} if story.url else {}),
        }
        for place, story in enumerate(stories, start=1)
    ]
    return {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
