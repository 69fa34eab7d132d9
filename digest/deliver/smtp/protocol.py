"""What to say to a mail server and what its replies settle: bytes in, bytes out, no network.

How far the client runs ahead depends on what the server offers:

=========================== ====================================================================
nothing                     lock step: a command goes out when the one before is answered
PIPELINING (RFC 2920)       MAIL, RCPT and DATA in one group, which a message's text may lead
PIPELINING and CHUNKING     whole messages behind each other, up to ``window`` unanswered (RFC 3030)
=========================== ====================================================================

Replies are matched to commands by their order alone, so any sign of a reply too many or too few
ends the conversation. Each message then is what can be proven: ``Lost``, and uncertain only if all
of it was written and the server may have come to it.
"""

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from digest.deliver.framing import END
from digest.deliver.smtp.outbox import Outbox
from digest.deliver.smtp.replies import RawReply, ReplyReader
from digest.deliver.transaction import (
    Command,
    Extensions,
    Step,
    commands,
    lost,
    proceeds,
    refuses,
    too_large,
)
from digest.model import Accepted, Envelope, Refused, SendOutcome, Unbuildable

_CLOSING = 421
_OUT_OF_SEQUENCE = frozenset({500, 501, 502, 503})
_RESET = Command(Step.RSET, (b"RSET\r\n",))
_NO_CONTENT = Command(Step.CONTENT, (END,))
_Tag = TypeVar("_Tag")


@dataclass(slots=True, kw_only=True, eq=False)
class _Transaction(Generic[_Tag]):
    """One message on its way. ``end`` is where its last byte stands in the stream; 0: not yet.

    ``said_no`` is the first refusal of its MAIL or RCPT. ``stranded``: its MAIL met a transaction
    that the refusal of the message before had left open, so that nothing was said about itself.
    """

    tag: _Tag
    steps: tuple[Command, ...]
    next: int = 0
    end: int = 0
    said_no: Refused | None = None
    has_mail: bool = False
    resets: bool = False
    stranded: bool = False


