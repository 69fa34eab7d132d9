"""SpamAssassin's opinion of a message, where it is installed."""

import re
import shutil
import subprocess

from digest.compose.preflight.circumstances import SpamScore

_SECONDS = 20
# spamc asks a running spamd; without one it says 0/0 and spamassassin itself is asked.
_PROGRAMS = (("spamc", "-c"), ("spamassassin", "--test-mode", "--local"))
_SAID = re.compile(
    r"(?m)^(?P<score>-?\d+(?:\.\d+)?)/(?P<threshold>\d+(?:\.\d+)?)\s*$"
    r"|\bscore=(?P<header>-?\d+(?:\.\d+)?) required=(?P<required>\d+(?:\.\d+)?)"
)


def has_spamassassin(*, path: str | None = None) -> bool:
    """Whether one of its programs is found; ``path`` is where to look, as PATH has it."""
    return any(shutil.which(name, path=path) for name, *_ in _PROGRAMS)


def spam_score(message: bytes, *, path: str | None = None) -> SpamScore | None:
    """What SpamAssassin gives a message; None where it is not installed or does not say."""
    for name, *options in _PROGRAMS:
        program = shutil.which(name, path=path)
        score = _read(_said([program, *options], message)) if program else None
        if score:
            return score
    return None


def _said(command: list[str], message: bytes) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a program found by its name, fixed options
            command, input=message, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _read(said: str) -> SpamScore | None:
    found = _SAID.search(said)
    if found is None:
        return None
    score = float(found["score"] or found["header"])
    threshold = float(found["threshold"] or found["required"])
    return SpamScore(score=score, threshold=threshold) if threshold else None
