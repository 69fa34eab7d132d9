"""Variants: a cut of the rendering is what rendering the chosen sections alone would give."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.compose import render as rendering_module
from digest.compose.personalise import ReaderSlots, chosen, cut, fill, retitled
from digest.compose.phrases import phrases_for
from digest.compose.render import IssueRenderer
from digest.model import PlacedBy, Placement, RenderedIssue, Story, Variant, Volume
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL

SLOTS = ReaderSlots(
    unsubscribe_url="https://a.example/u", preferences_url="https://a.example/p", name="Ann"
)
TOPICS = tuple(section.topic for section in ISSUE.sections)
RENDERER = IssueRenderer(folders=[TEMPLATES], public_url=PUBLIC_URL)
STORIES = phrases_for(NEWSLETTER.words).stories


def placed(story: Story, topic: str) -> Story:
    placement = Placement(topic=topic, by=PlacedBy.RULE, reason="a rule")
    return replace(story, placement=placement)


assert ISSUE.lead
PLACED = replace(
    ISSUE,
    lead=placed(ISSUE.lead, TOPICS[1]),
    also_published=tuple(
        placed(story, TOPICS[number]) for number, story in enumerate(ISSUE.also_published)
    ),
)
RENDERING = RENDERER.render(PLACED, NEWSLETTER)
GREETING = replace(NEWSLETTER, greeting="Dear {name},")
NEWSLETTERS = {theme: replace(GREETING, theme=theme) for theme in ("classic", "briefing")}
WHOLE = {theme: RENDERER.render(PLACED, NEWSLETTERS[theme]) for theme in NEWSLETTERS}


def variants() -> st.SearchStrategy[Variant]:
    return st.builds(
        Variant,
        topics=st.lists(st.sampled_from((*TOPICS, "gone"))).map(tuple),
        volume=st.sampled_from(Volume),
    )


def copy_of(rendering: RenderedIssue | None) -> tuple[str, str]:
    assert rendering
    copy = fill(rendering, SLOTS)
    return copy.html, copy.text


def numbered_anew(text: str) -> str:
    """A text part without what the width of a link's number may change: line ends."""
    return " ".join(text.split())


@settings(max_examples=15, deadline=None)
@given(variants(), st.sampled_from(sorted(NEWSLETTERS)))
def test_a_cut_is_what_rendering_the_choice_would_give(variant: Variant, theme: str) -> None:
    """Whatever is chosen, both parts say the same, counts and numbers included."""
    issue = chosen(PLACED, variant)
    left = cut(WHOLE[theme], variant, stories=STORIES)

    if issue.stories:
        html, text = copy_of(left)
        fresh_html, fresh_text = copy_of(RENDERER.render(issue, NEWSLETTERS[theme]))
        assert html == fresh_html
        assert numbered_anew(text) == numbered_anew(fresh_text)
    else:
        assert left is None


def test_sections_not_chosen_are_in_neither_part() -> None:
    """Headings and headlines of other topics are gone, and the count says how many are left."""
    html, text = copy_of(cut(RENDERING, Variant(topics=(TOPICS[0],)), stories=STORIES))

    for part in (html, text):
        assert "A bakery that runs on the tide" in part
        assert "3 stories" in part
        for gone in ("The heron", "plankton", "band and a crate", "Long reads", "Seven walls"):
            assert gone not in part
        assert "<!--section" not in part
        assert "<!--story" not in part


def test_a_short_copy_tells_two_of_each_section_and_lists_nothing() -> None:
    """The third story of a section and "Also published" are left out."""
    html, text = copy_of(cut(RENDERING, Variant(volume=Volume.SHORT), stories=STORIES))

    assert "Café Ñandú" in text
    assert "wheelbarrow clause" not in html + text
    assert "Also published" not in html + text
    assert "8 stories" in html


def test_the_approved_digest_stays() -> None:
    """A cut is no new rendering: it carries the name of what the editor approved."""
    left = cut(RENDERING, Variant(topics=(TOPICS[0],)), stories=STORIES)
    assert left
    assert left.digest == RENDERING.digest


def test_everything_is_the_rendering_itself() -> None:
    """Who chose nothing in particular gets what the editor saw."""
    assert cut(RENDERING, Variant(), stories=STORIES) is RENDERING


def test_what_has_no_marks_goes_out_whole() -> None:
    """A theme without section marks in one part is not cut in the other either."""
    bare = replace(RENDERING, text="Words\n")
    assert cut(bare, Variant(topics=("gone",)), stories=STORIES) is bare


def test_a_new_subject_reaches_title_label_and_preheader() -> None:
    """Retitled bytes are those of an issue with that subject, hostile characters included."""
    before, after = """A & "B" <c>""", """<title>'D' & "E" </title>"""
    words = replace(ISSUE.subject, value=before)
    meant = replace(ISSUE, subject=replace(words, value=after), preheader=words)

    old = RENDERER.render(replace(ISSUE, subject=words), NEWSLETTER)

    new = retitled(old, subject=after, preheader=before)
    assert new.html == RENDERER.render(meant, NEWSLETTER).html
    assert (new.subject, new.preheader) == (after, before)


@pytest.mark.parametrize(
    "forged",
    ["<!--section:x-->", "<!--/section:around%20town-->", "<!--story-->", "<!--/mail-only-->"],
)
def test_a_feed_cannot_forge_a_mark(forged: str) -> None:
    """Marks in titles, excerpts and links stay text: other sections are cut as ever."""
    lead = PLACED.lead
    assert lead
    hostile = replace(
        lead,
        headline=replace(lead.headline, value=f"Head {forged}"),
        excerpt=replace(lead.excerpt, value=forged),
        url=f"https://stories.example/{forged}",
    )
    issue = replace(PLACED, lead=hostile)
    variant = Variant(topics=(TOPICS[1],))

    left = cut(RENDERER.render(issue, NEWSLETTER), variant, stories=STORIES)

    assert copy_of(left) == copy_of(RENDERER.render(chosen(issue, variant), NEWSLETTER))


def test_styles_are_inlined_once_for_all_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    """One issue, every variant, a hundred readers each: the inliner runs once."""
    calls: list[str] = []
    inliner = rendering_module.inline

    def counted(html: str) -> str:
        calls.append(html)
        return inliner(html)

    monkeypatch.setattr(rendering_module, "inline", counted)
    rendering = RENDERER.render(PLACED, NEWSLETTER)

    for topic in TOPICS:
        for volume in Volume:
            left = cut(rendering, Variant(topics=(topic,), volume=volume), stories=STORIES)
            assert left
            for reader in range(100):
                fill(left, replace(SLOTS, name=f"Reader {reader}"))

    assert len(calls) == 1
