"""The keyring: key files that the settings name, read and checked; and new ones, written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from os import O_CREAT, O_EXCL, O_WRONLY
from os import open as open_descriptor
from pathlib import Path
from stat import S_IROTH

from digest.config import Config
from digest.config.locate import locate
from digest.config.settings import DkimSettings
from digest.deliver.signing.dkim import NO_KEYS, Algorithm, DkimKey, Keyring, aligned
from digest.errors import ConfigError, Problem, StateError
from digest.model.address import ascii_domain

EXTRA = "dkim"
"""What to install so that mail can be signed."""

_SETTINGS = "digest.toml"
_MAX_FILE = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReport:
    """What the settings' keys come to: those that can sign, what is wrong, what is remarkable."""

    keyring: Keyring = NO_KEYS
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def can_sign() -> bool:
    """Whether the extra ``dkim`` is installed; imports nothing."""
    return find_spec("cryptography") is not None


def open_keyring(config: Config) -> Keyring:
    """All keys of the settings, ready to sign.

    :raises ConfigError: with every problem, when one of them cannot.
    """
    report = read_keys(config)
    if report.problems:
        raise ConfigError(report.problems)
    return report.keyring


def read_keys(config: Config) -> KeyReport:
    """Read every key file, and see which newsletters the keys sign."""
    wanted = config.settings.dkim
    place = _Place(config)
    if not wanted:
        return KeyReport()
    if not can_sign():
        message = "mail cannot be signed without an extra"
        fix = f"pip install 'digest[{EXTRA}]', or take the [[dkim]] tables away"
        return KeyReport(problems=(place.problem(0, "", message, fix=fix),))
    read = [_read(config, place, index) for index in range(len(wanted))]
    return KeyReport(
        keyring=Keyring(keys=tuple(each for each in read if isinstance(each, DkimKey))),
        problems=(
            *(each for each in read if isinstance(each, Problem)),
            *_repeated(place, wanted),
        ),
        warnings=(*_open_to_all(config, place), *_misaligned(config, place)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A key that was just made. ``file`` is its name as ``[[dkim]]`` has it."""

    file: str
    key: DkimKey


def make_key(directory: Path, *, domain: str, selector: str, algorithm: Algorithm) -> MadeKey:
    """Make a key and write it to a new file under the folder, for its owner's eyes only.

    :raises StateError: when the extra is missing, the file is there or cannot be written.
    """
    if not can_sign():
        raise StateError(selector, f"keys need an extra: pip install 'digest[{EXTRA}]'")
    from digest.deliver.signing.keys import new_key, read_key

    file = f"dkim/{selector}.pem"
    path = directory / file
    pem = new_key(algorithm)
    try:
        path.parent.mkdir(exist_ok=True)
    except FileExistsError as error:
        message = "is a file, and keys go into a folder of that name; move it away"
        raise StateError(str(path.parent), message) from error
    except OSError as error:
        raise StateError(str(path.parent), f"cannot be made: {error.strerror}") from error
    try:
        with open(path, "xb", opener=_private) as opened:
            opened.write(pem)
    except FileExistsError as error:
        raise StateError(str(path), "is there already; choose another selector") from error
    except OSError as error:
        raise StateError(str(path), f"cannot be written: {error.strerror}") from error
    return MadeKey(file=file, key=read_key(pem, domain=domain, selector=selector))


def _private(path: str, _flags: int) -> int:
    return open_descriptor(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the settings say what; finds the line of a ``[[dkim]]`` table's key."""

    config: Config

    def problem(self, index: int, key: str, message: str, *, fix: str) -> Problem:
        path = self.config.directory / _SETTINGS
        try:
            line = locate(path.read_text("utf-8"), ("dkim", index, *((key,) if key else ())))
        except (OSError, ValueError):
            line = None
        field = f"dkim[{index + 1}]" + (f".{key}" if key else "")
        return Problem(file=str(path), line=line, field=field, message=message, fix=fix)


def _read(config: Config, place: _Place, index: int) -> DkimKey | Problem:
    from digest.deliver.signing.keys import KeyUnfitError, read_key

    wanted = config.settings.dkim[index]
    path = config.directory / wanted.key
    make = f"digest dkim {wanted.selector} --domain {wanted.domain} makes a key"
    try:
        with path.open("rb") as file:
            pem = file.read(_MAX_FILE)
    except FileNotFoundError:
        return place.problem(index, "key", f"{path} does not exist", fix=make)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        return place.problem(index, "key", message, fix="let the user who runs digest read it")
    try:
        return read_key(pem, domain=wanted.domain, selector=wanted.selector)
    except KeyUnfitError as error:
        return place.problem(index, "key", f"{path} {error}", fix=f"{make}; publish it first")


def _repeated(place: _Place, wanted: Sequence[DkimSettings]) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for index, each in enumerate(wanted):
        name = (each.domain, each.selector.lower())
        if first.setdefault(name, index) != index:
            message = f"another key of {each.domain} has the selector {each.selector!r} already"
            yield place.problem(index, "selector", message, fix="give each key its own selector")


def _open_to_all(config: Config, place: _Place) -> Iterator[Problem]:
    for index, each in enumerate(config.settings.dkim):
        path = config.directory / each.key
        if path.exists() and path.stat().st_mode & S_IROTH:
            message = f"everybody on this machine can read {path}"
            yield place.problem(index, "key", message, fix=f"chmod 600 {path}")


def _misaligned(config: Config, place: _Place) -> Iterator[Problem]:
    """Keys that sign nothing, and newsletters that no key signs."""
    wanted = config.settings.dkim
    senders = {
        name: ascii_domain(newsletter.sender.address.rpartition("@")[2])
        for name, newsletter in config.newsletters.items()
    }
    for index, each in enumerate(wanted):
        if senders and not any(aligned(each.domain, sender) for sender in senders.values()):
            froms = ", ".join(sorted(set(senders.values())))
            message = f"{each.domain} signs nothing: newsletters are sent from {froms}"
            yield place.problem(index, "domain", message, fix="name a domain you send from")
    for name, sender in senders.items():
        if not any(aligned(each.domain, sender) for each in wanted):
            yield Problem(
                file=str(config.directory / "newsletters" / f"{name}.toml"),
                field="from",
                message=f"no [[dkim]] key signs for {sender}, so its mail goes out unsigned",
                fix=f"digest dkim SELECTOR --domain {sender} makes one",
            )
