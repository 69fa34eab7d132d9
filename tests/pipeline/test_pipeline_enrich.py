"""Full texts where they cannot be had, or nobody wants them."""

import sys
from pathlib import Path

import pytest

from digest.model import Feed
from digest.pipeline.enrich import EnrichmentMissing, enrich_new_entries
from tests.fakes import fake_config, fake_world

FEED = Feed(url="https://quay.example/feed", full_text=True)


def test_a_missing_extra_is_said_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra the run says so once, and asks nobody."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    world = fake_world(fake_config(tmp_path, feeds=[FEED]))
    missing = EnrichmentMissing(feeds=(FEED.url,))
    assert list(enrich_new_entries(world.app)) == [missing]
    assert world.fetcher.asked == []
    assert "pip install 'digest[fulltext]'" in str(missing)


@pytest.mark.usefixtures("fulltext")
def test_with_the_extra_nothing_is_said(tmp_path: Path) -> None:
    """Without entries to look at there is nothing to tell."""
    assert list(enrich_new_entries(fake_world(fake_config(tmp_path, feeds=[FEED])).app)) == []


def test_without_such_feeds_nothing_is_looked_for(tmp_path: Path) -> None:
    """The store is not asked either."""
    world = fake_world(fake_config(tmp_path, feeds=[Feed(url="https://quay.example/feed")]))
    assert list(enrich_new_entries(world.app)) == []
