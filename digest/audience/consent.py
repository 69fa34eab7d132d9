"""The opt-in state machine: where a person stands after a wish is recorded.

::

    (none) ──▶ pending ──▶ confirmed ──▶ unsubscribed (for good)
       │          └──────────────────────────▲
       ├──▶ confirmed
       └──▶ unsubscribed
"""

from digest.model import Consent

_NEXT = {
    (Consent.PENDING, Consent.PENDING): Consent.PENDING,
    (Consent.PENDING, Consent.CONFIRMED): Consent.CONFIRMED,
    (Consent.PENDING, Consent.UNSUBSCRIBED): Consent.UNSUBSCRIBED,
    (Consent.CONFIRMED, Consent.PENDING): Consent.CONFIRMED,
    (Consent.CONFIRMED, Consent.CONFIRMED): Consent.CONFIRMED,
    (Consent.CONFIRMED, Consent.UNSUBSCRIBED): Consent.UNSUBSCRIBED,
    (Consent.UNSUBSCRIBED, Consent.PENDING): Consent.UNSUBSCRIBED,
    (Consent.UNSUBSCRIBED, Consent.CONFIRMED): Consent.UNSUBSCRIBED,
    (Consent.UNSUBSCRIBED, Consent.UNSUBSCRIBED): Consent.UNSUBSCRIBED,
}


def next_consent(current: Consent | None, wish: Consent) -> Consent:
    """Where a subscription stands after an import or an editor wished for ``wish``.

    ``current`` is None for a person who is new to the newsletter. Somebody who left stays away,
    whatever a list says; somebody who confirmed need not confirm again. Coming back takes a fresh
    opt-in by the person, which is not this function's to give.
    """
    return wish if current is None else _NEXT[current, wish]
