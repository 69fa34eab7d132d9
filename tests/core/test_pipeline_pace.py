"""The pace of a run: counts, rate, and what is left of it."""

from digest.model import Delivery, DeliveryState
from digest.pipeline.pace import Pace


def _delivery(number: int) -> Delivery:
    return Delivery(id=number, issue_id=1, subscriber_id=number, address="a@b.example")


def test_pace_counts_each_recipient_once() -> None:
    """Whoever is deferred first and then failed is one failure."""
    pace = Pace(total=10, started=100.0)
    for number in range(3):
        pace.count(_delivery(number), DeliveryState.SENT)
    pace.count(_delivery(7), DeliveryState.DEFERRED)
    pace.count(_delivery(7), DeliveryState.FAILED)
    assert pace.met == 4
    assert pace.per_second(102.0) == 2.0
    assert pace.seconds_left(102.0) == 3
    assert pace.line(102.0) == "3 of 10 sent, 0 deferred, 1 failed, 2/s, 0:03 left"


def test_no_pace_is_no_promise() -> None:
    """Before anything happened nothing is said of the time left."""
    pace = Pace(total=10, started=100.0)
    assert pace.seconds_left(100.0) is None
    assert pace.line(100.0).endswith("0/s")
