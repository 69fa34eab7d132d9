"""Signing by DKIM: ours against dkimpy and against one raw signature, in one run.

One personalised message (a greeting first, links last, in both parts) for each of many readers.
Ours signs it as the pipeline does, with what readers share hashed once; dkimpy signs the finished
message; "raw" is one RSA-2048 signature of a hash already made, the least that can be. "ours" is
the step itself, from a body in chunks and header fields to signature fields; "price" is what a
whole build costs more with it, the longer header's check and colder caches included. All are taken
in turn. Prints one figure a line, ``name value``; times are CPU milliseconds a message,
medians of rounds. Every signature of the last round is verified by dkimpy.

    python tests/bench/dkim.py [--messages 200] [--rounds 9] [--kilobytes 38]
"""

import argparse
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import nacl.signing

# This file has the other program's name, and its folder stands in the way of that import.
HERE = Path(__file__).resolve().parent
sys.path[:] = [str(HERE.parents[1]), *(path for path in sys.path if Path(path).resolve() != HERE)]

from digest.deliver.bodies import Body, alternative  # noqa: E402 - after the path
from digest.deliver.message import Letter, pieces  # noqa: E402
from digest.deliver.signing.canonical import body_hash  # noqa: E402
from digest.deliver.signing.dkim import Algorithm, DkimKey, signature_fields  # noqa: E402
from digest.deliver.signing.keys import new_key, read_key  # noqa: E402
from digest.model import Filled, Sender  # noqa: E402
from tests.dkim_oracle import verdicts  # noqa: E402

dkimpy = import_module("dkim")

DOMAIN = "letters.example"
WORDS = "the council met by the harbour wall to hear how the ferry timetable would change "
ROW = f'<tr><td style="padding: 0 24px">\r\n  <p style="margin: 0">{WORDS}</p>\r\n</td></tr>\r\n'


