"""Where an issue's recipients stand, after a run that met all kinds of answers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model import DeliveryState, Envelope, IssueState, Refused, Reply, SendOutcome
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.standing import standing
from tests.pipeline.delivery_scene import READERS, Scene, fill, opened


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path) as made:
        fill(made)
        yield made


def test_reasons_are_grouped_and_the_sum_is_the_audience(scene: Scene) -> None:
    """Like refusals are one reason, however the server words the address; nobody is missing."""

    def outcome(envelope: Envelope) -> SendOutcome | None:
        match envelope.recipient:
            case "r03@reader.example" | "r04@reader.example" as address:
                return Refused(reply=Reply(code=550, text=f"5.1.1 <{address}>: no such user"))
            case "r05@reader.example":
                return Refused(reply=Reply(code=451, text="4.7.1 greylisted"))
        return None

    scene.mailer.outcome = outcome  # type: ignore[assignment]  # None means accept
    deliver_issue(scene.app, scene.kept)
    now = standing(scene.app, scene.kept)
    assert [(each.state, each.count, each.reason) for each in now.reasons] == [
        (DeliveryState.FAILED, 2, "550 5.1.1 …: no such user"),
        (DeliveryState.DEFERRED, 1, "451 4.7.1 greylisted"),
    ]
    assert [(each.domain, each.tally.total) for each in now.domains] == [
        ("reader.example", READERS)
    ]
    assert now.tally.total == READERS
    assert now.per_second == pytest.approx((READERS - 3) / 60)
    assert now.left is not None


def test_finished_means_that_everybody_is_accounted_for(scene: Scene) -> None:
    """While one row is open the issue is not sent; then sent + failed is the audience."""

    def outcome(envelope: Envelope) -> SendOutcome | None:
        match envelope.recipient:
            case "r01@reader.example":
                return Refused(reply=Reply(code=550, text="5.1.1 no"))
            case "r02@reader.example":
                return Refused(reply=Reply(code=451, text="4.2.0 later"))
        return None

    scene.mailer.outcome = outcome  # type: ignore[assignment]  # None means accept
    first = deliver_issue(scene.app, scene.kept)
    assert not first.finished
    assert scene.kept.state is IssueState.SENDING
    scene.clock.now += timedelta(hours=6)
    scene.mailer.outcome = None
    last = deliver_issue(scene.app, scene.kept)
    assert last.finished
    final = sum(count for state, count in last.tally.counts if state.final)
    assert final == last.tally.total == READERS
    assert scene.kept.state is IssueState.SENT
