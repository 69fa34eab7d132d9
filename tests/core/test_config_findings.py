"""Every mistake a person can make in the configuration: where it is shown, and in what words."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError, Problem

MAIN = """\
[instance]
contact = "mailto:editor@newsletter.example"

[collect]
interval = "30 minutes"
concurrency = 8

[smtp]
host = "localhost"
security = "none"

[web]
public_url = "https://newsletter.example"
"""

FEEDS = """\
[[feed]]
url = "https://one.example/feed.xml"
title = "One"
tags = ["weekly"]

[[feed]]
url = "https://two.example/feed.xml"
tags = ["weekly", "science"]
"""

WEEKLY = """\
name = "The Weekly"
from = "The Weekly <weekly@newsletter.example>"
postal_address = "1 High Street, Anytown"
default_topic = "other"
theme = "plain"
feed_tags = ["weekly"]
subject = "{lead} and {more} more"
min_stories = 1
max_stories = 20
approval = "editor"

[schedule]
time_zone = "Europe/London"
days = ["thursday"]
time = "07:30"

[[topics]]
id = "news"
name = "News"

[[topics]]
id = "other"
name = "Elsewhere"

[[rules]]
topic = "news"
category = "News"
"""

FILES = {"digest.toml": MAIN, "feeds.toml": FEEDS, "newsletters/weekly.toml": WEEKLY}


def write(folder: Path, files: dict[str, str]) -> None:
    for name in ("plain", "fancy"):
        theme = folder / "templates" / "email" / name
        theme.mkdir(parents=True)
        (theme / "issue.html").write_text("")
    (folder / "newsletters").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(folder, environment={})
    return caught.value.problems


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """``old`` of a sound file becomes ``new``; the finding stands on the line of ``at``."""

    file: str
    old: str
    new: str
    field: str
    message: str
    fix: str
    at: str | None = None


def main(old: str, new: str, **expected: str) -> Mistake:
    return Mistake(file="digest.toml", old=old, new=new, **expected)


def feeds(old: str, new: str, **expected: str) -> Mistake:
    return Mistake(file="feeds.toml", old=old, new=new, **expected)


def weekly(old: str, new: str, **expected: str) -> Mistake:
    return Mistake(file="newsletters/weekly.toml", old=old, new=new, **expected)


MISTAKES = {
    # digest.toml
    "no-equals": main(
        'host = "localhost"', 'host "localhost"',
        field="", message='column 6, in: host "localhost"', fix="key = value",
    ),
    "no-quotes": main(
        'host = "localhost"', "host = localhost",
        field="", message="the value cannot be read", fix="quotes",
    ),
    "curly-quotes": main(
        'host = "localhost"', "host = “localhost”",
        field="", message="the value cannot be read", fix="straight quotes",
    ),
    "key-twice": main(
        'security = "none"', 'security = "none"\nhost = "elsewhere"',
        field="", message="stands here twice", fix="keep one", at='host = "elsewhere"',
    ),
    "table-twice": main(
        "[web]", "[smtp]", field="", message="twice", fix="under one heading", at="",
    ),
    "unknown-key": main(
        "concurrency = 8", "concurency = 8",
        field="collect.concurency", message="no such key", fix='did you mean "concurrency"?',
    ),
    "unknown-table": main(
        "[smtp]", "[stmp]", field="stmp", message="no such table", fix='did you mean "smtp"?',
    ),
    "key-in-the-wrong-table": main(
        "concurrency = 8", "concurrency = 8\npublic_url = 'https://a.example'",
        field="collect.public_url", message="no such key", fix="it belongs under [web]",
        at="public_url = 'https://a.example'",
    ),
    "words-for-a-number": main(
        "concurrency = 8", 'concurrency = "two"',
        field="collect.concurrency",
        message='should be a whole number of at least 1, not "two"', fix="the default is 64",
    ),
    "quoted-number": main(
        "concurrency = 8", 'concurrency = "8"',
        field="collect.concurrency", message='not "8"', fix="write concurrency = 8",
    ),
    "switch-for-a-number": main(
        "concurrency = 8", "concurrency = true",
        field="collect.concurrency", message="not true", fix="the default is 64",
    ),
    "number-out-of-range": main(
        "concurrency = 8", "concurrency = 0",
        field="collect.concurrency", message="at least 1, not 0", fix="the default is 64",
    ),
    "port-out-of-range": main(
        'host = "localhost"', "port = 70000",
        field="smtp.port", message="from 0 to 65535, not 70000", fix="the default is 25",
    ),
    "number-for-text": main(
        'host = "localhost"', "host = 7",
        field="smtp.host", message="should be text in quotes, not 7", fix='write host = "7"',
    ),
    "unknown-choice": main(
        'security = "none"', 'security = "start-tls"',
        field="smtp.security",
        message='should be "none", "starttls" or "tls", not "start-tls"',
        fix='did you mean "starttls"?',
    ),
    "far-off-choice": main(
        'security = "none"', 'security = "ssl"',
        field="smtp.security", message='should be "none", "starttls" or "tls", not "ssl"', fix="",
    ),
    "no-duration": main(
        'interval = "30 minutes"', 'interval = "soon"',
        field="collect.interval", message="a number and a unit", fix='the default is "30 minutes"',
    ),
    "unknown-unit": main(
        'interval = "30 minutes"', 'interval = "2 moons"',
        field="collect.interval", message='unknown unit "moons"', fix="the default",
    ),
    "no-time-at-all": main(
        'interval = "30 minutes"', 'interval = "0 minutes"',
        field="collect.interval", message="longer than nothing", fix="the default",
    ),
    "endless-duration": main(
        'interval = "30 minutes"', f'interval = "{10**20} weeks"',
        field="collect.interval", message="longer than can be reckoned", fix="the default",
    ),
    "no-size": main(
        "concurrency = 8", 'max_size = "10 pages"',
        field="collect.max_size", message='unknown unit "pages"', fix='the default is "10 MB"',
    ),
    "empty-host": main(
        'host = "localhost"', 'host = ""',
        field="smtp.host", message="must not be empty", fix='the default is "localhost"',
    ),
    "one-host-without-brackets": main(
        "concurrency = 8", 'private_hosts = "intranet.example"',
        field="collect.private_hosts", message="should be a list of texts in quotes",
        fix='write private_hosts = ["intranet.example"]',
    ),
    "key-for-a-table": main(
        "[instance]\n", 'templates = "mine"\n[instance]\n',
        field="templates", message='should be a table, not "mine"', fix="[templates] heading",
    ),
    "url-with-a-slash": main(
        "https://newsletter.example", "https://newsletter.example/",
        field="web.public_url", message="without a slash", fix='write "https://newsletter.example"',
        at='public_url = "https://newsletter.example/"',
    ),
    "url-without-a-scheme": main(
        "https://newsletter.example", "newsletter.example",
        field="web.public_url", message="http:// or https://",
        fix='did you mean "https://newsletter.example"?', at='public_url = "newsletter.example"',
    ),
    "max-backoff-below-backoff": main(
        "concurrency = 8", 'backoff = "2 days"',
        field="collect.backoff", message='max_backoff ("1 day") is shorter than backoff ("2 days")',
        fix="the defaults are",
    ),
    "max-retry-below-retry": main(
        "[smtp]", '[deliver]\nretry = "2 hours"\nmax_retry = "1 hour"\n[smtp]',
        field="deliver.max_retry", message="is shorter than retry", fix="the defaults are",
        at='max_retry = "1 hour"',
    ),
    "password-in-the-file": main(
        'security = "none"', 'password = "hunter2"',
        field="smtp.password", message="a secret does not belong in this file",
        fix="DIGEST_SMTP_PASSWORD",
    ),
    "secret-key-in-the-file": main(
        "[instance]\n", 'secret_key = "abc"\n[instance]\n',
        field="secret_key", message="a secret does not belong", fix="DIGEST_SECRET_KEY",
    ),
    "sqlite-with-two-slashes": main(
        "[smtp]", '[store]\nurl = "sqlite://digest.db"\n[smtp]',
        field="store.url", message="two slashes", fix='"sqlite:///digest.db"',
        at='url = "sqlite://digest.db"',
    ),
    "another-database": main(
        "[smtp]", '[store]\nurl = "mysql://localhost/digest"\n[smtp]',
        field="store.url", message='should be SQLite or PostgreSQL, not "mysql"', fix="sqlite:///",
        at='url = "mysql://localhost/digest"',
    ),
    # feeds.toml
    "feed-listed-twice": feeds(
        "https://two.example/feed.xml", "https://one.example/feed.xml",
        field="feed[2].url", message="is listed already, on line 2", fix="keep one",
        at='url = "https://one.example/feed.xml"\ntags = ["weekly", "science"]',
    ),
    "feed-listed-twice-in-capitals": feeds(
        "https://two.example/feed.xml", "https://ONE.example/feed.xml",
        field="feed[2].url", message="is listed already, on line 2", fix="keep one",
        at='url = "https://ONE.example/feed.xml"',
    ),
    "feed-without-url": feeds(
        'url = "https://one.example/feed.xml"\n', "",
        field="feed[1].url", message="is missing", fix="add url =", at="[[feed]]",
    ),
    "feed-not-on-the-web": feeds(
        "https://one.example/feed.xml", "ftp://one.example/feed.xml",
        field="feed[1].url", message="should be an http:// or https:// URL", fix="https://",
        at='url = "ftp://one.example/feed.xml"',
    ),
    "feed-with-unknown-key": feeds(
        'title = "One"', 'titel = "One"',
        field="feed[1].titel", message="no such key", fix='did you mean "title"?',
    ),
    "tag-without-brackets": feeds(
        'tags = ["weekly"]', 'tags = "weekly"',
        field="feed[1].tags", message="a list of texts", fix='write tags = ["weekly"]',
    ),
    "tag-that-is-no-text": feeds(
        'tags = ["weekly"]', "tags = [\n  'weekly',\n  3]",
        field="feed[1].tags[2]", message="should be text in quotes, not 3", fix='write "3"',
        at="  3]",
    ),
    "feeds-for-feed": feeds(
        FEEDS, FEEDS.replace("[[feed]]", "[[feeds]]"),
        field="feeds", message="no such key", fix='did you mean "feed"?', at="[[feeds]]",
    ),
    "single-brackets": feeds(
        FEEDS, '[feed]\nurl = "https://one.example/"\n',
        field="feed", message="should be a list of tables, not a table", fix="[[feed]]",
        at="[feed]",
    ),
    # newsletters
    "unknown-newsletter-key": weekly(
        "approval =", "aproval =",
        field="aproval", message="no such key", fix='did you mean "approval"?', at="aproval =",
    ),
    "key-below-a-heading": weekly(
        'time = "07:30"', 'time = "07:30"\nskip_when_empty = false',
        field="schedule.skip_when_empty", message="no such key",
        fix="at the top of the file, above the first [heading]", at="skip_when_empty",
    ),
    "no-name": weekly(
        'name = "The Weekly"\n', "",
        field="name", message="is missing", fix='add name = "The Weekly Digest"', at="",
    ),
    "no-schedule": weekly(
        '[schedule]\ntime_zone = "Europe/London"\ndays = ["thursday"]\ntime = "07:30"\n', "",
        field="schedule", message="is missing", fix="add a [schedule] table", at="",
    ),
    "empty-postal-address": weekly(
        'postal_address = "1 High Street, Anytown"', 'postal_address = " "',
        field="postal_address", message="must not be empty", fix="for example",
    ),
    "no-postal-address": weekly(
        'postal_address = "1 High Street, Anytown"\n', "",
        field="postal_address", message="is missing", fix="add postal_address =", at="",
    ),
    "bad-sender": weekly(
        "weekly@newsletter.example", "weekly(at)newsletter.example",
        field="from", message="has no @", fix="<weekly@newsletter.example>", at="from =",
    ),
    "bad-reply-to": weekly(
        "approval =", 'reply_to = "x@y@z.example"\napproval =',
        field="reply_to", message="more than one @", fix="for example", at="reply_to",
    ),
    "header-injection": weekly(
        '"The Weekly <', '"The\\r\\nBcc: all <',
        field="from", message="line break", fix="on one line", at="from =",
    ),
    "unknown-topic-in-rule": weekly(
        'topic = "news"', 'topic = "newz"',
        field="rules[1].topic", message='there is no topic "newz"', fix='did you mean "news"?',
    ),
    "topic-twice": weekly(
        'id = "other"', 'id = "news"',
        field="topics[2].id", message='a topic "news" already, on line 18', fix="id of its own",
        at='id = "news"\nname = "Elsewhere"',
    ),
    "no-default-topic": weekly(
        'default_topic = "other"\n', "",
        field="default_topic", message="is missing", fix='default_topic = "other"', at="",
    ),
    "empty-default-topic": weekly(
        'default_topic = "other"', 'default_topic = ""',
        field="default_topic", message="must not be empty", fix='default_topic = "other"',
    ),
    "unknown-default-topic": weekly(
        'default_topic = "other"', 'default_topic = "othr"',
        field="default_topic", message='no topic "othr"', fix='did you mean "other"?',
    ),
    "default-topic-without-topics": weekly(
        WEEKLY[WEEKLY.index("[[topics]]") :], "",
        field="default_topic", message="there are none", fix='[[topics]] table with id = "other"',
        at="default_topic",
    ),
    "spaces-in-a-topic-id": weekly(
        'id = "news"', 'id = "Big News"',
        field="topics[1].id", message="lower-case letters", fix='"big-news"',
    ),
    "rule-looks-at-nothing": weekly(
        'topic = "news"\ncategory = "News"', 'topic = "news"',
        field="rules[1]", message="does not say what to look at", fix="feed, tag, category",
        at="[[rules]]",
    ),
    "rule-looks-at-two-things": weekly(
        'category = "News"', 'category = "News"\nkeyword = "flood"',
        field="rules[1].keyword", message='"category" and "keyword"', fix="several rules",
        at="keyword",
    ),
    "misspelt-rule": weekly(
        'category = "News"', 'catgory = "News"',
        field="rules[1].catgory", message="no such key", fix='did you mean "category"?',
    ),
    "bad-regex": weekly(
        'category = "News"', "regex = 'a(b'",
        field="rules[1].regex", message="missing ), unterminated subpattern at character 2",
        fix="\\ before",
    ),
    "empty-pattern": weekly(
        'category = "News"', 'category = ""',
        field="rules[1].category", message="must not be empty", fix="delete the line",
    ),
    "unknown-zone": weekly(
        "Europe/London", "Europe/Lundon",
        field="schedule.time_zone", message='no time zone "Europe/Lundon"',
        fix='did you mean "Europe/London"?', at="time_zone",
    ),
    "zone-by-city-only": weekly(
        "Europe/London", "London",
        field="schedule.time_zone", message='no time zone "London"',
        fix='did you mean "Europe/London"?', at="time_zone",
    ),
    "zone-outside-the-database": weekly(
        "Europe/London", "../London",
        field="schedule.time_zone", message="no time zone", fix="Europe/London", at="time_zone",
    ),
    "zone-that-is-a-folder": weekly(
        '"Europe/London"', '"Europe"',
        field="schedule.time_zone", message='no time zone "Europe"',
        fix='name a city too, such as "Europe/', at="time_zone",
    ),
    "time-out-of-range": weekly(
        '"07:30"', '"7:61"',
        field="schedule.time", message='between 00:00 and 23:59, not "7:61"', fix='"07:30"',
        at='time = "7:61"',
    ),
    "unknown-day": weekly(
        '"thursday"', '"thu"',
        field="schedule.days[1]", message='a day of the week, not "thu"',
        fix='did you mean "thursday"?', at="days",
    ),
    "day-without-brackets": weekly(
        '["thursday"]', '"thursday"',
        field="schedule.days", message="a list of texts in quotes", fix='write days = ["thursday"]',
        at="days",
    ),
    "days-and-cron": weekly(
        'time = "07:30"', 'time = "07:30"\ncron = "30 7 * * thu"',
        field="schedule.cron", message="beside days and time", fix="delete cron", at="cron",
    ),
    "cron-with-too-few-fields": weekly(
        'days = ["thursday"]\ntime = "07:30"', 'cron = "30 7 *"',
        field="schedule.cron", message="5 fields", fix="30 7 * * thu",
    ),
    "cron-with-a-numbered-day": weekly(
        'days = ["thursday"]\ntime = "07:30"', 'cron = "30 7 * * 4"',
        field="schedule.cron", message="write the day's name", fix="30 7 * * thu",
    ),
    "bad-period": weekly(
        'time = "07:30"', 'time = "07:30"\nperiod = "a while"',
        field="schedule.period", message='not "a while"', fix='for example "1 week"', at="period",
    ),
    "unknown-theme": weekly(
        'theme = "plain"', 'theme = "fancier"',
        field="theme", message='no theme "fancier"', fix='did you mean "fancy"?',
    ),
    "newsletter-feed-not-on-the-web": weekly(
        'feed_tags = ["weekly"]', 'feeds = [\n  "https://a.example/",\n  "b.example/feed"\n]',
        field="feeds[2]", message="should be an http:// or https:// URL",
        fix='did you mean "https://b.example/feed"?', at='  "b.example/feed"',
    ),
    "unknown-placeholder": weekly(
        "{lead} and", "{leed} and",
        field="subject", message='unknown placeholder "{leed}"', fix='did you mean "{lead}"?',
        at="subject",
    ),
    "placeholder-out-of-the-blue": weekly(
        "{lead} and", "{} and",
        field="subject", message='unknown placeholder "{}"', fix='"{count}"', at="subject",
    ),
    "lonely-brace": weekly(
        "{lead} and", "{lead and",
        field="subject", message="brace without its partner", fix='"{lead}"', at="subject",
    ),
    "placeholder-with-a-format": weekly(
        "{lead} and", "{lead!r} and",
        field="subject", message="a name alone", fix="take away", at="subject",
    ),
    "subject-on-two-lines": weekly(
        "{lead} and", "{lead}\\nand",
        field="subject", message="line break", fix="one line", at="subject",
    ),
    "min-above-max": weekly(
        "min_stories = 1", "min_stories = 30",
        field="min_stories", message="min_stories (30) is more than max_stories (20)", fix="lower",
    ),
    "no-stories-a-topic": weekly(
        "min_stories = 1", "max_per_topic = 0",
        field="max_per_topic", message="at least 1, not 0", fix="the default is 5",
    ),
    "unknown-approval": weekly(
        'approval = "editor"', 'approval = "auto"',
        field="approval", message='should be "editor" or "automatic", not "auto"',
        fix='did you mean "automatic"?',
    ),
    "quoted-switch": weekly(
        'approval = "editor"', 'skip_when_empty = "false"',
        field="skip_when_empty", message="should be true or false",
        fix="write skip_when_empty = false",
    ),
    "bad-language": weekly(
        'approval = "editor"', 'language = "English (UK)"',
        field="language", message="a language tag", fix='"en"',
    ),
    "bad-home-url": weekly(
        'approval = "editor"', 'home_url = "www.newsletter.example"',
        field="home_url", message="http://", fix='did you mean "https://www.newsletter.example"?',
    ),
    "topics-single-brackets": weekly(
        '[[topics]]\nid = "news"\nname = "News"\n\n[[topics]]\n', "[topics]\n",
        field="topics", message="should be a list of tables, not a table", fix="[[topics]]",
        at="[topics]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_shown_where_it_is_and_in_plain_words(
    mistake: Mistake, tmp_path: Path
) -> None:
    """Each mistake names its file, line and field, what is wrong, and what would be right."""
    assert mistake.old in FILES[mistake.file]
    text = FILES[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, FILES | {mistake.file: text})

    found = problems(tmp_path)

    matching = [problem for problem in found if problem.field == mistake.field]
    assert len(matching) == 1, found
    (problem,) = matching
    assert problem.file == str(tmp_path / mistake.file)
    at = mistake.new.split("\n")[0] if mistake.at is None else mistake.at
    if at:
        assert problem.line == text[: text.index(at)].count("\n") + 1
    assert mistake.message in problem.message
    assert mistake.fix in problem.fix


# A topic that is gone, or a table that is another, leaves others pointing nowhere.
FOLLOWED = {
    "default-topic-without-topics",
    "spaces-in-a-topic-id",
    "topic-twice",
    "topics-single-brackets",
    "unknown-table",
}
ALONE = set(MISTAKES) - FOLLOWED


@pytest.mark.parametrize("name", sorted(ALONE))
def test_a_mistake_has_one_finding(name: str, tmp_path: Path) -> None:
    """One mistake is reported once, and in no words of the libraries that found it."""
    mistake = MISTAKES[name]
    text = FILES[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, FILES | {mistake.file: text})

    (problem,) = problems(tmp_path)

    for jargon in ("pydantic", "Input", "type=", "ValueError", "None", "str", "literal"):
        assert jargon not in problem.message.replace("destroy", "").split()


def test_the_sound_files_are_sound(tmp_path: Path) -> None:
    """The files that the mistakes are made in have neither problems nor warnings."""
    write(tmp_path, FILES)

    config = load_config(tmp_path, environment={})

    assert config.warnings == ()
    assert config.newsletter("weekly").feeds == (
        "https://one.example/feed.xml",
        "https://two.example/feed.xml",
    )


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    """Eight mistakes in three files make eight problems, by file and then by line."""
    names = (
        "words-for-a-number", "unknown-choice", "url-with-a-slash",
        "feed-not-on-the-web", "tag-that-is-no-text",
        "unknown-theme", "time-out-of-range", "unknown-topic-in-rule",
    )  # fmt: skip
    files = dict(FILES)
    for mistake in (MISTAKES[name] for name in names):
        files[mistake.file] = files[mistake.file].replace(mistake.old, mistake.new, 1)
    write(tmp_path, files)

    found = problems(tmp_path)

    places = [(Path(problem.file).name, problem.field) for problem in found]
    assert places == [
        ("digest.toml", "collect.concurrency"),
        ("digest.toml", "smtp.security"),
        ("digest.toml", "web.public_url"),
        ("feeds.toml", "feed[1].url"),
        ("feeds.toml", "feed[1].tags[2]"),
        ("weekly.toml", "theme"),
        ("weekly.toml", "schedule.time"),
        ("weekly.toml", "rules[1].topic"),
    ]
    lines = [(problem.file, problem.line or 0) for problem in found]
    assert lines == sorted(lines)


def test_a_broken_file_hides_nothing_in_the_others(tmp_path: Path) -> None:
    """A file that is no TOML is one problem beside those of the other files."""
    sick = MISTAKES["unknown-approval"]
    write(
        tmp_path,
        FILES | {"digest.toml": "[smtp\n", sick.file: WEEKLY.replace(sick.old, sick.new)},
    )

    assert [Path(problem.file).name for problem in problems(tmp_path)] == [
        "digest.toml",
        "weekly.toml",
    ]


def test_a_secret_in_a_broken_line_is_not_repeated(tmp_path: Path) -> None:
    """The excerpt of a syntax error leaves out a line that may hold a password."""
    write(tmp_path, FILES | {"digest.toml": "[smtp]\npassword = hunter2\n"})

    (problem,) = problems(tmp_path)

    assert problem.line == 2
    assert "hunter2" not in str(problem)


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    """A file in another encoding is reported with the line of its first odd byte."""
    write(tmp_path, FILES)
    (tmp_path / "feeds.toml").write_bytes(b'[[feed]]\ntitle = "Caf\xe9"\n')

    (problem,) = problems(tmp_path)

    assert problem.line == 2
    assert "UTF-8" in problem.message


@pytest.mark.parametrize("name", ["Weekly News", "weekly.en", "x_y"])
def test_a_newsletter_needs_a_plain_file_name(name: str, tmp_path: Path) -> None:
    """The file's name is the newsletter's id, so it has to be usable as one."""
    write(tmp_path, FILES | {f"newsletters/{name}.toml": WEEKLY})

    (problem,) = problems(tmp_path)

    assert name in problem.message
    assert "rename the file" in problem.fix


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
