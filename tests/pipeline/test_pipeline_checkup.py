"""A check-up of every relay there is."""

from pathlib import Path

from digest.pipeline.checkup import Health, examine
from tests.fakes import fake_config, fake_world

RELAYS = (
    {"name": "main", "host": "one.example", "username": "me"},
    {"name": "hook", "protocol": "webhook", "url": "https://two.example/in"},
    {"name": "dry", "protocol": "maildir", "path": "out"},
    {"name": "gone", "host": "three.example"},
)


def test_each_relay_is_looked_at(tmp_path: Path) -> None:
    """Each says where it is; one that cannot be used is the trouble, by its name."""
    world = fake_world(fake_config(tmp_path, relay=RELAYS))
    world.mailer.down_relays = {"gone"}
    found = [each for each in examine(world.app).findings if each.subject == "mail"]
    assert [each.text.partition(" ")[0] for each in found] == ["main:", "hook:", "dry:", "gone:"]
    assert "login of me accepted" in found[0].text
    assert "https://two.example/in" in found[1].text
    assert "dry run" in found[2].text
    assert [each.health for each in found] == [Health.OK] * 3 + [Health.TROUBLE]


def test_a_single_server_needs_no_name(tmp_path: Path) -> None:
    """As [smtp] has it."""
    found = examine(fake_world(fake_config(tmp_path)).app).findings
    assert [each.text for each in found if each.subject == "mail"] == [
        "localhost:25 (security: none)"
    ]
