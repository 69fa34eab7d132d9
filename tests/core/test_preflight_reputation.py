"""Rules about what came back of the last mails, who vouches for the next, and the way out."""

from datetime import timedelta

import pytest

from digest.compose.preflight.circumstances import Door, SendingRecord, Vouching
from digest.model import LinkCheck, Severity
from tests.core.preflights import NOW, found, proof

B, W, INFO = Severity.BLOCKER, Severity.WARNING, Severity.ADVICE
PUBLIC = "https://letters.harbour.net"
LINK = f"{PUBLIC}/unsubscribe/token"
REFUSED = LinkCheck(url=LINK + "x", checked_at=NOW, failure="HTTP 400", status=400)


def record(
    *, mailed: int = 1000, dead: int = 0, complaints: int = 0, days: int = 1, minimum: int = 200
) -> SendingRecord:
    return SendingRecord(
        issues=("weekly-1",),
        last_at=NOW - timedelta(days=days),
        mailed=mailed,
        dead=dead,
        complaints=complaints,
        minimum=minimum,
        dead_limit=0.05,
        complaints_limit=0.003,
    )


@pytest.mark.parametrize(
    ("rule", "made", "severity"),
    [
        pytest.param("bounce-rate", record(dead=20), None, id="two-per-cent"),
        pytest.param("bounce-rate", record(dead=21), W, id="over-two"),
        pytest.param("bounce-rate", record(dead=49), W, id="under-five"),
        pytest.param("bounce-rate", record(dead=50), B, id="five"),
        pytest.param("bounce-rate", record(dead=50, days=7), W, id="a-week-ago"),
        pytest.param("bounce-rate", record(mailed=20, dead=5), W, id="few-mails"),
        pytest.param("complaint-rate", record(complaints=1), None, id="one-in-a-thousand"),
        pytest.param("complaint-rate", record(complaints=2), W, id="over-0.1"),
        pytest.param("complaint-rate", record(complaints=3), B, id="0.3"),
        pytest.param("complaint-rate", record(complaints=3, days=8), W, id="healed"),
        pytest.param("complaint-rate", record(mailed=199, complaints=9), W, id="too-few"),
    ],
)
def test_what_came_back_is_judged_by_its_share(
    rule: str, made: SendingRecord, severity: Severity | None
) -> None:
    """Warned of from 2 % and 0.1 %, a blocker from 5 % and 0.3 %, while it is recent and enough."""
    findings = found(rule, proof(record=made))
    assert [each.severity for each in findings] == ([severity] if severity else [])
    assert all(each.excerpt == "weekly-1" and each.fix for each in findings)


def test_nothing_is_judged_that_went_to_nobody() -> None:
    """A first issue has no past, and a rehearsal's counts for nothing."""
    assert not found("bounce-rate", proof())
    assert not found("bounce-rate", proof(record=record(dead=500), rehearsal=True))


@pytest.mark.parametrize(
    ("envelope", "keys", "by_envelope", "by_key", "severity"),
    [
        pytest.param("news.net", ("news.net",), True, True, [], id="both"),
        pytest.param("news.net", (), True, False, [], id="left-to-the-server"),
        pytest.param("mill.net", ("news.net",), False, True, [INFO], id="by-key-alone"),
        pytest.param("mill.net", (), False, False, [W], id="nobody"),
        pytest.param("news.net", ("mill.net",), True, False, [W], id="stranger-key"),
        pytest.param("mill.net", ("mill.net",), False, False, [W, W], id="all-strangers"),
    ],
)
def test_the_from_domain_is_vouched_for(
    envelope: str,
    keys: tuple[str, ...],
    *,
    by_envelope: bool,
    by_key: bool,
    severity: list[Severity],
) -> None:
    """The envelope's domain or a key's is the sender's; where one alone is, that is told."""
    made = Vouching(
        sender="news.net", envelope=envelope, keys=keys, by_envelope=by_envelope, by_key=by_key
    )
    findings = found("alignment", proof(vouching=made))
    assert [each.severity for each in findings] == severity
    assert all("news.net" in each.what and each.fix for each in findings)
    assert not found("alignment", proof(vouching=made, rehearsal=True))


@pytest.mark.parametrize(
    ("link", "misspelt", "severity"),
    [
        pytest.param({}, REFUSED, [], id="answers"),
        pytest.param({"failure": "HTTP 502", "status": 502}, REFUSED, [B], id="broken"),
        pytest.param({"failure": "HTTP 400", "status": 400}, REFUSED, [B], id="other-key"),
        pytest.param({"failure": "no such host", "unresolved": True}, None, [B], id="no-host"),
        pytest.param({"failure": "no answer within 10 seconds"}, None, [W], id="out-of-reach"),
        pytest.param({}, LinkCheck(url=LINK + "x", checked_at=NOW), [B], id="parked"),
        pytest.param({"final_url": "https://www.harbour.net/"}, REFUSED, [W], id="redirected"),
        pytest.param({"final_url": LINK}, REFUSED, [], id="stays"),
    ],
)
def test_the_way_to_unsubscribe_answers(
    link: dict[str, object], misspelt: LinkCheck | None, severity: list[Severity]
) -> None:
    """A test's link is taken and a misspelt one is not; what cannot be asked is a warning."""
    door = Door(link=LinkCheck(url=LINK, checked_at=NOW, **link), misspelt=misspelt)  # type: ignore[arg-type] # fields by name
    findings = found("unsubscribe-answers", proof(public_url=PUBLIC, door=door))
    assert [each.severity for each in findings] == severity
    assert all(each.excerpt == PUBLIC and "token" not in each.what for each in findings)
    assert not found("unsubscribe-answers", proof(public_url=PUBLIC, door=door, rehearsal=True))
