"""Reputation: what came back of the last mails, and who vouches for the next ones."""

from collections.abc import Iterator
from datetime import timedelta

from digest.compose.preflight.circumstances import SendingRecord, Vouching, circumstances_of
from digest.compose.preflight.remarks import ADVICE, BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.model import Place, Severity

_DEAD, _COMPLAINTS = 0.02, 0.001
# Gmail helps a sender again after seven days under its limit.
_CONVALESCENCE = timedelta(days=7)
_FROM = Place(part="From")


@rule(
    "bounce-rate",
    BLOCKER,
    "The last issues' addresses exist",
    why="Mailbox providers take who writes to many dead addresses for a spammer.",
)
def _bounces(proof: Proof) -> Iterator[Remark]:
    record = _record(proof)
    if record and record.dead > _DEAD * record.mailed:
        yield Remark(
            what=_share(record.dead, record, "back a dead address", limit=_DEAD),
            excerpt=", ".join(record.issues),
            fix="They get nothing more. Find the import that brought them, and remove the rest.",
            severity=_severity(proof, record, record.dead, limit=record.dead_limit),
        )


@rule(
    "complaint-rate",
    BLOCKER,
    "The last issues' readers did not complain",
    why="From 0.3 % on, mailbox providers file a sender's mail as spam, for every reader.",
)
def _complaints(proof: Proof) -> Iterator[Remark]:
    record = _record(proof)
    if record and record.complaints > _COMPLAINTS * record.mailed:
        yield Remark(
            what=_share(record.complaints, record, "a complaint of spam", limit=_COMPLAINTS),
            excerpt=", ".join(record.issues),
            fix="They get nothing more. Ask how the others came to subscribe, and who knows of it.",
            severity=_severity(proof, record, record.complaints, limit=record.complaints_limit),
        )


@rule(
    "alignment",
    WARNING,
    "The domain in From vouches for the message",
    why="Gmail, Yahoo and Microsoft refuse mail that neither SPF nor DKIM ties to its From.",
)
def _alignment(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    vouching = known.vouching if known and not known.rehearsal else None
    if vouching is None:
        return
    make = f"digest dkim SELECTOR --domain {vouching.sender} makes a key; digest doctor says more."
    if vouching.keys and not vouching.by_key:
        what = f"The keys sign for {_listed(vouching)}, not for {vouching.sender}."
        yield Remark(what=what, place=_FROM, excerpt=_listed(vouching), fix=make)
    if not vouching.by_envelope:
        yield _envelope(vouching, make=make)


def _envelope(vouching: Vouching, *, make: str) -> Remark:
    """The remark on an envelope of another domain: mild where a key makes up for it."""
    sender, envelope = vouching.sender, vouching.envelope
    if vouching.by_key:
        what = f"SPF speaks of {envelope}, so DMARC at {sender} rests on the DKIM signature alone."
        fix = f"A bounce_address at {sender} or under it makes two of it."
        return Remark(what=what, place=_FROM, excerpt=envelope, fix=fix, severity=ADVICE)
    unsure = "" if vouching.keys else ", unless the mail server signs for it"
    what = f"Nothing ties the message to {sender}{unsure}: SPF speaks of {envelope}."
    fix = f"Set a bounce_address at {sender} or under it, or sign: {make}"
    return Remark(what=what, place=_FROM, excerpt=envelope, fix=fix)


def _record(proof: Proof) -> SendingRecord | None:
    known = circumstances_of(proof)
    return known.record if known and not known.rehearsal else None


def _severity(proof: Proof, record: SendingRecord, count: int, *, limit: float) -> Severity | None:
    """The rule's own from the limit on; milder where a few mails or an old issue say so."""
    known = circumstances_of(proof)
    recent = known is not None and known.now - record.last_at < _CONVALESCENCE
    enough = record.mailed >= record.minimum
    return None if recent and enough and count >= limit * record.mailed else WARNING


def _share(count: int, record: SendingRecord, what: str, *, limit: float) -> str:
    share = f"{count / record.mailed:.2%}, over {limit:.1%}"
    return f"Of the last {record.mailed:,} mails, {count:,} brought {what} ({share})."


def _listed(vouching: Vouching) -> str:
    return ", ".join(vouching.keys)


RULES = (_bounces, _complaints, _alignment)
