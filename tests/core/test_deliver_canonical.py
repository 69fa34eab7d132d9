"""Canonical forms: chunk by chunk as in one piece, as the RFC says and as dkimpy reads it."""

import hashlib
import re
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.signing.canonical import BodyHash, body_hash, relaxed_field

CHUNKS = st.lists(
    st.lists(
        st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"b c", b".", b"\r\n\r\n", b"\xe9", b"=20"]),
        max_size=8,
    ).map(b"".join),
    max_size=7,
)


def reference(body: bytes) -> bytes:
    """RFC 6376 section 3.4.4 on a whole body, step by step."""
    lines = [re.sub(rb"[ \t]+", b" ", line).removesuffix(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


@given(CHUNKS, st.booleans())
def test_borders_do_not_matter(chunks: list[bytes], shared: bool) -> None:  # noqa: FBT001
    """Wherever a body is cut, trailing space and empty lines count as they do in the whole."""
    state = BodyHash()
    for chunk in chunks:
        (state.update_shared if shared else state.update)(chunk)
    assert state.digest() == hashlib.sha256(reference(b"".join(chunks))).digest()


@given(st.binary(max_size=40), st.data())
def test_border_inside_a_line_break(noise: bytes, data: st.DataObject) -> None:
    """A CRLF may be cut in two, and so may a run of spaces before it."""
    body = b"one \t\r\n" + noise.replace(b"\r", b"").replace(b"\n", b" \r\n") + b"  \r\n \r\n"
    at = data.draw(st.integers(0, len(body)))
    state = BodyHash()
    state.update(body[:at])
    state.update(body[at:])
    assert state.digest() == hashlib.sha256(reference(body)).digest()


@given(CHUNKS, CHUNKS)
def test_shared_start_serves_every_reader(common: list[bytes], own: list[bytes]) -> None:
    """Bodies that begin alike are hashed from one remembered state, which none of them changes."""
    shared = b"".join(common)
    for value in (*own, b"again"):
        chunks = (shared, b"", b"same ", value, b" end\r\n")
        assert body_hash(chunks) == hashlib.sha256(reference(b"".join(chunks))).digest()


@given(CHUNKS)
def test_body_as_dkimpy_reads_it(dkimpy: ModuleType, chunks: list[bytes]) -> None:
    """The hash is over what dkimpy's own canonical form of the body is."""
    # A message ends in a CRLF; of one that does not, dkimpy has another form than section 3.4.4.
    body = b"".join((*chunks, b"\r\n"))
    theirs = dkimpy.canonicalization.Relaxed.canonicalize_body(body)
    # Of a body of empty lines dkimpy leaves a CRLF, and section 3.4.4 nothing.
    expected = theirs if theirs.strip() else b""
    assert body_hash((body,)) == hashlib.sha256(expected).digest()


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("Subject: A  b \r\n", b"subject:A b\r\n", id="spaces"),
        pytest.param("SUBJECT : A\r\n\tb\r\n", b"subject:A b\r\n", id="folded"),
        pytest.param("X:\r\n", b"x:\r\n", id="empty"),
        pytest.param("From: a: b\r\n", b"from:a: b\r\n", id="colon"),
    ],
)
def test_field_in_relaxed_form(field: str, expected: bytes) -> None:
    """Names in lower case, no folds, single spaces, none around the colon or at the end."""
    assert relaxed_field(field) == expected
