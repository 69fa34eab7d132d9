"""A message on its way, and how far it came."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from digest.deliver.transaction import Command
from digest.model import Refused

_Tag = TypeVar("_Tag")


@dataclass(slots=True, kw_only=True, eq=False)
class Underway(Generic[_Tag]):
    """One message on its way. ``end`` is where its last byte stands in the stream; 0: not yet.

    ``said_no`` is the first refusal of its MAIL or RCPT. ``stranded``: its MAIL met a transaction
    that the refusal of the message before had left open, so that nothing was said about itself.
    """

    tag: _Tag
    steps: tuple[Command, ...]
    next: int = 0
    end: int = 0
    said_no: Refused | None = None
    has_mail: bool = False
    has_reader: bool = False
    resets: bool = False
    stranded: bool = False
