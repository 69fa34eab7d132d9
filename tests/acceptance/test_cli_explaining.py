"""`issues explain` and `issues diff`, as an editor asks them."""

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.town import FEEDS, Publication, make_publication, serve_feeds

ISSUE = "harbour-2026-06-18"


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publication]:
    """A publication with one draft of three stories."""
    with serve_feeds(dict(FEEDS)) as site:
        made = make_publication(
            tmp_path_factory.mktemp("pub") / "p", feeds_port=site.port, mail_port=1
        )
        made.digest("collect")
        made.digest("draft", "harbour", now="2026-06-18T07:31:00+01:00")
        yield made


def explained(publication: Publication, post: str, *, status: int = 0) -> dict[str, object]:
    done = publication.digest("issues", "explain", ISSUE, post, "--json", status=status)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "post",
    ["https://tide.example/seagrass", "tag:tide.example,2026:seagrass", "seagrass northern"],
    ids=["url", "id", "words"],
)
def test_a_told_post_is_explained(publication: Publication, post: str) -> None:
    """By URL, id or words: its feed, the rule that placed it, and a score that adds up."""
    explanation = explained(publication, post)["explanation"]
    assert isinstance(explanation, dict)
    assert explanation["verdict"] in {"lead", "told"}
    assert explanation["placement"]["name"] == "The sea"
    assert explanation["placement"]["reason"] == "keyword = 'seagrass'"
    assert explanation["total"] == pytest.approx(
        sum(part["points"] for part in explanation["score"]), abs=1e-3
    )
    assert explanation["cut"]


def test_people_read_the_same(publication: Publication) -> None:
    """The text names verdict, feed, topic and each part of the score."""
    said = publication.digest("issues", "explain", ISSUE, "seagrass").stdout
    for word in ("verdict", "/tide.xml", "The sea, by rule", "recency", "coverage", "picks", "cut"):
        assert word in said


def test_an_old_post_is_told_why_it_is_not_there(publication: Publication) -> None:
    """A post from before the period is no mystery."""
    stranger = explained(publication, "https://quay.example/storm")["unknown_to_issue"]
    assert isinstance(stranger, dict)
    assert stranger["reason"] == "dated outside the period"


def test_an_unknown_post_leads_to_near_ones(publication: Publication) -> None:
    """A post nobody knows exits with 1 and shows what comes near."""
    found = explained(publication, "feri timetabel", status=1)
    assert found["explanation"] is None
    assert isinstance(found["near"], list)
    assert found["near"][0]["title"] == "Ferry timetable doubles for summer"


def test_several_posts_are_listed(publication: Publication) -> None:
    """Words that several titles have list them with their ids."""
    done = publication.digest("issues", "explain", ISSUE, "the", status=1)
    assert "several posts" in done.stdout
    assert "tag:tide.example,2026:seagrass" in done.stdout


def test_an_issue_made_again_is_the_same(publication: Publication) -> None:
    """With the same rules and data nothing differs, though its entries are used by now."""
    done = publication.digest("issues", "diff", ISSUE, "--json", now="2026-09-01T08:00:00Z")
    assert json.loads(done.stdout)["differences"] == []
    assert "Nothing differs" in publication.digest("issues", "diff", ISSUE, ISSUE).stdout


def test_other_rules_show_in_a_diff(publication: Publication) -> None:
    """A block written today takes its story out of the issue of then, and says so."""
    newsletter = publication.directory / "newsletters" / "harbour.toml"
    written = newsletter.read_text()
    newsletter.write_text(f'blocks = [{{ keyword = "boathouse" }}]\n{written}')
    try:
        done = publication.digest("issues", "diff", ISSUE, "--json", now="2026-09-01T08:00:00Z")
        said = publication.digest("issues", "diff", ISSUE).stdout
    finally:
        newsletter.write_text(written)
    out = [each for each in json.loads(done.stdout)["differences"] if each["kind"] == "out"]
    assert [each["headline"] for each in out] == ["A new play opens in the boathouse"]
    assert out[0]["why"] == "blocked: keyword = 'boathouse'"
    assert "boathouse" in said
