"""Quote candidates: passages worth quoting, word for word, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.parsing.parse import parse_feed
from digest.curate.roundup import quote_candidates
from digest.curate.roundup.passages import overlaps, paragraphs
from digest.curate.words import count_words
from digest.model import ParsedFeed
from digest.model.verbatim import is_verbatim
from tests.core.tidewell import BODY, CLOSING, HELP, OPENING, QUOTABLE, entry

POST = entry("boats", "Boats behind the chandlery")
FINISHED = "Five blog posts that told the story of\xa02019"


def test_the_concrete_passage_comes_first() -> None:
    """What names people, numbers and examples outranks what hedges."""
    best = quote_candidates(POST)[0]
    assert best.text.startswith("…volunteers from the Ropewalk Trust")
    assert "gives examples" in best.reasons
    assert any("names Ropewalk Trust" in reason for reason in best.reasons)


def test_only_the_words_that_tie_a_passage_to_the_one_before_are_cut() -> None:
    """After the leading "…" a candidate goes on word for word."""
    best = quote_candidates(POST)[0]
    assert QUOTABLE.endswith(best.text.removeprefix("…"))
    assert is_verbatim(best.text, POST.content)


def test_every_candidate_is_whole_and_from_the_middle() -> None:
    """No opening or closing paragraph, no list's beginning, no help line, no follow-us line."""
    texts = [each.text for each in quote_candidates(POST, most=50)]
    assert texts
    for text in texts:
        assert not is_verbatim(text, OPENING)
        assert not is_verbatim(text, CLOSING)
        assert HELP not in text
        assert "needs:" not in text
        assert "Follow us" not in text
        assert 30 <= count_words(text) <= 80


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="nothing"),
        pytest.param(OPENING, id="one paragraph"),
        pytest.param(OPENING + CLOSING, id="opening and closing"),
        pytest.param("<p>Short.</p>" * 30, id="labels"),
        pytest.param(
            OPENING + "<table><tr><td>" + QUOTABLE + "</td></tr></table>" + CLOSING, id="table"
        ),
    ],
)
def test_a_post_without_a_passage_has_no_candidates(content: str) -> None:
    """Where nothing can be quoted, nothing is proposed."""
    assert quote_candidates(entry("bare", "Bare", content=content)) == ()


def test_a_block_quote_is_known_as_somebody_elses_words() -> None:
    """A quotation in the post is proposed with the advice to name who said it."""
    content = f"{OPENING}<blockquote><p>{QUOTABLE}</p></blockquote>{CLOSING}"
    best = quote_candidates(entry("quoted", "Quoted", content=content))[0]
    assert "a quotation already: say whose" in best.reasons


def test_short_paragraphs_are_read_together() -> None:
    """A thought that a blog spreads over two short paragraphs is one passage."""
    first = "Harbour pilots in Tidewell guide 900 ships a year past the reef, says Ada Holm."
    second = (
        "Eleven of them are trained to do so at night, in fog and in a swell of up to four metres."
    )
    content = f"{OPENING}<p>{first}</p><p>{second}</p>{CLOSING}"
    found = quote_candidates(entry("pilots", "Pilots", content=content))
    assert [each.text for each in found] == [f"{first} {second}"]


@given(st.lists(st.sampled_from([BODY, OPENING, CLOSING, f"<p>{QUOTABLE}</p>", "<p>Yes.</p>"])))
def test_candidates_are_always_verbatim_and_apart(parts: list[str]) -> None:
    """Every candidate stands in its post, and none holds another."""
    made = entry("any", "Any", content="".join(parts))
    found = [each.text for each in quote_candidates(made)]
    assert len(found) <= 5
    assert all(is_verbatim(text, made.content) for text in found)
    assert not any(overlaps(a, b) for a in found for b in found if a is not b)


@pytest.mark.parametrize(
    ("quote", "verbatim"),
    [
        pytest.param("“…repair donated dinghies with the pupils”", True, id="marks and ellipsis"),
        pytest.param("volunteers from the Ropewalk Trust […] teach basic joinery", True, id="gap"),
        pytest.param("teach basic joinery … volunteers from the Ropewalk", False, id="wrong order"),
        pytest.param("repair donated boats with the pupils", False, id="another word"),
        pytest.param("…", False, id="nothing but an ellipsis"),
        pytest.param("repair  donated\xa0dinghies", True, id="spaces"),
    ],
)
def test_verbatim_means_word_for_word(quote: str, *, verbatim: bool) -> None:
    """Marks, spaces and gaps that are shown do not matter; a changed word does."""
    assert is_verbatim(quote, BODY) is verbatim


def test_paragraphs_know_what_they_are() -> None:
    """Headings, list items and block quotes are told apart; pictures and code are not text."""
    markup = (
        "<figure><img src='x' alt=''><figcaption>A caption</figcaption></figure><h2>One</h2>"
        "<p>Two <b>bold</b> words.</p><ul><li>Three</li></ul><blockquote>Four</blockquote>"
        "<pre>five()</pre>six<br>seven"
    )
    read = [(each.text, each.heading, each.item, each.quoted) for each in paragraphs(markup)]
    assert read == [
        ("One", True, False, False),
        ("Two bold words.", False, False, False),
        ("Three", False, True, False),
        ("Four", False, False, True),
        ("six", False, False, False),
        ("seven", False, False, False),
    ]


@pytest.mark.corpus
def test_the_real_roundups_quote_is_among_the_five(corpora: Path) -> None:
    """What an editor once quoted from a real post is what is proposed for it."""
    path = corpora.parent / "real" / "policy-blog" / "feed.xml"
    if not path.is_file():
        pytest.skip("the policy blog is not there")
    parsed = parse_feed(path.read_bytes(), url="https://feed.example/")
    assert isinstance(parsed, ParsedFeed)
    by_title = {each.title: each for each in parsed.entries}
    quotes = [each.text for each in paragraphs(by_title[FINISHED].content) if each.quoted]
    sources = [
        (quote, source)
        for quote in quotes
        for source in parsed.entries
        if source.title != FINISHED and is_verbatim(quote, source.content)
    ]
    assert len(sources) == 1
    quote, source = sources[0]
    assert any(overlaps(each.text, quote) for each in quote_candidates(source))
