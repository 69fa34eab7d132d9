"""Last looks as documents."""

from datetime import datetime

from digest.model import LastLook, LookOutcome, StoryTrouble, Trouble
from digest.store.codec.documents import Document, dense, key, read, read_key, write


def encode_look(look: LastLook) -> str:
    """A last look as a JSON document, without its times."""
    return write(
        {
            "outcome": look.outcome,
            "links": look.links,
            "unreached": look.unreached,
            "found": [_trouble(each) for each in look.found],
            "note": look.note,
        }
    )


def decode_look(text: str, *, approved_at: datetime, looked_at: datetime) -> LastLook:
    """The last look of a document.

    :raises StoreVersionError: when a newer version of the program wrote it.
    """
    document = read(text)
    return LastLook(
        approved_at=approved_at,
        looked_at=looked_at,
        outcome=LookOutcome(document["outcome"]),
        links=document.get("links", 0),
        unreached=document.get("unreached", 0),
        found=tuple(_read_trouble(each) for each in document.get("found", ())),
        note=document.get("note", ""),
    )


def _trouble(trouble: StoryTrouble) -> Document:
    return dense(
        {
            "entry": key(trouble.entry),
            "headline": trouble.headline,
            "trouble": trouble.trouble,
            "what": trouble.what,
            "grave": trouble.grave,
            "runner_up": key(trouble.runner_up) if trouble.runner_up else None,
            "runner_up_title": trouble.runner_up_title,
        }
    )


def _read_trouble(document: Document) -> StoryTrouble:
    runner_up = document.get("runner_up")
    return StoryTrouble(
        entry=read_key(document["entry"]),
        headline=document.get("headline", ""),
        trouble=Trouble(document["trouble"]),
        what=document.get("what", ""),
        grave=document["grave"],
        runner_up=read_key(runner_up) if runner_up else None,
        runner_up_title=document.get("runner_up_title", ""),
    )
