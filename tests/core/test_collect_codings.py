"""Bodies unpacked within bounds."""

import gzip
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.codings import Body, BodyRefusedError

TEXT = b"<rss/>" * 500


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def read(packed: bytes, coding: str = "", *, limit: int = 100_000, step: int = 7) -> bytes:
    body = Body(coding=coding, length=None, limit=limit)
    for start in range(0, len(packed), step):
        body.take(packed[start : start + step])
    return body.whole()


@pytest.mark.parametrize(
    ("packed", "coding"),
    [
        pytest.param(TEXT, "", id="plain"),
        pytest.param(TEXT, "identity", id="identity"),
        pytest.param(gzip.compress(TEXT), "gzip", id="gzip"),
        pytest.param(gzip.compress(TEXT), "X-GZip", id="x-gzip"),
        pytest.param(gzip.compress(TEXT), "identity, gzip", id="gzip and identity"),
        pytest.param(gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]), "gzip", id="members"),
        pytest.param(gzip.compress(TEXT) + b"\0" * 9, "gzip", id="padding"),
        pytest.param(zlib.compress(TEXT), "deflate", id="deflate"),
        pytest.param(raw_deflate(TEXT), "deflate", id="deflate without its header"),
    ],
)
@pytest.mark.parametrize("step", [1, 1_000, 100_000])
def test_what_was_packed_is_unpacked(packed: bytes, coding: str, step: int) -> None:
    """In whatever pieces it comes."""
    assert read(packed, coding, step=step) == TEXT


@pytest.mark.parametrize(
    ("packed", "coding", "words"),
    [
        pytest.param(TEXT, "br", "not asked for", id="unknown"),
        pytest.param(TEXT, "gzip, gzip", "more than once", id="nested"),
        pytest.param(TEXT, "gzip", "cannot be decompressed", id="not gzip"),
        pytest.param(gzip.compress(TEXT)[:-12], "gzip", "breaks off", id="cut"),
        pytest.param(gzip.compress(bytes(200_000)), "gzip", "larger than 100,000", id="bomb"),
        pytest.param(bytes(100_001), "", "larger than 100,000", id="plain and large"),
        pytest.param(gzip.compress(b"") * 3_000, "gzip", "too many parts", id="members"),
    ],
)
def test_what_cannot_be_unpacked_says_why(packed: bytes, coding: str, words: str) -> None:
    """A sentence, before more than the limit was unpacked."""
    with pytest.raises(BodyRefusedError, match=words):
        read(packed, coding, step=50_000)


def test_an_announced_length_is_enough() -> None:
    """Too large by its own word is refused before the first piece."""
    with pytest.raises(BodyRefusedError, match="larger"):
        Body(coding="gzip", length=11, limit=10)
    assert Body(coding="gzip", length=10, limit=10).whole() == b""


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate"]))
def test_any_bytes_are_read_or_refused(packed: bytes, coding: str) -> None:
    """Nothing but a document or a refusal comes of any bytes."""
    with suppress(BodyRefusedError):
        assert len(read(packed, coding, limit=1_000)) <= 1_000
