"""Rules about stories, their feeds, help lines and pictures."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.model import EntryKey, FeedState, Issue, IssueKind, Severity
from tests.core.harbour import ISSUE, NEWSLETTER, june, section, story
from tests.core.preflights import NOW, WORDS, credited, entry, found, proof, retold
from tests.fake_mail import mail, plain_text

B, W, INFO = Severity.BLOCKER, Severity.WARNING, Severity.ADVICE
LINE = "Samaritans: call 116 123, day or night."
PERIOD = ISSUE.key.period


def told(*feeds: str) -> Issue:
    """An issue with a story of each of these feeds."""
    stories = (
        replace(story(n, f"Piece {n}"), entries=(EntryKey(feed=feed, id=str(n)),))
        for n, feed in enumerate(feeds)
    )
    return replace(ISSUE, lead=None, sections=(section("Sea", *stories),))


@pytest.mark.parametrize(
    ("rule", "issue", "count"),
    [
        ("story-outside-period", ISSUE, 0),
        ("story-outside-period", retold(published_at=PERIOD.start - timedelta(days=1)), 1),
        ("story-outside-period", retold(published_at=PERIOD.end), 1),
        ("story-future", retold(published_at=NOW + timedelta(minutes=1)), 1),
        ("story-future", retold(published_at=NOW), 0),
        ("story-repeated", ISSUE, 0),
        ("story-repeated", retold(headline="a BAKERY that runs on the tide!"), 1),
        ("story-repeated", retold(headline="A bakery that runs on the big tide"), 1),
        ("one-story-topic", ISSUE, 1),
        ("one-story-topic", replace(ISSUE, kind=IssueKind.ROUNDUP), 0),
        ("one-feed", told("a", "a", "a", "b", "c"), 1),
        ("one-feed", told("a", "a", "b", "b", "c"), 0),
        ("one-feed", told("a", "a", "a", "b", "b"), 0),
    ],
)
def test_what_is_told(rule: str, issue: Issue, count: int) -> None:
    """Dates, likeness and balance of stories are warnings."""
    findings = found(rule, proof(issue))
    assert [each.severity for each in findings] == [W] * count


def test_what_was_told_before_is_found_by_post_and_by_address() -> None:
    """A story of the last four issues is named with its issue; a fifth one back is forgotten."""
    past = [replace(ISSUE, slug=f"past-{n}", lead=None, sections=()) for n in range(5)]
    again = replace(past[3], lead=ISSUE.lead)
    (once,) = found("story-used", proof(past=(*past[:3], again)))
    assert "past-3" in once.what
    other = replace(ISSUE.stories[0], entries=(EntryKey(feed="other", id="9"),))
    (by_url,) = found("story-used", proof(past=(replace(past[0], lead=other),)))
    assert "past-0" in by_url.what
    assert found("story-used", proof(past=(*past[:4], replace(past[4], lead=ISSUE.lead)))) == ()


def test_a_post_that_changed_since_is_told_by_how_much() -> None:
    """Words that the post no longer holds are a warning; an edit elsewhere is advice."""
    lead = ISSUE.stories[0]
    since, before = PERIOD.end + timedelta(minutes=5), PERIOD.end - timedelta(hours=1)
    same = entry(lead, content=f"<p>{lead.excerpt}</p><p>PS</p>", edited_at=since)
    assert [e.severity for e in found("story-updated", proof(entries=(same,)))] == [INFO]
    other = entry(lead, content="<p>We were wrong.</p>", edited_at=since)
    assert [e.severity for e in found("story-updated", proof(entries=(other,)))] == [W]
    assert found("story-updated", proof(entries=(replace(other, edited_at=before),))) == ()


@pytest.mark.parametrize(("hours", "count"), [(47, 0), (49, 1)])
def test_feeds_that_fail(hours: int, count: int) -> None:
    """A feed that fails for more than two days is named, with the command that asks it."""
    since = NOW - timedelta(hours=hours)
    state = FeedState(url="https://quay.net/feed", failing_since=since, last_error="HTTP 500")
    findings = found("feed-failing", proof(feeds=(state,)))
    assert len(findings) == count
    assert all("digest collect --feed" in each.fix for each in findings)


@pytest.mark.parametrize(
    ("kept", "html", "text", "said"),
    [
        (True, f"<p>{LINE}</p>", f"{LINE}\n", ""),
        (True, f"<p>{LINE}</p>", "Samaritans: call\n116 123, day\nor night.", ""),
        (False, f"<p>{LINE}</p>", LINE, "the issue"),
        (True, "<p></p>", LINE, "the HTML part"),
        (True, f"<p>{LINE}</p>", "else", "the text part"),
    ],
    ids=["kept", "wrapped", "dropped", "no-html", "no-text"],
)
def test_help_lines_stay(kept: bool, html: str, text: str, said: str) -> None:  # noqa: FBT001 - a case
    """A help line that its post has stands with the story and in both parts, or it blocks."""
    issue = retold(support=(LINE,) if kept else ())
    post = entry(issue.stories[0], support=(LINE,))
    findings = found("support-note", proof(issue, html=html, text=text, entries=(post,)))
    assert [(e.severity, said in e.what) for e in findings] == ([(B, True)] if said else [])


@pytest.mark.parametrize(
    ("credit", "missing"),
    [
        ("Ines Okafor", ""),
        ("Ines Okafor, CC BY-SA 4.0", ""),
        ("Photo by Ines Okafor (CC BY 2.0) via Flickr", ""),
        ("Ines Okafor, https://creativecommons.org/licenses/by/4.0/", ""),
        ("CC BY 2.0", "author"),
        ("Image: CC-BY-SA 4.0 via Wikimedia Commons", "author"),
        ("Ines Okafor / Creative Commons", "licence"),
        ("Creative Commons", "author and licence"),
    ],
)
def test_creative_commons_credits(credit: str, missing: str) -> None:
    """A Creative Commons credit names author and licence; it blocks where it does not."""
    findings = found("image-licence", proof(credited(credit)))
    wanted = [(B, True)] if missing else []
    assert [(e.severity, e.what.endswith(f"its {missing}.")) for e in findings] == wanted


def test_an_issue_without_faults_has_no_findings_that_block() -> None:
    """The sample issue, all facts known, is blocked by no rule."""
    from digest.compose.preflight.issue_rules import ISSUE_RULES

    web = "https://letters.example/issues/weekly"
    html, text = (make(ISSUE, NEWSLETTER, web=web) for make in (mail, plain_text))
    made = proof(html=html, text=f"{WORDS}\n{text}", rehearsal=True, now=june(18))
    found_all = [each for rule in ISSUE_RULES for each in rule.run(made)]
    assert [each for each in found_all if each.severity is B] == []
    assert len({rule.id for rule in ISSUE_RULES}) == len(ISSUE_RULES)
    assert all(rule.title and rule.why for rule in ISSUE_RULES)
