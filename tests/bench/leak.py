"""Many readers of one personalised issue: what is one reader's stands in nobody else's mail.

Every subscriber has a name, an address and links that nobody else has. A real ledger is worked off
by several workers as `digest send` does it, each mail signed, into a mail server that keeps all.
Each mail is then decoded and searched: every name, address and token in it must be its recipient's,
its own must be there, and its signature must be over its own bytes. Prints one figure a line,
``name value``; exit status 1 when anything leaked, was missing or was signed wrongly.

    python tests/bench/leak.py [--mails 10000] [--connections 4]
"""

import argparse
import hashlib
import re
import sys
import tempfile
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from digest.app import App
from digest.audience.tokens import read_preferences_token, read_unsubscribe_token
from digest.compose.render import IssueRenderer
from digest.deliver.signing.dkim import Algorithm, DkimKey, Keyring
from digest.errors import DigestError
from digest.model import Consent, Envelope, Newsletter, NewSubscriber, Topic, Variant
from digest.pipeline.approval import approve_issue
from digest.pipeline.delivery import deliver_issue
from digest.pipeline.preflight import EVERY
from digest.resources import TEMPLATES
from digest.store import open_store
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL
from tests.fakes import FakeMailer, fake_config, fake_world

CANARY = re.compile(r"canary([0-9a-f]{16})", re.IGNORECASE)
LINK = re.compile(r"/(unsubscribe|preferences)/([A-Za-z0-9_-]{20,})")
TOPICS = tuple(section.topic for section in ISSUE.sections)
# A signature that says which hash it was made of costs nothing and hides nothing.
KEY = DkimKey(
    domain="newsletter.example",
    selector="leak",
    algorithm=Algorithm.ED25519,
    public=b"",
    sign=lambda digest: digest,
)


def canary(number: int) -> str:
    """What only this subscriber has."""
    return hashlib.blake2b(str(number).encode(), digest_size=8).hexdigest()


def subscriber(number: int) -> NewSubscriber:
    """Every third one chose topics; every fifth has a name of another script too."""
    topics = tuple(TOPICS[: number % len(TOPICS) + 1]) if number % 3 == 0 else ()
    return NewSubscriber(
        address=f"canary{canary(number)}@reader.example",
        name=f"Canary{canary(number)}{' Łódź 日本' if number % 5 == 0 else ''}",
        consent=Consent.CONFIRMED,
        variant=Variant(topics=topics),
    )


def sent(folder: Path, *, mails: int, connections: int) -> tuple[App, list[Envelope]]:
    """Send one issue to all of them, as the pipeline does."""
    newsletter: Newsletter = replace(
        NEWSLETTER,
        greeting="Dear {name},",
        greeting_nameless="Good morning,",
        topics=tuple(Topic(id=topic, name=topic.title()) for topic in TOPICS),
    )
    config = fake_config(
        folder,
        newsletters=[newsletter],
        smtp={"connections": connections},
        web={"public_url": PUBLIC_URL},
    )
    mailer = FakeMailer()
    now: datetime = ISSUE.key.period.end + timedelta(hours=1)
    app = replace(
        fake_world(config).app,
        store=open_store(f"sqlite:///{folder}/digest.db"),
        renderer=IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL),
        mailer=mailer,
        clock=lambda: now,
        keyring=Keyring(keys=(KEY,)),
    )
    rows = [subscriber(number) for number in range(mails)]
    app.store.audience.subscribe_all(rows, newsletter=newsletter.id, now=now)
    app.store.issues.add(ISSUE, now=now)
    kept = approve_issue(app, ISSUE.slug, by="editor", reasons={EVERY: "a benchmark"})
    deliver_issue(app, kept)
    return app, mailer.sent


def ids_by_address(app: App) -> dict[str, int]:
    """Whose address is whose, as the store has it."""
    rows = (each.subscriber for each in app.store.audience.subscriptions())
    return {row.address: row.id for row in rows}


def shown(message: EmailMessage) -> dict[str, str]:
    """What a reader can see of a mail, decoded: each header field, and both parts."""
    places = {name: str(value) for name, value in message.items()}
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        places[part.get_content_type()] = str(part.get_content())
    return places


def findings(app: App, envelope: Envelope, own_id: int) -> Iterator[str]:
    """Which figures this mail counts for."""
    own = CANARY.findall(envelope.recipient)[0]
    places = shown(_parsed(envelope.content))
    text = "\n".join(places.values())
    # Raw too: what a parser leaves out, such as a preamble, is in the mail all the same.
    raw = envelope.content.decode("ascii")
    if {each.lower() for each in CANARY.findall(text) + CANARY.findall(raw)} != {own}:
        yield "leaks"
    for kind, token in {*LINK.findall(text), *LINK.findall(raw.replace("=\r\n", ""))}:
        if _whose(app, kind, token) != own_id:
            yield "leaks"
    wanted = ("To", "List-Unsubscribe", "text/plain", "text/html")
    for place in wanted:
        told = CANARY.search(places[place]) if place != "List-Unsubscribe" else True
        if not told or (place != "To" and not LINK.search(places[place])):
            yield "missing"
    if f"bh={_body_hash(envelope.content)};" not in places["DKIM-Signature"]:
        yield "signed_wrongly"


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _whose(app: App, kind: str, token: str) -> int:
    read = read_unsubscribe_token if kind == "unsubscribe" else read_preferences_token
    try:
        return read(app.link_key, token).subscriber_id
    except DigestError:
        return -1


def _body_hash(content: bytes) -> str:
    """The relaxed body's hash, of the whole body and line by line."""
    lines = content.partition(b"\r\n\r\n")[2].split(b"\r\n")
    relaxed = [re.sub(rb"[ \t]+", b" ", line).removesuffix(b" ") for line in lines]
    while relaxed and not relaxed[-1]:
        relaxed.pop()
    joined = b"".join(line + b"\r\n" for line in relaxed)
    return b64encode(hashlib.sha256(joined).digest()).decode()


def main() -> None:
    """Send, search, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    figures: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        app, envelopes = sent(Path(folder), mails=options.mails, connections=options.connections)
        seconds = perf_counter() - started
        ids = ids_by_address(app)
        for envelope in envelopes:
            for figure in set(findings(app, envelope, ids[envelope.recipient])):
                figures[figure] += 1
                print(f"{figure}: {envelope.recipient}", file=sys.stderr)
        app.close()
    recipients = {envelope.recipient for envelope in envelopes}
    print(f"mails {len(envelopes)}")
    print(f"recipients {len(recipients)}")
    print(f"send_s {seconds:.1f}")
    for name in ("leaks", "missing", "signed_wrongly"):
        print(f"{name} {figures[name]}")
    whole = len(envelopes) == len(recipients) == options.mails
    sys.exit(0 if whole and not figures.total() else 1)


if __name__ == "__main__":
    main()
