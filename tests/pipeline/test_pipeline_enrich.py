"""Full texts where they cannot be had, or nobody wants them."""

from pathlib import Path

from digest.collect.articles.article import can_extract
from digest.model import Feed
from digest.pipeline.enrich import EnrichmentMissing, enrich_new_entries
from tests.fakes import fake_config, fake_world

FEED = Feed(url="https://quay.example/feed", full_text=True)


def test_a_missing_extra_is_said_with_its_remedy(tmp_path: Path) -> None:
    """Without the extra the run says so once, and asks nobody; with it, it says nothing."""
    world = fake_world(fake_config(tmp_path, feeds=[FEED]))
    found = list(enrich_new_entries(world.app))
    missing = EnrichmentMissing(feeds=(FEED.url,))
    assert found == ([] if can_extract() else [missing])
    assert world.fetcher.asked == []
    assert "pip install 'digest[fulltext]'" in str(missing)


def test_without_such_feeds_nothing_is_looked_for(tmp_path: Path) -> None:
    """The store is not asked either."""
    world = fake_world(fake_config(tmp_path, feeds=[Feed(url="https://quay.example/feed")]))
    assert list(enrich_new_entries(world.app)) == []
