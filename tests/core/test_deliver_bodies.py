"""Bodies in pieces: what encoding the whole text at once would say."""

import re
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.bodies import Body, alternative
from digest.deliver.literal import MAX_LINE
from digest.model import Filled

WORDS = st.lists(
    st.sampled_from(
        [
            "x" * 70,
            "=",
            ".",
            " ",
            "\t",
            "\r\n",
            "\n",
            "\r",
            "é",
            "日本",
            "a",
            "\ud800",
            "\x00",
            "- ",
        ]
    ),
    max_size=30,
).map("".join)


@st.composite
def bodies(draw: st.DrawFn) -> Filled:
    pieces = draw(st.lists(WORDS, min_size=1, max_size=5))
    values = draw(st.lists(WORDS, min_size=len(pieces) - 1, max_size=len(pieces) - 1))
    return Filled(pieces=tuple(pieces), values=tuple(values))


@settings(max_examples=400, deadline=None)
@given(bodies(), st.sampled_from(["", "日本語の文章" * 99, "plain " * 400]))
def test_pieces_read_back_as_the_whole(body: Filled, weight: str) -> None:
    """Wherever slots stand, line breaks and wide characters included, in either encoding."""
    body = Filled(pieces=(weight + body.pieces[0], *body.pieces[1:]), values=body.values)
    made = alternative("plain", body)
    lines = bytes(made).split(b"\r\n")
    assert max(map(len, lines)) <= 76 + len("Content-Type: ")
    assert decoded(made)[1] == shown(body)


@settings(max_examples=200, deadline=None)
@given(bodies())
def test_quoted_printable_is_that_of_the_whole(body: Filled) -> None:
    """Text that stays readable has the very bytes of one encoding."""
    body = Filled(pieces=("x" * 3000, *body.pieces), values=("", *body.values))
    whole = shown(body)
    (own, one) = (bytes(alternative("plain", each)) for each in (body, whole))
    mark = re.compile(rb"=_[0-9a-f]{32}")
    assert mark.sub(b"", own) == mark.sub(b"", one)


@pytest.mark.parametrize("letter", ["a", "日"], ids=["quoted-printable", "base64"])
def test_readers_do_not_mix(letter: str) -> None:
    """Two readers' bodies over the same pieces share those, and hold their own values alone."""
    pieces = (f"Dear {letter * 99} ", ",\nyour link: ", f"\n{letter * 99}")
    bodies = [
        alternative(
            f"{letter}\n", Filled(pieces=pieces, values=(name, f"https://a.example/{name}"))
        )
        for name in ("Ann", "Bobby")
    ]
    for name, body in zip(("Ann", "Bobby"), bodies, strict=True):
        expected = f"Dear {letter * 99} {name},\nyour link: https://a.example/{name}\n{letter * 99}"
        assert decoded(body) == [f"{letter}\n", expected]
    one, two = bodies
    assert one.boundary == two.boundary
    assert one.chunks[:8:2] == two.chunks[:8:2]
    assert all(a is b for a, b in zip(one.chunks[:8:2], two.chunks[:8:2], strict=True))


@settings(max_examples=400, deadline=None)
@given(bodies(), st.sampled_from(["", "日本語の文章" * 99, "plain " * 160, "long " * 200]))
def test_what_goes_as_it_is_reads_back_too(body: Filled, weight: str) -> None:
    """Wherever slots stand: no line is too long, no octet NUL, and no label wrong."""
    body = Filled(pieces=(weight + body.pieces[0], *body.pieces[1:]), values=body.values)
    made = alternative("plain", body, eight_bit=True)
    content = bytes(made)
    assert max(map(len, content.split(b"\r\n"))) <= MAX_LINE
    assert b"\0" not in content
    assert made.eight_bit is not content.isascii()
    assert made.eight_bit is (b"Content-Transfer-Encoding: 8bit" in content)
    assert decoded(made)[1] == shown(body)


def test_readers_share_what_goes_as_it_is() -> None:
    """The pieces are the same objects in all bodies, and only values are each reader's own."""
    pieces = ("Grüße an ", ": ", "\nBis bald")
    made = [
        alternative(
            "ä", Filled(pieces=pieces, values=(name, f"https://a.example/{name}")), eight_bit=True
        )
        for name in ("Ann", "Bébé")
    ]
    shared = [[id(chunk) for chunk in body.chunks[::2]] for body in made]
    assert shared[0] == shared[1]
    assert decoded(made[1])[1] == "Grüße an Bébé: https://a.example/Bébé\nBis bald"


PIECES = ("é ", ".")
MARK = alternative("ä", Filled(pieces=PIECES, values=("",))).boundary


@pytest.mark.parametrize("value", ["x" * 995, "\0", MARK], ids=["too-long", "nul", "mark"])
def test_a_value_that_cannot_go_as_it_is_is_encoded(value: str) -> None:
    """A line of over 998 octets, a NUL and the boundary itself."""
    made = alternative("ä", Filled(pieces=PIECES, values=(value,)), eight_bit=True)
    assert b"8bit" in made.chunks[0]
    assert b"8bit" not in made.chunks[4]
    assert decoded(made) == ["ä", f"é {value}."]


def test_another_body_has_another_boundary() -> None:
    """The boundary is a function of what all readers share."""
    one, same, two = (alternative("plain", html) for html in ("one", "one", "two"))
    assert one == same
    assert one.boundary != two.boundary


def shown(body: Filled) -> str:
    """The whole text as it is read: each piece's line breaks alike, no half characters."""
    joined = [""] * (2 * len(body.values) + 1)
    joined[::2], joined[1::2] = body.pieces, body.values
    if any("\n" in value or "\r" in value for value in body.values):
        joined = ["".join(joined)]
    lines = "".join(re.sub(r"\r\n|\r|\n", "\n", text) for text in joined)
    return lines.encode("utf-8", "replace").decode()


def decoded(body: Body) -> list[str]:
    """Both parts, as the standard library reads them."""
    head = f'Content-Type: multipart/alternative; boundary="{body.boundary}"\r\n\r\n'
    message = message_from_bytes(head.encode() + bytes(body))
    payloads = (part.get_payload(decode=True) for part in message.get_payload())
    return [payload.decode().replace("\r\n", "\n") for payload in payloads]
