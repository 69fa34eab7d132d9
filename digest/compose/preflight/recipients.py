"""Recipients: whether an issue has somebody to go to, and goes once."""

from collections.abc import Iterator

from digest.compose.preflight.circumstances import circumstances_of
from digest.compose.preflight.remarks import BLOCKER, WARNING, Remark, rule
from digest.compose.preflight.rules import Proof
from digest.model import IssueState

_CHANGE = 0.2


@rule(
    "recipients-none",
    BLOCKER,
    "Somebody gets the issue",
    why="An issue without readers was approved by mistake, or its list was not imported.",
)
def _none(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known and known.recipients == 0:
        newsletter = proof.issue.key.newsletter if proof.issue else "NEWSLETTER"
        yield Remark(
            what="The newsletter has no confirmed subscribers.",
            fix=f"digest subscribers import FILE --newsletter {newsletter}",
        )


@rule(
    "recipients-change",
    WARNING,
    "About as many get it as the last time",
    why="A list that suddenly grew or shrank was often imported or cleaned by mistake.",
)
def _change(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known is None or not known.recipients or not known.recipients_before:
        return
    change = known.recipients / known.recipients_before - 1
    if abs(change) > _CHANGE:
        counts = f"{known.recipients:,} now, {known.recipients_before:,} the last time"
        yield Remark(
            what=f"The number of recipients changed by {change:+.0%}: {counts}.",
            excerpt=counts,
            fix="Look at what was imported or removed since.",
        )


@rule(
    "public-url",
    BLOCKER,
    "Readers reach the public pages safely",
    why="Unsubscribe links must work by one click, and one click (RFC 8058) needs https.",
)
def _public_url(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known is None or known.rehearsal or not known.public_url:
        return
    if not known.public_url.lower().startswith("https://"):
        yield Remark(
            what="The public pages, and with them every unsubscribe link, are not at an https URL.",
            excerpt=known.public_url,
            fix='Set public_url = "https://…" under [web] in digest.toml.',
        )


@rule(
    "unsubscribe-answers",
    BLOCKER,
    "The way to unsubscribe answers",
    why="Who presses a dead link presses “spam” next, and mailbox providers test the address.",
)
def _unsubscribe_answers(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    door = known.door if known and not known.rehearsal else None
    if known is None or door is None:
        return
    link = door.link
    if link.failure:
        answered = link.unresolved or link.status is not None
        yield Remark(
            what=f"A test's unsubscribe link under {known.public_url} fails: {link.failure}",
            excerpt=known.public_url,
            fix="See that digest serve runs, and that [web] public_url in digest.toml leads to it.",
            severity=None if answered else WARNING,
        )
    elif door.misspelt and not door.misspelt.failure:
        yield Remark(
            what=f"{known.public_url} takes a misspelt unsubscribe link, too: it is another site.",
            excerpt=known.public_url,
            fix="Let [web] public_url in digest.toml lead to digest serve.",
        )
    elif link.final_url not in {"", link.url}:
        yield Remark(
            what=f"Unsubscribe links are redirected to {link.final_url.partition('/unsub')[0]}.",
            excerpt=known.public_url,
            fix="Set public_url to where they end: one click (RFC 8058) follows no redirect.",
            severity=WARNING,
        )


@rule(
    "already-sent",
    BLOCKER,
    "The issue was not sent before",
    why="Nobody wants the same message twice.",
)
def _already_sent(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known and known.state in {IssueState.SENDING, IssueState.SENT}:
        went = "is being sent" if known.state is IssueState.SENDING else "was sent already"
        yield Remark(what=f"The issue {went} to this audience.", fix="Draft another issue.")


@rule(
    "no-test",
    WARNING,
    "A test was sent since the last change",
    why="A mailbox shows what no preview does.",
)
def _no_test(proof: Proof) -> Iterator[Remark]:
    known = circumstances_of(proof)
    if known and known.tried is False and not known.rehearsal:
        slug = proof.issue.slug if proof.issue else "ISSUE"
        fix = f"digest send {slug} --test YOUR_ADDRESS"
        yield Remark(what="No test was sent of the issue as it is now.", fix=fix)


RULES = (_none, _change, _public_url, _unsubscribe_answers, _already_sent, _no_test)
