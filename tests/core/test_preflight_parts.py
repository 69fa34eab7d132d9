"""What both parts must hold: told where a theme leaves it out, and in the copies of some alone."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from digest.compose.personalise import ReaderSlots, fill
from digest.compose.preflight import parts, pictures
from digest.compose.preflight.circumstances import CIRCUMSTANCES, Circumstances, ShownPicture, Ways
from digest.compose.preflight.issue_rules import EVERY_RULE
from digest.compose.preflight.rules import Proof
from digest.compose.preflight.verdict import Copy, judge
from digest.compose.render import IssueRenderer
from digest.model import Brand, Finding, Logo, Place, Severity
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


def test_who_writes_is_seen_first(tmp_path: Path) -> None:
    """A header that begins with something else is told; a logo's words will do."""
    title = "<tr><td><h1>{{ issue.title }}</h1></td></tr>"
    header = f"{{% block header %}}<tr><td>STARTS</td></tr>{title}{{% endblock %}}"
    files = {
        "issue.html": BASE + header.replace("STARTS", "Sponsored by a mill"),
        "issue.txt": TEXT,
    }
    (told,) = found(proof(tmp_path, files))["name-first"]
    assert told.excerpt == "Sponsored by a mill"
    named = header.replace("STARTS", f'<img src="https://a.example/l.png" alt="{NEWSLETTER.name}">')
    files["issue.html"] = BASE + named
    assert "name-first" not in found(proof(tmp_path, files))


def test_a_footer_that_does_not_say_why_blocks(tmp_path: Path) -> None:
    """In either part; the newsletter's own words count as the program's do."""
    made = proof(tmp_path, {}, theme="classic")
    said = "You get this because you subscribed"
    for part, lacking in (
        ("html", replace(made, source=made.source.replace(said, "Hello"))),
        ("text", replace(made, text=made.text.replace(said, "Hello"))),
    ):
        (told,) = found(lacking)["why-subscribed"]
        assert (told.place.part, told.severity) == (part, Severity.BLOCKER)
    assert made.newsletter
    own = replace(made.newsletter, why="Said on a form of ours.")
    assert len(found(replace(made, newsletter=own))["why-subscribed"]) == 2


def test_a_message_has_two_parts_in_utf_8(tmp_path: Path) -> None:
    """Another encoding and a text that is not there block."""
    made = proof(tmp_path, {}, theme="classic")
    leaves = ("text/plain iso-8859-1", "text/html utf-8")
    known = Circumstances(now=NOW, made_at=NOW, message_parts=leaves)
    (told,) = found(replace(made, facts={CIRCUMSTANCES: known}))["message-parts"]
    assert (told.place.part, told.severity) == ("text/plain", Severity.BLOCKER)
    (told,) = found(replace(made, text=" "))["message-parts"]
    assert told.place.part == "text"


def test_pictures_that_blur_and_lone_logos_are_told() -> None:
    """A file of under one and a half pixels is advice, of under one a warning; a logo is advice."""
    url = "https://letters.example/media/a.jpg"
    (density, logo) = (
        rule for rule in pictures.RULES if rule.id in {"picture-density", "logo-dark"}
    )
    severities = {}
    for width in (500, 800, 828):
        known = Circumstances(
            now=NOW, made_at=NOW, shown_pictures=(ShownPicture(url=url, width=width),)
        )
        made = Proof(source=f'<img src="{url}" width="552">', facts={CIRCUMSTANCES: known})
        severities[width] = [each.severity for each in density.run(made)]
    assert severities == {500: [Severity.WARNING], 800: [Severity.ADVICE], 828: []}
    for dark, wanted in (("", 1), ("https://a.example/dark.png", 0)):
        brand = Brand(logo=Logo(url="https://a.example/l.png", dark_url=dark))
        newsletter = replace(NEWSLETTER, brand=brand)
        assert len(logo.run(Proof(source="", newsletter=newsletter))) == wanted


@pytest.mark.parametrize("theme", ["classic", "briefing", "roundup"])
def test_a_title_that_is_the_name_comes_before_the_tagline(tmp_path: Path, theme: str) -> None:
    """An issue called as its publication says so once, and first."""
    newsletter = replace(NEWSLETTER, theme=theme, tagline="What the feeds wrote this week")
    issue = replace(ISSUE, title=replace(ISSUE.title, value=newsletter.name))
    renderer = IssueRenderer(folders=[tmp_path, TEMPLATES], public_url=PUBLIC_URL)
    rendering = renderer.render(issue, newsletter)
    made = Proof(
        source=rendering.html,
        text=rendering.text,
        subject=rendering.subject,
        preheader=rendering.preheader,
        issue=issue,
        newsletter=newsletter,
    )
    assert "name-first" not in found(made)
    assert made.source.count(newsletter.tagline) == (0 if theme == "roundup" else 1)
