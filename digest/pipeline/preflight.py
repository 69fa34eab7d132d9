"""Pre-flight: what an issue's rules need is gathered, they are run, and warnings are waived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from digest.app import App
from digest.compose.preflight.anchors import pictures_to_ask, urls_to_ask
from digest.compose.preflight.circumstances import CIRCUMSTANCES, ENTRIES, Circumstances
from digest.compose.preflight.clients import CLIENTS, Support, support_of
from digest.compose.preflight.issue_rules import EVERY_RULE
from digest.compose.preflight.rules import Proof, Rule
from digest.compose.preflight.verdict import Verdict, judge
from digest.curate.lastlook import look_lines
from digest.errors import StateError, UnfitError
from digest.model import (
    Finding,
    KeptIssue,
    RenderedIssue,
    Waiver,
)
from digest.pipeline.copies import copies
from digest.pipeline.letters import sample_copy, sample_envelope
from digest.pipeline.links import check_links, check_pictures, known_links
from digest.pipeline.repute import knock, remembered_door
from digest.pipeline.spam import has_spamassassin
from digest.pipeline.surroundings import circumstances_now, told_entries

EVERY = "*"
"""In place of a rule's name: every rule."""

_NOBODY = "reader@example.org"
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """An issue and what stands between it and its readers.

    ``support`` is what its HTML uses and which of the clients that matter show it; ``notes`` say
    what was left out.
    """

    kept: KeptIssue
    verdict: Verdict
    support: tuple[Support, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a pre-flight is made. ``offline`` asks for no link, and takes what is known of them.

    ``failures_for`` is how long a link that failed is not asked again. With ``warnings_pass``,
    blockers alone keep an issue from being approved.
    """

    offline: bool = False
    failures_for: timedelta = timedelta(0)
    warnings_pass: bool = False
    rules: Sequence[Rule] = EVERY_RULE


ASKED = Manner()
"""What a person asks for."""

BY_ITSELF = Manner(failures_for=timedelta(hours=1), warnings_pass=True)
"""What the schedule does every few minutes while an issue is held."""


def preflight(
    app: App, kept: KeptIssue, rendering: RenderedIssue, *, manner: Manner = ASKED
) -> Preflight:
    """Run the rules over an issue as that rendering has it."""
    proof, notes = _proof(app, kept, rendering, manner)
    waivers = app.store.preflight.waivers(kept.id)
    others = copies(app, kept, rendering, proof)
    verdict = judge(proof, manner.rules, waivers, copies=others)
    look = app.store.preflight.look(kept.id)
    notes = (*notes, *(look_lines(look) if look else ()))
    return Preflight(kept=kept, verdict=verdict, support=support_of(proof), notes=notes)


def waive(app: App, flown: Preflight, reasons: Mapping[str, str], *, by: str) -> Preflight:
    """Keep an editor's word, a reason for each rule, on every open warning of those rules.

    The rule :data:`EVERY` stands for all of them.

    Returns the pre-flight as it is with them.

    :raises StateError: when a rule found nothing to waive, or a reason is missing.
    """
    given: list[Waiver] = []
    for rule, reason in reasons.items():
        found = [each for each in flown.verdict.warnings if rule in {each.rule, EVERY}]
        _refuse(flown, rule, reason, found)
        given += [
            Waiver(rule=name, excerpt=excerpt, reason=reason.strip(), by=by, at=app.clock())
            for name, excerpt in dict.fromkeys((each.rule, each.excerpt) for each in found)
        ]
    app.store.preflight.waive(flown.kept.id, given)
    return replace(flown, verdict=flown.verdict.waived(given))


def waive_finding(app: App, flown: Preflight, finding: Finding, reason: str, *, by: str) -> None:
    """Keep an editor's word on one warning alone.

    :raises StateError: when a reason is missing, or it is no warning.
    """
    found = [each for each in flown.verdict.warnings if each == finding]
    _refuse(flown, finding.rule, reason, found)
    waiver = Waiver(
        rule=finding.rule, excerpt=finding.excerpt, reason=reason.strip(), by=by, at=app.clock()
    )
    app.store.preflight.waive(flown.kept.id, [waiver])


def refuse_unfit(flown: Preflight, *, warnings: bool = True) -> None:
    """Let only what nothing stands against pass; without ``warnings``, blockers alone count.

    :raises UnfitError: naming what was found.
    """
    verdict = flown.verdict
    open_warnings = verdict.warnings if warnings else ()
    found = (*verdict.blockers, *open_warnings)
    if not found:
        return
    slug = flown.kept.issue.slug
    lines = [f"\n  {_line(finding)}" for finding in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"\n  and {len(found) - _SHOWN} more: digest preflight {slug}")
    if open_warnings and not verdict.blockers:
        lines.append('\nWarnings need a reason: --waive RULE="why it is fine"')
    counts = f"{_counted(verdict.blockers, 'blocker')}, {_counted(verdict.warnings, 'warning')}"
    raise UnfitError(slug, f"the pre-flight found {counts}{''.join(lines)}")


def _refuse(flown: Preflight, rule: str, reason: str, found: Sequence[Finding]) -> None:
    slug = flown.kept.issue.slug
    if not reason.strip():
        raise StateError(slug, f"a waiver of {rule} needs a reason")
    # Waiving the same again changes nothing.
    waived = [each.finding.rule for each in flown.verdict.judged if each.waiver]
    if found or rule in {*waived, EVERY}:
        return
    if rule in {finding.rule for finding in flown.verdict.blockers}:
        raise StateError(slug, f"{rule} is a blocker, which must be mended; it cannot be waived")
    open_rules = dict.fromkeys(finding.rule for finding in flown.verdict.warnings)
    known = f"; open warnings: {', '.join(open_rules)}" if open_rules else ""
    raise StateError(slug, f"no warning of {rule} is open{known}")


def _line(finding: Finding) -> str:
    fix = f" – {finding.fix}" if finding.fix else ""
    excerpt = f" “{finding.excerpt}”" if finding.excerpt not in finding.what else ""
    return f"{finding.severity} {finding.rule}: {finding.what}{excerpt}{fix}"


def _counted(findings: Sequence[Finding], noun: str) -> str:
    return f"{len(findings)} {noun}{'' if len(findings) == 1 else 's'}"


def _proof(
    app: App, kept: KeptIssue, rendering: RenderedIssue, manner: Manner
) -> tuple[Proof, tuple[str, ...]]:
    newsletter = app.config.newsletter(kept.issue.key.newsletter)
    copy = sample_copy(app, kept, rendering)
    message = sample_envelope(app, kept, rendering, recipient=_NOBODY)
    tried = rendering.digest in {trial.digest for trial in app.store.preflight.trials(kept.id)}
    known = replace(circumstances_now(app, kept, newsletter, message), tried=tried)
    proof = Proof(
        source=copy.html,
        text=copy.text,
        subject=rendering.subject,
        preheader=rendering.preheader,
        issue=kept.issue,
        newsletter=newsletter,
        facts={
            ENTRIES: told_entries(app, kept),
            CIRCUMSTANCES: known,
            CLIENTS: app.config.settings.preflight.clients,
        },
    )
    known = _asked(app, kept, proof, known, manner)
    notes = () if has_spamassassin() else ("SpamAssassin is not installed: no spam score",)
    if manner.offline:
        notes = ("links were not asked for (offline), nor the way to unsubscribe", *notes)
    return replace(proof, facts={**proof.facts, CIRCUMSTANCES: known}), notes


def _asked(
    app: App, kept: KeptIssue, proof: Proof, known: Circumstances, manner: Manner
) -> Circumstances:
    """With what the links and the public pages say, or said the last time."""
    look = known_links if manner.offline else check_links
    links = look(app, urls_to_ask(proof), failures_for=manner.failures_for)
    see = known_links if manner.offline else check_pictures
    pictures = see(app, pictures_to_ask(proof), failures_for=manner.failures_for)
    known = replace(known, links=links, pictures=pictures)
    public = not known.rehearsal and known.public_url.startswith("https://")
    if not public:
        return known
    if manner.offline:
        door = remembered_door(app, kept, failures_for=manner.failures_for)
    else:
        door = knock(app, kept)
    return replace(known, door=door)
