"""Help lines, and telephone numbers that are none."""

import pytest

from digest.collect.parsing.parse import parse_feed
from digest.collect.support import support_lines
from digest.model import ParsedFeed


@pytest.mark.parametrize(
    "text",
    [
        (
            "If you’re finding it hard to go on, please don’t wait for Monday. The Harbour Line "
            "answers day and night, free, on 01632 960188."
        ),
        (
            "If things feel too heavy to carry alone, the Brackwater Listening Line is free and "
            "open day and night on 01632 960114."
        ),
        (
            "If you care for someone and it’s getting too much, the Brackwater Carers’ Helpline "
            "is open every day from 8am to 10pm on 01632 960271."
        ),
        (
            "If you have been affected by anything in this story, call the National Helpline on "
            "0800 960 123."
        ),
        "You can contact the Samaritans free on 116 123.",
        "Samaritans: call 116 123 or visit samaritans.org",
        "If you or someone you know is in crisis, call or text 988.",
        "For confidential support, call Childline on 0800 1111.",
        "If you are struggling with your mental health, text SHOUT to 85258.",
        (
            "Sie haben Suizidgedanken? Die Telefonseelsorge ist rund um die Uhr erreichbar: 0800 "
            "111 0 111."
        ),
        "Wenn Sie selbst betroffen sind, wenden Sie sich an die Telefonseelsorge: 0800 1110111",
        "Si vous avez des idées noires, appelez le 3114, gratuit et joignable 24h/24.",
        "Si tienes ideas suicidas, llama al 024, gratuito y confidencial.",
        "Si vous êtes victime de violences conjugales, appelez le 3919.",
        (
            "Anyone affected by the issues raised here can call the Brackwater Befrienders on "
            "01632 960300, day or night."
        ),
    ],
)
def test_help_lines(text: str) -> None:
    """A paragraph that offers readers in need help, and says how to reach it, is a help line."""
    assert support_lines(f"<p>The story.</p><p>{text}</p>") == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "If you want tickets, call the box office on 01632 960111.",
        "For bookings call our hotline on 01632 960 112.",
        "Customer helpline: call 0800 960 960 between 9 and 5.",
        "Call the shop on 01632 960114 to order.",
        "Anyone with information should call police on 101 or Crimestoppers on 0800 555 111.",
        "The helpline took 2,000 calls last year, up from 1,400.",
        "In 2023 the council spent £12,000 on its mental health support.",
        "Suicide rates fell from 2019 to 2023, figures show.",
        "The play deals with domestic violence. Tickets from the box office on 01632 960111.",
        "Contact the press office on 01632 960119 for interviews.",
        "If you need help with your washing machine, call 01632 960 123.",
        "If you need support with your order, call 01632 960 123.",
        "Wenn Sie Karten möchten, rufen Sie 01632 960111 an.",
        "Residents affected by the roadworks can call the council on 01632 960100.",
        "The MP called for a new helpline by 2026.",
        "If you would like to volunteer for the helpline, email help@lines.example.",
        "Call 01632 960222 to join the choir; it is free and open daily.",
        "The festival line-up is out: visit brackwater-music.example for free tickets.",
        "Swimmers can call the Harbour Line boats on 01632 960140 to book.",
        "Depression over the Atlantic: if you sail, call the coastguard on 01632 960 140.",
    ],
)
def test_other_numbers(text: str) -> None:
    """Shops, box offices, appeals for witnesses and news about help lines are none."""
    assert support_lines(f"<p>{text}</p>") == ()


def test_a_link_alone_is_written_out() -> None:
    """Where only a link says how to reach help, its address goes into the plain text."""
    found = support_lines(
        "<p>If you have been affected by this story, help is available at "
        '<a href="https://action.example/?a=1&amp;b=2">Action Line</a>.</p>'
    )
    line = "If you have been affected by this story, help is available at Action Line."
    assert found == (f"{line} (https://action.example/?a=1&b=2)",)


def test_a_link_to_a_forum_is_no_help_line() -> None:
    """To need help with something is not to be in need."""
    found = support_lines(
        '<p>If you need help, please ask in the <a href="https://a.example/">forum</a>.</p>'
    )
    assert found == ()


def test_each_line_once_and_no_more_than_four() -> None:
    """A page full of numbers does not fill a mail."""
    lines = [f"For support, call the Helpline on 0800 960 {n}." for n in range(100, 110)]
    content = "".join(f"<p>{line}</p>" for line in [lines[0], *lines])
    assert support_lines(content) == tuple(lines[:4])


def test_a_feed_brings_its_help_lines() -> None:
    """They are named on the entry, and stay in its content."""
    line = "If you need to talk, the Quay Helpline is free on 0800 960 123."
    feed = parse_feed(
        f"<rss version='2.0'><channel><title>F</title><item><title>A</title>"
        f"<link>https://a.example/1</link><description>&lt;p&gt;Text.&lt;/p&gt;&lt;p&gt;{line}"
        "&lt;/p&gt;</description></item></channel></rss>".encode(),
        url="https://a.example/feed",
    )
    assert isinstance(feed, ParsedFeed)
    assert feed.entries[0].support == (line,)
    assert line in feed.entries[0].content
