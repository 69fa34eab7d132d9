"""The opt-in state machine."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.consent import next_consent
from digest.model import Consent

P, C, U = Consent.PENDING, Consent.CONFIRMED, Consent.UNSUBSCRIBED
wishes = st.lists(st.sampled_from(Consent))


@pytest.mark.parametrize(
    ("current", "wish", "after"),
    [
        (None, P, P),
        (None, C, C),
        (None, U, U),
        (P, P, P),
        (P, C, C),
        (P, U, U),
        (C, P, C),
        (C, C, C),
        (C, U, U),
        (U, P, U),
        (U, C, U),
        (U, U, U),
    ],
)
def test_every_transition(current: Consent | None, wish: Consent, after: Consent) -> None:
    """The whole table: who left stays away, who confirmed need not confirm again."""
    assert next_consent(current, wish) is after


def follow(current: Consent | None, steps: list[Consent]) -> Consent | None:
    return reduce(next_consent, steps, current)


@given(before=wishes, after=wishes)
def test_no_import_revives_who_left(before: list[Consent], after: list[Consent]) -> None:
    """Whatever came before and whatever lists say later, an end stays an end."""
    assert follow(None, [*before, U, *after]) is U


@given(before=wishes, wish=st.sampled_from(Consent))
def test_recording_a_wish_twice_changes_nothing(before: list[Consent], wish: Consent) -> None:
    """An import that is run again leaves everybody where they are."""
    once = follow(None, [*before, wish])
    assert follow(once, [wish]) is once


@given(steps=wishes)
def test_order_of_wishes_does_not_matter(steps: list[Consent]) -> None:
    """Two lists imported in either order end at the same place."""
    assert follow(None, steps) is follow(None, steps[::-1])
