"""Two renderings of an issue, one for each of its subjects, as one."""

from dataclasses import replace
from hashlib import sha256

from digest.model import RenderedIssue


def paired(first: RenderedIssue, second: RenderedIssue) -> RenderedIssue:
    """The first rendering with the second beside it, under one digest over both."""
    both = sha256(f"{first.digest}+{second.digest}".encode()).hexdigest()
    return replace(first, second=second, digest=both)
