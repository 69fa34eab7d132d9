"""Messages as they go over the wire, whole and in parts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.framing import checked, framed

lines = st.lists(
    st.sampled_from([b"", b".", b"..", b".x", b"text", b"y" * 2100]) | st.binary(max_size=5)
).map(lambda some: b"".join(line.translate(None, b"\r\n") + b"\r\n" for line in some))


@given(lines, st.lists(st.integers(0, 4000), max_size=6))
def test_parts_are_framed_as_the_whole(content: bytes, cuts: list[int]) -> None:
    """Wherever a message is cut, also within a line break, it goes out as if it had not been."""
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    parts = tuple(content[start:end] for start, end in pairwise(places))
    assert b"".join(framed(parts)) == b"".join(framed((content,)))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((b"a\r\n", b"b\nc\r\n"), id="in-one-part"),
        pytest.param((b"a\r", b"b\r\n"), id="cr-at-the-end-of-one"),
        pytest.param((b"a\r\n", b"\nb\r\n"), id="lf-at-the-start-of-one"),
        pytest.param((b"a\n\r", b"\nb\r\n"), id="crossed"),
    ],
)
def test_lone_breaks_are_found_in_parts(parts: tuple[bytes, ...]) -> None:
    """A line break that is not CRLF is refused, whichever part it stands in."""
    for check in (checked, framed):
        with pytest.raises(ValueError, match="not CRLF"):
            check(parts)


def test_large_parts_are_worked_on_once() -> None:
    """What many messages share is the same object on the wire, with its dots doubled once."""
    shared = b"line\r\n.dot\r\n" * 400
    first, second = (framed((b"To: %d\r\n\r\n" % n, shared, b"end\r\n")) for n in range(2))
    assert first[1] is second[1]
    assert first[1] == shared.replace(b"\r\n.", b"\r\n..")
