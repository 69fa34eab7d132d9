"""The relays of this process as its workers share them: who may send what, by which, and when.

A worker asks with :meth:`Relays.ask` just before each message and tells the end of it with
:meth:`Relays.done` or :meth:`Relays.drop`. Decisions are those of :mod:`digest.deliver.pacing`;
here is only the state between them, under one lock. No network and no clock: ``now`` is given.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.deliver.pacing.answers import Alert, Down, Later, Limits, Ticket
from digest.deliver.pacing.breaker import Breaker, Change, change
from digest.deliver.pacing.domains import NEW_RECEIVER, Receiver
from digest.deliver.pacing.routing import choose, domain_of, tiers
from digest.deliver.pacing.standing import Standing
from digest.deliver.pacing.uses import DOMAIN, RELAY, Uses
from digest.deliver.policy import MAX_LOSSES
from digest.model import DomainLimit, Lost, RateUse, Relay, RelayState, SendOutcome

_BUSY = timedelta(milliseconds=100)
_LONGEST_PROMISE = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_MOST_RECEIVERS = 1_000


class Relays:
    """Safe to share between threads.

    ``depth``: how many windows of messages a connection carries at once, with those that wait for
    it with a ticket.

    :raises ValueError: when there is no relay, or two of one name.
    """

    def __init__(
        self, relays: Sequence[Relay], limits: Limits | None = None, *, depth: int = 1
    ) -> None:
        self._relays = {relay.name: relay for relay in relays}
        if not relays or len(self._relays) != len(relays):
            message = "relays need names of their own, and there must be one"
            raise ValueError(message)
        self._limits = limits or Limits()
        self._depth = depth
        self._lock = threading.Lock()
        self._standings = {relay.name: Standing() for relay in relays}
        self._receivers: dict[str, Receiver] = {}
        self._credit: dict[str, int] = {}
        self._uses = Uses(relays, self._limits)
        self._restored = False

    @property
    def all(self) -> tuple[Relay, ...]:
        """The relays, in the order given."""
        return tuple(self._relays.values())

    def serves(self, relay: str, *, now: datetime) -> bool:
        """Whether messages with tickets for that relay may go: it is in service, or on trial."""
        breaker = self._standings[relay].breaker
        return breaker.closed or breaker.probing(now)

    def ask(self, address: str, *, now: datetime) -> Ticket | Later | Down:
        """Whether a message to ``address`` may go now, and by which relay; else when to ask again.

        A ticket uses up a place in the rates, and is given only once.
        """
        domain = domain_of(address)
        name, limit = self._limits.of(domain)
        with self._lock:
            receiver = self._receivers.get(name, NEW_RECEIVER)
            if receiver.opens_at(limit, now=now) > now:
                return self._wait_for_receiver(name, receiver, limit, now=now)
            if receiver.is_busy(limit):
                return Later(at=now + _BUSY, reason=f"{name} has its connections in use", busy=True)
            serving = self._serving(domain, now=now)
            if not serving:
                return self._down(domain, now=now)
            due = [r for r in serving if self._standings[r.name].opens_at(r, now=now) <= now]
            if not due:
                return self._wait_for_relay(serving, now=now)
            free = [r for r in due if not self._is_busy(r, now=now)]
            if not free:
                return Later(at=now + _BUSY, reason="all connections are in use", busy=True)
            return self._admit(free, name, receiver, limit, now=now)

    def done(self, ticket: Ticket, outcome: SendOutcome, *, now: datetime) -> Alert | None:
        """Take in how a message went; what people are to be told then.

        A lost connection is told with :meth:`hung_up`, once however many messages went with it.
        """
        with self._lock:
            receiver = self._receivers.get(ticket.receiver, NEW_RECEIVER).released()
            self._keep(ticket.receiver, receiver.after(outcome, now=now), now=now)
            self._release(ticket.relay)
            if isinstance(outcome, Lost):
                return None
            return self._learn(
                ticket.relay, lambda breaker, most: breaker.after(outcome, now=now, max_losses=most)
            )

    def drop(self, ticket: Ticket, *, now: datetime) -> None:
        """Give a ticket back for a message that did not go."""
        with self._lock:
            receiver = self._receivers.get(ticket.receiver, NEW_RECEIVER).released()
            self._keep(ticket.receiver, receiver, now=now)
            self._release(ticket.relay)
            standing = self._standings[ticket.relay]
            self._standings[ticket.relay] = replace(standing, breaker=standing.breaker.released())

    def hung_up(self, relay: str, reason: str, *, now: datetime) -> Alert | None:
        """Take in that an open connection was lost; what people are to be told then."""
        lost = Lost(reason=reason)
        with self._lock:
            return self._learn(
                relay, lambda breaker, most: breaker.after(lost, now=now, max_losses=most)
            )

    def unreachable(self, relay: str, reason: str, *, now: datetime) -> Alert | None:
        """Take in that no connection can be had; what people are to be told then.

        Before the ticket is dropped: that would end a trial without a result.
        """
        with self._lock:
            return self._learn(relay, lambda breaker, _: breaker.unreachable(reason, now=now))

    def down_reason(self, *, now: datetime) -> str:
        """Why no relay at all takes messages; empty while one does."""
        with self._lock:
            if any(standing.in_service(now) for standing in self._standings.values()):
                return ""
            return self._reason(self._relays.values())

    def relay_for(self, address: str, *, now: datetime) -> str:
        """The relay that a single message outside all rates goes by."""
        domain = domain_of(address)
        with self._lock:
            every = [relay for tier in tiers(self.all, domain) for relay in tier] or self.all
            serving = self._serving(domain, now=now) or every
        return serving[0].name

    def restore(
        self, states: Iterable[RelayState], uses: Iterable[RateUse], *, now: datetime
    ) -> None:
        """Take over what an earlier process left, once; later calls do nothing.

        A relay that was out of service has a message for a trial at once: somebody may have mended
        it in between. That it is broken is not told again.
        """
        with self._lock:
            if self._restored:
                return
            self._restored = True
            for state in states:
                standing = self._standings.get(state.name)
                if standing and state.broken_since:
                    since, reason = state.broken_since, state.reason
                    breaker = Breaker(broken_since=since, reason=reason, retry_at=now)
                    self._standings[state.name] = replace(standing, breaker=breaker)
        self.learn_uses(uses, now=now)

    def learn_uses(self, uses: Iterable[RateUse], *, now: datetime) -> None:
        """Count what other processes have used, by all that is kept of the last day."""
        with self._lock:
            for use in self._uses.news(uses):
                self._count_again(use, now=now)

    @property
    def fresh(self) -> bool:
        """Whether nothing was taken over yet."""
        return not self._restored

    @property
    def shares_rates(self) -> bool:
        """Whether there are rates that outlive a process."""
        return bool(self._uses)

    def pending_uses(self) -> tuple[RateUse, ...]:
        """What was used of rates that outlive a process, and is not kept yet."""
        with self._lock:
            return self._uses.pending()

    def uses_kept(self, uses: Iterable[RateUse]) -> None:
        """Take in that those, which were pending, are kept now."""
        with self._lock:
            self._uses.kept(uses)

    def _serving(self, domain: str, *, now: datetime) -> tuple[Relay, ...]:
        """Those in service of the first tier that has any."""
        for tier in tiers(self.all, domain):
            serving = tuple(r for r in tier if self._standings[r.name].in_service(now))
            if serving:
                return serving
        return ()

    def _is_busy(self, relay: Relay, *, now: datetime) -> bool:
        return self._standings[relay.name].is_busy(relay, now=now, depth=self._depth)

    def _admit(
        self,
        free: Sequence[Relay],
        name: str,
        receiver: Receiver,
        limit: DomainLimit | None,
        *,
        now: datetime,
    ) -> Ticket:
        relay, self._credit = choose(free, self._credit)
        standing = self._standings[relay.name].taking(relay, now=now).admitting(now)
        self._standings[relay.name] = standing
        self._keep(name, receiver.taking(limit, now=now), now=now)
        self._uses.count(RELAY, relay.name, now=now)
        self._uses.count(DOMAIN, name, now=now)
        return Ticket(relay=relay.name, receiver=name)

    def _wait_for_receiver(
        self, name: str, receiver: Receiver, limit: DomainLimit | None, *, now: datetime
    ) -> Later:
        opens = receiver.opens_at(limit, now=now)
        promised = receiver.promising(limit.rate if limit else None, opens_at=opens)
        self._keep(name, promised, now=now)
        rests = receiver.rests_until is not None and receiver.rests_until > now
        reason = f"{name} asked us to wait" if rests else f"the rate of {name} is used up"
        return Later(at=_within(promised.turn or opens, now=now), reason=reason)

    def _wait_for_relay(self, serving: Sequence[Relay], *, now: datetime) -> Later:
        relay = min(serving, key=lambda r: self._standings[r.name].opens_at(r, now=now))
        standing = self._standings[relay.name]
        opens = standing.opens_at(relay, now=now)
        promised = standing.promising(relay.rate, opens_at=opens)
        self._standings[relay.name] = promised
        at = _within(promised.turn or opens, now=now)
        return Later(at=at, reason=f"the rate of relay {relay.name} is used up")

    def _down(self, domain: str, *, now: datetime) -> Down:
        concerned = [relay for tier in tiers(self.all, domain) for relay in tier]
        if not concerned:
            return Down(
                at=now + _LONGEST_PROMISE,
                reason=f"no relay is set up for {domain}",
                everywhere=False,
            )
        return Down(
            at=min(self._standings[r.name].breaker.opens_at(now) for r in concerned),
            reason=self._reason(concerned),
            everywhere=not any(each.in_service(now) for each in self._standings.values()),
        )

    def _reason(self, relays: Iterable[Relay]) -> str:
        reasons = {relay.name: self._standings[relay.name].breaker.reason for relay in relays}
        if len(self._relays) == 1:
            return next(iter(reasons.values()))
        return "; ".join(f"relay {name}: {reason}" for name, reason in reasons.items())

    def _learn(self, name: str, step: "Callable[[Breaker, int], Breaker]") -> Alert | None:
        standing, relay = self._standings[name], self._relays[name]
        before = standing.breaker
        after = step(before, MAX_LOSSES + relay.connections - 1)
        if after is before:
            return None
        self._standings[name] = replace(standing, breaker=after)
        changed = change(before, after)
        if changed is None:
            return None
        reason = (after if changed is Change.BROKEN else before).reason
        return Alert(
            change=changed,
            state=RelayState(name=name, reason=reason, broken_since=after.broken_since),
        )

    def _release(self, relay: str) -> None:
        self._standings[relay] = self._standings[relay].released()

    def _keep(self, name: str, receiver: Receiver, *, now: datetime) -> None:
        """Remember a receiver; of many, those with nothing to remember are forgotten."""
        self._receivers[name] = receiver
        if len(self._receivers) > _MOST_RECEIVERS and receiver.is_idle(
            self._limits.named(name), now=now
        ):
            del self._receivers[name]

    def _count_again(self, use: RateUse, *, now: datetime) -> None:
        kind, _, name = use.limit.partition(" ")
        moment = min(use.until, now)
        if kind == RELAY:
            standing = self._standings[name]
            again = standing.taking(self._relays[name], now=moment, count=use.count)
            self._standings[name] = again
            return
        receiver = self._receivers.get(name, NEW_RECEIVER)
        limit = self._limits.named(name)
        self._receivers[name] = receiver.counting(limit, now=moment, count=use.count)


def _within(at: datetime, *, now: datetime) -> datetime:
    """A promised time, on a full second, so that those it is promised to come back together.

    Not so far off that a change for the better would come too late.
    """
    full = at if not at.microsecond else at.replace(microsecond=0) + _SECOND
    return min(full, now + _LONGEST_PROMISE)
