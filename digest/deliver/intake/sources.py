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
    if "://" in source:
        scheme = source.partition("://")[0]
        message = f"mail is not read by {scheme}; name a file, a folder, or an imaps:// URL"
        raise IntakeError(source.rpartition("@")[2], message)
    path = Path(source).expanduser()
    try:
        if (path / "new").is_dir() and (path / "cur").is_dir():
            yield from read_maildir(path)
        elif path.is_dir():
            yield from (one.read_bytes() for one in sorted(path.iterdir()) if one.is_file())
        else:
            yield from _file(path)
    except OSError as error:
        raise IntakeError(source, _sentence(error, besides=path)) from error


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


def read_maildir(path: Path) -> Iterator[bytes]:
    """Every new mail of a Maildir, by the rules of :func:`read_source`.

    :raises IntakeError: when it is none, or cannot be read.
    """
    if not path.is_dir():
        raise IntakeError(str(path), "there is no such folder; a Maildir is wanted")
    missing = [name for name in ("new", "cur") if not (path / name).is_dir()]
    if missing:
        raise IntakeError(str(path), f"is no Maildir: it has no folder {missing[0]!r} in it")
    try:
        for mail in sorted((path / "new").iterdir()):
            if mail.is_file():
                yield mail.read_bytes()
                # Another reader may have moved it meanwhile.
                with suppress(FileNotFoundError):
                    mail.rename(path / "cur" / f"{mail.name.partition(':2,')[0]}:2,S")
    except OSError as error:
        raise IntakeError(str(path), _sentence(error, besides=path)) from error


def _sentence(error: OSError, *, besides: Path) -> str:
    reason = error.strerror or "cannot be read"
    elsewhere = error.filename and str(error.filename) != str(besides)
    return f"{error.filename}: {reason}" if elsewhere else reason
