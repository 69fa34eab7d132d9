"""Upkeep of the pictures that the service hands out: those that nothing shows are deleted."""

from datetime import timedelta

from digest.app import App
from digest.compose.pictures import picture_places
from digest.model import IssueState, MediaPurged

# A picture that was asked for today counts as had, and is not asked for again before it is shown.
_LEAST = timedelta(days=1)
_UNFINISHED = tuple(state for state in IssueState if state is not IssueState.SENT)


def purge_media(app: App, *, dry_run: bool = False) -> MediaPurged:
    """Delete the pictures that no issue shows and that are older than ``[images] keep`` says.

    Pictures of all that was approved or sent stay for ever, since mails and pages name them; those
    of drafts stay as long as the drafts are about them.
    """
    keep = max(app.config.settings.images.keep, _LEAST)
    unfinished = app.store.issues.issues(states=_UNFINISHED)
    wanted = {place.slot for kept in unfinished for place in picture_places(kept.issue)}
    return app.store.media.purge(wanted, before=app.clock() - keep, dry_run=dry_run)
