"""A mail server as a value machine: bytes in, bytes out, with its own idea of what it delivered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.deliver.transaction import Extensions, Step
from digest.model import Envelope

OFFERS = {
    "lock-step": Extensions(),
    "pipelined": Extensions(pipelining=True, size=True),
    "chunked": Extensions(pipelining=True, chunking=True, eight_bit=True),
}
_NUMBER = re.compile(rb"<[nr](\d+)@")


def job(number: int, content: bytes | None = None) -> tuple[int, Envelope]:
    """A message whose number stands in its addresses and its content."""
    text = content if content is not None else b"Subject: %d\r\n\r\n.dot\r\n" % number
    return number, Envelope(
        sender=f"n{number}@a.example", recipient=f"r{number}@b.example", content=text
    )


@dataclass
class ModelServer:
    """Answers 250 or 354, or as ``answers`` has it for a message's number and step.

    A tuple of codes is for the first, the second … time it is asked. ``nests``: MAIL within an open
    transaction is fine. ``eager``: DATA is fine without a recipient. ``keeps``: a BDAT without a
    recipient leaves the transaction open. ``after``: bytes that follow a reply; ``says``: bytes in
    its place. ``hangs_up`` and ``stalls``: after which step it closes, or says nothing any more.
    """

    answers: Mapping[tuple[int, Step], int] = field(default_factory=dict)
    after: Mapping[tuple[int, Step], bytes] = field(default_factory=dict)
    says: Mapping[tuple[int, Step], bytes] = field(default_factory=dict)
    hangs_up: tuple[int, Step] | None = None
    stalls: tuple[int, Step] | None = None
    nests: bool = True
    eager: bool = False
    keeps: bool = False
    closed: bool = False
    silent: bool = False
    delivered: list[tuple[tuple[int, ...], bytes]] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    _input: bytes = b""
    _output: list[bytes] = field(default_factory=list)
    _sender: bool = False
    _readers: list[int] = field(default_factory=list)
    _number: int = -1
    _in_data: bool = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes in; the replies they bring."""
        self._input += data
        while not self.closed and (self._data() if self._in_data else self._command()):
            pass
        output, self._output = b"".join(self._output), []
        return output

    def _data(self) -> bool:
        text = b"\r\n" + self._input
        end = text.find(b"\r\n.\r\n")
        if end < 0:
            return False
        self._input = text[end + 5 :]
        self._in_data = False
        content = text[2 : end + 2].replace(b"\r\n.", b"\r\n")
        self._finish(content[1:] if content.startswith(b".") else content)
        return True

    def _command(self) -> bool:
        line, found, rest = self._input.partition(b"\r\n")
        if not found:
            return False
        verb = line[:4].upper()
        if verb == b"BDAT":
            size = int(line.split()[1])
            if len(rest) < size:
                return False
            self.commands.append(verb)
            self._input = rest[size:]
            self._chunk(rest[:size])
            return True
        self.commands.append(verb)
        self._input = rest
        {b"MAIL": self._mail, b"RCPT": self._rcpt, b"DATA": self._begin_data, b"RSET": self._reset}[
            verb
        ](line)
        return True

    def _mail(self, line: bytes) -> None:
        match = _NUMBER.search(line)
        assert match
        self._number = int(match[1])
        if self._sender and not self.nests:
            self._reply(Step.MAIL, 503)
            return
        self._sender, self._readers = self._reply(Step.MAIL, 250) < 300, []

    def _rcpt(self, line: bytes) -> None:
        match = _NUMBER.search(line)
        assert match
        if not self._sender:
            self._reply(Step.RCPT, 503)
        elif self._reply(Step.RCPT, 250) < 300:
            self._readers.append(int(match[1]))

    def _begin_data(self, _line: bytes) -> None:
        if not self._sender or not (self._readers or self.eager):
            self._reply(Step.DATA, 503)
        elif self._reply(Step.DATA, 354) == 354:
            self._in_data = True

    def _chunk(self, content: bytes) -> None:
        if self._sender and self._readers:
            self._finish(content)
            return
        self._reply(Step.CONTENT, 503)
        if not self.keeps:
            self._reset_state()

    def _finish(self, content: bytes) -> None:
        readers = tuple(self._readers)
        self._reset_state()
        if not readers:
            self._reply(Step.CONTENT, 554)
        elif self._reply(Step.CONTENT, 250) < 300:
            self.delivered.append((readers, content))

    def _reset(self, _line: bytes) -> None:
        self._reset_state()
        self._reply(Step.RSET, 250)

    def _reset_state(self) -> None:
        self._sender, self._readers = False, []

    def _reply(self, step: Step, code: int) -> int:
        if code < 400:
            code = self.answers.get((self._number, step), code)
        key = (self._number, step)
        usual = b"%d-as\r\n%d planned\r\n" % (code, code)
        if not self.silent:
            self._output.append(self.says.get(key, usual) + self.after.get(key, b""))
        self.closed = code == 421 or self.hangs_up == key
        self.silent = self.silent or self.stalls == key
        return code
