"""Pictures of issues: where they stand, what is made of them, and what is remembered of that."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.model.entry import EntryKey


class ImageHost(StrEnum):
    """Where the pictures of a mail are loaded from.

    ``AUTO`` is the service where its public pages are on https, else the origin.
    """

    AUTO = "auto"
    SERVICE = "service"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PictureSlot:
    """A picture by its URL at the origin, and the box it is shown in, in CSS pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureJob:
    """A file to be made into a picture that fits a slot. ``content_type`` is what its server said.

    ``width`` and ``height`` are the slot's, in CSS pixels.
    """

    body: bytes = field(repr=False)
    width: int
    height: int
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPicture:
    """A picture as it is sent: JPEG or PNG, without metadata. Sizes in pixels."""

    body: bytes = field(repr=False)
    media_type: str
    width: int
    height: int

    @property
    def hash(self) -> str:
        """The SHA-256 of its bytes in hexadecimal, by which it is kept and asked for."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPicture:
    """The file is no picture to show. ``reason`` completes a sentence that begins with "it".

    ``unread`` says that reading it took too much, or failed: another day it may succeed.
    """

    reason: str
    unread: bool = False


PictureResult = PreparedPicture | NoPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPicture:
    """A picture that the service has, without its bytes; ``size`` is how many they are."""

    hash: str
    media_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureVisit:
    """What came of asking for a slot's picture.

    ``picture`` is None where there is none to show, and ``remark`` says why; with a picture, a
    remark says why it could not be had anew. ``retry_at`` is when a failure is worth another try.
    The validators are those of the file at its origin.
    """

    slot: PictureSlot
    visited_at: datetime
    picture: HostedPicture | None = None
    remark: str = ""
    attempts: int = 1
    retry_at: datetime | None = None
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPicture:
    """A picture that an issue is without; ``entry`` is its story's post, None for the issue's own.

    ``reason`` completes a sentence that begins with "the picture".
    """

    url: str
    reason: str
    entry: EntryKey | None = None

    def __str__(self) -> str:
        return f"the picture {self.url} {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that the service hands out under its hash."""

    media_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPurged:
    """How many pictures nothing showed any more, their bytes, and how many are left.

    They were deleted, unless it was a ``dry_run``.
    """

    pictures: int
    size: int
    left: int
    dry_run: bool = False
