"""A database's life: a copy or an older state in its place is found out before mail is sent."""

import shutil
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.store import SqlStore, open_store
from digest.store.life import witness_of


def _open(path: Path) -> SqlStore:
    return open_store(f"sqlite:///{path}")


@pytest.fixture
def sent_from(path: Path) -> Path:
    """A database that has had two turns of sending, closed."""
    store = _open(path)
    store.life.advance()
    store.life.advance()
    store.close()
    return path


def _doubt(path: Path) -> str:
    store = _open(path)
    try:
        return store.life.doubt()
    finally:
        store.close()


def test_a_database_that_stays_where_it_is_is_not_in_doubt(sent_from: Path) -> None:
    """Opened again, and after another turn, it is what its witness saw."""
    assert _doubt(sent_from) == ""
    store = _open(sent_from)
    store.life.advance()
    assert store.life.doubt() == ""
    store.close()


def test_one_that_never_sent_needs_no_witness(path: Path) -> None:
    """A new database, or a copy of one, may send."""
    assert _doubt(path) == ""


def test_an_earlier_copy_written_over_it_is_in_doubt(sent_from: Path, tmp_path: Path) -> None:
    """The witness remembers a later turn than a copy put back by hand."""
    copy = tmp_path / "copy.db"
    shutil.copy(sent_from, copy)
    store = _open(sent_from)
    store.life.advance()
    store.close()
    sent_from.write_bytes(copy.read_bytes())
    assert "earlier copy" in _doubt(sent_from)


def test_a_copy_elsewhere_is_in_doubt(sent_from: Path, tmp_path: Path) -> None:
    """Without its witness, and with it: in both cases two databases could send the same issue."""
    other = tmp_path / "elsewhere" / "digest.db"
    other.parent.mkdir()
    shutil.copy(sent_from, other)
    assert "not beside it" in _doubt(other)
    shutil.copy(witness_of(sent_from), witness_of(other))
    assert "copied or moved" in _doubt(other)
    assert _doubt(sent_from) == ""


def test_another_database_in_its_place_is_in_doubt(sent_from: Path, tmp_path: Path) -> None:
    """The witness knows which life it is about."""
    other = tmp_path / "other.db"
    store = _open(other)
    for _ in range(3):
        store.life.advance()
    store.close()
    sent_from.write_bytes(other.read_bytes())
    assert "another was put in its place" in _doubt(sent_from)


def test_a_damaged_witness_is_none(sent_from: Path) -> None:
    """What cannot be read vouches for nothing."""
    witness_of(sent_from).write_text('{"epoch": 1}')
    assert "not beside it" in _doubt(sent_from)


def test_a_persons_word_ends_the_doubt_and_begins_a_new_life(sent_from: Path) -> None:
    """Afterwards the database may send; a copy of its life before may not come back."""
    before = sent_from.read_bytes()
    witness_of(sent_from).unlink()
    store = _open(sent_from)
    old = store.epoch()
    store.life.trust()
    assert store.life.doubt() == ""
    assert store.epoch() != old
    store.close()
    sent_from.write_bytes(before)
    assert _doubt(sent_from)


def test_a_witness_that_cannot_be_written_stops_the_sending(path: Path) -> None:
    """The turn fails with the file's name before anybody is claimed."""
    witness_of(path).mkdir()
    store = _open(path)
    with pytest.raises(StoreError, match="-witness: cannot be written"):
        store.life.advance()
    store.close()
