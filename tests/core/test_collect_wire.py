"""Jobs and results as bytes."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.isolation.wire import decode_job, decode_result, encode_job, encode_result
from digest.model import (
    Entry,
    EntryKey,
    Image,
    ParsedFeed,
    ParseFailed,
    ParseJob,
    Selectors,
    SourceKind,
)

URL = "https://site.example/feed"
ENTRY = Entry(
    key=EntryKey(feed=URL, id="1"),
    title="Grüße",
    url="https://site.example/1",
    fingerprint="f" * 32,
    feed_title="Site",
    authors=("Ann", "Bo"),
    published_at=datetime(2024, 2, 3, 9, 30, 1, 5, tzinfo=UTC),
    summary="Words.",
    content="<p>Words.</p>",
    image=Image(url="https://site.example/i.png", alt="a", credit="b", width=3),
    categories=("x",),
    language="de",
    support=("Call 123.",),
)
FEED = ParsedFeed(
    title="Site",
    home_url="https://site.example/",
    language="de",
    ttl=timedelta(minutes=90),
    hub="https://hub.example/",
    topic=URL,
    entries=(ENTRY,),
    problems=("odd",),
)


@pytest.mark.parametrize("result", [FEED, ParsedFeed(title=""), ParseFailed(reason="ünfit")])
def test_results_come_back(result: ParsedFeed | ParseFailed) -> None:
    """What is encoded is decoded to the same value."""
    assert decode_result(encode_result(result), url=URL) == result


@given(st.binary(max_size=100), st.text(max_size=20), st.integers(1, 9999))
def test_jobs_come_back(body: bytes, text: str, number: int) -> None:
    """A document's bytes and what its headers said arrive as they were."""
    job = ParseJob(
        url=URL,
        body=body,
        base=text,
        content_location=text,
        content_type=text,
        max_entries=number,
        kind=SourceKind.PAGE,
        selectors=Selectors(entry="li", title=text),
    )
    assert decode_job(encode_job(job)) == job


def test_an_entry_can_only_be_of_the_feed_that_was_asked() -> None:
    """Whatever a parser answers, its entries are those of the job's feed."""
    found = decode_result(encode_result(FEED), url="https://other.example/")
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].key.feed == "https://other.example/"


def _answer(**changes: object) -> bytes:
    document = json.loads(encode_result(FEED))
    for place, value in changes.items():
        document[int(place.removeprefix("at"))] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"null", b"{}", b"[]", b"[1]", b"[" * 100_000, b"\x80\x04\x95pickle",
        _answer(at0=1), _answer(at3=-1), _answer(at3="x"), _answer(at3=1e300), _answer(at6={}),
        _answer(at6=[[1, 2]]), _answer(at6=[None]), _answer(at7=["a", 1]),
        _answer(at6=[json.loads(encode_result(FEED))[6][0][:-1]]),
    ],
)  # fmt: skip
def test_answers_of_any_other_form_are_refused(answer: bytes) -> None:
    """A parser that was taken over cannot make the program build anything else."""
    with pytest.raises((ValueError, RecursionError)):
        decode_result(answer, url=URL)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=30))
def test_any_json_is_a_result_or_refused(document: object) -> None:
    """There is no third way."""
    try:
        found = decode_result(json.dumps(document).encode(), url=URL)
    except (ValueError, TypeError):
        return
    assert isinstance(found, ParsedFeed | ParseFailed)


def test_moments_arrive_in_utc() -> None:
    """Another zone is converted, a naive moment refused."""
    document = json.loads(encode_result(FEED))
    zoned = datetime(2024, 2, 3, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    document[6][0][6] = zoned.isoformat()
    found = decode_result(json.dumps(document).encode(), url=URL)
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].published_at == zoned
    document[6][0][6] = "2024-02-03T10:30:00"
    with pytest.raises(ValueError, match="aware"):
        decode_result(json.dumps(document).encode(), url=URL)
