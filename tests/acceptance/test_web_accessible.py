"""Every public page under axe in a real browser: no violation of WCAG 2.2 AA, light or dark."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.audience.tokens import preferences_token, unsubscribe_token
from digest.compose.render import IssueRenderer
from digest.config.catalogues import read_words
from digest.model import (
    Brand,
    BrandLink,
    Consent,
    Image,
    Issue,
    IssueState,
    Logo,
    Newsletter,
    Topic,
)
from digest.resources import TEMPLATES
from digest.web.public import create_public_app
from tests.acceptance.web_world import NEWSLETTER, Client, House, issue
from tests.core.harbour_roundup import ROUNDUP
from tests.fakes import LINK_KEY, NOW, FakeWorld, fake_config, fake_world

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BRAND = Brand(
    logo=Logo(
        url="https://pictures.example/logo.png", dark_url="https://pictures.example/dark.png"
    ),
    links=(BrandLink(label="Mastodon", url="https://social.example/@coast"),),
)
PICTURE = Image(url="https://pictures.example/a.jpg", alt="A boat", width=1200, height=800)
TOPICS = (Topic(id="sea", name="At sea"), Topic(id="land", name="على اليابسة"))
LOCAL = replace(NEWSLETTER, topics=TOPICS, schedule=replace(NEWSLETTER.schedule, local_time=True))
ARABIC = replace(LOCAL, id="sahil", name="رسالة الساحل", language="ar", words=read_words("ar"))
TOKEN, HIS_TOKEN = (
    unsubscribe_token(LINK_KEY, subscriber_id=1, newsletter=each.id) for each in (LOCAL, ARABIC)
)
CHOICES, HIS_CHOICES = (
    preferences_token(LINK_KEY, subscriber_id=1, newsletter=each.id) for each in (LOCAL, ARABIC)
)
PAGES = {
    "classic": f"/issues/{issue().slug}",
    "briefing": f"/issues/{issue(1).slug}",
    "roundup": f"/issues/{issue(2).slug}",
    "roundup issue": f"/issues/{ROUNDUP.slug}",
    "arabic": f"/issues/{issue(3).slug}",
    "archive": "/archive/",
    "newsletter": "/archive/coast/",
    "unsubscribe": f"/unsubscribe/{TOKEN}",
    "unsubscribe in arabic": f"/unsubscribe/{HIS_TOKEN}",
    "preferences": f"/preferences/{CHOICES}",
    "preferences in arabic": f"/preferences/{HIS_CHOICES}",
    "bad link": "/unsubscribe/x",
    "missing": "/nowhere",
}

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The public pages of a newsletter that sent an issue in every theme, and a roundup."""
    folder: Path = tmp_path_factory.mktemp("publication")
    world = fake_world(fake_config(folder, newsletters=[LOCAL, ARABIC]))
    for each in (LOCAL, ARABIC):
        world.store.audience.subscribe(
            address="mary@example.org",
            name="",
            newsletter=each.id,
            consent=Consent.CONFIRMED,
            now=NOW,
        )
    arabic = replace(NEWSLETTER, language="ar", words=read_words("ar"))
    publish(world, issue(3, image=PICTURE), arabic)
    publish(world, issue(2, image=PICTURE), replace(NEWSLETTER, theme="roundup", brand=BRAND))
    publish(world, issue(1, image=PICTURE), replace(NEWSLETTER, theme="briefing"))
    for told in (issue(0, image=PICTURE), ROUNDUP):
        publish(world, told, NEWSLETTER)
    with House().open() as house, house.serving(create_public_app(world.app)) as made:
        yield made


def publish(world: FakeWorld, told: Issue, newsletter: Newsletter) -> None:
    kept = world.store.issues.add(told, now=NOW)
    assert kept
    renderer = IssueRenderer(folders=[TEMPLATES], public_url="https://letters.example")
    rendering = renderer.render(told, newsletter)
    world.store.issues.approve(kept, rendering, by="Ed", now=NOW)
    sent, approved = IssueState.SENT, IssueState.APPROVED
    world.store.issues.change_state(kept.id, to=sent, allowed=(approved,), now=NOW)


@pytest.fixture(scope="module")
def tab(client: Client, chromium: str) -> Iterator["Page"]:
    """A tab that reaches this server only, and minds what the page's policy forbids."""
    from playwright.sync_api import sync_playwright

    home = f"http://127.0.0.1:{client.port}/"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page(extra_http_headers={"X-Test-App": client.app})
        shown.route(
            "**/*",
            lambda route: (
                route.continue_() if route.request.url.startswith(home) else route.abort()
            ),
        )
        yield shown
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(client: Client, tab: "Page", axe: str, name: str, scheme: str) -> None:
    """On a phone's width, whatever the colours; and the page asks for nothing it may not have."""
    forbidden: list[str] = []
    tab.on("console", lambda message: forbidden.append(message.text))
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.set_viewport_size({"width": 360, "height": 800})
    tab.goto(f"http://127.0.0.1:{client.port}{PAGES[name]}", wait_until="load")
    tab.evaluate(axe)
    found = tab.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found["violations"]] == []
    assert len(found["passes"]) > 10
    assert [text for text in forbidden if "Content Security Policy" in text] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
