"""Pictures in the store: visits by slot, files by hash."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.model import HostedPicture, Media, PictureSlot, PictureVisit, PreparedPicture
from digest.store.sql_store import SqlStore

NOW = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
PICTURE = PreparedPicture(body=b"\x89PNG of a boat", media_type="image/png", width=288, height=162)
HOSTED = HostedPicture(
    hash=PICTURE.hash, media_type="image/png", width=288, height=162, size=len(PICTURE.body)
)
SLOT = PictureSlot(url="https://quay.example/boat.png", width=144, height=192)
VISIT = PictureVisit(
    slot=SLOT, visited_at=NOW, picture=HOSTED, etag='"a"', last_modified="Thu, 18 Jun 2026"
)


def test_a_visit_and_its_file_come_back_as_they_were(store: SqlStore) -> None:
    """A slot's visit is found by URL and box, its file by hash; twice is as once."""
    for _ in range(2):
        store.media.keep(VISIT, PICTURE)
    other = replace(SLOT, width=552)
    assert store.media.visits([SLOT, other]) == {SLOT: VISIT}
    assert store.media.file(PICTURE.hash) == Media(media_type="image/png", body=PICTURE.body)
    assert store.media.file("0" * 64) is None
    assert store.media.visits([]) == {}


def test_a_later_visit_replaces_the_slots_own_and_no_file(store: SqlStore) -> None:
    """A picture that changed at its origin is another file; mails that went out keep theirs."""
    store.media.keep(VISIT, PICTURE)
    changed = replace(PICTURE, body=b"\x89PNG of two boats")
    hosted = replace(HOSTED, hash=changed.hash, size=len(changed.body))
    later = replace(VISIT, visited_at=NOW + timedelta(days=1), picture=hosted, etag='"b"')
    store.media.keep(later, changed)
    assert store.media.visits([SLOT]) == {SLOT: later}
    assert store.media.file(PICTURE.hash) is not None


def test_a_failure_is_remembered_without_a_file(store: SqlStore) -> None:
    """What went wrong is kept, with when it is worth another try."""
    failed = PictureVisit(
        slot=SLOT, visited_at=NOW, remark="is a web page", attempts=2, retry_at=NOW
    )
    store.media.keep(failed)
    assert store.media.visits([SLOT]) == {SLOT: failed}
