"""How rightly returned mail is read: bounces, complaints, autoreplies and ordinary mail.

Takes a folder of mails and a CSV of ``file, recipient_no, status, reply_code, reason, hard_bounce,
feedback_type``, one row a recipient, paths relative to the folder. Prints ``name value`` lines:

``hard_recall``              rows that are hard and were called so
``soft_called_hard``         rows of any other bounce that were called hard
``autoreply_called_bounce``  autoreplies with a report in them (a count): rows of reason vacation,
                             and the files of ``--autoreply``
``ordinary_called_bounce``   ordinary mails with a report in them: a folder ``not`` beside the
                             mails, and the files of ``--ordinary``
``complaint_recall``         rows of reason feedback that were read as feedback reports; what is no
                             reader's word (auth-failure, not-spam) suppresses nobody all the same
``auth_failure_called_complaint``  those of them that were called complaints (a count)
``address_found``            bounced recipients whose address was found: where the mail names them
                             in a Final- or Original-Recipient field, one of those
``crashes``                  mails that raised an exception
``slow``                     mails that took more than two seconds; ``slowest_ms``
``eol_agree``                mails that say the same with LF, CR and CRLF, and as their copies in
                             the folders dos and mac beside bsd

A file's rows are compared with the reports of the same status, else with those left over, in order.
``--half 0`` or ``--half 1`` takes the files of one half, by a hash of their names.

    python tests/bench/bounces.py DIR EXPECTED.csv [--autoreply DIR] [--ordinary DIR]
"""

import argparse
import csv
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from digest.deliver.feedback.reading import read_mail
from digest.model import BounceVerdict, MailKind, RecipientReport, ReturnedMail
from digest.model.address import normalise_address

HARD = BounceVerdict.HARD
SLOW = 2.0
NAMED = re.compile(
    rb"^(?:Final|Original)-Recipient:[ \t]*(?:[\w-]+[ \t]*;)?[ \t]*<?([^\s<>;|]+@[^\s<>;]+)",
    re.IGNORECASE | re.MULTILINE,
)

Row = Mapping[str, str]


@dataclass(slots=True)
class Figures:
    """What was counted."""

    hits: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    slow: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def count(self, name: str, hits: int, total: int, what: str = "") -> None:
        self.hits[name] += hits
        self.totals[name] += total
        recall = name in {"hard_recall", "complaint_recall", "address_found", "eol_agree"}
        if what and (hits < total if recall else hits):
            self.wrong.append(f"{name} {what}")

    def ratio(self, name: str) -> float:
        return self.hits[name] / self.totals[name] if self.totals[name] else 1.0


