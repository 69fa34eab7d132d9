"""Which relay takes which message when, with several of them and their limits."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.pacing.answers import Down, Later, Limits, Ticket
from digest.deliver.pacing.breaker import Change
from digest.deliver.relays import Relays
from digest.model import (
    Accepted,
    DomainLimit,
    Rate,
    RateUse,
    Refused,
    Relay,
    RelayState,
    Reply,
    WarmUp,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ACCEPTED = Accepted(reply=Reply(code=250, text="2.0.0 ok"))
BUSY = Refused(reply=Reply(code=421, text="4.7.0 not now"))
THROTTLED = Refused(reply=Reply(code=451, text="4.7.1 slow down"))


def sent(relays: Relays, address: str = "a@x.example", now: datetime = NOW) -> str:
    """Send one message for good, and say by which relay."""
    ticket = relays.ask(address, now=now)
    assert isinstance(ticket, Ticket), ticket
    relays.done(ticket, ACCEPTED, now=now)
    return ticket.relay


def test_relays_share_by_weight() -> None:
    """Of forty messages, thirty go by the relay of weight three."""
    relays = Relays([Relay(name="a", weight=3), Relay(name="b")])
    assert Counter(sent(relays) for _ in range(40)) == {"a": 30, "b": 10}


def test_a_broken_relay_is_told_once_and_the_other_takes_over() -> None:
    """From the 421 on, all goes by the other; after a minute one message tries it again."""
    relays = Relays([Relay(name="a", weight=9), Relay(name="b")])
    ticket = relays.ask("r@x.example", now=NOW)
    assert isinstance(ticket, Ticket)
    alert = relays.done(ticket, BUSY, now=NOW)
    assert alert is not None
    assert (alert.change, alert.state.name, alert.state.broken_since) == (Change.BROKEN, "a", NOW)
    assert relays.hung_up("a", "reset", now=NOW) is None
    assert relays.unreachable("a", "refused", now=NOW) is None
    assert {sent(relays) for _ in range(20)} == {"b"}
    later = NOW + MINUTE
    trial = next(
        ticket
        for _ in range(5)
        if isinstance(ticket := relays.ask("r@x.example", now=later), Ticket)
        and ticket.relay == "a"
    )
    mended = relays.done(trial, ACCEPTED, now=later)
    assert mended is not None
    assert (mended.change, mended.state.broken_since) == (Change.MENDED, None)


def test_all_broken_is_down_everywhere() -> None:
    """With no relay in service the answer names the reasons and when one may be tried."""
    relays = Relays([Relay(name="a"), Relay(name="b")])
    relays.unreachable("a", "no route", now=NOW)
    assert relays.down_reason(now=NOW) == ""
    relays.unreachable("b", "refused", now=NOW)
    answer = relays.ask("r@x.example", now=NOW)
    assert isinstance(answer, Down)
    assert answer.everywhere
    assert answer.at == NOW + MINUTE
    assert answer.reason == relays.down_reason(now=NOW) == "relay a: no route; relay b: refused"
    assert relays.down_reason(now=NOW + MINUTE) == ""


def test_a_route_is_kept_while_its_relay_works() -> None:
    """Its domains go by their relay, busy or not; when it breaks, by those for everybody."""
    relays = Relays(
        [
            Relay(name="main"),
            Relay(name="big", domains=("big.example",), rate=Rate(count=1, per=MINUTE)),
        ]
    )
    assert sent(relays, "a@big.example") == "big"
    assert isinstance(relays.ask("b@big.example", now=NOW), Later)
    assert sent(relays, "c@x.example") == "main"
    relays.unreachable("big", "refused", now=NOW)
    assert sent(relays, "b@big.example") == "main"
    assert relays.relay_for("b@big.example", now=NOW) == "main"
    assert relays.relay_for("b@big.example", now=NOW + MINUTE) == "big"


def test_a_relay_without_a_place_lets_the_other_go_first() -> None:
    """What the one's rate does not let through goes by the other, not later."""
    relays = Relays([Relay(name="a", weight=9, rate=Rate(count=2, per=MINUTE)), Relay(name="b")])
    assert Counter(sent(relays) for _ in range(10)) == {"a": 2, "b": 8}