def letters(count: int, size: int) -> list[Letter]:
    """Messages of about ``size`` bytes, a quarter of it text."""
    text = (WORDS.strip() + "\n") * (size // 4 // len(WORDS))
    html = ROW * (size * 3 // 4 // (len(ROW) + 12))
    return [_letter(number, text, html) for number in range(count)]


def _letter(number: int, text: str, html: str) -> Letter:
    link = f"https://letters.example/unsubscribe/Zm9vYmFy{number:08}QUJDREVGR0hJSktMTU5PUA"
    name = f"Reader {number}"
    return Letter(
        sender=Sender(address=f"weekly@{DOMAIN}", name="The Harbour Letter"),
        recipient_address=f"reader{number}@reader.example",
        recipient_name=name,
        subject="What the harbour heard, and 59 more",
        text=Filled(pieces=("Dear ", f",\n\n{text}\nLeave: ", "\n"), values=(name, link)),
        html=Filled(
            pieces=("<p>Dear ", f",</p>\n{html}<a href='", "'>Leave</a>\n"), values=(name, link)
        ),
        message_id=f"<weekly-2026-06-18.{number}@{DOMAIN}>",
        date=datetime(2026, 6, 18, 6, 30, tzinfo=UTC),
        list_id=f"<weekly.{DOMAIN}>",
        list_name="The Harbour Letter",
        unsubscribe_url=link,
        feedback_id="weekly-2026-06-18:weekly:digest:letters-example",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is signed: the header fields of a message, and its body in chunks."""

    fields: tuple[str, ...]
    body: Body


def prepared(message: bytes, letter: Letter) -> Prepared:
    """The parts of a message that was built without a signature."""
    header = message.partition(b"\r\n\r\n")[0].decode("ascii")
    fields = re.split(r"\r\n(?![ \t])", header)
    return Prepared(
        fields=tuple(f"{field}\r\n" for field in fields),
        body=alternative(letter.text, letter.html),
    )


def cost(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """CPU milliseconds for one of ``items``."""
    started = process_time()
    for item in items:
        work(item)
    return (process_time() - started) * 1000 / len(items)


def theirs(key: bytes, algorithm: Algorithm) -> Callable[[bytes], bytes]:
    """dkimpy, asked for the same: relaxed/relaxed over all fields."""

    def sign(message: bytes) -> bytes:
        signed: bytes = dkimpy.sign(
            message,
            b"s",
            DOMAIN.encode(),
            key,
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=algorithm.encode(),
        )
        return signed

    return sign


def main() -> None:
    """Measure all ways in turn."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--kilobytes", type=int, default=38)
    options = parser.parse_args()
    made = letters(options.messages, options.kilobytes * 1000)
    plain = [b"".join(pieces(letter)) for letter in made]
    pem = new_key(Algorithm.RSA)
    rsa = read_key(pem, domain=DOMAIN, selector="r")
    ed25519 = read_key(new_key(Algorithm.ED25519), domain=DOMAIN, selector="e")
    seed = b64encode(bytes(nacl.signing.SigningKey.generate()))
    few = plain[: max(3, options.messages // 20)]

    parts = [prepared(message, letter) for message, letter in zip(plain, made, strict=True)]

    def whole(*keys: DkimKey) -> Callable[[Letter], bytes]:
        return lambda letter: b"".join(pieces(letter, keys=keys))

    def ours(*keys: DkimKey) -> Callable[[Prepared], object]:
        return lambda part: signature_fields(
            part.fields, body_hash(part.body.chunks), keys=keys, at=made[0].date
        )

    ways: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "raw_rsa": (lambda _: rsa.sign(b"x" * 32), made),
        "raw_ed25519": (lambda _: ed25519.sign(b"x" * 32), made),
        "unsigned": (whole(), made),
        "signed_rsa": (whole(rsa), made),
        "signed_ed25519": (whole(ed25519), made),
        "signed_both": (whole(rsa, ed25519), made),
        "ours_rsa": (ours(rsa), parts),
        "ours_ed25519": (ours(ed25519), parts),
        "ours_both": (ours(rsa, ed25519), parts),
        "dkimpy_rsa": (theirs(pem, Algorithm.RSA), few),
        "dkimpy_ed25519": (theirs(seed, Algorithm.ED25519), few),
    }
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, (work, items) in ways.items():
            costs[name].append(cost(work, items))
    ms = {name: median(values) for name, values in costs.items()}
    # Round by round: what disturbs a round disturbs both.
    price = {
        kind: median(
            signed - bare
            for signed, bare in zip(costs[f"signed_{kind}"], costs["unsigned"], strict=True)
        )
        for kind in ("rsa", "ed25519", "both")
    }
    keys = (rsa, ed25519)
    verified = all(all(verdicts(dkimpy, whole(*keys)(letter), keys)) for letter in made[:20])
    print(f"message_bytes {len(plain[0])}")
    for name, value in ms.items():
        print(f"{name}_ms {value:.3f}")
    for side in ("dkimpy", "raw"):
        ms[f"{side}_both"] = ms[f"{side}_rsa"] + ms[f"{side}_ed25519"]
    for kind, value in price.items():
        print(f"price_{kind}_ms {value:.3f}")
    for kind, value in price.items():
        print(f"ratio_dkimpy_{kind}_to_ours {ms[f'dkimpy_{kind}'] / ms[f'ours_{kind}']:.1f}")
        print(f"ratio_dkimpy_{kind}_to_price {ms[f'dkimpy_{kind}'] / value:.1f}")
    for kind in ("rsa", "both"):
        print(f"ratio_ours_{kind}_to_raw {ms[f'ours_{kind}'] / ms[f'raw_{kind}']:.2f}")
        print(f"ratio_price_{kind}_to_raw {price[kind] / ms[f'raw_{kind}']:.2f}")
    print(f"verified {int(verified)}")


if __name__ == "__main__":
    main()
