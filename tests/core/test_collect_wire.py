"""Tasks and what comes of them as bytes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.isolation.wire import (
    decode_article,
    decode_result,
    decode_task,
    encode_article,
    encode_result,
    encode_task,
)
from digest.model import (
    Article,
    ArticleJob,
    Attribute,
    Entry,
    EntryKey,
    Image,
    NoArticle,
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
    fields=(Attribute(name="price", value="9 €"),),
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


ARTICLE = Article(
    content="<p>Wörter.</p>",
    words=700,
    url="https://site.example/1",
    title="Grüße",
    description="Words.",
    image=Image(url="https://site.example/i.png", height=4),
    authors=("Ann",),
    published_at=datetime(2024, 2, 3, 9, 30, tzinfo=UTC),
    language="de",
    support=("Call 123.",),
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
    assert decode_task(encode_task(job)) == job


@given(st.binary(max_size=100), st.text(max_size=20), st.booleans())
def test_pages_come_back(body: bytes, text: str, full_text: bool) -> None:  # noqa: FBT001 - drawn
    """A page arrives with its entry, whatever its title and text are."""
    entry = replace(ENTRY, title=text, content=text, full_text=full_text)
    job = ArticleJob(entry=entry, url=text, body=body, content_type=text)
    assert decode_task(encode_task(job)) == job


@pytest.mark.parametrize(
    "result",
    [ARTICLE, Article(content="", words=0, url=""), NoArticle(reason="the page is a wäll")],
    ids=["whole", "bare", "none"],
)
def test_articles_come_back(result: Article | NoArticle) -> None:
    """What is encoded is decoded to the same value."""
    assert decode_article(encode_article(result)) == result


def test_a_task_of_no_known_kind_is_refused() -> None:
    """A program and a parser of different versions do not guess."""
    head = b'["riddle", 1]'
    with pytest.raises(ValueError, match="task"):
        decode_task(len(head).to_bytes(4) + head)


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


def _article_answer(place: int, value: object) -> bytes:
    document = json.loads(encode_article(ARTICLE))
    document[place] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"{}", b"[]", b"[1]", encode_result(FEED), _article_answer(0, None),
        _article_answer(1, "700"), _article_answer(5, ["u"]), _article_answer(6, "Ann"),
        _article_answer(7, "2024-02-03"), _article_answer(9, [1]),
        json.dumps(json.loads(encode_article(ARTICLE))[:-1]).encode(),
    ],
)  # fmt: skip
def test_articles_of_any_other_form_are_refused(answer: bytes) -> None:
    """What holds for feeds holds for articles."""
    with pytest.raises((ValueError, TypeError)):
        decode_article(answer)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=30))
def test_any_json_is_an_article_or_refused(document: object) -> None:
    """There is no third way here either."""
    try:
        found = decode_article(json.dumps(document).encode())
    except (ValueError, TypeError):
        return
    assert isinstance(found, Article | NoArticle)


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