def test_who_has_to_wait_is_told_when() -> None:
    """Those beyond the rate are told times as far apart as the rate, on full seconds."""
    relays = Relays([Relay(name="a", rate=Rate(count=4, per=MINUTE))])
    for number in range(4):
        sent(relays, now=NOW + number * SECOND)
    waits = [relays.ask("w@x.example", now=NOW + 4 * SECOND) for _ in range(3)]
    times = [wait.at for wait in waits if isinstance(wait, Later)]
    assert times == [NOW + MINUTE + gap * SECOND for gap in (0, 15, 30)]
    assert sent(relays, now=times[0]) == "a"


def test_a_receivers_limit_holds_over_all_relays_and_its_domains() -> None:
    """Its domains share one rate, whatever the relay; others are not held back."""
    limits = Limits(
        groups=(
            DomainLimit(
                name="big", domains=("big.example", "big.test"), rate=Rate(count=2, per=MINUTE)
            ),
        ),
        others=DomainLimit(name="", rate=Rate(count=3, per=MINUTE)),
    )
    relays = Relays([Relay(name="a"), Relay(name="b")], limits)
    sent(relays, "a@big.example")
    sent(relays, "b@big.test")
    wait = relays.ask("c@big.example", now=NOW)
    assert isinstance(wait, Later)
    assert (wait.at, wait.reason) == (NOW + MINUTE, "the rate of big is used up")
    for _ in range(3):
        sent(relays, "a@one.example")
        sent(relays, "a@two.example")
    assert isinstance(relays.ask("a@one.example", now=NOW), Later)


def test_as_many_at_a_time_as_there_are_connections() -> None:
    """A third message waits shortly for one of two to end, on a relay and to a receiver."""
    of_relay = Relays([Relay(name="a", connections=2)])
    limits = Limits(others=DomainLimit(name="", connections=2))
    of_domain = Relays([Relay(name="a", connections=9)], limits)
    for relays in (of_relay, of_domain):
        first, _ = (relays.ask("r@x.example", now=NOW) for _ in range(2))
        wait = relays.ask("r@x.example", now=NOW)
        assert isinstance(wait, Later)
        assert wait.at - NOW < SECOND
        assert isinstance(first, Ticket)
        relays.drop(first, now=NOW)
        assert isinstance(relays.ask("r@x.example", now=NOW), Ticket)


def test_depth_lets_a_connection_carry_more() -> None:
    """With a depth of five, two connections have ten messages under way."""
    relays = Relays([Relay(name="a", connections=2)], depth=5)
    answers = [relays.ask("r@x.example", now=NOW) for _ in range(11)]
    assert [type(answer) for answer in answers] == [Ticket] * 10 + [Later]


def test_a_receiver_that_says_later_rests() -> None:
    """After three such refusals nobody else of that domain is tried for a minute."""
    relays = Relays([Relay(name="a")])
    for _ in range(3):
        ticket = relays.ask("r@x.example", now=NOW)
        assert isinstance(ticket, Ticket)
        relays.done(ticket, THROTTLED, now=NOW)
    wait = relays.ask("s@x.example", now=NOW)
    assert isinstance(wait, Later)
    assert (wait.at, wait.reason) == (NOW + MINUTE, "x.example asked us to wait")
    assert sent(relays, "s@y.example") == "a"


def test_a_warm_up_shares_with_the_others_until_its_day_is_full() -> None:
    """The new relay takes its allowance, and no more before the next day."""
    plan = WarmUp(start=date(2026, 3, 2), first=5, doubling=timedelta(days=1))
    relays = Relays([Relay(name="old"), Relay(name="new", warm_up=plan)])
    assert Counter(sent(relays) for _ in range(40))["new"] == 5
    tomorrow = NOW + timedelta(days=1, minutes=15)
    assert Counter(sent(relays, now=tomorrow) for _ in range(40))["new"] == 10


def test_nobody_waits_longer_than_an_hour_unasked() -> None:
    """However full, a time that is told lies within the hour: somebody may add a relay by then."""
    relays = Relays([Relay(name="a", rate=Rate(count=1, per=timedelta(days=1)))])
    sent(relays)
    wait = relays.ask("r@x.example", now=NOW)
    assert isinstance(wait, Later)
    assert wait.at == NOW + timedelta(hours=1)


