"""What may be meant in the configuration, and is pointed out all the same."""

from pathlib import Path

import pytest

from digest.config.load import load_config
from tests.core.mistakes import FILES, Mistake, main, weekly, write

WARNINGS = {
    "tag-nobody-carries": (
        weekly('["weekly"]', '["weekly", "sciense"]', field="feed_tags[2]",
               message='no feed carries the tag "sciense"', fix='did you mean "science"?'),
        'feed_tags = ["weekly", "sciense"]',
    ),
    "rule-for-a-tag-nobody-carries": (
        weekly('category = "News"', 'tag = "sports"', field="rules[1].tag",
               message='no feed carries the tag "sports"', fix="digest feeds add URL --tag sports"),
        'tag = "sports"',
    ),
    "no-feeds": (
        weekly('feed_tags = ["weekly"]\n', "", field="feed_tags",
               message="draws on no feeds", fix="feed_tags ="),
        "",
    ),
    "http-in-public": (
        main("https://newsletter.example", "http://newsletter.example", field="web.public_url",
             message="over https only", fix='"https://newsletter.example"'),
        "public_url",
    ),
    "password-in-the-clear": (
        main('host = "localhost"\nsecurity = "none"', 'host = "mail.example"\nusername = "me"',
             field="smtp.username", message="in the clear", fix="starttls"),
        "username",
    ),
    "password-maybe-in-the-clear": (
        main('host = "localhost"\nsecurity = "none"',
             'host = "mail.example"\nusername = "me"\nsecurity = "opportunistic"',
             field="smtp.security", message="could cross the network in the clear", fix="starttls"),
        "opportunistic",
    ),
    "password-in-the-database-url": (
        main("[smtp]", '[store]\nurl = "postgresql://me:secret@db.example/digest"\n[smtp]',
             field="store.url", message="holds a password", fix="DIGEST_DATABASE_URL"),
        "url =",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mistake", "at"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_doubtful_choice_is_a_warning(mistake: Mistake, at: str, tmp_path: Path) -> None:
    """What may be meant does not stop a run, and is pointed out in the same words."""
    text = FILES[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, FILES | {mistake.file: text})

    config = load_config(tmp_path, environment={"DIGEST_SMTP_PASSWORD": "hunter2"})

    (warning,) = config.warnings
    assert warning.field == mistake.field
    assert warning.line == (text[: text.index(at)].count("\n") + 1 if at else None)
    assert mistake.message in warning.message
    assert mistake.fix in warning.fix
    assert "secret" not in warning.message
