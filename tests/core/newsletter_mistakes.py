"""Mistakes in a newsletter's file."""

from tests.core.mistakes import WEEKLY, weekly

NEWSLETTER_MISTAKES = {
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
    "local-time-in-words": weekly(
        'time = "07:30"', 'time = "07:30"\nlocal_time = "yes"',
        field="schedule.local_time", message='true or false, not "yes"', fix="", at="local_time",
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