def main() -> None:
    arguments = parse_arguments()
    figures = measure(
        arguments.dir,
        arguments.expected,
        autoreply=arguments.autoreply,
        ordinary=arguments.ordinary,
        half=arguments.half,
    )
    for line in lines(figures):
        print(line)
    if arguments.show:
        print(*figures.wrong, *figures.crashes, sep="\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("expected", type=Path)
    parser.add_argument("--autoreply", type=Path)
    parser.add_argument("--ordinary", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--show", action="store_true", help="name the mails read wrongly")
    arguments = parser.parse_args()
    arguments.autoreply = arguments.autoreply or arguments.dir.parent / "mail-autoreply"
    arguments.ordinary = arguments.ordinary or arguments.dir.parent / "mail-not-bounce"
    return arguments


def measure(
    folder: Path, expected: Path, *, autoreply: Path, ordinary: Path, half: int | None = None
) -> Figures:
    """Read every mail that is there and count."""
    figures = Figures()
    for name, rows in expected_rows(expected).items():
        path = folder / name
        if in_half(path, half) and path.is_file():
            _judge(figures, path, rows, named=len(rows))
    for path in mails(autoreply, half):
        _judge_other(figures, path, "autoreply_called_bounce")
    for path in [*mails(ordinary, half), *mails(folder / "maildir" / "not", half)]:
        _judge_other(figures, path, "ordinary_called_bounce")
    for path in mails(folder, half):
        _read(figures, path.read_bytes(), path)
    return figures


def lines(figures: Figures) -> Iterator[str]:
    """The figures, one a line."""
    counts = {"autoreply_called_bounce", "ordinary_called_bounce", "auth_failure_called_complaint"}
    for name in (
        "hard_recall",
        "soft_called_hard",
        "autoreply_called_bounce",
        "ordinary_called_bounce",
        "complaint_recall",
        "auth_failure_called_complaint",
        "address_found",
    ):
        shown = figures.hits[name] if name in counts else round(figures.ratio(name), 4)
        yield f"{name} {shown}"
    yield f"crashes {len(figures.crashes)}"
    yield f"slow {figures.slow}"
    yield f"slowest_ms {figures.slowest * 1000:.0f}"
    yield f"eol_agree {figures.ratio('eol_agree'):.4f}"
    for name in ("hard_recall", "soft_called_hard", "autoreply_called_bounce"):
        yield f"of_{name} {figures.totals[name]}"
    for name in ("ordinary_called_bounce", "complaint_recall", "address_found", "eol_agree"):
        yield f"of_{name} {figures.totals[name]}"


def expected_rows(path: Path) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["file"]].append(row)
    return rows


def mails(folder: Path, half: int | None) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        plain = path.suffix.lower() not in {".csv", ".json", ".py"}
        if path.is_file() and plain and not path.name.startswith("README") and in_half(path, half):
            yield path


def in_half(path: Path, half: int | None) -> bool:
    return half is None or sha256(path.name.encode()).digest()[0] % 2 == half


def _judge(figures: Figures, path: Path, rows: Sequence[Row], *, named: int) -> None:
    data = path.read_bytes()
    mail = _read(figures, data, path)
    if mail is None:
        return
    reason = rows[0]["reason"]
    if reason == "vacation":
        figures.count("autoreply_called_bounce", int(bool(mail.reports)), 1, path.name)
    elif reason == "feedback":
        _judge_complaint(figures, mail, rows, path)
    elif reason != "delivered":
        _judge_bounce(figures, mail.reports, rows, path)
        _judge_addresses(figures, mail.reports, data, named=named, path=path)
    _judge_line_ends(figures, mail, data, path)


def _judge_complaint(figures: Figures, mail: ReturnedMail, rows: Sequence[Row], path: Path) -> None:
    found = len(rows) if mail.kind is MailKind.FEEDBACK else 0
    figures.count("complaint_recall", found, len(rows), path.name)
    if rows[0]["feedback_type"] == "auth-failure":
        called = any(report.verdict is BounceVerdict.COMPLAINT for report in mail.reports)
        figures.count("auth_failure_called_complaint", int(called), 1, path.name)


def _judge_bounce(
    figures: Figures, reports: Sequence[RecipientReport], rows: Sequence[Row], path: Path
) -> None:
    left = list(reports)
    alike: dict[int, RecipientReport] = {}
    for index, row in enumerate(rows):
        same = [report for report in left if report.status and report.status == row["status"]]
        if same:
            alike[index] = same[0]
            left.remove(same[0])
    for index, row in enumerate(rows):
        report = alike.get(index) or (left.pop(0) if left else None)
        called = int(report is not None and report.verdict is HARD)
        hard = row["hard_bounce"].lower() == "true"
        figures.count("hard_recall" if hard else "soft_called_hard", called, 1, path.name)


def _judge_addresses(
    figures: Figures, reports: Sequence[RecipientReport], data: bytes, *, named: int, path: Path
) -> None:
    fields = re.sub(rb"\r\n?", b"\n", data)
    known = {normalise_address(a.decode("latin-1")) for a in NAMED.findall(fields)}
    got = {normalise_address(report.address) for report in reports if report.address}
    got_final = {normalise_address(report.final_address) for report in reports}
    right = got if not known else {a for a in got | got_final if a in known}
    figures.count("address_found", min(named, len(right)), named, path.name)


def _judge_other(figures: Figures, path: Path, name: str) -> None:
    mail = _read(figures, path.read_bytes(), path)
    if mail is not None:
        figures.count(name, int(bool(mail.reports)), 1, path.name)


def _judge_line_ends(figures: Figures, mail: ReturnedMail, data: bytes, path: Path) -> None:
    bare = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    copies = [bare, bare.replace(b"\n", b"\r"), bare.replace(b"\n", b"\r\n")]
    twins = [path.parent.parent / name / path.name for name in ("dos", "mac")]
    copies += [twin.read_bytes() for twin in twins if twin.is_file()]
    said = _said(mail)
    agree = all(
        _said(other) == said for copy in copies if (other := _read(figures, copy, path)) is not None
    )
    figures.count("eol_agree", int(agree), 1, path.name)


def _said(mail: ReturnedMail) -> Iterable[object]:
    return (mail.kind, [(r.address, r.verdict, r.status) for r in mail.reports])


def _read(figures: Figures, data: bytes, path: Path) -> ReturnedMail | None:
    started = time.perf_counter()
    try:
        return read_mail(data)
    except Exception as error:  # noqa: BLE001 - what is counted here is any at all
        figures.crashes.append(f"crash {path.name}: {error!r}")
        return None
    finally:
        took = time.perf_counter() - started
        figures.slowest = max(figures.slowest, took)
        figures.slow += took > SLOW


if __name__ == "__main__":
    main()
