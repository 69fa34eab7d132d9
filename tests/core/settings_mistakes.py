"""Mistakes in the settings and in the list of feeds."""

from tests.core.mistakes import FEEDS, feeds, main

SETTINGS_MISTAKES = {
    # digest.toml
    "cap-without-time": main(
        "[web]", "[deliver]\nfrequency_cap = 5\n[web]",
        field="deliver.frequency_cap", message="a number of mails and a stretch of time, not 5",
        fix='for example "5 per week"', at="frequency_cap",
    ),
    "cap-of-none": main(
        "[web]", '[deliver]\nfrequency_cap = "0 per week"\n[web]',
        field="deliver.frequency_cap", message="lets no mail go out", fix="empty for no limit",
        at="frequency_cap",
    ),
    "cap-of-years": main(
        "[web]", '[deliver]\nfrequency_cap = "5 per 99999999999999999 weeks"\n[web]',
        field="deliver.frequency_cap", message="more than a year", fix='"5 per week"',
        at="frequency_cap",
    ),
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
        message='should be a whole number of at least 1, not "two"', fix="the default is 128",
    ),
    "quoted-number": main(
        "concurrency = 8", 'concurrency = "8"',
        field="collect.concurrency", message='not "8"', fix="write concurrency = 8",
    ),
    "switch-for-a-number": main(
        "concurrency = 8", "concurrency = true",
        field="collect.concurrency", message="not true", fix="the default is 128",
    ),
    "number-out-of-range": main(
        "concurrency = 8", "concurrency = 0",
        field="collect.concurrency", message="at least 1, not 0", fix="the default is 128",
    ),
    "port-out-of-range": main(
        'host = "localhost"', "port = 70000",
        field="smtp.port", message="from 0 to 65535, not 70000", fix="the default is 25",
    ),
    "bounces-to-nobody": main(
        "[smtp]", '[feedback]\nbounce_address = "bounces"\n[smtp]',
        field="feedback.bounce_address", message="the address has no @",
        fix='for example "bounces@example.org"', at='bounce_address = "bounces"',
    ),
    "bounces-to-a-tag": main(
        "[smtp]", '[feedback]\nbounce_address = "a+b@example.org"\n[smtp]',
        field="feedback.bounce_address", message="short, plain name before the @",
        fix="a token is put behind it", at='bounce_address = "a+b@example.org"',
    ),
    "inbox-with-a-password": main(
        "[smtp]", '[feedback]\ninbox = "imaps://b:secret@mail.example/INBOX"\n[smtp]',
        field="feedback.inbox", message="holds a password", fix="DIGEST_IMAP_PASSWORD", at="inbox",
    ),
    "inbox-of-nobody": main(
        "[smtp]", '[feedback]\ninbox = "imaps://mail.example/INBOX"\n[smtp]',
        field="feedback.inbox", message="should name a user and a host", fix="imaps://bounces%40",
        at="inbox",
    ),
    "inbox-by-another-protocol": main(
        "[smtp]", '[feedback]\ninbox = "pop3://b@mail.example"\n[smtp]',
        field="feedback.inbox", message="not one of", fix="imaps://bounces%40", at="inbox",
    ),
    "inbox-port": main(
        "[smtp]", '[feedback]\ninbox = "imaps://b@mail.example:many/INBOX"\n[smtp]',
        field="feedback.inbox", message="no IMAP URL", fix="imaps://bounces%40", at="inbox",
    ),
    "percent-for-a-share": main(
        "[smtp]", "[feedback]\nguard_hard = 5.0\n[smtp]",
        field="feedback.guard_hard", message="above 0 and up to 1", fix="the default is 0.05",
        at="guard_hard = 5.0",
    ),
    "number-for-text": main(
        'host = "localhost"', "host = 7",
        field="smtp.host", message="should be text in quotes, not 7", fix='write host = "7"',
    ),
    "unknown-choice": main(
        'security = "none"', 'security = "start-tls"',
        field="smtp.security",
        message='should be "none", "opportunistic", "starttls" or "tls", not "start-tls"',
        fix='did you mean "starttls"?',
    ),
    "far-off-choice": main(
        'security = "none"', 'security = "ssl"',
        field="smtp.security", fix="",
        message='should be "none", "opportunistic", "starttls" or "tls", not "ssl"',
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
    "no-test-address": main(
        "[smtp]", '[deliver]\ntest_mode = "qa"\n[smtp]',
        field="deliver.test_mode", message='should be an address for mail, not "qa"',
        fix='for example "qa@example.org"', at='test_mode = "qa"',
    ),
    "no-such-last-look": main(
        "[smtp]", '[deliver]\nlast_look_action = "stop"\n[smtp]',
        field="deliver.last_look_action", fix="",
        message='should be "hold", "replace" or "send", not "stop"',
        at='last_look_action = "stop"',
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
}  # fmt: skip