class Conversation(Generic[_Tag]):
    """One connection's conversation after the greeting, of messages with a tag each.

    Use: :meth:`add` while there is :attr:`room`, write what :attr:`outbox` holds, :meth:`receive`
    what comes, :meth:`take` what is settled; :meth:`lose` when the connection ends.
    ``lmtp``: RFC 2033 instead of RFC 5321.
    """

    def __init__(self, offered: Extensions, *, window: int, lmtp: bool = False) -> None:
        self.outbox = Outbox()
        self.ended = ""
        """Why the connection is of no more use; empty while it is."""
        self._offered = offered
        self._window = window if offered.streams else 2 if offered.pipelining else 1
        self._lmtp = lmtp
        self._reader = ReplyReader()
        self._awaited: deque[tuple[Step, _Transaction[_Tag]]] = deque()
        self._open: deque[_Transaction[_Tag]] = deque()
        self._settled: list[tuple[_Tag, SendOutcome]] = []
        self._held: _Transaction[_Tag] | None = None
        self._needs_reset = False
        self._after_refusal = False
        self._resets_always = False

    @property
    def room(self) -> bool:
        """Whether another message may be added now."""
        return not self.ended and self._held is None and len(self._open) < self._window

    @property
    def idle(self) -> bool:
        """Whether every message added is settled."""
        return not self._open

    def add(self, tag: _Tag, envelope: Envelope) -> None:
        """Take a message on. What cannot or need not be sent is settled at once."""
        try:
            steps = commands(envelope, offered=self._offered)
        except ValueError as error:
            self._settled.append((tag, Unbuildable(reason=str(error))))
            return
        if self.ended:
            self._settled.append((tag, lost(Step.MAIL, self.ended, sent=False)))
        elif refused := too_large(envelope, offered=self._offered):
            self._settled.append((tag, refused))
        else:
            transaction = _Transaction(tag=tag, steps=steps)
            self._open.append(transaction)
            self._begin(transaction)

    def receive(self, data: bytes) -> None:
        """Take in what the server sent."""
        for raw in self._reader.feed(data):
            if self.ended:
                return
            self._answer(raw)
        if self._reader.fault:
            self.lose(self._reader.fault)

    def take(self) -> list[tuple[_Tag, SendOutcome]]:
        """What became certain since it was last asked, in the order the server answered."""
        settled, self._settled = self._settled, []
        return settled

    def lose(self, reason: str, *, unseen: bool = False) -> None:
        """End the conversation: every message under way is what can be said of it now.

        ``unseen``: the server is known not to have come to what it has not answered.
        """
        if self.ended:
            return
        self.ended = reason
        steps = {id(transaction): step for step, transaction in reversed(self._awaited)}
        for transaction in self._open:
            step = steps.get(id(transaction), Step.MAIL)
            self._settled.append((transaction.tag, self._lost(transaction, step, unseen=unseen)))
        self._open.clear()
        self._awaited.clear()
        self.outbox.clear()

    def _lost(self, transaction: _Transaction[_Tag], step: Step, *, unseen: bool) -> SendOutcome:
        if transaction.said_no and not transaction.stranded:
            return transaction.said_no
        written = 0 < transaction.end <= self.outbox.written
        possible = written and not unseen
        return lost(Step.CONTENT if possible else step, self.ended, sent=possible)

    def _begin(self, transaction: _Transaction[_Tag]) -> None:
        if self._needs_reset or self._resets_always:
            self._needs_reset = False
            transaction.resets = True
            self._say(transaction, _RESET)
            if not self._offered.pipelining:
                self._held = transaction
                return
        self._go_on(transaction)

    def _go_on(self, transaction: _Transaction[_Tag]) -> None:
        """Say as many of its steps as need no reply first."""
        while transaction.next < len(transaction.steps):
            command = transaction.steps[transaction.next]
            transaction.next += 1
            self._say(transaction, command)
            if command.step is Step.CONTENT:
                break
            if command.step is Step.DATA or not self._offered.pipelining:
                self._held = transaction
                return
        self._held = None

    def _say(self, transaction: _Transaction[_Tag], command: Command) -> None:
        self.outbox.extend(command.parts)
        self._awaited.append((command.step, transaction))
        if command.step is Step.CONTENT:
            transaction.end = self.outbox.queued

    def _answer(self, raw: RawReply) -> None:
        if not self._awaited:
            self.lose(f"the server spoke out of turn: {raw.reply}")
            return
        step, transaction = self._awaited[0]
        goes_on = proceeds(step, raw.code)
        if not goes_on and not refuses(raw.code):
            self.lose(f"the server answered {raw.reply}")
            return
        self._awaited.popleft()
        if raw.code == _CLOSING:
            self._settle(transaction, transaction.said_no or Refused(reply=raw.reply))
            self.lose(f"the server closed the connection: {raw.reply}", unseen=True)
        elif goes_on:
            self._on_yes(step, transaction, raw)
        else:
            self._on_no(step, transaction, raw)

    def _on_yes(self, step: Step, transaction: _Transaction[_Tag], raw: RawReply) -> None:
        if step is Step.CONTENT:
            self._on_taken(transaction, raw)
            return
        if step is Step.DATA:
            self._on_go_ahead(transaction)
            return
        if step is not Step.RCPT:
            # Either leaves nothing of an earlier transaction (RFC 5321 section 4.1.1.2 and .5).
            self._needs_reset = self._after_refusal = False
            transaction.has_mail = step is Step.MAIL
        if not self._offered.pipelining:
            self._go_on(transaction)

    def _on_taken(self, transaction: _Transaction[_Tag], raw: RawReply) -> None:
        if transaction.said_no is None:
            self._settle(transaction, Accepted(reply=raw.reply))
        elif transaction.has_mail:
            self._settle(transaction, transaction.said_no)
        else:
            reason = f"the server took a message whose sender it had refused: {raw.reply}"
            self._settle(transaction, lost(Step.CONTENT, reason, sent=True))
            self.lose(reason)

    def _on_go_ahead(self, transaction: _Transaction[_Tag]) -> None:
        """Send the message; or nothing, where nobody is left to read it (RFC 2920 section 3.1)."""
        if transaction.said_no is None:
            self._go_on(transaction)
        elif transaction.has_mail and not self._lmtp:
            self._held = None
            self._needs_reset = True
            self._say(transaction, _NO_CONTENT)
        else:
            # Without a sender, or in LMTP, nobody knows what an empty message would come to.
            self.lose("the server asked for a message that it had refused")

    def _on_no(self, step: Step, transaction: _Transaction[_Tag], raw: RawReply) -> None:
        if step is Step.RSET:
            self.lose(f"the server did not reset: {raw.reply}")
            return
        if step is Step.MAIL and not transaction.resets:
            transaction.stranded = self._after_refusal and raw.code in _OUT_OF_SEQUENCE
        transaction.said_no = transaction.said_no or Refused(reply=raw.reply)
        is_last = step in {Step.DATA, Step.CONTENT} or not self._offered.pipelining
        if not is_last:
            return
        self._held = None
        if step is not Step.CONTENT or self._offered.streams:
            self._needs_reset = self._after_refusal = True
        if transaction.stranded:
            self._repeat(transaction)
        else:
            self._settle(transaction, transaction.said_no)

    def _repeat(self, transaction: _Transaction[_Tag]) -> None:
        """Say it all once more, after a reset: what was refused was not this message."""
        self._resets_always = True
        transaction.next = transaction.end = 0
        transaction.said_no = None
        transaction.stranded = transaction.has_mail = False
        self._begin(transaction)

    def _settle(self, transaction: _Transaction[_Tag], outcome: SendOutcome) -> None:
        self._open.remove(transaction)
        self._settled.append((transaction.tag, outcome))
