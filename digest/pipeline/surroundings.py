"""Surroundings: what an issue's rules have to know beside its texts, gathered for pre-flight."""

from collections.abc import Iterator, Mapping
from email import message_from_bytes

from digest.app import App
from digest.compose.preflight.circumstances import Circumstances, ShownPicture, Ways
from digest.compose.preflight.hosts import is_reserved
from digest.curate.roundup import promised_sections
from digest.model import (
    Consent,
    EntryKey,
    Envelope,
    IssueKind,
    IssueState,
    KeptEntry,
    KeptIssue,
    Newsletter,
)
from digest.pipeline.letters import sample_slots
from digest.pipeline.pictures import illustrate, missing_pictures
from digest.pipeline.repute import sending_record, vouching_for
from digest.pipeline.sources import newsletter_feeds
from digest.pipeline.spam import spam_score
from digest.pipeline.told import told_of

_WENT_OUT = (IssueState.SENDING, IssueState.SENT, IssueState.PAUSED)
_REMEMBERED = 4


def circumstances_now(
    app: App, kept: KeptIssue, newsletter: Newsletter, message: Envelope
) -> Circumstances:
    """What surrounds an issue now; ``message`` is a sample of it.

    Its links, its way out and its tests are for the caller to look up.
    """
    before = [
        each
        for each in app.store.issues.issues(
            newsletter=newsletter.id, states=(*_WENT_OUT, IssueState.APPROVED)
        )
        if each.id != kept.id
        and each.issue.kind is not IssueKind.CORRECTION
        and each.issue.key.period.end <= kept.issue.key.period.end
    ]
    corrects = kept.issue.kind is IssueKind.CORRECTION
    sent = next((each for each in before if each.state in _WENT_OUT), None)
    states = app.store.feeds.states(newsletter_feeds(app, newsletter))
    return Circumstances(
        now=app.clock(),
        made_at=kept.created_at,
        public_url=app.config.settings.web.public_url,
        rehearsal=is_reserved(newsletter.sender.address.rpartition("@")[2]),
        private_hosts=app.config.settings.collect.private_hosts,
        state=kept.state,
        message_size=len(message.content),
        headers=frozenset(name.lower() for name in message_from_bytes(message.content)),
        message_parts=tuple(_leaves(message.content)),
        ways=_ways(app, kept),
        recipients=_recipients(app, kept),
        recipients_before=app.store.ledger.tally(sent.id).total if sent and not corrects else None,
        promised=_promised(kept, newsletter),
        past=tuple(
            each.issue for each in before[:_REMEMBERED] if each.issue.kind is IssueKind.DIGEST
        ),
        feeds=tuple(states.values()),
        spam=spam_score(message.content),
        missing_pictures=missing_pictures(app, kept),
        shown_pictures=tuple(_shown_pictures(app, kept)),
        record=sending_record(app, newsletter),
        vouching=vouching_for(app, newsletter, envelope=message.sender),
    )


def _leaves(content: bytes) -> Iterator[str]:
    for part in message_from_bytes(content).walk():
        if not part.is_multipart():
            charset = (part.get_content_charset() or "").lower()
            yield f"{part.get_content_type()} {charset}".strip()


def _shown_pictures(app: App, kept: KeptIssue) -> Iterator[ShownPicture]:
    shown = illustrate(app, kept.issue)
    if shown is kept.issue:
        return
    if shown.hero and shown.hero.width:
        yield ShownPicture(url=shown.hero.url, width=shown.hero.width)
    for story in shown.stories:
        if story.image and story.image.width:
            entry = next(iter(story.entries), None)
            yield ShownPicture(url=story.image.url, width=story.image.width, entry=entry)


def _ways(app: App, kept: KeptIssue) -> Ways:
    slots = sample_slots(app, kept)
    return Ways(
        unsubscribe=slots.unsubscribe_url,
        preferences=slots.preferences_url,
        web=f"{app.config.settings.web.public_url}/issues/{kept.issue.slug}",
    )


def _recipients(app: App, kept: KeptIssue) -> int:
    newsletter = kept.issue.key.newsletter
    told = told_of(app, kept)
    if told:
        return app.store.ledger.count_told(told, newsletter=newsletter)
    return app.store.audience.count(newsletter=newsletter, consent=Consent.CONFIRMED)


def _promised(kept: KeptIssue, newsletter: Newsletter) -> int | None:
    if kept.issue.kind is not IssueKind.ROUNDUP:
        return None
    return promised_sections(kept.issue.title.value, newsletter.words)


def told_entries(app: App, kept: KeptIssue) -> Mapping[EntryKey, KeptEntry]:
    """The posts that an issue tells, as far as they are kept."""
    found = ((key, app.store.feeds.entry(key)) for key in kept.issue.entry_keys)
    return {key: entry for key, entry in found if entry}
