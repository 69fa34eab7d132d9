"""Configuration files on disk: read as TOML, and replaced in one step."""

import os
import tempfile
from pathlib import Path

from digest.config.tomlfile import Checked, TomlFile, parse_toml
from digest.errors import Problem

_NEW_FILE_MODE = 0o644


def read_toml(path: Path) -> Checked[TomlFile]:
    """Read a file; what keeps it from being read is a problem, not an exception."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Checked(problems=(Problem(file=str(path), message=message),))
    return parse_toml(str(path), content)


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, meets the old text or the new, never a part.

    Follows a symbolic link to the file it names; keeps the permissions of a file that is there.

    :raises OSError: when the folder cannot be written to; the file is then as it was.
    """
    target = path.resolve()
    mode = target.stat().st_mode if target.exists() else _NEW_FILE_MODE
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode & 0o777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable; what cannot be synced (as on Windows) is left to the system."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
