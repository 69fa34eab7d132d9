"""The words findings are written in: values as TOML shows them, names that come near."""

import json
import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

_LONGEST = 60
_FEW = 12


class UnfitError(ValueError):
    """A value does not fit. The message says why; ``fix``, if any, what would."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        self.fix = fix
        super().__init__(message)


def shown(value: object) -> str:
    """A value as its TOML file would show it, shortened; tables and lists only by kind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
        return json.dumps(text, ensure_ascii=False)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        texts = [shown(item) for item in value]
        short = f"[{', '.join(texts)}]"
        return short if len(short) <= _LONGEST else "a list"
    return str(value)


def listed(names: Iterable[str], *, last: str = "or") -> str:
    """``"a", "b" or "c"``."""
    texts = [shown(name) for name in names]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that was probably meant, or an empty text.

    Letter case, ``-`` for ``_`` and abbreviations are forgiven before spelling is.
    """
    plain = {_plain(candidate): candidate for candidate in known}
    wanted = _plain(name)
    if not wanted:
        return ""
    if wanted in plain:
        return plain[wanted]
    started = [candidate for text, candidate in plain.items() if text.startswith(wanted)]
    if len(started) == 1:
        return started[0]
    close = get_close_matches(wanted, plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else ""


def suggestion(name: str, known: Collection[str]) -> str:
    """What to write instead of an unknown name: the nearest, else a choice of all if few."""
    meant = nearest(name, known)
    if meant:
        return f"did you mean {shown(meant)}?"
    if not known or len(known) > _FEW:
        return ""
    return f"use {listed(known)}" if len(known) > 1 else f"there is only {listed(known)}"


def field_name(path: Iterable[str | int]) -> str:
    """A path as a person would say it: ``rules[2].topic`` is in the second rule."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            name = part if re.fullmatch(r"[\w-]+", part) else json.dumps(part, ensure_ascii=False)
            text += f".{name}" if text else name
    return text


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())
