"""The craft checklist on any HTML mail: what it finds, and whether anything makes it stumble.

For each file a line: its path and the ids of the rules that found something, blockers with a ``!``
before them. Then figures, one a line: ``files``, ``crashes`` (checks that failed on a file),
``checks_per_file``, ``seconds_per_file`` and ``peak_rss_mb``. ``classic`` stands for our own theme.

    python tests/bench/preflight.py DIR_OR_FILE [DIR_OR_FILE …] [--classic]
"""

import argparse
import re
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.compose.preflight import ALL, CRASHED, inspect  # noqa: E402 - after the path to tests
from digest.compose.preflight.rules import Proof  # noqa: E402
from digest.compose.render import IssueRenderer  # noqa: E402
from digest.model import Finding, Severity  # noqa: E402
from digest.resources import TEMPLATES  # noqa: E402
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("paths", type=Path, nargs="*")
    arguments.add_argument("--classic", action="store_true", help="our own theme too")
    given = arguments.parse_args()
    files = crashes = 0
    started = perf_counter()
    for name, proof in _proofs(given.paths, classic=given.classic):
        found = inspect(proof)
        files += 1
        crashes += sum(finding.rule == CRASHED for finding in found)
        print(name, *_ids(found))
    spent = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"files {files}")
    print(f"crashes {crashes}")
    print(f"checks_per_file {len(ALL)}")
    print(f"seconds_per_file {spent / max(files, 1):.3f}")
    print(f"peak_rss_mb {peak:.0f}")
    sys.exit(1 if crashes else 0)


def _proofs(paths: Sequence[Path], *, classic: bool) -> Iterator[tuple[str, Proof]]:
    for path in paths:
        inside = [file for file in path.rglob("*") if _is_page(file)] if path.is_dir() else [path]
        for file in sorted(inside):
            try:
                yield str(file), Proof(source=_decoded(file.read_bytes()))
            except OSError as error:
                print(file, f"unreadable: {error.strerror}")
    if classic:
        rendered = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL).render(
            ISSUE, NEWSLETTER
        )
        yield (
            "classic",
            Proof(
                source=rendered.html,
                text=rendered.text,
                subject=rendered.subject,
                preheader=rendered.preheader,
                issue=ISSUE,
                newsletter=NEWSLETTER,
            ),
        )


def _is_page(file: Path) -> bool:
    return file.suffix.lower() in {".html", ".htm"} and not file.is_dir()


def _decoded(content: bytes) -> str:
    """As a client decodes it: by its mark, else by what it says of itself, else as UTF-8."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    said = _CHARSET.search(content[:2048])
    encoding = marked or (said[1].decode("ascii") if said else "utf-8")
    try:
        return content.decode(encoding, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _ids(found: Sequence[Finding]) -> list[str]:
    """Each rule once, advice left out."""
    worst: dict[str, str] = {}
    for finding in found:
        if finding.severity is not Severity.ADVICE:
            mark = "!" if finding.severity is Severity.BLOCKER else ""
            worst[finding.rule] = max(mark, worst.get(finding.rule, ""))
    return [f"{mark}{rule}" for rule, mark in worst.items()]


if __name__ == "__main__":
    main()
