"""Rates, warm-ups, circuit breakers and routes, as values."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.pacing.breaker import (
    FIRST_DELAY,
    IN_SERVICE,
    LONGEST_DELAY,
    Breaker,
    Change,
    change,
)
from digest.deliver.pacing.domains import FIRST_REST, LONGEST_REST, STRIKES, Receiver
from digest.deliver.pacing.routing import choose, domain_of, group_of, tiers
from digest.deliver.pacing.warmup import allowance, grows_at
from digest.deliver.pacing.window import GRAINS, NO_USES, next_turn
from digest.model import (
    Accepted,
    DomainLimit,
    Lost,
    Rate,
    Refused,
    Relay,
    Reply,
    SendOutcome,
    WarmUp,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ACCEPTED = Accepted(reply=Reply(code=250, text="2.0.0 ok"))
LOST = Lost(reason="reset")
BUSY = Refused(reply=Reply(code=421, text="4.7.0 too much from you"))
BLOCKED = Refused(reply=Reply(code=554, text="5.7.1 blocked"))
GONE = Refused(reply=Reply(code=550, text="5.1.1 no such user"))
THROTTLED = Refused(reply=Reply(code=451, text="4.7.1 slow down"))
FULL = Refused(reply=Reply(code=452, text="4.2.2 over quota"))


@given(
    count=st.integers(1, 3 * GRAINS),
    per=st.timedeltas(SECOND, timedelta(days=1)),
    gaps=st.lists(st.integers(0, 400), max_size=400),
)
def test_no_stretch_of_time_holds_more_than_the_rate(
    count: int, per: timedelta, gaps: list[int]
) -> None:
    """However asks are spread, and whoever takes whatever is free, no window is overfull."""
    rate, window, now, taken = Rate(count=count, per=per), NO_USES, NOW, []
    for gap in gaps:
        now += per * gap / 1000
        if window.opens_at(rate, now=now) <= now:
            window = window.taking(rate, now=now)
            taken.append(now)
    for end in taken:
        assert sum(end - per < each <= end for each in taken) <= count


@given(count=st.integers(1, GRAINS), gaps=st.lists(st.integers(0, 400), max_size=200))
def test_a_window_opens_exactly_when_a_use_leaves_it(count: int, gaps: list[int]) -> None:
    """Up to a hundred uses are known each: nobody waits longer than the rate asks."""
    rate, window, now, taken = Rate(count=count, per=MINUTE), NO_USES, NOW, []
    for gap in gaps:
        now += MINUTE * gap / 1000
        opens = window.opens_at(rate, now=now)
        recent = sum(now - MINUTE < each for each in taken)
        assert (opens <= now) is (recent < count)
        if opens > now:
            assert opens == taken[-count] + MINUTE
            continue
        window = window.taking(rate, now=now)
        taken.append(now)


def test_a_large_rate_is_kept_in_few_uses_and_opens_little_late() -> None:
    """Ten thousand uses take some hundred places, and leave at most a hundredth late."""
    rate, window = Rate(count=10_000, per=MINUTE), NO_USES
    for number in range(10_000):
        window = window.taking(rate, now=NOW + MINUTE * number / 20_000)
    assert len(window.uses) <= GRAINS
    opens = window.opens_at(rate, now=NOW + MINUTE / 2)
    assert NOW + MINUTE <= opens <= NOW + MINUTE * (1 + 1 / GRAINS)


def test_those_who_wait_come_back_as_far_apart_as_the_rate() -> None:
    """Ten a minute: the second of those that wait is told six seconds later, and so on."""
    rate, opens = Rate(count=10, per=MINUTE), NOW + MINUTE
    first = next_turn(None, rate, opens_at=opens)
    second = next_turn(first, rate, opens_at=opens)
    assert (first, second) == (opens, opens + 6 * SECOND)
    assert next_turn(second, rate, opens_at=opens + 5 * MINUTE) == opens + 5 * MINUTE
    assert next_turn(second, None, opens_at=opens) == opens


@pytest.mark.parametrize(
    ("day", "count"),
    [
        pytest.param(1, 0, id="before"),
        pytest.param(2, 500, id="first"),
        pytest.param(3, 1_000, id="second"),
        pytest.param(5, 4_000, id="fourth"),
        pytest.param(6, None, id="full"),
        pytest.param(31, None, id="long-after"),
    ],
)
def test_a_warm_up_doubles_until_it_is_full(day: int, count: int | None) -> None:
    """500 on the first day, then twice as many each day; no limit from 8,000 on."""
    plan = WarmUp(start=date(2026, 3, 2), first=500, doubling=timedelta(days=1), full=8_000)
    rate = allowance(plan, now=datetime(2026, 3, day, 23, 59, tzinfo=UTC))
    assert (rate.count if rate else None) == count
    assert rate is None or rate.per == timedelta(days=1)


def test_a_slow_warm_up_grows_every_day() -> None:
    """Doubling within two days is half as fast, on every day a little."""
    plan = WarmUp(start=date(2026, 3, 2), first=100, doubling=timedelta(days=2))
    counts = [allowance(plan, now=NOW + timedelta(days=day)) for day in range(3)]
    assert [rate.count for rate in counts if rate] == [100, 141, 200]
    assert allowance(plan, now=NOW + timedelta(days=400)) is None
    assert grows_at(NOW) == datetime(2026, 3, 3, tzinfo=UTC)


def after(breaker: Breaker, outcome: SendOutcome, now: datetime = NOW) -> Breaker:
    return breaker.after(outcome, now=now, max_losses=3)


@pytest.mark.parametrize(
    ("outcomes", "opens"),
    [
        pytest.param([BUSY], True, id="421"),
        pytest.param([BLOCKED] * 4, False, id="four-blocks"),
        pytest.param([BLOCKED] * 5, True, id="five-blocks"),
        pytest.param([LOST] * 2, False, id="two-losses"),
        pytest.param([LOST] * 3, True, id="three-losses"),
        pytest.param([LOST, LOST, ACCEPTED, LOST, LOST], False, id="losses-in-between"),
        pytest.param([GONE] * 100, False, id="bad-addresses"),
    ],
)
def test_what_opens_a_breaker(outcomes: list[SendOutcome], opens: bool) -> None:  # noqa: FBT001 - a table's column
    """A session refused, blocks and losses in a row; bad addresses never."""
    breaker = IN_SERVICE
    for outcome in outcomes:
        breaker = after(breaker, outcome)
    assert breaker.closed is not opens
    assert bool(breaker.reason) is opens


def test_a_broken_relay_is_tried_with_one_message_at_a_time() -> None:
    """Open for a minute, then one message; a failure doubles the time, an acceptance ends it."""
    breaker = after(IN_SERVICE, BUSY)
    assert breaker.opens_at(NOW) == NOW + FIRST_DELAY
    then = NOW + FIRST_DELAY
    assert breaker.opens_at(then) == then
    trying = breaker.admitting(then)
    assert trying.probing(then)
    assert trying.opens_at(then) > then
    again = after(trying, LOST, then)
    assert again.opens_at(then) == then + 2 * FIRST_DELAY
    assert again.broken_since == NOW
    mended = after(again.admitting(then + 2 * FIRST_DELAY), ACCEPTED, then + 2 * FIRST_DELAY)
    assert mended == IN_SERVICE


def test_a_trial_without_a_verdict_leaves_room_for_another() -> None:
    """A dead address says nothing about the relay: it stays broken, and the next one may try."""
    then = NOW + FIRST_DELAY
    breaker = after(after(IN_SERVICE, BUSY).admitting(then), GONE, then)
    assert not breaker.closed
    assert breaker.opens_at(then) == then


def test_what_was_under_way_when_it_broke_tells_nothing() -> None:
    """A late acceptance does not close a breaker that just opened, nor does a loss open it more."""
    breaker = after(IN_SERVICE, BUSY)
    assert after(breaker, ACCEPTED) == breaker
    assert after(breaker, LOST) == breaker
    assert breaker.unreachable("refused", now=NOW) == breaker


def test_delays_have_an_end() -> None:
    """However often it breaks, a relay is tried every half an hour."""
    breaker, now = IN_SERVICE, NOW
    for _ in range(40):
        breaker = breaker.admitting(now).unreachable("refused", now=now)
        now = breaker.opens_at(now)
    assert breaker.retry_at is not None
    assert breaker.unreachable("refused", now=now).opens_at(now) <= now + LONGEST_DELAY


steps = st.sampled_from([ACCEPTED, LOST, BUSY, BLOCKED, GONE, "unreachable", "ask", "drop"])


@given(st.lists(st.tuples(steps, st.integers(0, 600)), max_size=120))
def test_an_outage_is_told_once(story: list[tuple[SendOutcome | str, int]]) -> None:
    """Whatever happens, what is told is broken, mended, broken, mended …, nothing twice."""
    breaker, now, told = IN_SERVICE, NOW, []
    for step, seconds in story:
        now += seconds * SECOND
        before = breaker
        if step == "unreachable":
            breaker = breaker.unreachable("refused", now=now)
        elif step == "ask":
            breaker = breaker.admitting(now) if breaker.opens_at(now) <= now else breaker
        elif step == "drop":
            breaker = breaker.released()
        elif not isinstance(step, str):
            breaker = after(breaker, step, now)
        told += [found] if (found := change(before, breaker)) else []
    assert told == [Change.BROKEN, Change.MENDED] * (len(told) // 2) + [Change.BROKEN] * (
        len(told) % 2
    )


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 200))
def test_relays_get_their_share(weights: list[int], count: int) -> None:
    """At any time each relay is within one message of its share by weight, times their number."""
    relays = [Relay(name=str(index), weight=weight) for index, weight in enumerate(weights)]
    got: Counter[str] = Counter()
    credit: dict[str, int] = {}
    for _ in range(count):
        relay, credit = choose(relays, credit)
        got[relay.name] += 1
    for relay in relays:
        share = count * relay.weight / sum(weights)
        assert abs(got[relay.name] - share) < len(weights)
    assert sum(credit.values()) == 0


def test_turns_are_spread() -> None:
    """With weights 3 and 1, every fourth message goes by the second, never two in a row."""
    relays, credit, order = [Relay(name="a", weight=3), Relay(name="b")], {}, ""
    for _ in range(8):
        relay, credit = choose(relays, credit)
        order += relay.name
    assert order == "aabaaaba"


def test_routes_by_domain_come_first() -> None:
    """The relay that names the domain, then the one that names what is above, then the others."""
    main = Relay(name="main")
    exact = Relay(name="exact", domains=("mail.big.example",))
    below = Relay(name="below", domains=("*.big.example",))
    every = [main, below, exact]
    assert tiers(every, "mail.big.example") == ((exact,), (below,), (main,))
    assert tiers(every, "x.big.example") == ((below,), (main,))
    assert tiers(every, "big.example") == ((main,),)
    assert tiers([below], "other.example") == ()


def test_domains_are_compared_as_they_go_over_the_wire() -> None:
    """Letter case and alphabet make no difference; a domain that is none is itself."""
    assert domain_of("A@Bücher.Example") == "xn--bcher-kva.example"
    assert domain_of("a@..") == ".."


def test_an_exact_name_decides_the_group() -> None:
    """A limit that names the domain wins over one that names what is above it."""
    wide = DomainLimit(name="wide", domains=("*.big.example",))
    own = DomainLimit(name="own", domains=("mail.big.example",))
    assert group_of([wide, own], "mail.big.example") is own
    assert group_of([wide, own], "x.big.example") is wide
    assert group_of([wide, own], "big.example") is None


def test_a_receiver_rests_after_it_said_later() -> None:
    """From the third refusal that would meet all its readers; an acceptance ends it."""
    receiver = Receiver()
    for _ in range(STRIKES - 1):
        receiver = receiver.after(THROTTLED, now=NOW)
    assert receiver.opens_at(None, now=NOW) == NOW
    receiver = receiver.after(THROTTLED, now=NOW)
    assert receiver.opens_at(None, now=NOW) == NOW + FIRST_REST
    assert receiver.after(THROTTLED, now=NOW) == receiver
    longer = receiver.after(THROTTLED, now=NOW + FIRST_REST)
    assert longer.rests_until == NOW + 3 * FIRST_REST
    assert longer.after(ACCEPTED, now=NOW).opens_at(None, now=NOW) == NOW
    for _ in range(50):
        longer = longer.after(THROTTLED, now=longer.opens_at(None, now=NOW))
    assert longer.rests_until is not None
    ended = longer.rests_until
    assert longer.after(THROTTLED, now=ended).opens_at(None, now=ended) == ended + LONGEST_REST


@pytest.mark.parametrize("outcome", [FULL, GONE, BUSY, LOST], ids=["full", "gone", "421", "lost"])
def test_one_readers_trouble_is_not_the_receivers(outcome: SendOutcome) -> None:
    """A full or dead mailbox, and the relay's own troubles, hold nobody else back."""
    receiver = Receiver()
    for _ in range(10):
        receiver = receiver.after(outcome, now=NOW)
    assert receiver.opens_at(None, now=NOW) == NOW
