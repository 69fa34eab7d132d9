"""An editor changes a draft in a text file, rebuilds it, approves it and takes that back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.town import FEEDS, Publication, Site, make_publication, serve_feeds

ISSUE = "harbour-2026-06-18"
LATE = (
    "<item><title>Harbour master retires</title><link>https://quay.example/master</link>"
    "<guid>quay-2</guid><pubDate>Wed, 17 Jun 2026 09:00:00 GMT</pubDate>"
    "<description>After thirty years on the mole he goes fishing.</description></item>"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_feeds(FEEDS) as feeds:
        yield feeds


@pytest.fixture
def publication(tmp_path: Path, site: Site) -> Publication:
    """A publication with a draft of three stories: a lead, and one in each of two topics."""
    made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=9)
    made.digest("collect")
    made.digest("draft", "harbour")
    return made


def marked_up(text: str) -> str:
    """The ferry moved from the town to the sea under a new headline, and an introduction."""
    story = next(each for each in re.split(r"(?m)^(?=\[)", text) if "quay-1" in each)
    ours = re.sub(r"(?m)^#feed headline = .*$", 'headline = "Ours now"', story)
    text = text.replace(story, "") + "\n" + ours.rstrip("\n") + "\n"
    return text.replace('#auto intro = ""', 'intro = "Good morning, harbour."')


def test_a_draft_is_edited_as_a_text_and_survives_a_rebuild(
    publication: Publication, site: Site, tmp_path: Path
) -> None:
    """Texts and a move come from the file, teach the program, and stay when news comes in."""
    path = tmp_path / "issue.toml"
    publication.digest("issues", "export", ISSUE, "-o", str(path))
    path.write_text(marked_up(path.read_text("utf-8")), "utf-8")
    command = ("issues", "import", ISSUE, str(path), "--by", "Ada")
    said = publication.digest(*command).stdout
    assert "learned: Ferry timetable doubles for summer belongs to sea" in said
    fresh = publication.digest("issues", "export", ISSUE).stdout
    assert publication.digest("issues", "import", ISSUE, "-", stdin=fresh).stdout.endswith(
        "nothing was changed\n"
    )
    (lesson,) = publication.digest(
        "topics", "corrections", "harbour", "--jsonl"
    ).stdout.splitlines()
    taught = json.loads(lesson)
    assert set(taught) == {"id", "label", "title", "text"}
    assert taught["label"] == "sea"
    assert taught["text"].startswith("Boats will leave every half hour")

    kind, feed = FEEDS["/quay.xml"]
    site.feeds["/quay.xml"] = (kind, feed.replace("</channel>", f"{LATE}</channel>"))
    publication.digest("collect", now="2026-06-18T20:00:00+01:00")
    rebuilt = json.loads(publication.digest("issues", "rebuild", ISSUE, "--json").stdout)
    assert (rebuilt["came"], rebuilt["went"]) == (["Harbour master retires"], [])
    html = publication.digest("render", ISSUE).stdout
    shown = json.loads(publication.digest("issues", "show", ISSUE, "--json").stdout)
    told = {
        part["topic"]: [each["headline"] for each in part["stories"]] for part in shown["sections"]
    }
    assert "Ours now" in told["sea"]
    assert "Ours now" in html
    assert "Good morning, harbour." in html
    assert "Harbour master retires" in html


def test_what_cannot_be_taken_over_is_refused_with_the_way_out(
    publication: Publication, tmp_path: Path
) -> None:
    """A broken file names its line, a file of another issue --force, an approved issue reopen."""
    path = tmp_path / "issue.toml"
    command = ("issues", "import", ISSUE, str(path))
    path.write_text(f'issue = "{ISSUE}"\nrevision = 1\nintroo = "x"\n', "utf-8")
    refused = publication.digest(*command, status=2).stderr
    assert f'{path}:3: introo: there is no such key – did you mean "intro"?' in refused
    path.write_text('issue = "other"\nrevision = 1\n', "utf-8")
    assert "--force" in publication.digest(*command, status=2).stderr
    publication.digest("subscribers", "add", "reader@harbour.example")
    publication.digest("approve", ISSUE, "--waive", "*=a short week")
    assert f"digest issues reopen {ISSUE}" in publication.digest(*command, status=1).stderr
    assert "only a draft" in publication.digest("issues", "rebuild", ISSUE, status=1).stderr
    reopened = json.loads(publication.digest("issues", "reopen", ISSUE, "--json").stdout)
    assert reopened["state"] == "draft"
