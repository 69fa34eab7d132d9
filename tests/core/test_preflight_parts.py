"""What both parts must hold: told where a theme leaves it out, and in the copies of some alone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from digest.compose.personalise import ReaderSlots, fill
from digest.compose.preflight import parts
from digest.compose.preflight.circumstances import CIRCUMSTANCES, Circumstances, Ways
from digest.compose.preflight.issue_rules import EVERY_RULE
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.verdict import Copy, judge
from digest.compose.render import IssueRenderer
from digest.model import Finding, Place, Severity
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL
from tests.core.preflights import NOW

WAYS = Ways(
    unsubscribe=f"{PUBLIC_URL}/u/a",
    preferences=f"{PUBLIC_URL}/p/a",
    web=f"{PUBLIC_URL}/issues/{ISSUE.slug}",
)
BASE = '{% extends "email/_base.html" %}'
TEXT = '{% extends "email/_base.txt" %}'


def proof(folder: Path, sources: Mapping[str, str], *, theme: str = "mine") -> Proof:
    """The harbour's issue in a theme of these files, as one reader gets it."""
    for name, source in sources.items():
        path = folder / "email" / theme / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    newsletter = replace(NEWSLETTER, theme=theme)
    renderer = IssueRenderer(folders=[folder, TEMPLATES], public_url=PUBLIC_URL)
    rendering = renderer.render(ISSUE, newsletter)
    slots = ReaderSlots(unsubscribe_url=WAYS.unsubscribe, preferences_url=WAYS.preferences)
    copy = fill(rendering, slots)
    known = Circumstances(now=NOW, made_at=NOW, ways=WAYS, rehearsal=True)
    return Proof(
        source=copy.html,
        text=copy.text,
        subject=rendering.subject,
        preheader=rendering.preheader,
        issue=ISSUE,
        newsletter=newsletter,
        facts={CIRCUMSTANCES: known},
    )


def found(made: Proof) -> dict[str, list[Finding]]:
    """What the rules of this family find, by rule."""
    findings = [finding for rule in parts.RULES for finding in rule.findings(made)]
    return {each.rule: [f for f in findings if f.rule == each.rule] for each in findings}


@pytest.mark.parametrize("theme", ["classic", "briefing", "roundup"])
def test_the_shipped_themes_hold_everything(tmp_path: Path, theme: str) -> None:
    """Every story, way out and address is in both parts."""
    assert found(proof(tmp_path, {}, theme=theme)) == {}


def test_a_theme_without_its_blocks_is_told_of_every_story(tmp_path: Path) -> None:
    """One without section and lead shows no story, which blocks it, story by story."""
    told = found(proof(tmp_path, {"issue.html": BASE, "issue.txt": TEXT}))
    assert list(told) == ["story-missing"]
    assert len(told["story-missing"]) == len(ISSUE.stories)
    assert told["story-missing"][0].place.entry == ISSUE.stories[0].entries[0]
    assert "HTML part" in told["story-missing"][0].what


def test_a_text_part_without_stories_is_told(tmp_path: Path) -> None:
    """Both parts are looked at: here the HTML is whole."""
    html = '{% extends "email/classic/issue.html" %}'
    text = TEXT + "{% block section scoped %}{% endblock %}"
    told = found(proof(tmp_path, {"issue.html": html, "issue.txt": text}))["story-missing"]
    assert all("text part" in each.what and "HTML" not in each.what for each in told)


def test_a_theme_without_a_footer_is_told_of_all_it_lacks(tmp_path: Path) -> None:
    """Three ways out and the postal address, in either part."""
    html = '{% extends "email/classic/issue.html" %}{% block footer %}{% endblock %}'
    text = '{% extends "email/classic/issue.txt" %}{% block footer %}{% endblock %}'
    told = found(proof(tmp_path, {"issue.html": html, "issue.txt": text}))
    assert len(told["way-out"]) == 6
    assert len(told["postal-address"]) == 2
    assert {each.severity for each in told["way-out"]} == {Severity.BLOCKER}


def test_a_tiny_way_out_is_told(tmp_path: Path) -> None:
    """The link to leave is as large as the footer's other words."""
    made = proof(tmp_path, {}, theme="classic")
    anchor = f'href="{WAYS.unsubscribe}" style="'
    assert anchor in made.source
    tiny = made.source.replace(anchor, anchor + "font-size:9px;")
    (told,) = found(replace(made, source=tiny))["way-out"]
    assert "9 px" in told.what


def test_the_preheader_comes_first(tmp_path: Path) -> None:
    """Words before it are told, and so is one that Outlook shows."""
    made = proof(tmp_path, {}, theme="classic")
    early = made.source.replace('<div class="preheader"', '<p>Hello</p><div class="preheader"', 1)
    (told,) = found(replace(made, source=early))["preheader-first"]
    assert told.excerpt == "Hello"
    shown = made.source.replace("mso-hide:all", "")
    (told,) = found(replace(made, source=shown))["preheader-first"]
    assert "Outlook" in told.what


def test_headers_are_asked_for(tmp_path: Path) -> None:
    """Each one that is missing is told; where they are not known, none."""
    made = proof(tmp_path, {}, theme="classic")
    there = frozenset({"list-id", "message-id", "list-unsubscribe"})
    known = Circumstances(now=NOW, made_at=NOW, headers=there)
    (told,) = found(replace(made, facts={CIRCUMSTANCES: known}))["headers"]
    assert told.excerpt == "List-Unsubscribe-Post"


def test_line_breaks_in_headers_are_told(tmp_path: Path) -> None:
    """A subject or a name of two lines blocks."""
    made = proof(tmp_path, {}, theme="classic")
    (told,) = found(replace(made, subject="Tides\r\nBcc: all@example.org"))["header-newline"]
    assert told.severity is Severity.BLOCKER


def test_what_only_a_copy_fails_is_told_with_its_readers(tmp_path: Path) -> None:
    """A cut that lost a way out is found though the whole issue has it, once for all copies."""
    whole = proof(tmp_path, {}, theme="classic")
    broken = replace(whole, source=whole.source.replace(WAYS.preferences, "https://a.example/"))
    copies = [Copy(whose="readers of “Sea” alone", proof=broken)] * 2
    verdict = judge(whole, EVERY_RULE, copies=copies)
    told = [each for each in verdict.blockers if each.rule == "way-out"]
    assert [each.what for each in told] == [
        "In the copy of readers of “Sea” alone: The html part has no link to the preferences."
    ]


def test_findings_in_the_html_name_their_story(tmp_path: Path) -> None:
    """A link that is none to see and a picture without words are told with their story."""
    whole = proof(tmp_path, {}, theme="classic")
    lead = ISSUE.stories[0]
    assert lead.image
    alt = f' alt="{lead.image.alt}"'
    assert alt in whole.source
    plain = whole.source.replace("text-decoration:underline", "text-decoration:none")
    verdict = judge(replace(whole, source=plain.replace(alt, "")), EVERY_RULE)
    places: dict[str, Place] = {}
    for each in verdict.judged:
        places.setdefault(each.finding.rule, each.finding.place)
    assert (places["image-alt"].entry, places["image-alt"].field) == (lead.entries[0], "image")
    assert places["link-underline"].entry == lead.entries[0]
    assert places["link-underline"].field == "headline"
