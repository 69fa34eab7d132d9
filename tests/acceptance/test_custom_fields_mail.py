"""Fields of a feed as a publication uses them: named in feeds.toml, shown by its own theme."""

from pathlib import Path

from tests.acceptance.town import (
    FEEDS,
    NEWSLETTER,
    RSS,
    MailServer,
    make_publication,
    serve_feeds,
)

PRICED = RSS.replace("<rss ", '<rss xmlns:fare="urn:fares" ').replace(
    "<guid>quay-1", "<fare:price>£4 &amp; up</fare:price><guid>quay-1"
)
THEME = {
    "issue.html": """{% extends "email/classic/issue.html" %}
{% block lead scoped %}<tr><td class="surface">
<h2 class="h2">{{ parts.headline(issue.lead, "headline") }}</h2>
{{ parts.told(issue.lead) }}<p class="trail">Fare: {{ issue.lead.fields.fare }}.</p></td></tr>
{% endblock %}
{% block section scoped %}<tr><td class="surface"><h2 class="h2">{{ section.heading }}</h2>
{% for story in section.stories %}{{ parts.story(story) }}
<p class="trail">Fare: {{ story.fields.fare }}.</p>{% endfor %}</td></tr>{% endblock %}
""",
    "issue.txt": """{% extends "email/classic/issue.txt" %}
{% block section scoped %}
{% for story in section.stories %}
{{ parts.told(story) }}
Fare: {{ story.fields.fare }}.
{% endfor %}
{% endblock %}
{% block lead scoped %}
{{ parts.told(issue.lead) }}
Fare: {{ issue.lead.fields.fare }}.
{% endblock %}
""",
}


def test_a_feeds_own_element_reaches_the_mail(tmp_path: Path) -> None:
    """From the feed through feeds.toml, the store and the issue into both parts of the mail."""
    feeds = FEEDS | {"/quay.xml": ("application/rss+xml", PRICED)}
    with serve_feeds(feeds) as site, MailServer() as mail:
        made = make_publication(tmp_path / "pub", feeds_port=site.port, mail_port=mail.port)
        listed = (made.directory / "feeds.toml").read_text()
        named = listed.replace('/quay.xml"\n', '/quay.xml"\nfields = { fare = "fare:price" }\n')
        (made.directory / "feeds.toml").write_text(named)
        (made.directory / "newsletters" / "harbour.toml").write_text(
            f'theme = "fares"\n{NEWSLETTER}'
        )
        theme = made.directory / "templates" / "email" / "fares"
        theme.mkdir(parents=True)
        for name, text in THEME.items():
            (theme / name).write_text(text)
        made.digest("subscribers", "add", "ann@reader.example")
        made.digest("run")
        (letter,) = mail.letters
    assert letter.part("html").count("Fare: £4 &amp; up.") == 1
    assert letter.part("plain").count("Fare: £4 & up.") == 1
    assert letter.part("html").count("Fare: .") == 2
