"""Client support: what a mail uses is met, its share is counted, and the table is no fancy."""

import json
from pathlib import Path

import pytest

from digest.compose.preflight import clients
from digest.compose.preflight.clients import FEATURES, Client, used
from digest.compose.preflight.rules import Proof
from digest.model import Severity

# Our names, and the survey's where they differ.
_SURVEYED = {
    "flex": "css-display-flex", "grid": "css-display-grid", "columns": "css-column-count",
    "variables": "css-variables", "calc": "css-unit-calc", "rem": "css-unit-rem",
    "vw": "css-unit-vw", "gradient": "css-linear-gradient",
    "underline-offset": "css-text-underline-offset",
    "underline-thickness": "css-text-decoration-thickness", "web-font": "css-at-font-face",
    "media": "css-at-media", "dark-mode": "css-at-media-prefers-color-scheme",
    "reduced-motion": "css-at-media-prefers-reduced-motion", "import": "css-at-import",
    "supports": "css-at-supports", "keyframes": "css-at-keyframes",
    "hover": "css-pseudo-class-hover", "attribute-selector": "css-selector-attribute",
    "nth-child": "css-pseudo-class-nth-child", "before": "css-pseudo-element-before",
    "video": "html-video", "audio": "html-audio", "svg": "html-svg", "picture": "html-picture",
    "form": "html-form", "button": "html-button-submit", "webp": "image-webp",
    "svg-file": "image-svg",
}  # fmt: skip
_FAMILIES = {
    Client.GMAIL_WEB: ("gmail", "desktop-webmail"),
    Client.GMAIL_IOS: ("gmail", "ios"),
    Client.GMAIL_ANDROID: ("gmail", "android"),
    Client.APPLE_MACOS: ("apple-mail", "macos"),
    Client.APPLE_IOS: ("apple-mail", "ios"),
    Client.OUTLOOK_WINDOWS: ("outlook", "windows"),
    Client.OUTLOOK_MAC: ("outlook", "macos"),
    Client.OUTLOOK_WEB: ("outlook", "outlook-com"),
    Client.YAHOO: ("yahoo", "desktop-webmail"),
    Client.SAMSUNG: ("samsung-email", "android"),
}
_MEANS = {"y": 1.0, "a": 0.5, "n": 0.0}

USES = {
    "flex": '<p style="display: inline-flex">', "grid": "<style>p{display:grid}</style>",
    "position": '<p style="position: absolute">', "variables": '<p style="color:var(--a)">',
    "calc": '<p style="width:calc(1px + 2%)">', "rem": '<p style="width:1.5rem">',
    "border-radius": '<p style="border-radius:4px">', "media": "<style>@media x{p{a:b}}</style>",
    "dark-mode": "<style>@media (prefers-color-scheme:dark){p{a:b}}</style>",
    "background-image": '<p style="background:#fff url(a.png)">',
    "hover": "<style>a:hover{a:b}</style>",
    "web-font": "<style>@font-face{font-family:x}</style>", "video": "<video></video>",
    "svg": "<svg></svg>", "webp": '<img src="a.webp?b">', "svg-file": '<img src="a.SVG">',
    "attribute-selector": "<style>p[lang]{a:b}</style>", "import": "<style>@import 'a';</style>",
}  # fmt: skip


@pytest.mark.parametrize(("name", "source"), USES.items(), ids=USES)
def test_a_use_is_met(name: str, source: str) -> None:
    """Each way to use a feature is recognised, in attributes, blocks, elements and files."""
    assert name in {feature.id for feature in used(Proof(source=source + "x"))}


def test_plain_words_use_nothing() -> None:
    """A mail without styles asks nothing of anybody."""
    assert used(Proof(source="<p>flex grid position: absolute 2rem</p>")) == ()


def test_the_share_is_that_of_the_clients_that_matter() -> None:
    """Word alone lacks round corners: 90 % of the usual ten, none where it is the only one."""
    rule = clients.RULES[0]
    source = '<p style="border-radius:4px">x'
    (usual,) = rule.run(Proof(source=source))
    (word,) = rule.run(Proof(source=source, facts={"clients": ["Outlook Windows"]}))
    assert "90 %" in usual.what
    assert "Outlook Windows" in usual.what
    assert usual.severity is Severity.ADVICE
    assert "by 0 %" in word.what
    assert rule.run(Proof(source=source, facts={"clients": ["Apple Mail iOS"]})) == ()


def test_what_a_layout_stands_on_is_a_warning() -> None:
    """A mail that is not whole without a feature is warned of it."""
    found = clients.RULES[0].run(Proof(source='<p style="display:flex">x'))
    assert [each.severity for each in found] == [Severity.WARNING]


def test_the_table_is_in_order() -> None:
    """Names stand once, and no client both lacks a feature and has some of it."""
    assert len({feature.id for feature in FEATURES}) == len(FEATURES) > 40
    assert all(feature.lacking.isdisjoint(feature.partly) for feature in FEATURES)


@pytest.mark.corpus
def test_the_table_agrees_with_a_public_survey(corpora: Path) -> None:
    """Nine in ten of its cells say what was found by testing the clients."""
    survey = json.loads((corpora / "caniemail/features.json").read_text(encoding="utf-8"))
    tested = {each["slug"]: each["stats"] for each in survey["data"]}
    same = total = 0
    differing = []
    for feature in FEATURES:
        stats = tested[_SURVEYED.get(feature.id, f"css-{feature.id}")]
        for client, (family, platform) in _FAMILIES.items():
            latest = ["u", *stats.get(family, {}).get(platform, {}).values()][-1][0]
            if latest not in _MEANS:
                continue
            total += 1
            agrees = _MEANS[latest] == feature.support(client)
            same += agrees
            if not agrees:
                differing.append(f"{feature.id}/{client}")
    print(f"agreement {same / total:.3f} of {total}; differing: {differing}")  # noqa: T201 - the figure
    assert same / total >= 0.9
