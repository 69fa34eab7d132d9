"""Returned mail from a file, an mbox, a folder, a Maildir, or standard input."""

import mailbox
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from digest.errors import IntakeError

STANDARD_INPUT = "-"

_MBOX_START = b"From "


def read_source(source: str) -> Iterator[bytes]:
    """Every mail of ``source``, in its order.

    A Maildir gives its new mail, and each is moved among the seen ones once the next is asked for:
    mail whose taking failed stays new. The others are left as they are; to read them again does no
    harm.

    :raises IntakeError: when it cannot be read.
    """
    if source == STANDARD_INPUT:
        yield sys.stdin.buffer.read()
        return
    path = Path(source).expanduser()
    try:
        if (path / "new").is_dir() and (path / "cur").is_dir():
            yield from _maildir(path)
        elif path.is_dir():
            yield from (one.read_bytes() for one in sorted(path.iterdir()) if one.is_file())
        else:
            yield from _file(path)
    except OSError as error:
        raise IntakeError(source, error.strerror or "cannot be read") from error


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        start = file.read(len(_MBOX_START))
    if start != _MBOX_START:
        yield path.read_bytes()
        return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()


def _maildir(path: Path) -> Iterator[bytes]:
    for mail in sorted((path / "new").iterdir()):
        if not mail.is_file():
            continue
        yield mail.read_bytes()
        # Another reader may have moved it meanwhile.
        with suppress(FileNotFoundError):
            mail.rename(path / "cur" / f"{mail.name.partition(':2,')[0]}:2,S")
