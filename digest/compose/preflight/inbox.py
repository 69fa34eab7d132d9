"""Inbox: what readers see before they open an issue, and what their mail system takes."""

from collections.abc import Iterator

from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import ADVICE, BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.wordings import issue_place
from digest.model import Place

_KIB = 1024
_MB = 1_000_000
_LONGEST_SUBJECT = 150
_SUBJECT_FROM, _SUBJECT_TO = 10, 78
_CAPITALS = 0.3
_FEW_LETTERS = 4
_PREHEADER_FROM, _PREHEADER_TO = 40, 130
_HTML_WARNS, _HTML_BLOCKS = 85 * _KIB, 95 * _KIB
_MESSAGE_BLOCKS = 10 * _MB
_SUBJECT = issue_place("subject")
_PREHEADER = issue_place("preheader")


@rule(
    "subject-empty",
    BLOCKER,
    "The subject says something",
    why="A message without a subject looks like spam, and filters take it for that.",
)
def _subject_empty(proof: Proof) -> Iterator[Remark]:
    if not proof.subject.strip():
        yield Remark(what="The subject is empty.", place=_SUBJECT, fix="Write a subject.")


@rule(
    "subject-limit",
    BLOCKER,
    "The subject fits into a header",
    why="Beyond 150 characters, mail systems cut subjects, and some refuse them.",
)
def _subject_limit(proof: Proof) -> Iterator[Remark]:
    if len(proof.subject) > _LONGEST_SUBJECT:
        what = f"The subject has {len(proof.subject)} characters; {_LONGEST_SUBJECT} are the most."
        yield Remark(what=what, place=_SUBJECT, excerpt=proof.subject, fix="Shorten it.")


@rule(
    "subject-length",
    WARNING,
    "The subject is neither a word nor a paragraph",
    why="Inboxes show 35 to 78 characters; very short subjects say too little to be opened.",
)
def _subject_length(proof: Proof) -> Iterator[Remark]:
    length = len(proof.subject.strip())
    if 0 < length < _SUBJECT_FROM or _SUBJECT_TO < length <= _LONGEST_SUBJECT:
        what = f"The subject has {length} characters; {_SUBJECT_FROM} to {_SUBJECT_TO} read well."
        yield Remark(what=what, place=_SUBJECT, excerpt=proof.subject, fix="Reword it.")


@rule(
    "subject-capitals",
    WARNING,
    "The subject does not shout",
    why="Capitals are hard to read, and filters count them.",
)
def _subject_capitals(proof: Proof) -> Iterator[Remark]:
    letters = [char for char in proof.subject if char.isalpha()]
    capitals = sum(char.isupper() for char in letters)
    if len(letters) >= _FEW_LETTERS and capitals >= _CAPITALS * len(letters):
        share = f"{capitals / len(letters):.0%}"
        what = f"{share} of the subject's letters are capitals."
        yield Remark(
            what=what, place=_SUBJECT, excerpt=proof.subject, fix="Write it in lower case."
        )


@rule(
    "subject-exclamation",
    WARNING,
    "The subject has one exclamation mark at most",
    why="More than one is a mark of spam.",
)
def _subject_exclamation(proof: Proof) -> Iterator[Remark]:
    count = proof.subject.count("!") + proof.subject.count("\N{FULLWIDTH EXCLAMATION MARK}")
    if count > 1:
        what = f"The subject has {count} exclamation marks."
        yield Remark(what=what, place=_SUBJECT, excerpt=proof.subject, fix="Leave one, or none.")


@rule(
    "subjects-alike",
    WARNING,
    "The second subject is another one",
    why="Two subjects that are the same tell nothing apart; the second would never be tried.",
)
def _subjects_alike(proof: Proof) -> Iterator[Remark]:
    issue = proof.issue
    if issue and issue.subject_b.value.strip() and not issue.tries_subjects:
        yield Remark(
            what="The second subject is the same as the first.",
            place=issue_place("subject-b"),
            excerpt=issue.subject_b.value,
            fix="Write another one, or delete it.",
        )


@rule(
    "preheader-length",
    WARNING,
    "The preheader fills the line behind the subject",
    why="Where it is short, inboxes fill the line with whatever comes next in the message.",
)
def _preheader_length(proof: Proof) -> Iterator[Remark]:
    length = len(proof.preheader.strip())
    if not _PREHEADER_FROM <= length <= _PREHEADER_TO:
        read_well = f"{_PREHEADER_FROM} to {_PREHEADER_TO} read well"
        what = f"The preheader has {length} characters; {read_well}."
        yield Remark(what=what, place=_PREHEADER, excerpt=proof.preheader, fix="Reword it.")


@rule(
    "preheader-repeats",
    WARNING,
    "The preheader adds to the subject",
    why="The same words twice side by side waste what is seen of the issue in an inbox.",
)
def _preheader_repeats(proof: Proof) -> Iterator[Remark]:
    preheader = proof.preheader.strip().casefold()
    if preheader and preheader == proof.subject.strip().casefold():
        yield Remark(
            what="The preheader repeats the subject.",
            place=_PREHEADER,
            excerpt=proof.preheader,
            fix="Say what else is in the issue.",
        )


@rule(
    "html-size",
    BLOCKER,
    "The HTML is not clipped",
    why="Gmail cuts messages off at about 102 KB, and the way to unsubscribe with them.",
)
def _html_size(proof: Proof) -> Iterator[Remark]:
    size = len(proof.source.encode())
    if size < _HTML_WARNS:
        return
    yield Remark(
        what=f"The HTML has {size / _KIB:.1f} KiB; from 95 on, Gmail may cut its end off.",
        place=Place(part="html"),
        fix="Tell fewer stories, or tell them shorter.",
        severity=None if size >= _HTML_BLOCKS else WARNING,
    )


@rule(
    "message-size",
    BLOCKER,
    "Mail servers take the message",
    why="Many servers refuse messages of 10 MB and more.",
)
def _message_size(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known and known.message_size >= _MESSAGE_BLOCKS:
        what = f"The message has {known.message_size / _MB:.1f} MB; servers refuse 10 MB and more."
        yield Remark(what=what, fix="Link to pictures instead of putting them in.")


@rule(
    "spam-score",
    WARNING,
    "SpamAssassin lets the message pass",
    why="It is the filter that many mail systems are built on.",
)
def _spam_score(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known is None or known.spam is None:
        return
    score, threshold = known.spam.score, known.spam.threshold
    yield Remark(
        what=f"SpamAssassin gives {score:g} points; from {threshold:g} on, it is spam.",
        fix="Run spamassassin -t on the message to see for what." if score >= threshold else "",
        severity=None if score >= threshold else ADVICE,
    )


RULES = (
    _subject_empty,
    _subject_limit,
    _subject_length,
    _subject_capitals,
    _subject_exclamation,
    _subjects_alike,
    _preheader_length,
    _preheader_repeats,
    _html_size,
    _message_size,
    _spam_score,
)
