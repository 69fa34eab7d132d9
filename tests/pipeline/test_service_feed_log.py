"""What the service's log says of feeds."""

import pytest
from structlog.testing import capture_logs

from digest.model import FeedHealth
from digest.pipeline.refresh import FeedRefreshed
from digest.service.jobs import tell

URL = "https://quay.example/feed.xml"


@pytest.mark.parametrize(
    ("became", "error", "remark", "warnings"),
    [
        pytest.param(None, "", "", [], id="as-usual"),
        pytest.param(FeedHealth.FAILING, "500", "", ["feed.health"], id="begins-to-fail"),
        pytest.param(None, "500", "", [], id="goes-on-failing"),
        pytest.param(FeedHealth.PAUSED, "500", "", ["feed.health"], id="paused"),
        pytest.param(FeedHealth.GONE, "410", "", ["feed.health"], id="gone"),
        pytest.param(FeedHealth.ACTIVE, "", "", ["feed.health"], id="recovered"),
        pytest.param(None, "", "moved to …", ["feed.remark"], id="moved"),
    ],
)
def test_only_what_changed_is_a_warning(
    became: FeedHealth | None, error: str, remark: str, warnings: list[str]
) -> None:
    """A feed that fails for two weeks is two lines, not two thousand."""
    health = became or FeedHealth.ACTIVE
    refreshed = FeedRefreshed(
        url=URL, title="Quay", health=health, became=became, error=error, remark=remark
    )
    with capture_logs() as said:
        tell(refreshed)
    assert [line["event"] for line in said if line["log_level"] == "warning"] == warnings
