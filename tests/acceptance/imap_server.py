"""An IMAP server on loopback: as much of RFC 9051 as reading a mailbox takes."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FOLDERS = frozenset({"INBOX", "Read"})


class ImapServer(socketserver.ThreadingTCPServer):
    """A mailbox of raw mails. ``hangs_up_at``: the mail of which it gives the beginning only."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mails: dict[str, bytes], *, password: str) -> None:
        super().__init__(("127.0.0.1", 0), ImapTalk)
        self.mails = dict(mails)
        self.password = password
        self.seen: list[str] = []
        self.moved: dict[str, str] = {}
        self.hangs_up_at = ""
        self.logins = 0


class ImapTalk(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self.say(b"* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            words = command.upper().split(" ")
            name = " ".join(words[:2]) if words[0] == "UID" else words[0]
            self.say(tag.encode() + self.answer(name, command.split(" ")))
            if name == "LOGOUT":
                return

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def answer(self, name: str, words: list[str]) -> bytes:  # noqa: C901 - a case a command
        box = self.server
        match name:
            case "CAPABILITY":
                self.say(b"* CAPABILITY IMAP4rev1 MOVE")
            case "LOGIN":
                box.logins += 1
                if words[2].strip('"') != box.password:
                    return b" NO wrong password"
            case "SELECT":
                if words[1].strip('"') not in FOLDERS:
                    return b" NO no such folder"
                self.say(b"* %d EXISTS" % len(box.mails))
            case "UID SEARCH":
                unseen = (u for u in box.mails if u not in box.seen and u not in box.moved)
                self.say(b"* SEARCH " + " ".join(unseen).encode())
            case "UID FETCH":
                return self.fetch(words[2])
            case "UID STORE":
                box.seen.append(words[2])
            case "UID MOVE" | "UID COPY":
                if words[3].strip('"') not in FOLDERS:
                    return b" NO [TRYCREATE] no such folder"
                box.moved[words[2]] = words[3].strip('"')
            case "LOGOUT":
                self.say(b"* BYE")
        return b" OK done"

    def fetch(self, uid: str) -> bytes:
        mail = self.server.mails[uid]
        self.say(b"* 1 FETCH (UID %s BODY[] {%d}" % (uid.encode(), len(mail)))
        if uid == self.server.hangs_up_at:
            self.wfile.write(mail[:3])
            self.connection.shutdown(socket.SHUT_RDWR)
            return b""
        self.wfile.write(mail + b")\r\n")
        return b" OK done"


@contextmanager
def mailbox(mails: dict[str, bytes]) -> Iterator[tuple[ImapServer, str]]:
    with ImapServer(mails, password="sesame") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server, f"imap://bounces%40h.example@127.0.0.1:{server.server_address[1]}/INBOX"
        server.shutdown()
