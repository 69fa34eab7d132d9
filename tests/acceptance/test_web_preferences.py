"""The preferences page over real HTTP: shown by GET, kept by POST, one reader's alone."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from digest.audience.tokens import preferences_token, unsubscribe_token
from digest.config.catalogues import read_words
from digest.model import Consent, Topic, Variant, Volume
from digest.web.public import create_public_app
from tests.acceptance.web_world import NEWSLETTER, Client, House, read_page
from tests.fakes import LINK_KEY, NOW, FakeWorld, fake_config, fake_world

TOPICS = (Topic(id="sea", name="Sea & shore"), Topic(id="town", name="Town"))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LINK = f"/preferences/{preferences_token(LINK_KEY, subscriber_id=1, newsletter=NEWSLETTER.id)}"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House().open() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    newsletter = replace(NEWSLETTER, topics=TOPICS)
    made = fake_world(fake_config(tmp_path, newsletters=[newsletter]))
    made.store.audience.subscribe(
        address="mary@example.org",
        name="Mary",
        newsletter=newsletter.id,
        consent=Consent.CONFIRMED,
        now=NOW,
    )
    return made


@pytest.fixture
def client(house: House, world: FakeWorld) -> Iterator[Client]:
    with house.serving(create_public_app(world.app)) as made:
        yield made


def variant(world: FakeWorld) -> Variant:
    return world.store.audience.rows[1, NEWSLETTER.id].variant


def post(client: Client, *fields: tuple[str, str], link: str = LINK) -> tuple[int, str]:
    answer = client.ask("POST", link, body=urlencode(fields).encode(), headers=FORM)
    return answer.status, answer.text


def test_looking_changes_nothing(world: FakeWorld, client: Client) -> None:
    """GET shows every topic ticked and the full volume, masks the address, and keeps nothing."""
    answer = client.get(LINK)
    assert answer.status == 200
    assert answer.text.count(" checked") == 3
    assert "Sea &amp; shore" in answer.text
    assert "mary@" not in answer.text
    assert variant(world) == Variant()


def test_what_is_ticked_is_kept(world: FakeWorld, client: Client) -> None:
    """POST keeps topics and volume, says so, and shows them again."""
    status, page = post(client, ("topic", "sea"), ("volume", "short"))
    assert status == 200
    assert "saved" in page
    assert variant(world) == Variant(topics=("sea",), volume=Volume.SHORT)
    assert client.get(LINK).text.count(" checked") == 2


def test_all_topics_means_those_to_come_too(world: FakeWorld, client: Client) -> None:
    """Ticking every topic is kept as "all", so that a new topic reaches the reader."""
    post(client, ("topic", "sea"), ("topic", "town"), ("volume", "full"))
    assert variant(world) == Variant()


@pytest.mark.parametrize(
    "body",
    [b"", b"topic=nosuch", b"\xff\xfe", b"&".join([b"topic=sea"] * 2_000)],
    ids=["none", "unknown", "bytes", "flood"],
)
def test_a_form_without_a_topic_changes_nothing(
    world: FakeWorld, client: Client, body: bytes
) -> None:
    """No known topic ticked is answered with what to do instead."""
    answer = client.ask("POST", LINK, body=body, headers=FORM)
    assert answer.status == 422
    assert "at least one topic" in answer.text
    assert variant(world) == Variant()


def test_an_unsubscribe_link_opens_no_preferences(world: FakeWorld, client: Client) -> None:
    """A token is good for its purpose alone, and not after the reader has left."""
    token = unsubscribe_token(LINK_KEY, subscriber_id=1, newsletter=NEWSLETTER.id)
    assert client.get(f"/preferences/{token}").status == 400
    world.store.audience.unsubscribe(1, newsletter=NEWSLETTER.id, now=NOW)
    assert post(client, ("topic", "sea"))[0] == 400
    assert variant(world) == Variant()


def test_the_page_is_private_and_labelled(client: Client) -> None:
    """No referrer, no index, no store; every control has a label and every group a legend."""
    answer = client.get(LINK)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["cache-control"] == "no-store"
    assert answer.text.count("<legend>") == answer.text.count("<fieldset>") == 2
    assert not read_page(answer.text).unlabelled
    assert "<script" not in answer.text


def test_a_time_zone_is_asked_for_where_it_counts(house: House, tmp_path: Path) -> None:
    """Chosen, kept, shown again and taken back; a name that is no zone changes nothing."""
    schedule = replace(NEWSLETTER.schedule, local_time=True)
    newsletter = replace(NEWSLETTER, topics=TOPICS, schedule=schedule)
    world = fake_world(fake_config(tmp_path, newsletters=[newsletter]))
    audience = world.store.audience
    audience.subscribe(
        address="mary@example.org",
        name="",
        newsletter=newsletter.id,
        consent=Consent.CONFIRMED,
        now=NOW,
    )

    def choose(client: Client, zone: str) -> str:
        status, page = post(client, ("topic", "sea"), ("time_zone", zone))
        assert status == 200
        assert page.count(" selected") <= 1
        return audience.people[1].time_zone

    with house.serving(create_public_app(world.app)) as client:
        assert "Your time zone" in client.get(LINK).text
        assert choose(client, "Asia/Tokyo") == "Asia/Tokyo"
        assert '<option value="Asia/Tokyo" selected>' in client.get(LINK).text
        assert choose(client, "../../etc/passwd") == "Asia/Tokyo"
        assert choose(client, "") == ""


def test_a_time_zone_is_not_asked_for_where_it_means_nothing(
    world: FakeWorld, client: Client
) -> None:
    """A newsletter that goes to all at once does not ask, and takes no answer."""
    assert "zone" not in client.get(LINK).text
    post(client, ("topic", "sea"), ("time_zone", "Asia/Tokyo"))
    assert world.store.audience.people[1].time_zone == ""


@pytest.mark.parametrize(
    ("language", "title", "saved", "none"),
    [
        ("fr", "Que souhaitez-vous recevoir", "Vos choix sont enregistrés", "au moins un thème"),
        ("de", "Was möchten Sie erhalten?", "Ihre Auswahl ist gespeichert", "mindestens ein Thema"),
        ("ar", "ماذا تودّ أن يصلك؟", "حُفظت اختياراتك", "موضوعًا واحدًا على الأقل"),
    ],
)
def test_the_page_speaks_the_newsletters_language(
    house: House, tmp_path: Path, language: str, title: str, saved: str, none: str
) -> None:
    """Asking, saving and refusing are said in it, in its direction; no English is left."""
    newsletter = replace(NEWSLETTER, topics=TOPICS, language=language, words=read_words(language))
    world = fake_world(fake_config(tmp_path, newsletters=[newsletter]))
    world.store.audience.subscribe(
        address="mary@example.org",
        name="",
        newsletter=newsletter.id,
        consent=Consent.CONFIRMED,
        now=NOW,
    )
    with house.serving(create_public_app(world.app)) as client:
        asked = client.get(LINK).text
        kept, refused = post(client, ("topic", "sea"))[1], post(client)[1]
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in asked
    assert (title in asked, saved in kept, none in refused) == (True, True, True)
    for page in (asked, kept, refused):
        assert not {"Topics", "How much", "Save", "Unsubscribe", "These"} & set(
            re.findall(r"[A-Za-z]+", page)
        )
