"""Replies out of bytes, wherever the stream is split (RFC 5321 section 4.2)."""

import re
from typing import NamedTuple

from digest.deliver.transaction import read_reply
from digest.model import Reply

MAX_LINE = 8_192
MAX_REPLY = 131_072

_TOO_LONG = "the server's reply is too long"
_LINE = re.compile(rb"([2-5]\d\d)([ -]?)(.*)", re.DOTALL)


class RawReply(NamedTuple):
    """A reply as it came: most are only looked at for their code."""

    code: int
    text: bytes

    @property
    def reply(self) -> Reply:
        """The reply for people and logs."""
        return read_reply(self.code, self.text)


class ReplyReader:
    """Bytes in, whole replies out.

    ``fault`` says what was no reply; whatever comes after it is not read. It is a clause for
    people, and empty while all is well.
    """

    def __init__(self) -> None:
        self.fault = ""
        self._rest = b""
        self._code = 0
        self._lines: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[RawReply]:
        """The replies that ``data`` completes, also those before a fault."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        replies = []
        for line in lines:
            if self.fault:
                break
            if (reply := self._take(line.removesuffix(b"\r"))) is not None:
                replies.append(reply)
        if len(self._rest) > MAX_LINE:
            self._fail(_TOO_LONG)
        return replies

    def _take(self, line: bytes) -> RawReply | None:
        match = _LINE.fullmatch(line)
        self._size += len(line)
        if match is None or (match[3] and not match[2]):
            self._fail(f"the server answered what is no reply: {_excerpt(line)!r}")
            return None
        code, more, text = int(match[1]), match[2] == b"-", match[3]
        if self._lines and code != self._code:
            self._fail(f"the server answered {self._code} and {code} in one reply")
            return None
        if len(line) > MAX_LINE or self._size > MAX_REPLY:
            self._fail(_TOO_LONG)
            return None
        self._code = code
        self._lines.append(text)
        return None if more else self._complete()

    def _complete(self) -> RawReply:
        text = self._lines[0] if len(self._lines) == 1 else b"\n".join(self._lines)
        self._lines, self._size = [], 0
        return RawReply(self._code, text)

    def _fail(self, fault: str) -> None:
        self.fault = self.fault or fault
        self._rest = b""


def _excerpt(line: bytes) -> str:
    return "".join(one for one in line[:60].decode("utf-8", "replace") if one.isprintable())