def test_a_next_process_takes_over() -> None:
    """What was used counts on; a broken relay is tried at once, and not told of again."""
    day = timedelta(days=1)
    described = [Relay(name="a", rate=Rate(count=5, per=day))]
    limits = Limits(
        groups=(DomainLimit(name="x", domains=("x.example",), rate=Rate(count=9, per=day)),)
    )
    first = Relays(described, limits)
    for _ in range(3):
        sent(first)
    uses = first.pending_uses()
    assert [(use.limit, use.until, use.count) for use in uses] == [
        ("domain x", NOW + MINUTE, 3),
        ("relay a", NOW + MINUTE, 3),
    ]
    first.uses_kept(uses)
    assert first.pending_uses() == ()
    first.learn_uses(uses, now=NOW)
    assert [sent(first) for _ in range(2)] == ["a", "a"]
    second = Relays(described, limits)
    state = RelayState(name="a", reason="refused", broken_since=NOW - day)
    gone = RateUse(limit="relay gone", until=NOW, count=1)
    second.restore([state, RelayState(name="gone", reason="")], [*uses, gone], now=NOW)
    assert not second.fresh
    assert second.unreachable("a", "refused", now=NOW) is None
    later = NOW + 2 * MINUTE
    assert [sent(second, now=later) for _ in range(2)] == ["a", "a"]
    assert isinstance(second.ask("r@x.example", now=later), Later)


def test_processes_learn_what_others_use_and_count_it_once() -> None:
    """Of six a day, two here and three elsewhere leave one; what was learnt is no news again."""
    relays = Relays([Relay(name="a", rate=Rate(count=6, per=timedelta(days=1)))])
    for _ in range(2):
        sent(relays)
    relays.uses_kept(relays.pending_uses())
    kept = [RateUse(limit="relay a", until=NOW + MINUTE, count=5)]
    for _ in range(3):
        relays.learn_uses(kept, now=NOW)
    assert sent(relays) == "a"
    assert isinstance(relays.ask("r@x.example", now=NOW), Later)


def test_what_others_used_just_now_leaves_its_window_in_time() -> None:
    """A use of the running minute counts as one of now, not of the minute's end."""
    relays = Relays([Relay(name="a", rate=Rate(count=5, per=MINUTE))])
    relays.learn_uses([RateUse(limit="relay a", until=NOW + MINUTE, count=5)], now=NOW)
    assert isinstance(relays.ask("r@x.example", now=NOW + MINUTE - timedelta(seconds=1)), Later)
    assert sent(relays, now=NOW + MINUTE) == "a"


def test_many_receivers_are_forgotten_again() -> None:
    """A million domains, each mailed once, are not all remembered."""
    relays = Relays([Relay(name="a")])
    for number in range(3_000):
        sent(relays, f"r@d{number}.example")
    assert len(relays._receivers) <= 1_001


@pytest.mark.parametrize("described", [[], [Relay(name="a"), Relay(name="a")]], ids=["none", "two"])
def test_relays_are_told_apart_by_name(described: list[Relay]) -> None:
    """No relay, or two of one name, is a mistake of the program."""
    with pytest.raises(ValueError, match="names of their own"):
        Relays(described)


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 9_000)), max_size=150),
    st.integers(1, 8),
    st.integers(1, 5),
)
def test_rates_hold_for_any_sequence_of_asks(
    asks: list[tuple[str, int]], of_relay: int, of_domain: int
) -> None:
    """Whoever asks whenever: no relay and no domain gets more than its rate in any window."""
    limits = Limits(others=DomainLimit(name="", rate=Rate(count=of_domain, per=MINUTE)))
    relays = Relays(
        [Relay(name=name, rate=Rate(count=of_relay, per=MINUTE)) for name in "ab"], limits
    )
    went: list[tuple[str, str, datetime]] = []
    now = NOW
    for domain, milliseconds in asks:
        now += timedelta(milliseconds=milliseconds)
        answer = relays.ask(f"r@{domain}.example", now=now)
        if isinstance(answer, Ticket):
            relays.done(answer, ACCEPTED, now=now)
            went.append((answer.relay, domain, now))
        else:
            assert isinstance(answer, Later)
            assert answer.at > now
    for relay, domain, end in went:
        window = [(r, d) for r, d, at in went if end - MINUTE < at <= end]
        assert sum(r == relay for r, _ in window) <= of_relay
        assert sum(d == domain for _, d in window) <= of_domain
