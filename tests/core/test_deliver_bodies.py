"""Bodies in pieces: the same bytes as the whole text encoded at once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.bodies import encoded_part
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
@given(bodies())
def test_pieces_encode_as_the_whole(body: Filled) -> None:
    """Wherever slots stand, line breaks and wide characters included, no byte differs."""
    assert encoded_part("html", body) == encoded_part("html", str(body))


def test_readers_do_not_mix() -> None:
    """Two readers' bodies over the same pieces hold their own values alone."""
    pieces = ("Dear ", ",\nyour link: ", "\n")
    one, two = (
        encoded_part("plain", Filled(pieces=pieces, values=(name, f"https://a.example/{name}")))
        for name in ("Ann", "Bob")
    )
    assert one == encoded_part("plain", "Dear Ann,\nyour link: https://a.example/Ann\n")
    assert two == encoded_part("plain", "Dear Bob,\nyour link: https://a.example/Bob\n")
